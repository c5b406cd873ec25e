"""Ids of other versions: an object of then is not the one of today, and both come back by their ids."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroads.explorer import Explorer, load
from inroads.network.access_graph import AccessGraph
from inroads.store.ledger import Ledger
from inroads_api.execution.execute import Schema, build_schema, execute
from inroads_api.schema.context import MAX_MOMENTS
from inroads_api.versions import marks
from inroads_api.versions.limited import LimitedVersionsByBusinesses
from inroads_api.versions.versions import ServedVersions, Version, Versions
from questions import NOON, Ask, code, unmarked
from records import DAY, me, membership
from strategies import random_world
from streaming import Served, add
from worlds import explore

KEY = bytes(range(16))
DAYS = [
    (me(1, business_memberships=[membership(5, 10, "manager", name="Oak")]), DAY[1]),
    (me(1, business_memberships=[membership(5, 10, "owner", name="Elm")]), DAY[2]),
    (me(2, business_memberships=[membership(6, 10, "business_manager", name="Elm")]), DAY[3]),
]
"""A business gets another name and an owner, then a second person is seen in it."""

FACTS = "__typename id label name reachedBy { totalCount version }"
NODE = f"""query ($id: ID!) {{ node(id: $id) {{ ... on Business {{ {FACTS} }}
  ... on Identity {{ __typename id label email reach {{ totalCount version }} }}
  ... on Account {{ id label }} ... on Group {{ id label }} }} }}"""
THEN = f"query ($at: DateTime!) {{ graph(asOf: $at) {{ version business(id: 10) {{ {FACTS} }} }} }}"
ALL = """identity(by: {id: 1}) { __typename id
    reach { nodes { resource { __typename id } paths { nodes { steps { from { __typename id } to { __typename id }
      grant { principal { __typename id } evidence { document { subject { __typename id } } } } } } }
      pathGraph { nodes { node { __typename id } } } }
      bundles { nodes { parent { __typename id } members { __typename id } } }
      scopes { nodes { node { __typename id } } } }
    memberships { nodes { business { __typename id } identity { __typename id } } } }
  search(text: "1", first: 100) { nodes { __typename id } }
  neighbours(id: "business:10") { nodes { node { __typename id } } }
  allIdentities { nodes { __typename id } } allBusinesses { nodes { __typename id } }
  mostExposed { __typename id } largestBlastRadius { __typename id }
  findings { nodes { subjects { __typename id } subjectIds } }"""
"""Objects in most of the places where there are some."""


@pytest.fixture(scope="module")
def stock() -> Schema:
    return build_schema(compiled=False)


def asking(versions: ServedVersions, *schemas: Schema) -> Ask:
    """Asks with each schema, twice so that it is compiled; all must answer the same."""

    def ask(query: str, **variables: Any) -> dict[str, Any]:
        first, *others = (
            execute(schema, versions, query, variables) for schema in schemas for _ in range(2)
        )
        for schema in schemas:
            schema.compile(schema.documents.get(query), variables, None)
            schema.compile(schema.documents.get(query), variables, None)
            others.append(execute(schema, versions, query, variables))
        assert all(each == first for each in others), (query, variables)
        return first

    return ask


@pytest.fixture
def served(tmp_path: Path, schema: Schema) -> Served:
    add(tmp_path / "a.db", DAYS)
    return Served(tmp_path / "a.db", schema)


@pytest.fixture
def ask_served(served: Served, schema: Schema, stock: Schema) -> Ask:
    return asking(served.versions, schema, stock)


def then(ask: Ask, day: int = 1) -> dict[str, Any]:
    """The business as of a day."""
    found: dict[str, Any] = ask(THEN, at=DAY[day].isoformat())["data"]["graph"]["business"]
    return found


def objects(answer: Any) -> Iterator[tuple[str, str]]:
    """The type and id of each object in an answer."""
    inner = answer
    if isinstance(answer, dict):
        if "id" in answer and "__typename" in answer:
            yield answer["__typename"], answer["id"]
        inner = answer.values()
    if isinstance(answer, dict | list):
        for each in inner:
            yield from objects(each)


def assert_all_come_back(ask: Ask, answer: Any, least: int) -> set[str]:
    """Each object of an answer is given again by its id, with this id; returns the ids."""
    found = set(objects(answer))
    assert len(found) >= least, answer
    for kind, key in found:
        node = ask("query ($id: ID!) { node(id: $id) { __typename id } }", id=key)
        assert node == {"data": {"node": {"__typename": kind, "id": key}}}
    return {key for _, key in found}


class TestPast:
    def test_then_is_not_now(self, ask_served: Ask) -> None:
        """A business has another id in each of two versions, and each id gives it as it is in that version."""
        now = ask_served(NODE, id="business:10")["data"]["node"]
        past = then(ask_served)
        assert (now["id"], now["name"], now["reachedBy"]["totalCount"]) == ("business:10", "Elm", 2)
        assert (past["name"], past["reachedBy"]["totalCount"]) == ("Oak", 1)
        assert re.fullmatch(r"business:10@~1-[0-9a-z]{10}-[0-9a-f]{8}", past["id"])
        assert then(ask_served, 2)["id"] not in (past["id"], now["id"])
        assert then(ask_served, 3) == now, "there is nothing later"
        for each in (past, now, then(ask_served, 2)):
            assert ask_served(NODE, id=each["id"])["data"]["node"] == each

    def test_wherever_an_id_is_taken(self, ask_served: Ask) -> None:
        """Each question that takes an id answers from the version of the id, with ids of this version."""
        mark = marks.split(then(ask_served)["id"])[1]
        questions = {
            'nodes(ids: ["business:10%s", "business:10", "identity:1%s"]) { id }': 3,
            'business(id: "business:10%s") { id } b: business(id: "10%s") { id }': 2,
            'identity(by: {id: "1%s"}) { id reach { nodes { resource { id } } } }': 2,
            'access(principal: "identity:1%s", resource: "business:10%s") { roles principal { id } }': 1,
            'access(principal: "i1@example.com", resource: "business:10%s") { roles resource { id } }': 1,
            'accesses(pairs: [{principal: "identity:1%s", resource: "business:10"}]) { roles resource { id } }': 1,
            'neighbours(id: "business:10%s") { version nodes { node { id } grant { id } } }': 2,
            'plan(principal: "identity:1%s", resource: "business:10") { revoke { id } }': 1,
            'chokePoints(of: ["business:10%s"]) { grant { id } }': 1,
            'whatIf(remove: ["business:10#MEMBER@identity:1%s"]) { removed { id } notes }': 1,
        }
        for question, count in questions.items():
            answer = ask_served(f"{{ {question.replace('%s', mark)} }}")
            assert "errors" not in answer, question
            text = msgspec.json.encode(answer).decode()
            assert text.count(mark) == count - (question.startswith("nodes")), question
            now = ask_served(f"{{ {question.replace('%s', '')} }}")
            assert "@~" not in msgspec.json.encode(now).decode()
            if "roles" in question:
                assert '"roles":["MANAGER"]' in text
                assert '"OWNER"' in msgspec.json.encode(now).decode()

    def test_inside_of_the_version_too(self, ask_served: Ask) -> None:
        """Inside of `graph(asOf:)` ids with its mark and plain ids are of that version."""
        past = then(ask_served)
        query = """query ($at: DateTime!, $id: ID!, $ids: [ID!]) { graph(asOf: $at) { business(id: $id) { id name
          reachedBy(filter: {avoid: $ids}) { totalCount } } } }"""
        for key in (past["id"], "business:10", "10"):
            given = {"at": DAY[1].isoformat(), "id": key}
            found = ask_served(query, **given)["data"]["graph"]["business"]
            assert (found["id"], found["name"]) == (past["id"], "Oak")
            avoided = past["id"].replace("business:10@", "business:10#MEMBER@identity:1@")
            found = ask_served(query, **given, ids=[avoided])["data"]["graph"]["business"]
            assert found["reachedBy"]["totalCount"] == 0
            other = then(ask_served, 2)["id"]
            assert code(ask_served(query, **given, ids=[other])) == "VERSIONS_DIFFER"

    def test_every_object_comes_back(self, ask_served: Ask) -> None:
        """Each object of an answer, whatever its version and place, comes back by its id, under this id."""
        now = assert_all_come_back(ask_served, ask_served(f"{{ {ALL} }}"), 3)
        query = f"query ($at: DateTime!) {{ graph(asOf: $at) {{ {ALL} }} }}"
        for day in (1, 2):
            past = assert_all_come_back(ask_served, ask_served(query, at=DAY[day].isoformat()), 2)
            assert not past & now
            assert set(map(unmarked, past)) <= now
        since = f'since: "{DAY[1].isoformat()}"'
        changed = ask_served(
            f"{{ changes({since}) {{ nodes {{ principal {{ __typename id }} resource {{ __typename id }} }} }} }}"
        )
        assert_all_come_back(ask_served, changed, 2)

    def test_parts_of_records(self, schema: Schema, stock: Schema) -> None:
        """An address, phone number or profession of then has an id of its own, too, as each has that has one."""
        parts = {
            "profession": {"id": 1, "title": "Clerk"},
            "phone_numbers": [{"id": 2, "title": "", "phone_number": "1"}, {"title": "none"}],
            "addresses": [{"id": 3, "city": "Oslo"}],
            "profile": {
                "address": {"id": 4},
                "professions": [{"id": 5}],
                "phone_number": {"id": 6},
            },
        }
        ask = asking(
            Versions(explore([(me(1, **parts), DAY[1]), (me(2), DAY[2])]), NOON), schema, stock
        )
        query = """query ($at: DateTime) { graph(asOf: $at) { identity(by: {id: 1}) { profession { id }
          phoneNumbers { id } addresses { id } profile { address { id } professions { id } phoneNumber { id } } } } }"""
        now, past = (
            re.findall(r'"id":("[^"]*"|null)', msgspec.json.encode(ask(query, at=at)).decode())
            for at in (None, DAY[1].isoformat())
        )
        assert now == ['"1"', '"2"', "null", '"3"', '"4"', '"5"', '"6"']
        mark = past[0].removeprefix('"1').removesuffix('"')
        assert marks.parse(mark)
        assert past == [each if each == "null" else f'{each[:-1]}{mark}"' for each in now]

    @given(seed=st.integers(0, 2**32))
    @settings(max_examples=10, deadline=None)
    def test_random_worlds(self, schema: Schema, seed: int) -> None:
        """In any world each node of each moment comes back as it was, and no two versions share an id."""
        world = random_world(random.Random(seed), 6)
        versions = Versions(explore(world), NOON)
        seen: dict[str, str] = {}
        for moment in sorted({moment for _, moment in world}):
            version = versions.until(versions.current, moment)
            for key in version.graph:
                answer = execute(schema, versions, NODE, {"id": key + version.graph.mark})
                text = msgspec.json.encode(answer["data"]["node"]).decode()
                fresh = Versions(explore([each for each in world if each[1] <= moment]), NOON)
                wanted = execute(schema, fresh, NODE, {"id": key})
                assert unmarked(answer) == unmarked(wanted)
                own = answer["data"]["node"]["id"]
                assert seen.setdefault(own, text) == text

    def test_a_mark_stays(self, served: Served, schema: Schema, stock: Schema) -> None:
        """A past version keeps its mark when the server starts anew and when the ledger grows."""
        past = then(asking(served.versions, schema, stock))
        add(served.file, [(me(3), DAY[9])])
        for again in (served, Served(served.file, schema)):
            again.look()
            ask = asking(again.versions, schema, stock)
            assert then(ask) == past
            assert ask(NODE, id=past["id"])["data"]["node"] == past

    def test_pages_after_a_restart(self, served: Served, schema: Schema, stock: Schema) -> None:
        """A cursor goes on in its version in any process of the ledger, whatever has arrived since and when."""
        query = """query ($after: String) { allIdentities(first: 1, after: $after) { version nodes { id email }
          pageInfo { endCursor hasNextPage } } }"""
        before = served.versions.current.graph
        first = asking(served.versions, schema, stock)(query)["data"]["allIdentities"]
        assert (first["version"], first["nodes"][0]["id"]) == (before.version, "identity:1")
        late = {"email": "late@example.com"} | me(2)["response"]
        add(served.file, [(me(3), DAY[9]), ({"response": late}, DAY[1]), (me(10), DAY[1])])
        for again in (served, Served(served.file, schema)):
            again.look()
            ask = asking(again.versions, schema, stock)
            assert (
                ask("{ allIdentities { totalCount } }")["data"]["allIdentities"]["totalCount"] == 4
            )
            page = ask(query, after=first["pageInfo"]["endCursor"])["data"]["allIdentities"]
            assert page["version"] == before.version
            assert page["pageInfo"]["hasNextPage"] is False
            assert page["nodes"] == [
                {"id": f"identity:2{marks.own(before)}", "email": "i2@example.com"}
            ]
            assert_all_come_back(ask, [{"__typename": "Identity", **page["nodes"][0]}], 1)

    def test_what_arrives_late(self, served: Served, schema: Schema, stock: Schema) -> None:
        """A late document of the past makes another version of that moment; the one before can be had as it was."""
        past = then(asking(served.versions, schema, stock))
        add(served.file, [(me(7, business_memberships=[membership(8, 10)]), DAY[1])])
        for again in (served, Served(served.file, schema)):
            again.look()
            ask = asking(again.versions, schema, stock)
            newer = then(ask)
            assert newer["id"] != past["id"]
            assert (newer["reachedBy"]["totalCount"], past["reachedBy"]["totalCount"]) == (2, 1)
            for each in (newer, past):
                assert ask(NODE, id=each["id"])["data"]["node"] == each

    def test_files_without_a_ledger(self, schema: Schema, stock: Schema) -> None:
        """Documents of files have a past, too, which other processes with these files know."""
        ask, again = (asking(Versions(explore(DAYS), NOON), schema, stock) for _ in range(2))
        past = then(ask)
        assert past["name"] == "Oak"
        assert again(NODE, id=past["id"])["data"]["node"] == past


class TestGone:
    @pytest.mark.parametrize(
        "key",
        [
            *("business:10@~", "business:10@", "business:10@x", "business:10@~x", "business:10@~~"),
            *(
                "business:10@~1--0123abcd",
                "business:10@~01-0-0123abcd",
                "business:10@~-00-0123abcd",
            ),
            *("business:10@~1-0-0123ABCD", "business:10@~1-0-0123abc", "account:V@~nonsense"),
            *("@~1-0-0123abcd", "x@~1-0-0123abcd", "business:10@~1-0-0123abcd@~1-0-0123abcd"),
            f"business:10@~{'z' * 99}-0-0123abcd",
        ],
    )
    def test_garbage(self, ask_served: Ask, key: str) -> None:
        """What is no mark makes an id malformed; only an empty mark is that of the served version."""
        answer = ask_served(NODE, id=key)
        if key == "business:10@~":
            assert answer["data"]["node"]["id"] == "business:10"
        else:
            assert code(answer) == "BAD_ID", key

    @pytest.mark.parametrize(
        "mark",
        [
            *("~1-0-0123abcd", "~-0-0123abcd", "~zzzzzzzzzz-zzzzzzzzzzzz-0123abcd"),
            *("~1-ysx3ukb9c0-0123abcd", "~0123456789abcdef"),
        ],
    )
    def test_what_is_not_there(self, ask_served: Ask, mark: str) -> None:
        """A version that cannot be had is told by a code, at its own place in a list."""
        assert code(ask_served(NODE, id=f"business:10@{mark}")) == "VERSION_EXPIRED"
        many = ask_served(
            "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            ids=["identity:1", f"group:1@{mark}"],
        )
        assert many["data"]["nodes"] == [{"id": "identity:1"}, None]
        assert (code(many), many["errors"][0]["path"]) == ("VERSION_EXPIRED", ["nodes", 1])

    def test_an_unknown_node(self, ask_served: Ask) -> None:
        """A node that the version does not know is null, as it is of today, and NOT_FOUND as an end."""
        key = then(ask_served)["id"].replace("business:10", "identity:2")
        assert ask_served(NODE, id=key) == {"data": {"node": None}}
        query = 'query ($id: ID!) { access(principal: $id, resource: "business:10") { roles } }'
        assert code(ask_served(query, id=key)) == "NOT_FOUND"

    def test_a_forgotten_person(self, served: Served, ask_served: Ask) -> None:
        """No version from which a person was removed can be had as it was; one without the person stays."""
        without, held = then(ask_served, 2), ask_served(NODE, id="business:10")["data"]["node"]
        add(served.file, [(me(3), DAY[9])])
        served.look()
        key = f"business:10{marks.own(load(served.file, as_of=DAY[3]))}"
        assert ask_served(NODE, id=key)["data"]["node"]["reachedBy"] == held["reachedBy"]
        with Ledger(served.file) as ledger:
            ledger.forget("identity:2", NOON)
        served.look()
        assert code(ask_served(NODE, id=key)) == "VERSION_EXPIRED"
        assert ask_served(NODE, id=without["id"])["data"]["node"] == without

    def test_two_versions_at_once(self, ask_served: Ask) -> None:
        """A question has one version, and a query a few."""
        keys = [then(ask_served, day)["id"] for day in (1, 2)]
        query = "query ($a: ID!, $b: ID!) { access(principal: $a, resource: $b) { roles } }"
        given = {"a": keys[0].replace("business:10", "identity:1"), "b": keys[1]}
        assert code(ask_served(query, **given)) == "VERSIONS_DIFFER"
        many = [f"business:10@~-{each}-0123abcd" for each in range(1, MAX_MOMENTS + 2)]
        answer = ask_served("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=many)
        codes = [error["extensions"]["code"] for error in answer["errors"]]
        assert codes == ["VERSION_EXPIRED"] * MAX_MOMENTS + ["TOO_MANY_MOMENTS"]


def test_limited_tokens(served: Served, schema: Schema, stock: Schema) -> None:
    """Who sees some businesses is told nothing by a mark: a version that is there is refused as one that is not."""
    past = then(asking(served.versions, schema, stock))["id"]
    limited = LimitedVersionsByBusinesses(served.versions, lambda: KEY).of(frozenset(["10"]))
    ask = asking(limited, schema, stock)
    now = marks.own(served.versions.current.graph)
    keys = [past, f"business:10{now}", "business:10@~-1-0123abcd", f"business:99{now}"]
    answers = [ask(NODE, id=each) for each in [*keys, "identity:1@~0123456789abcdef"]]
    assert [code(each) for each in answers] == ["LIMITED"] * 5
    assert all(each == answers[0] for each in answers)
    seen = ask(f"{{ {ALL} }}")
    assert "errors" not in seen
    assert_all_come_back(ask, seen, 2)


def test_pseudonyms(schema: Schema, stock: Schema) -> None:
    """A server of pseudonyms marks them as any other ids."""
    names = explore(DAYS).pseudonymised(KEY)
    ask = asking(Versions(names, NOON), schema, stock)
    (key,) = (each for each in names if each.startswith("business:"))
    query = f"query ($at: DateTime!, $id: ID!) {{ graph(asOf: $at) {{ business(id: $id) {{ {FACTS} }} }} }}"
    past = ask(query, at=DAY[1].isoformat(), id=key)["data"]["graph"]["business"]
    assert past["id"].startswith(f"{key}@~-")
    assert past["reachedBy"]["totalCount"] == 1
    assert ask(NODE, id=past["id"])["data"]["node"] == past
    assert ask(NODE, id=key)["data"]["node"]["reachedBy"]["totalCount"] == 2


class TestImagined:
    QUERY = """query ($remove: [ID!]!, $add: [ImaginedGrant!]!) { whatIf(remove: $remove, add: $add) {
      outcomes { nodes { principal { __typename id } resource { __typename id } remaining { nodes { steps {
        from { __typename id } to { __typename id } grant { id } } } } } }
      graph { version business(id: 10) { %s } %s } } }"""
    ADD = (
        {
            "principal": "identity:2",
            "relation": "MEMBER",
            "resource": "business:10",
            "role": "OWNER",
        },
    )

    @pytest.mark.parametrize(
        "given",
        [{"remove": ["membership:5"], "add": []}, {"remove": [], "add": list(ADD)}],
        ids=["without", "with"],
    )
    def test_it_is_a_version(self, ask_served: Ask, given: dict[str, Any]) -> None:
        """A what-if is entered like any version, and its objects come back by ids of their own."""
        found = ask_served(self.QUERY % (FACTS, ALL), **given)["data"]["whatIf"]
        business = found["graph"]["business"]
        assert re.fullmatch(r"business:10@~[0-9a-f]{16}", business["id"])
        assert business["reachedBy"]["totalCount"] == (1 if given["remove"] else 2)
        assert business["reachedBy"]["version"] == found["graph"]["version"]
        assert ask_served(NODE, id=business["id"])["data"]["node"] == business
        imagined = assert_all_come_back(ask_served, found["graph"], 3)
        assert all("@~" in each for each in imagined)
        known = assert_all_come_back(ask_served, found["outcomes"], 2)
        assert not any("@~" in each for each in known), "these are objects of the version asked"
        grants = re.findall(r'"grant":{"id":"([^"]*)"', msgspec.json.encode(found).decode())
        assert all(("@~" in each) == bool(given["add"]) for each in grants)

    def test_as_of_then(self, ask_served: Ask) -> None:
        """A what-if on a past version, by an id of that version, is one of that version."""
        past = then(ask_served)["id"].replace("business:10@", "business:10#MEMBER@identity:1@")
        found = ask_served(self.QUERY % (FACTS, ""), remove=[past], add=[])["data"]["whatIf"]
        assert found["graph"]["business"]["name"] == "Oak"
        assert found["graph"]["business"]["reachedBy"]["totalCount"] == 0

    def test_it_has_no_past(self, ask_served: Ask) -> None:
        """What is imagined was never otherwise."""
        query = """query ($since: DateTime!) { whatIf(remove: ["membership:5"]) { graph {
          changes(since: $since) { totalCount } } } }"""
        assert code(ask_served(query, since=DAY[1].isoformat())) == "NO_PAST"

    def test_it_is_not_kept_for_ever(self, served: Served, ask_served: Ask) -> None:
        """An imagined version ends when others are imagined, and with a version that was read anew."""
        query = self.QUERY % (FACTS, "")
        first = ask_served(query, remove=["membership:5"], add=[])["data"]["whatIf"]["graph"]
        key = first["business"]["id"]
        ask_served(query, remove=["membership:6"], add=[])
        assert code(ask_served(NODE, id=key)) == "VERSION_EXPIRED"
        again = ask_served(query, remove=["membership:5"], add=[])["data"]["whatIf"]["graph"]
        assert again == first
        with Ledger(served.file) as ledger:
            ledger.forget("identity:2", NOON)
        served.look()
        assert code(ask_served(NODE, id=key)) == "VERSION_EXPIRED"


def test_ids_of_accounts_that_end_like_marks(schema: Schema, stock: Schema) -> None:
    """An account's own id can hold any sign; what ends like a mark is told apart, now and then."""
    strange = ["V@", "V@~", "V@~1-0-0123abcd", "V@~0123456789abcdef", "V@~x@~y", "~V", "@~", "V@~X"]
    roles = [
        {"id": place, "role": "admin", "accountid": key} for place, key in enumerate(strange, 1)
    ]
    graph = explore([(me(1, roles=roles), DAY[1]), (me(2), DAY[2])])
    ask = asking(Versions(graph, NOON), schema, stock)
    query = """query ($at: DateTime) { graph(asOf: $at) {
      search(text: "account", first: 100) { nodes { __typename id label } } } }"""
    seen = set[str]()
    for at in (DAY[1].isoformat(), None):
        nodes = ask(query, at=at)["data"]["graph"]["search"]["nodes"]
        assert len(nodes) == len(strange)
        assert_all_come_back(ask, nodes, len(strange))
        for each in nodes:
            label = ask("query ($id: ID!) { node(id: $id) { label } }", id=each["id"])
            assert label["data"]["node"]["label"] == each["label"]
        seen |= {each["id"] for each in nodes}
    assert len(seen) == 2 * len(strange)
    assert {"account:V@", "account:V@~@~", "account:V@~X", "account:~V"} < seen


def test_a_superseded_version_in_a_stream(served: Served) -> None:
    """A change tells of a node that is gone by the id of the version that had it."""
    feed = served.feed()
    query = "subscription { changes { changes { resource { id } causes { ... on GrantCause { before { id } } } } } }"
    list(served.events(feed, query))
    add(served.file, [(me(1), DAY[9])])
    before: Version = served.versions.current
    served.look()
    (event,) = served.events(feed, query)
    (change,) = event["changes"]
    assert change["resource"]["id"] == "business:10"
    (cause,) = change["causes"]
    mark = marks.own(before.graph)
    assert cause["before"]["id"] == f"business:10#MEMBER@identity:1{mark}"
    assert served.versions.marked(marks.parse(mark)).name == before.name


def test_a_graph_and_its_marked_twin() -> None:
    """A graph with a mark is the same graph beside it."""
    graph: AccessGraph = Explorer.observe(())
    assert marks.own(graph) == ""
    twin = explore(DAYS)
    marked = twin.marked("@~1-0-0123abcd")
    assert (twin.mark, marked.mark, marked.version) == ("", "@~1-0-0123abcd", twin.version)
    assert list(marked.edges(keys=True)) == list(twin.edges(keys=True))
