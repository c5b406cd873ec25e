"""Where questions begin: versions of the past, changes between two of them, and what one query may ask of them."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest

from costs import measure
from inroads.analysis.causes import GrantCause, NodeCause, stated
from inroads.analysis.change_sentences import sentence
from inroads.analysis.changes import Kind, changes
from inroads.documents.pointers import pointer, record
from inroads.explorer import Explorer
from inroads.network.access_graph import AccessGraph
from inroads_api.execution.execute import Schema
from inroads_api.schema.context import MAX_MOMENTS
from questions import Ask, asker, code, unmarked
from records import DAY, client, me, membership
from strategies import random_world
from worlds import World, explore, observations

WHOLE = """version documents identities businesses accounts groups grants issueCount
  issues { code source sha256 pointer message } coverage { complete notes oldest newest }
  nodes(ids: $ids) { id
    ... on Identity { email observed confirmedAt memberships(first: 5) { nodes { roles recordId evidence { ...Said } } }
      reach(first: 20) { totalCount coverage { notes } nodes { resource { id } roles certainty state stateReasons
        paths(first: 2) { nodes { sentence steps { grant { id evidence { ...Said } } } } } } } }
    ... on Business { name active account { id } reachedBy(first: 20) { nodes { principal { id } } } } }"""
SAID = "fragment Said on Evidence { pointer recordId document { sha256 source observedAt momentSource } }"
THEN = f"query ($ids: [ID!]!, $asOf: DateTime!) {{ graph(asOf: $asOf) {{ {WHOLE} }} }} {SAID}"
NOW = f"query ($ids: [ID!]!) {{ graph {{ {WHOLE} }} }} {SAID}"

CHANGES = (
    """query ($since: DateTime!, $until: DateTime, $first: Int, $after: String) {
  changes(since: $since, until: $until, first: $first, after: $after) {
    totalCount truncated before after pageInfo { hasNextPage endCursor }
    nodes { kinds principal { id } resource { id } sentence before { ...Facts } after { ...Facts }
      causes { id witnessed
        ... on GrantCause { before { ...Held } after { ...Held } }
        ... on NodeCause { node { id } attribute before { value evidence { record ...Said } }
          after { value evidence { record ...Said } } } } } } }
  fragment Held on Grant { roles evidence(first: 10) { ...Said } }
  fragment Facts on AccessFacts { roles capabilities certainty state stateReasons }"""
    + SAID
)
BY_CAUSE = """query ($since: DateTime!, $first: Int, $after: String, $inner: Int, $innerAfter: String) {
  changesByCause(since: $since, first: $first, after: $after) { totalCount before after pageInfo { endCursor }
    nodes { cause { id sentence } changes(first: $inner, after: $innerAfter) {
      totalCount pageInfo { hasNextPage endCursor } nodes { principal { id } resource { id } } } } } }"""

COUNTED = """query ($since: DateTime!, $kinds: [ChangeKind!], $first: Int, $after: String) {
  changes(since: $since, kinds: $kinds, first: $first, after: $after) {
    totalCount counts { kind count } pageInfo { endCursor } nodes { kinds principal { id } resource { id } } }
  changesByCause(since: $since, kinds: $kinds, first: 100) {
    counts { kind count } nodes { cause { id } changes(first: 100) {
      totalCount counts { kind count } nodes { kinds } } } } }"""


def in_order(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How many changes have each kind, in the order of the kinds."""
    found = Counter(kind for each in nodes for kind in each["kinds"])
    return [{"kind": str(kind), "count": found[kind]} for kind in Kind if found[kind]]


def worlds_of(count: int) -> list[World]:
    return [random_world(random.Random(seed), size=8) for seed in range(count)]


def moments(world: World) -> list[dt.datetime]:
    """Before all documents, at each of them, and between."""
    given = sorted({moment for _, moment in world})
    return [
        given[0] - dt.timedelta(days=1),
        *given,
        *(each + dt.timedelta(microseconds=1) for each in given),
    ]


def iso(moment: dt.datetime) -> str:
    return moment.isoformat()


class TestAsOf:
    def test_each_moment_is_the_fold_of_what_was_observed_until_then(self, schema: Schema) -> None:
        """As of any moment every answer, evidence and issues included, is that of a graph of those documents alone."""
        for world in worlds_of(12):
            read = observations(world)
            ask = asker(schema, Explorer.observe(read))
            for moment in moments(world):
                fresh = Explorer.observe(
                    each for each in read if each.document.observed_at <= moment
                )
                for ids in ([], sorted(fresh)[:6], sorted(fresh)[-6:]):
                    wanted = asker(schema, fresh)(NOW, ids=ids)
                    assert "errors" not in wanted
                    assert unmarked(ask(THEN, ids=ids, asOf=iso(moment))) == wanted

    def test_without_arguments_it_is_the_version_that_answers(
        self, ask: Ask, bruce: AccessGraph
    ) -> None:
        """`graph` alone, with nulls, or as of the future, is what Query answers from, and names the same version."""
        for given in ("", "(asOf: null, atLeast: null)", '(asOf: "9999-01-01T00:00:00Z")'):
            found = ask(
                f"{{ graph{given} {{ version builtAt position business(id: 77128) {{ name }} }} }}"
            )
            assert found["data"]["graph"] == {
                "version": bruce.version,
                "builtAt": "2026-03-01T12:00:00Z",
                "position": None,
                "business": {"name": "BillSpring"},
            }

    def test_before_everything_there_is_nothing(self, ask: Ask) -> None:
        """Before the first document nothing is known, which is an answer and no error."""
        query = """{ graph(asOf: "2000-01-01T00:00:00Z") { documents search(text: "b") { nodes { id } }
          identity(by: {email: "b@example.com"}) { id } coverage { complete notes } } }"""
        assert ask(query)["data"]["graph"] == {
            "documents": 0,
            "search": {"nodes": []},
            "identity": None,
            "coverage": {"complete": False, "notes": ["no document was read"]},
        }

    @pytest.mark.parametrize(
        "moment",
        [
            "2026-03-01T00:00:00",
            "2026-03-01",
            "yesterday",
            "",
            "2026-13-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
        ],
    )
    def test_a_bad_moment(self, ask: Ask, moment: str) -> None:
        """A moment needs an offset, in the query and in a variable, and is told so with a code."""
        assert code(ask(f'{{ graph(asOf: "{moment}") {{ version }} }}')) == "BAD_MOMENT"
        response = ask("query ($m: DateTime) { graph(asOf: $m) { version } }", m=moment)
        assert code(response) == "BAD_MOMENT"
        assert "with an offset" in response["errors"][0]["message"]
        assert (
            code(ask("query ($m: DateTime) { graph(asOf: $m) { version } }", m=1772323200))
            == "BAD_MOMENT"
        )

    def test_offsets(self, ask: Ask) -> None:
        """Any offset will do: noon in UTC is one o'clock an hour further east."""
        for moment, documents in (
            ("2026-03-01T13:00:00+01:00", 1),
            ("2026-03-01T12:59:59+01:00", 0),
        ):
            assert (
                ask(f'{{ graph(asOf: "{moment}") {{ documents }} }}')["data"]["graph"]["documents"]
                == documents
            )

    def test_few_moments_in_one_query(self, schema: Schema) -> None:
        """One query asks about a few moments, however often about each; the next one is refused with a code."""
        ask = asker(schema, explore([(me(day), DAY[day]) for day in range(1, 11)]))

        def query(days: list[int]) -> str:
            return "".join(
                f'a{n}: graph(asOf: "{iso(DAY[day])}") {{ documents }} '
                for n, day in enumerate(days)
            )

        few = ask(f"{{ {query([1, 2, 3, 4, 1, 2, 3, 4])} }}")
        assert [each["documents"] for each in few["data"].values()] == [1, 2, 3, 4] * 2
        assert MAX_MOMENTS == 4
        many = ask(f"{{ {query([1, 2, 3, 4, 5])} }}")
        assert code(many) == "TOO_MANY_MOMENTS"
        assert code(ask(f"{{ {query([1] * 30)} }}")) == "COST_LIMIT"
        nested = (
            f'graph(asOf: "{iso(DAY[9])}") {{ changes(since: "{iso(DAY[5])}") {{ totalCount }} }}'
        )
        assert code(ask(f"{{ {query([1, 2, 3])} {nested} }}")) == "TOO_MANY_MOMENTS"


def facts(given: Any) -> Any:
    return given and {
        "roles": list(given.roles),
        "capabilities": list(given.capabilities),
        "certainty": given.certainty,
        "state": given.state,
        "stateReasons": list(given.reasons),
    }


def sides(graph: AccessGraph, cause: GrantCause | NodeCause, given: Any) -> Any:
    """One side of a cause, with where its own version has it from."""
    if given is None:
        return None
    if isinstance(cause, GrantCause):
        own = (given.principal, given.resource)
        records = sorted(
            given.evidence, key=lambda each: graph.documents[each.document].subject not in own
        )
        return {
            "roles": list(given.roles),
            "evidence": [said(graph, each, "") for each in records],
        }
    found = stated(graph, cause)
    assert found is not None
    where = said(graph, found, cause.pointer)
    return {
        "value": given,
        "evidence": [
            {"record": record(graph.documents[found.document], where["pointer"]), **where}
        ],
    }


def said(graph: AccessGraph, evidence: Any, inside: str) -> dict[str, Any]:
    document = graph.documents[evidence.document]
    place = pointer(document, evidence.section, evidence.index, evidence.sub)
    return {
        "pointer": place + inside,
        "recordId": evidence.record_id,
        "document": {
            "sha256": document.sha256,
            "source": document.source,
            "observedAt": document.observed_at.isoformat().replace("+00:00", "Z"),
            "momentSource": document.moment_source.name if document.moment_source else None,
        },
    }


class TestChanges:
    def test_they_are_those_of_the_library(self, schema: Schema) -> None:
        """Kinds, facts, causes and evidence on both sides are those of comparing two fresh folds, in their order."""
        compared: Counter[str] = Counter()
        for world in worlds_of(30):
            read = observations(world)
            ask = asker(schema, Explorer.observe(read))
            times = sorted({moment for _, moment in world})
            for since, until in zip(times, [*times[1:], None], strict=True):
                before, after = (
                    Explorer.observe(
                        each for each in read if each.document.observed_at <= (moment or times[-1])
                    )
                    for moment in (since, until)
                )
                found = changes(before, after)
                response = ask(CHANGES, since=iso(since), until=until and iso(until))
                assert "errors" not in response
                page = response["data"]["changes"]
                assert (page["before"], page["after"], page["truncated"]) == (
                    before.version,
                    after.version,
                    False,
                )
                assert page["totalCount"] == len(found.changes) <= 50
                assert unmarked(page["nodes"]) == [
                    told(before, after, each) for each in found.changes
                ]
                compared.update(
                    type(cause).__name__ for change in found.changes for cause in change.causes
                )
        assert min(compared["GrantCause"], compared["NodeCause"]) > 5

    def test_pages(self, schema: Schema) -> None:
        """Page by page gives the whole list once, and a cursor goes on with its own list and its own versions only."""
        ask = asker(schema, busy())
        asked = {"since": iso(DAY[0]), "until": iso(DAY[1])}
        whole = ask(CHANGES, **asked)["data"]["changes"]
        paged, after = [], None
        for _ in range(whole["totalCount"]):
            page = ask(CHANGES, **asked, first=1, after=after)["data"]["changes"]
            paged += page["nodes"]
            after = page["pageInfo"]["endCursor"]
        assert paged == whole["nodes"]
        assert len(paged) == 8
        assert not page["pageInfo"]["hasNextPage"]
        further = ask(CHANGES, since=asked["since"], after=after)["data"]["changes"]
        assert (further["after"], further["nodes"]) == (whole["after"], []), "until now is more"
        assert code(ask(CHANGES, since=iso(DAY[1]), after=after)) == "CURSOR_EXPIRED"
        assert code(ask(BY_CAUSE, since=asked["since"], after=after)) == "CURSOR_INVALID"
        assert code(ask(CHANGES, **asked, after="x")) == "CURSOR_INVALID"
        assert code(ask(CHANGES, **asked, first=-1)) == "FIRST_OUT_OF_RANGE"

    def test_by_cause(self, schema: Schema) -> None:
        """One client row that changes many accesses lists them all, page by page; each list has its own cursors."""
        ask = asker(schema, busy())
        (first, *_) = groups = ask(BY_CAUSE, since=iso(DAY[0]), inner=2)["data"]["changesByCause"][
            "nodes"
        ]
        assert first["cause"]["id"] == "account:V#CLIENT@business:10"
        assert first["cause"]["sentence"] == "client 6 of Business 10 (10) was added"
        assert (first["changes"]["totalCount"], len(first["changes"]["nodes"])) == (8, 2)
        assert [group["cause"]["id"] for group in groups] == [
            "account:V#CLIENT@business:10",
            "account:W#CLIENT@business:10",
        ]
        cursor = first["changes"]["pageInfo"]["endCursor"]
        rest = ask(BY_CAUSE, since=iso(DAY[0]), first=1, inner=100, innerAfter=cursor)["data"][
            "changesByCause"
        ]["nodes"]
        assert len(rest[0]["changes"]["nodes"]) == 6
        assert rest[0]["changes"]["nodes"][0] not in first["changes"]["nodes"]
        mixed = ask(BY_CAUSE, since=iso(DAY[0]), inner=1, innerAfter=cursor)
        assert {error["extensions"]["code"] for error in mixed["errors"]} == {"CURSOR_INVALID"}

    def test_counts_and_kinds(self, schema: Schema) -> None:
        """Each list counts all that it holds by kind, and some kinds are the list of these alone."""
        counted = 0
        for world in worlds_of(40):
            graph = explore(world)
            ask, days = asker(schema, graph), moments(world)
            given = {"since": iso(days[0])}
            whole = ask(COUNTED, **given, first=100)["data"]
            nodes = whole["changes"]["nodes"]
            for kinds in (None, ["GAINED"], ["OBSERVED", "LOST"], list(Kind), []):
                found = ask(COUNTED, **given, kinds=kinds, first=0)["data"]
                part = [
                    each
                    for each in nodes
                    if kinds is None or not set(kinds).isdisjoint(each["kinds"])
                ]
                assert found["changes"]["totalCount"] == len(part)
                expected = in_order(part)
                assert found["changes"]["counts"] == expected
                assert found["changesByCause"]["counts"] == expected
                for group in found["changesByCause"]["nodes"]:
                    assert group["changes"]["counts"] == in_order(group["changes"]["nodes"])
                    assert group["changes"]["totalCount"] == len(group["changes"]["nodes"])
                counted += len(expected)
        assert counted > 100

    def test_pages_of_kinds(self, schema: Schema) -> None:
        """A cursor goes on with the kinds that it is of, inside of a cause, too."""
        ask = asker(schema, busy())
        given = {"since": iso(DAY[0]), "kinds": ["GAINED"]}
        page = ask(COUNTED, **given, first=1)["data"]["changes"]
        after = page["pageInfo"]["endCursor"]
        further = ask(COUNTED, **given, first=1, after=after)["data"]["changes"]["nodes"]
        assert further[0] not in page["nodes"]
        others = ask(COUNTED, since=given["since"], kinds=["GAINED", "LOST"], after=after)
        assert code(others) == "CURSOR_INVALID"

    def test_of_a_version_of_the_past(self, schema: Schema) -> None:
        """Inside of `graph(asOf:)` a review ends there, and what came later is not in it."""
        ask = asker(schema, busy())
        query = "query ($m: DateTime!, $s: DateTime!) { graph(asOf: $m) { changes(since: $s) { totalCount } } }"
        assert (
            ask(query, m=iso(DAY[1]), s=iso(DAY[0]))["data"]["graph"]["changes"]["totalCount"] == 8
        )
        assert (
            ask(query, m=iso(DAY[0]), s=iso(DAY[0]))["data"]["graph"]["changes"]["totalCount"] == 0
        )
        assert (
            ask(query, m=iso(DAY[0]), s=iso(DAY[2]))["data"]["graph"]["changes"]["totalCount"] == 0
        )

    def test_backwards(self, ask: Ask) -> None:
        """A review that ends before it begins is refused."""
        query = '{ changes(since: "2026-02-01T00:00:00Z", until: "2026-01-01T00:00:00Z") { totalCount } }'
        assert code(ask(query)) == "BAD_MOMENT"

    def test_its_cost(self, schema: Schema, ask: Ask) -> None:
        """What looks into the past costs much wherever it stands: nobody asks for hundreds in one document."""
        for each in (
            'graph(asOf: "2026-01-01T00:00:00Z") { version }',
            'graph(atLeast: "ledger:1") { version }',
            'changes(since: "2026-01-01T00:00:00Z") { totalCount }',
            'graph { changesByCause(since: "2026-01-01T00:00:00Z") { totalCount } }',
        ):
            assert (
                code(ask("{" + " ".join(f"a{n}: {each}" for n in range(20)) + "}")) == "COST_LIMIT"
            )
        inside = "reach { nodes { explanation { sentence } } }"
        asked = f"identity(by: {{id: 1}}) {{ {inside} }}"
        plain, nested = f"{{ {asked} }}", f'{{ graph(asOf: "2026-01-01T00:00:00Z") {{ {asked} }} }}'
        assert measure(schema, nested).cost == measure(schema, plain).cost + 5000


def told(before: AccessGraph, after: AccessGraph, change: Any) -> dict[str, Any]:
    """A change of the library as the query gives it."""
    return {
        "kinds": list(change.kinds),
        "principal": {"id": change.principal},
        "resource": {"id": change.resource},
        "sentence": sentence(before, after, change),
        "before": facts(change.before),
        "after": facts(change.after),
        "causes": [
            {
                "id": cause.id,
                "witnessed": cause.witnessed,
                **(
                    {"node": {"id": cause.id}, "attribute": cause.attribute}
                    if isinstance(cause, NodeCause)
                    else {}
                ),
                "before": sides(before, cause, cause.before),
                "after": sides(after, cause, cause.after),
            }
            for cause in change.causes
        ],
    }


def busy() -> Explorer:
    """Eight owners of a business that becomes a client of V on the second day, and of W on the third."""
    world: list[Any] = []
    for day, vendors in enumerate(["", "V", "VW"]):
        rows = [client(6 + number, vendor) for number, vendor in enumerate(vendors)]
        bodies = (
            me(who, business_memberships=[membership(who, 10, business_clients=rows)])
            for who in range(1, 9)
        )
        world += [(body, DAY[day]) for body in bodies]
    return explore(world)
