"""What-if, plans, choke points and conflicts of duty over GraphQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from inroads import EXAMPLE
from inroads.analysis.choke_points import choke_points
from inroads.explorer import Explorer, load
from inroads.model import Capability, Role
from inroads.network.access_graph import AccessGraph
from inroads.policy.separation import Duty, DutyScope, Side
from inroads.policy.tables import STOCK
from inroads_api.execution.execute import Schema, execute
from inroads_api.versions.versions import Versions
from questions import NOON, Ask, asker, code, unmarked

OUTCOMES = """fate kinds principal { id } resource { id } sentence
  before { roles certainty state } after { roles certainty state }
  remaining { truncated nodes { sentence steps { grant { id evidence { pointer record } } } } }"""
WHAT_IF = f"""query ($remove: [ID!]! = [], $add: [ImaginedGrant!]! = [], $fates: [Fate!], $first: Int,
  $after: String) {{
  whatIf(remove: $remove, add: $add) {{ version truncated notes coverage {{ complete }}
    removed {{ id remediation {{ record dialect action destroy source pointer }} }}
    outcomes(fates: $fates, first: $first, after: $after) {{ totalCount pageInfo {{ hasNextPage endCursor }}
      nodes {{ {OUTCOMES} }} }} }} }}"""


@pytest.fixture(scope="module")
def ask(schema: Schema) -> Ask:
    """Asks the vendor's own example."""
    return asker(schema, load(EXAMPLE))


def test_the_role_alone_ends_nothing(ask: Ask) -> None:
    """Both accesses stay, inferred only, and the record that must go is told with its own link."""
    found = ask(WHAT_IF, remove=["role 994207"])["data"]["whatIf"]
    assert [
        (each["resource"]["id"], each["fate"], each["kinds"]) for each in found["outcomes"]["nodes"]
    ] == [
        ("account:Xr82w", "LOWERED", ["NOW_INFERRED"]),
        ("business:363103", "LOWERED", ["NOW_INFERRED"]),
    ]
    first = found["outcomes"]["nodes"][0]
    assert (first["before"]["certainty"], first["after"]["certainty"]) == ("STATED", "INFERRED")
    assert [path["sentence"] for path in first["remaining"]["nodes"]] == [
        "b@example.com owns BillSpring (77128), which is a client of account Xr82w."
    ]
    (grant,) = found["removed"]
    assert grant["id"] == "account:Xr82w#ROLE/CLIENT@identity:712052"
    assert grant["remediation"][0]["destroy"] == "/service/auth/api/v1/users/role/994207"
    assert "-hypothetical-" in found["version"]
    assert found["coverage"] == {"complete": False}
    assert len(found["notes"]) == 1


def test_pages_and_fates(ask: Ask) -> None:
    """Outcomes come page by page in one order, and only those of the fates that are asked for."""
    given: dict[str, Any] = {"remove": ["membership:168372"], "first": 1}
    walked, after = [], None
    while True:
        page = ask(WHAT_IF, **given, after=after)["data"]["whatIf"]["outcomes"]
        walked += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert [each["fate"] for each in walked] == ["ENDS", "ENDS", "STAYS", "STAYS"]
    assert page["totalCount"] == 4
    assert code(ask(WHAT_IF, remove=["role 994207"], after=after)) in {
        "CURSOR_EXPIRED",
        "CURSOR_INVALID",
    }
    for fates, nodes in ((["STAYS"], walked[2:]), ([], []), (None, walked)):
        found = ask(WHAT_IF, remove=["membership:168372"], fates=fates)["data"]["whatIf"]
        assert found["outcomes"]["nodes"] == nodes


def test_an_imagined_grant(ask: Ask) -> None:
    """What would be gained, by a path whose imagined grant has evidence like any other."""
    add = [
        {
            "principal": "identity:712052",
            "relation": "MEMBER",
            "resource": "business:363103",
            "role": "OWNER",
        }
    ]
    nodes = ask(WHAT_IF, add=add, fates=["RAISED"])["data"]["whatIf"]["outcomes"]["nodes"]
    business = next(each for each in nodes if each["resource"]["id"] == "business:363103")
    best = business["remaining"]["nodes"][0]["steps"][0]["grant"]
    assert unmarked(best["id"]) == "business:363103#MEMBER@identity:712052" != best["id"]
    assert best["evidence"] == [
        {"pointer": "/business_memberships/0", "record": {"business": {"id": "363103"}}},
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "BAD_GRANT"),
        ({"remove": ["role 1"]}, "NOT_FOUND"),
        ({"remove": ["account:zDmNq#KEEPS@business:77128"]}, "NOT_REVOCABLE"),
        ({"remove": ["x"]}, "BAD_GRANT"),
        ({"remove": [f"role {n}" for n in range(3)]}, "NOT_FOUND"),
        (
            {
                "add": [
                    {"principal": "identity:1", "relation": "MEMBER", "resource": "business:77128"}
                ]
            },
            "BAD_GRANT",
        ),
        (
            {"add": [{"principal": "nobody", "relation": "MEMBER", "resource": "business:77128"}]},
            "BAD_ID",
        ),
    ],
)
def test_what_is_refused(ask: Ask, given: dict[str, Any], expected: str) -> None:
    """Every refusal has its code."""
    assert code(ask(WHAT_IF, **given)) == expected


def test_a_plan(ask: Ask) -> None:
    """The cut, verified, with everyone's outcomes; null where there is no access, and for what is not known."""
    text = """query ($who: ID!, $what: ID!) { plan(principal: $who, resource: $what) { verified sentence
      access { roles } revoke { id remediation { record } } whatIf { outcomes { nodes { fate } } } } }"""
    found = ask(text, who="b@example.com", what="account:Xr82w")["data"]["plan"]
    assert found["verified"] is True
    assert [each["remediation"][0]["record"] for each in found["revoke"]] == [
        "role 994207",
        "client 22347",
    ]
    assert [each["fate"] for each in found["whatIf"]["outcomes"]["nodes"]] == ["ENDS", "ENDS"]
    for what in ("business:1", "group:23738"):
        assert ask(text, who="b@example.com", what=what)["data"]["plan"] is None
    assert ask(text, who="x@example.com", what="account:Xr82w")["data"]["plan"] is None


def test_choke_points(schema: Schema, people: AccessGraph) -> None:
    """Those of the whole graph and those of a business, as the library ranks them; an unknown id is refused."""
    ask = asker(schema, people)
    text = """query ($of: [ID!]! = [], $by: ChokeFigure! = ENDED, $first: Int) {
      chokePoints(of: $of, by: $by, first: $first) { ended inferred grant { id } } }"""
    business = next(node for node in people if node.startswith("business:"))
    for of in ([], [business]):
        for by in ("ENDED", "INFERRED"):
            expected = choke_points(people, of).ranked(by.lower(), 7)
            told = ask(text, of=of, by=by, first=7)["data"]["chokePoints"]
            assert [(each["grant"]["id"], each["ended"], each["inferred"]) for each in told] == [
                *map(tuple, expected)
            ]
    assert code(ask(text, of=["business:1"])) == "NOT_FOUND"
    assert code(ask(text, of=["group:1"])) in {"NOT_FOUND", "WRONG_KIND"}
    assert code(ask(text, of=["x"])) == "BAD_ID"
    assert code(ask(text, of=[business] * 101)) == "TOO_MANY_IDS"


def test_conflicts_of_duty(schema: Schema) -> None:
    """Both sides with their accesses, page by page; none where the policy names no duties."""
    side = Side(frozenset({Role.OWNER})), Side(frozenset(), frozenset({Capability.OPERATIONS}))
    policy = msgspec.structs.replace(
        STOCK, separation=(Duty("a", "b", *side), Duty("c", "d", *side, DutyScope.ANY))
    )
    graph: Explorer = load(EXAMPLE, policy=policy)
    versions = Versions(graph, NOON)
    text = """{ dutyConflicts(first: 1%s) { totalCount pageInfo { endCursor } nodes { duty reason scope sentence
      principal { id } where { id } left { resource { id } } right { resource { id } } } } }"""
    page = execute(schema, versions, text % "")["data"]["dutyConflicts"]
    assert page["totalCount"] == 2
    (first,) = page["nodes"]
    assert (first["duty"], first["scope"], first["where"]) == (
        "a",
        "SAME_BUSINESS",
        {"id": "business:77128"},
    )
    after = f', after: "{page["pageInfo"]["endCursor"]}"'
    (second,) = execute(schema, versions, text % after)["data"]["dutyConflicts"]["nodes"]
    assert (second["duty"], second["scope"], second["where"]) == ("c", "ANY", None)
    assert len(second["right"]) == 3
    assert asker(schema, load(EXAMPLE))(text % "")["data"]["dutyConflicts"]["totalCount"] == 0


def test_a_link_is_a_text(schema: Schema, tmp_path: Path) -> None:
    """What a document gives as a link is told as it stands, whatever it is, and nothing is done with it."""
    role = {
        "id": 5,
        "role": "client",
        "accountid": "A",
        "links": {"destroy": "javascript:alert(1)"},
    }
    (tmp_path / "me.json").write_bytes(
        msgspec.json.encode({"id": 1, "roles": [role, {**role, "links": {"x": "y"}}]})
    )
    found = asker(schema, load(tmp_path))(WHAT_IF, remove=["role 5"])["data"]["whatIf"]
    assert [each["destroy"] for each in found["removed"][0]["remediation"]] == [
        "javascript:alert(1)"
    ]
