"""Options that take one of some words."""

from __future__ import annotations

import pytest

from commands import DOCUMENTS, rows, run


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("findings", "--severity", "hihg"),
            "--severity 'hihg' is not one of info, low, medium, high, critical; did you mean high?",
        ),
        (("findings", "--rule", "old-grants"), "did you mean old-grant?"),
        (("reach", "b@example.com", "--role", "onwer"), "did you mean owner?"),
        (("reach", "b@example.com", "--role", "boss"), "--role 'boss' is not one of owner, admin"),
        (("reach", "b@example.com", "--via", "memebr"), "did you mean member?"),
        (("reach", "b@example.com", "--certainty", "sure"), "stated, inferred, associated"),
        (("reach", "b@example.com", "--state", "laten"), "did you mean latent?"),
        (
            ("reach", "b@example.com", "--format", "jsn"),
            "--format 'jsn' is not one of table, json, ndjson, csv; did you mean json?",
        ),
        (("reach", "b@example.com", "--sort", "roel"), "did you mean role?"),
        (("census", "--sort", "totl"), "did you mean total?"),
        (("census", "--kind", "busines"), "did you mean business?"),
        (("choke-points", "--sort", "end"), "ended, inferred"),
        (("changes", "--since", "2026-01-01T00:00:00Z", "--kind", "gaind"), "did you mean gained?"),
        (("export", "graphlm", "-o", "-"), "FORMAT 'graphlm' is not one of graphml"),
        (("serve", "--log", "xml"), "--log 'xml' is not one of text, json"),
    ],
)
def test_a_wrong_word(words: tuple[str, ...], told: str) -> None:
    """The refusal names the option, all words that it takes, and the nearest if one is near."""
    done = run(*words, *DOCUMENTS)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("start", "Q1", "--role", "onwer"), "did you mean owner?"),
        (("start", "Q1", "--kind", "group"), "--kind 'group' is not one of account, business"),
        (("start", "Q1", "--certainty", "statd"), "stated, inferred; did you mean stated?"),
        (("next", "Q1", "--state", "laten"), "did you mean latent?"),
        (("decide", "Q1", "kep", "1"), "VERDICT 'kep' is not one of keep, revoke, unsure; did you"),
        (("export", "Q1", "-f", "report.md"), "--format 'report.md' is not one of csv, ndjson"),
    ],
)
def test_a_wrong_word_of_a_review(words: tuple[str, ...], told: str) -> None:
    """The options of campaigns refuse a word like those of other commands."""
    by = ("--by", "a@example.com") if words[0] in ("start", "decide") else ()
    done = run("review", *words, *by)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_spellings() -> None:
    """A word is understood in any case, with a hyphen or an underscore."""
    for word in ("OWNER", "Owner", "owner"):
        done = run("reach", "b@example.com", *DOCUMENTS, "--role", word)
        assert [row["roles"] for row in rows(done.stdout)] == [["OWNER"], ["OWNER"]]
    asked = ("changes", "--since", "2020-01-01T00:00:00Z", *DOCUMENTS, "--kind")
    assert run(*asked, "turned-latent").returncode == run(*asked, "TURNED_LATENT").returncode == 0


@pytest.mark.parametrize(
    ("words", "complete"),
    [
        ("reach b@example.com --role o", ["owner"]),
        ("reach b@example.com --capability ", None),
        ("reach b@example.com --via gr", ["group", "group-of"]),
        ("findings --severity ", ["info", "low", "medium", "high", "critical"]),
        ("findings --rule old", ["old-grant"]),
        ("findings -f sa", ["sarif"]),
        ("export gr", ["graphml"]),
    ],
)
def test_completion(words: str, complete: list[str] | None) -> None:
    """A shell is offered the words that an option takes and that begin so, or all."""
    env = {"_INROADS_COMPLETE": "complete_bash", "COMP_WORDS": f"inroads {words}"}
    env["COMP_CWORD"] = str(len(words.split(" ")))
    done = run(env=env)
    offered = done.stdout.split()
    assert offered == complete or (complete is None and len(offered) > 3)
