"""Answers that are given again: what the version settles, to who may have it, while it is served."""

from __future__ import annotations

import datetime as dt
import gc
import json
import tracemalloc
import weakref
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from graphql import GraphQLObjectType
from starlette.routing import Route

from applications import application
from inroads.network.access_graph import AccessGraph
from inroads_api.execution.answer_cache import (
    BASE_BYTES,
    FACTS,
    SETTLED,
    AnswerCache,
    Question,
)
from inroads_api.execution.documents import PreparedDocument
from inroads_api.execution.execute import Schema
from inroads_api.execution.weighed_cache import WeighedCache
from inroads_api.security.audit import AuditLog
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile
from inroads_api.versions.versions import Version, Versions
from inroads_api.web.stages import answers as room
from inroads_api.web.stages.answers import OperationResult
from questions import NOON, Serve

UNSETTLED: Final = {
    "graph",
    "changes",
    "changesByCause",
    "reviewCampaigns",
    "reviewCampaign",
    "reviewer",
}
"""These name other versions, moments by the clock, or what stands in the ledger by now."""

IDENTITY: Final = (
    "query Who($email: String!) { identity(by: {email: $email}) { id email reach { totalCount } } }"
)
EMAIL: Final = "b@example.com"


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that were executed, one after the other."""
    seen: list[str] = []
    execute = room.execute

    def counted(
        schema: Schema, versions: Versions, document: PreparedDocument, *rest: Any
    ) -> dict[str, Any]:
        seen.append(document.text)
        return execute(schema, versions, document, *rest)

    monkeypatch.setattr(room, "execute", counted)
    return seen


def post(
    client: httpx2.Client, query: str, variables: object = None, **more: Any
) -> httpx2.Response:
    return client.post(
        "/graphql", json={"query": query, "variables": variables, **more.pop("sent", {})}, **more
    )


def test_every_root_field_is_decided_on(schema: Schema) -> None:
    """Whoever adds a root field says whether a version settles it."""
    query = schema._schema.query_type
    assert query
    settled = SETTLED - {"__typename", "__schema", "__type"}
    assert query.fields.keys() == settled | UNSETTLED
    inside = schema._schema.get_type("GraphInfo")
    assert isinstance(inside, GraphQLObjectType)
    assert inside.fields.keys() == settled | FACTS | UNSETTLED - {
        *("graph", "reviewCampaigns", "reviewCampaign", "reviewer")
    }


@pytest.mark.parametrize(
    "query",
    [
        "{ __typename }",
        '{ search(text: "b") { nodes { id } } rules { id } }',
        '{ ...Who } fragment Who on Query { identity(by: {email: "b@example.com"}) { id } }',
        '{ whatIf(remove: ["role 994207"]) { outcomes { totalCount } } }',
        "{ findings(first: 1) { totalCount } all: graph { findings { nodes { sentence } } } }",
        "{ largestBlastRadius { id } mostExposed { id } chokePoints { grant { id } } }",
        '{ identity(by: {email: "nobody@example.com"}) { id } }',
        "{ graph { version builtAt coverage { complete } } }",
        "{ __typename all: graph { identities ...Rest } } fragment Rest on GraphInfo { rules { id } }",
        "{ ...All } fragment All on Query { graph { identities } }",
    ],
)
def test_given_again(client: httpx2.Client, executed: list[str], query: str) -> None:
    """What the version settles is kept when its document comes again, and from then on given to the byte."""
    first, *others = [post(client, query) for _ in range(4)]
    assert first.status_code == 200
    assert "errors" not in first.json()
    assert executed == [query] * 2
    assert {each.content for each in others} == {first.content}
    assert client.get("/graphql", params={"query": query}).content == first.content
    assert executed == [query] * 2


@pytest.mark.parametrize(
    "query",
    [
        '{ graph(asOf: "2100-01-01T00:00:00Z") { version } }',
        "{ __typename graph(atLeast: null) { identities } }",
        '{ ...All } fragment All on Query { graph { changes(since: "2026-01-01T00:00:00Z") { totalCount } } }',
        "{ graph { version ... @include(if: true) { ...All } } }"
        ' fragment All on GraphInfo { changes(since: "2026-01-01T00:00:00Z") { totalCount } }',
        '{ changes(since: "2026-01-01T00:00:00Z") { totalCount } }',
        '{ node(id: "nonsense") { id } }',
        "{ nowhere }",
        "{",
        "mutation { __typename }",
    ],
)
def test_found_again(client: httpx2.Client, executed: list[str], query: str) -> None:
    """What is not settled, and whatever has errors, is executed each time."""
    said = {post(client, query).content for _ in range(3)}
    assert len(said) == 1
    assert executed == [query] * 3


def test_the_question_is_taken_by_the_letter(client: httpx2.Client, executed: list[str]) -> None:
    """Variables are the same in any order, and other values or another operation are another question."""
    query = (
        'query A($n: Int, $id: ID!) { node(id: $id) { id } search(text: "b", first: $n) { nodes { id } } }'
        ' query B($n: Int, $id: ID!) { node(id: $id) { __typename } search(text: "b", first: $n) { nodes { id } } }'
    )
    node = {"n": 1, "id": "identity:1"}
    post(client, query, node, sent={"operationName": "A"})  # as it comes first
    for variables in (node, dict(reversed(node.items()))):
        post(client, query, variables, sent={"operationName": "A"})
    assert len(executed) == 2
    for other in ({**node, "n": 2}, {**node, "n": None}, {**node, "id": 1}, {"id": "identity:1"}):
        post(client, query, other, sent={"operationName": "A"})
    post(client, query, node, sent={"operationName": "B"})
    assert len(executed) == 7


def test_another_version_is_asked_anew(
    bruce: AccessGraph, people: AccessGraph, serve: Serve, executed: list[str]
) -> None:
    """A version gives its own answers, and they end with it."""
    app = application(bruce)
    (endpoint,) = (
        each.endpoint for each in app.routes if isinstance(each, Route) and each.path == "/graphql"
    )
    client = serve(app)

    def found() -> Any:
        return post(client, IDENTITY, {"email": EMAIL}).json()["data"]["identity"]

    was = found()
    assert found() == found() == was
    assert was["email"] == EMAIL
    endpoint.versions.swap(Version(people, NOON))
    assert found() is None
    endpoint.versions.swap(Version(bruce, NOON))
    assert found() == was
    assert len(executed) >= 2 + 1  # a version that comes back may be remembered


def test_who_may_not_ask_is_given_nothing(bruce: AccessGraph, serve: Serve, tmp_path: Path) -> None:
    """An answer that is there is given only to who may have it, and each giving is in the audit log."""
    file, day = TokenFile(tmp_path / "tokens.json"), dt.timedelta(days=1)
    (_, reading), (_, ingesting) = (
        file.create("a", [each], day, NOON) for each in (TokenScope.READ, TokenScope.INGEST)
    )
    audit = AuditLog(tmp_path / "audit.log", b"k" * 32, lambda: NOON)
    client = serve(application(bruce, auth=Auth(file.path, lambda: NOON), audit=audit))
    headers = [
        {"authorization": f"Bearer {each}"} for each in (reading, reading, reading, ingesting)
    ]
    said = [post(client, IDENTITY, {"email": EMAIL}, headers=each) for each in [*headers, {}]]
    assert [each.status_code for each in said] == [200, 200, 200, 403, 401]
    assert said[0].content == said[2].content
    told = [json.loads(line) for line in (tmp_path / "audit.log").read_bytes().splitlines()]
    assert [(each["status"], each.get("bytes")) for each in told if each["event"] == "asked"] == [
        *[(200, len(said[0].content))] * 3,
        (403, None),
    ]


class TestAnswers:
    """What is kept, and for how long."""

    def asked(self, number: int) -> Question:
        return Question(f"{number}", None, b"")

    def test_the_last_given_are_kept(self, bruce: AccessGraph) -> None:
        """Up to so many bytes; those that nobody asked for longest go first, and a large one is never kept."""
        answers, version = (
            AnswerCache[int](WeighedCache(14 * BASE_BYTES + 160), most=10),
            Version(bruce, NOON),
        )
        for number in (1, 2, 3, 1, 4):
            if answers.find(version, self.asked(number)) is None:
                answers.keep(version, self.asked(number), number, 10)
        assert [answers.find(version, self.asked(each)) for each in range(1, 5)] == [1, 2, 3, 4]
        for number in range(5, 16):
            answers.keep(version, self.asked(number), number, 10)
        assert [answers.find(version, self.asked(each)) for each in (1, 2, 3, 15)] == [
            None,
            2,
            3,
            15,
        ]
        answers.keep(version, self.asked(16), 16, 11)
        assert answers.find(version, self.asked(16)) is None

    def test_small_answers_weigh(self, bruce: AccessGraph) -> None:
        """Many answers of a few bytes take no more memory than the cache may."""
        kept, version = WeighedCache(2 * 2**20), Version(bruce, NOON)
        answers = AnswerCache[OperationResult](kept)
        tracemalloc.start()
        try:
            for number in range(10_000):
                question = Question("{ __typename }", None, str(number).encode())
                answers.keep(version, question, OperationResult(bytes([*b"{}"])), 2)
            taken = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
        assert 1_000 < len(kept) < 10_000
        assert taken < 1.1 * kept.most

    def test_nothing_is_held(self, bruce: AccessGraph) -> None:
        """No answer holds a graph, and the answers of an ended version go when those of another one come."""
        kept = WeighedCache()
        answers, version = AnswerCache[int](kept), Version(bruce, NOON)
        answers.keep(version, self.asked(1), 1, 10)
        held = weakref.ref(version)
        del version
        gc.collect()
        assert held() is None
        later = Version(bruce, NOON)
        answers.keep(later, self.asked(2), 2, 10)
        assert len(kept) == 1
