"""`inroads search`, and names where commands ask for nodes."""

from __future__ import annotations

import json

from commands import DOCUMENTS, rows, run

TWINS = json.dumps(
    {
        "id": 1,
        "email": "ann@example.com",
        "business_memberships": [
            {"id": n, "role": "owner", "business": {"id": n, "name": "Twin"}} for n in (8, 9)
        ],
    }
)


def test_matches_in_order() -> None:
    """Matches have their field and place, the best first; --kind and --top choose some."""
    found = rows(run("search", "b", *DOCUMENTS, "-f", "ndjson").stdout)
    assert [(row["id"], row["field"], row["place"]) for row in found] == [
        ("identity:712052", "EMAIL", "PREFIX"),
        ("business:77128", "NAME", "PREFIX"),
        ("business:311394", "ID", "PREFIX"),
        ("business:363103", "ID", "PREFIX"),
    ]
    done = run("search", "b", *DOCUMENTS, "--kind", "business", "--top", "1")
    assert [row["id"] for row in rows(done.stdout)] == ["business:77128"]
    assert "2 more not listed" in done.stderr
    assert "BillSpring" in run("search", "b", *DOCUMENTS, "-f", "table").stdout


def test_wrong_searches() -> None:
    """An empty text and an unknown kind are errors; nothing found is an answer."""
    assert run("search", " ", *DOCUMENTS).returncode == 2
    assert run("search", "b", *DOCUMENTS, "--kind", "shop").returncode == 2
    done = run("search", "nothing", *DOCUMENTS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "0 matches\n")
    assert (
        "did you mean business:77128 (BillSpring)?" in run("search", "bilspring", *DOCUMENTS).stderr
    )


def test_a_part_of_a_name_is_told() -> None:
    """A command says which node it took a name for, and nothing of an id or an email."""
    by_id = run("reached-by", "business:77128", *DOCUMENTS)
    by_name = run("who", "spring", *DOCUMENTS)
    assert by_name.stdout == by_id.stdout
    told = "'spring' is business:77128 (BillSpring), by a part of its name\n"
    assert by_name.stderr == told + by_id.stderr
    assert run("explain", "b@example.com", "Billspring", *DOCUMENTS).returncode == 0
    assert run("plan", "712052", "zDmNq", *DOCUMENTS).returncode == 0


def test_several_and_none() -> None:
    """Several nodes of a name end with 6 and are listed; none ends with 4 and says the nearest."""
    done = run("reached-by", "twin", "-d", "-", stdin=TWINS)
    assert done.returncode == 6
    assert "  business:8  Twin (8)\n  business:9  Twin (9)\n" in done.stderr
    done = run("reach", "b@exmple.com", *DOCUMENTS)
    assert done.returncode == 4
    assert "did you mean b@example.com?" in done.stderr
