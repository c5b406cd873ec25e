"""A request from end to end: what is made of it once stays with it."""

from __future__ import annotations

import asyncio
import json
import threading
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.routing import Route

from applications import application
from inroads import EXAMPLE
from inroads.analysis.explain import Explainer
from inroads.network.access_graph import AccessGraph
from inroads_api.execution import execute as execution
from inroads_api.execution import plans
from inroads_api.execution.documents import BASE_BYTES, DocumentCache, PreparedDocument
from inroads_api.execution.execute import Schema
from inroads_api.execution.weighed_cache import WeighedCache
from inroads_api.schema.pages import Page, Window
from inroads_api.security.audit import AuditLog
from inroads_api.versions.versions import Version, Versions
from inroads_api.web.rate_limit import RateLimiter
from inroads_api.web.stages import answers
from questions import NOON, Serve, graph_of

QUERY: Final = "query Who { graph { version } }"


def test_a_document_that_is_driven_out_while_its_request_runs(
    bruce: AccessGraph, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its request ends as any other: with its answer, price and fields, under its name, in the figures and the log."""
    few = partial(DocumentCache, kept=WeighedCache(8 * BASE_BYTES), refused=8 * BASE_BYTES)
    monkeypatch.setattr(execution, "DocumentCache", few)
    execute, gone = answers.execute, []

    def flooded(
        schema: Schema, versions: Versions, document: PreparedDocument, *rest: Any
    ) -> dict[str, Any]:
        cache = schema.documents
        for number in range(20):
            other = cache.get(f"{{ a{number}: __typename }}")
            assert other.errors(None, None) == []
            cache.keep(other)
            assert cache.get(f"{{ b{number}").errors(None, None)
        gone.append(not cache.kept.find(QUERY) and not cache.refused.find(QUERY))
        return execute(schema, versions, document, *rest)

    monkeypatch.setattr(answers, "execute", flooded)
    audit = AuditLog(tmp_path / "audit.log", b"k" * 32, lambda: NOON)
    limiter = RateLimiter(1_000, clock=lambda: 0.0)
    client = serve(application(bruce, audit=audit, limiter=limiter))
    for _ in range(3):
        answer = client.post("/graphql", json={"query": QUERY}).json()
        assert answer["data"] == {"graph": {"version": bruce.version}}
        cost = {"requested": 2, "actual": 2, "maximum": 100_000}
        throttle = answer["extensions"]["cost"].pop("throttle")
        assert throttle["limit"] == 1_000
        assert answer["extensions"] == {"cost": cost}
    assert gone == [True] * 3
    assert 'requests_total{operation="Who",outcome="ok"} 3.0' in client.get("/metrics").text
    lines = map(json.loads, (tmp_path / "audit.log").read_bytes().splitlines()[1:])
    assert [(line["name"], line["cost"], line["fields"]) for line in lines] == [("Who", 2, 2)] * 3


def test_a_query_that_cannot_be_compiled(
    bruce: AccessGraph, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is answered without a plan each time it comes, and each time the audit log has a line."""

    def broken(*_: object) -> int:
        raise IndexError

    monkeypatch.setattr(Schema, "compile", broken)
    audit = AuditLog(tmp_path / "audit.log", b"k" * 32, lambda: NOON)
    client = serve(application(bruce, audit=audit))
    for _ in range(3):
        answer = client.post("/graphql", json={"query": '{ node(id: "business:77128") { id } }'})
        assert answer.json()["data"] == {"node": {"id": "business:77128"}}
    lines = map(json.loads, (tmp_path / "audit.log").read_bytes().splitlines()[1:])
    assert [line["status"] for line in lines] == [200] * 3


def test_every_line_of_the_audit_log_has_cost_and_fields(
    bruce: AccessGraph, serve: Serve, tmp_path: Path
) -> None:
    """Also those of refused documents; what cannot be priced costs the look at it."""
    audit = AuditLog(tmp_path / "audit.log", b"k" * 32, lambda: NOON)
    client = serve(application(bruce, audit=audit))
    for query in (QUERY, "{ nothing }", "{", "", "mutation { __typename }"):
        client.post("/graphql", json={"query": query})
    lines = map(json.loads, (tmp_path / "audit.log").read_bytes().splitlines())
    figures = [(line["cost"], line["fields"]) for line in lines if line["event"] == "asked"]
    assert figures == [(2, 2), (1, 0), (1, 0), (1, 0), (1, 0)]


OTHER: Final = {"response": {"id": 5, "email": "z@example.com", "roles": []}}
"""A document that makes another version of the graph."""


@pytest.fixture
def looped(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the event loop begins each operation, one after the other."""
    execute, looped = answers.execute, list[bool]()

    def noted(*given: Any) -> dict[str, Any]:
        try:
            looped.append(bool(asyncio.get_running_loop()))
        except RuntimeError:
            looped.append(False)
        return execute(*given)

    monkeypatch.setattr(answers, "execute", noted)
    return looped


@pytest.mark.parametrize(
    "query",
    [
        "query ($n: Int) { findings(first: $n) { nodes { sentence } } }",
        "query ($n: Int) { largestBlastRadius(first: $n) { id } mostExposed(first: $n) { id } }",
        'query ($n: Int) { whatIf(remove: ["role 994207"]) { outcomes(first: $n) { totalCount } } }',
    ],
)
def test_what_takes_long_once_for_a_version(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, looped: list[bool], query: str
) -> None:
    """A thread makes what takes long, of which the event loop answers from then on; records are looked up each time."""
    monkeypatch.setattr(answers, "AT_ONCE", 60.0)  # of work, on the slowest machine
    monkeypatch.setattr(plans, "RESTS", 0.0)
    body = (EXAMPLE / "bruce.json").read_bytes()
    app = application(graph_of(body))
    client, asked = serve(app), iter(range(100))

    def begun() -> list[bool]:
        """Where an operation was begun, and perhaps begun again."""
        looped.clear()
        answer = client.post(
            "/graphql", json={"query": query, "variables": {"n": 1, "number": next(asked)}}
        )
        assert "errors" not in answer.json()
        return list(looped)

    for _ in range(4):
        begun()
    always = [[True, False]] if "whatIf" in query else [[True]]
    assert [begun()] == always
    route = next(each for each in app.routes if isinstance(each, Route) and each.path == "/graphql")
    route.endpoint.versions.swap(Version(graph_of(body, OTHER), NOON))
    assert begun() == [True, False]
    assert [begun()] == always


def test_no_other_version_is_made_in_the_event_loop(
    bruce: AccessGraph, serve: Serve, looped: list[bool]
) -> None:
    """What comes again is answered in the event loop, but for what may need another version: that one takes long."""
    client = serve(application(bruce))
    one = "query ($id: ID!) { node(id: $id) { label } }"
    page = """query ($email: String, $after: String) { identity(by: {email: $email}) {
      roles(first: 1, after: $after) { pageInfo { endCursor } } } }"""

    def ask(query: str, **variables: Any) -> bool:
        """Whether the event loop has answered."""
        client.post("/graphql", json={"query": query, "variables": variables})
        return looped[-1]

    for place in range(4):
        ask(one, id=f"business:{place}")
        ask(page, email=f"{place}@example.com")
    assert ask(one, id="business:77128")
    assert not ask(one, id="business:77128@~1-0-0123abcd")
    for end, at_once in (("", True), (r"\u0040~x", False)):
        literals = (f'{{ node(id: "group:{place}{end}") {{ label }} }}' for place in range(5))
        assert any(map(ask, literals)) == at_once
    roles = client.post("/graphql", json={"query": page, "variables": {"email": "b@example.com"}})
    cursor = roles.json()["data"]["identity"]["roles"]["pageInfo"]["endCursor"]
    assert ask(page, email="b@example.com", after=cursor)
    other = Window[Any](graph_of(), ("roles", "identity:712052"), [(1,)], lambda _: (), Page(1))
    elsewhere = other.cursor(0)
    assert not ask(page, email="b@example.com", after=elsewhere)
    block = page.replace("$after: String", "").replace("$after", f'"""\n{elsewhere}"""')
    for place in range(4):
        ask(block, email=f"{place}@example.com")
    assert not ask(block, email="b@example.com")


ACCESS: Final = """query Access($of: ID!) { access(principal: "b@example.com", resource: $of) {
    roles paths(first: 20) { nodes { sentence steps { grant { id evidence(first: 100) { pointer } } } } }
    explanation { sentence } } }"""


def test_what_takes_long_goes_on_in_a_thread(
    bruce: AccessGraph, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The event loop answers a brief operation itself, and leaves it to a thread when its time is up.

    It is admitted once all the same: the log has one line, and its cost is spent once.
    """
    threads: list[int] = []
    explained = Explainer.explain

    def watched(*given: Any) -> Any:
        threads.append(threading.get_ident())
        return explained(*given)

    monkeypatch.setattr(Explainer, "explain", watched)
    audit = AuditLog(tmp_path / "audit.log", b"k" * 32, lambda: NOON)
    limiter = RateLimiter(100_000, clock=lambda: 0.0)
    client = serve(application(bruce, audit=audit, limiter=limiter))

    def asked(number: int) -> tuple[Any, int]:
        variables = {"of": "account:Xr82w", "number": number}
        answer = client.post("/graphql", json={"query": ACCESS, "variables": variables}).json()
        return answer["data"], answer["extensions"]["cost"]["throttle"]["remaining"]

    monkeypatch.setattr(answers, "AT_ONCE", 60.0)  # of work, on the slowest machine
    with client:  # one event loop for all requests
        first, *_ = [asked(number) for number in range(4)]
        threads.clear()
        data, before = asked(4)
        (loop,) = threads
        monkeypatch.setattr(answers, "AT_ONCE", 0.0)
        (again, after), (rested, last) = asked(5), asked(6)
    assert data == again == rested == first[0]
    assert loop not in threads[1:]
    cost = before - after
    assert cost == after - last > 1_000
    lines = [json.loads(line) for line in (tmp_path / "audit.log").read_bytes().splitlines()]
    assert len([line for line in lines if line["event"] == "asked"]) == 7
