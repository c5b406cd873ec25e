"""How much less a list takes here than where strawberry itself serves the same schema, with all its caches on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import count, islice
from typing import Any, Final

import msgspec
from pytest_benchmark.fixture import BenchmarkFixture
from starlette.types import ASGIApp
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from inroads.model import NodeKind, kind_of
from inroads_api.clock import utcnow
from inroads_api.execution.execute import build_schema, execute
from inroads_api.schema.context import Context
from inroads_api.schema.query import Query
from inroads_api.versions.versions import Versions
from inroads_api.web.app import create_app
from measuring import Populations, Report, alone, timed
from serving import ask_here

OBJECTS: Final = 1_000
PAGE: Final = 100
ROUNDS: Final = 12
STOCK: Final = (
    f"{OBJECTS:,} objects of 5 fields: ms of processor, of this and of strawberry's own executor and application with "
    "ParserCache and ValidationCache, in turn in one process; least of some rounds"
)
LISTS: Final = OBJECTS // PAGE
LIST: Final = (
    f"query ({' '.join(f'$l{n}: [ID!]!' for n in range(LISTS))}) {{"
    + "".join(
        f"l{n}: nodes(ids: $l{n}) {{ ... on Identity {{ id identityId email firstName lastName }} }} "
        for n in range(LISTS)
    )
    + "}"
)


def test_a_list_against_stock(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """A list that is asked again, and one that was never asked before, by each application; and executed only."""
    versions = Versions(populations.graph(size), utcnow())
    ids = list(
        islice(
            (node for node in versions.current.graph if kind_of(node) is NodeKind.IDENTITY), OBJECTS
        )
    )
    schema, stock = build_schema(), build_schema(compiled=False)
    stock.extensions = (ParserCache, ValidationCache)
    ours, theirs = create_app(versions.current.graph), Stock(stock, versions)
    anew = count()

    def another() -> dict[str, Any]:
        first = next(anew) % len(ids)
        turned = (ids[first:] + ids[:first]) * (OBJECTS // len(ids) + 1)
        return {f"l{n}": turned[n * PAGE : (n + 1) * PAGE] for n in range(LISTS)}

    def asked(app: ASGIApp) -> Callable[[dict[str, Any]], object]:
        return lambda variables: loop.run(
            ask_here(app, msgspec.json.encode({"query": LIST, "variables": variables}))
        )

    def executed(variables: dict[str, Any]) -> object:
        schema.compile(schema.documents.get(LIST), variables, None)
        return execute(schema, versions, LIST, variables)["data"]

    def stock_executed(variables: dict[str, Any]) -> object:
        context = Context(versions, versions.current)
        done = stock.execute_sync(LIST, variables, context, Query(seen=versions.current))
        assert done.errors is None
        return done.data

    pairs = {"asked": (asked(ours), asked(theirs)), "executed": (executed, stock_executed)}
    same = another()
    cases = {
        "asked again": ("asked", lambda: same),
        "asked anew": ("asked", another),
        "executed": ("executed", another),
    }
    with alone(), asyncio.Runner() as loop:
        found, _ = timed(
            benchmark,
            lambda: {
                case: _compared(pairs[way], variables) for case, (way, variables) in cases.items()
            },
        )
    for case, (mine, other) in found.items():
        report.row(
            STOCK, size=size, of=case, ours=mine * 1e3, stock=other * 1e3, ratio=other / mine
        )


class Stock(GraphQL[Any, Any]):
    """The same schema as strawberry serves it."""

    def __init__(self, schema: Any, versions: Versions) -> None:
        super().__init__(schema, graphql_ide=None)
        self.versions = versions

    async def get_context(self, request: object, response: object) -> Context:  # noqa: ARG002  # strawberry gives them
        return Context(self.versions, self.versions.current)

    async def get_root_value(self, request: object) -> Query:  # noqa: ARG002  # strawberry gives it
        return Query(seen=self.versions.current)


def _compared(
    ways: Sequence[Callable[[dict[str, Any]], object]], variables: Callable[[], dict[str, Any]]
) -> list[float]:
    """The least that each way takes of the processor, asked the same in turn; they must answer the same."""
    taken: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        given = [
            variables() for _ in range(3)
        ]  # some one after the other, so that each way warms what it needs
        answers: list[list[object]] = [[], []]
        for way, times, answered in zip(ways, taken, answers, strict=True):
            for each in given:
                start = time.process_time()
                answer = way(each)
                times.append(time.process_time() - start)
                answered.append(_data(answer))
        assert answers[0] == answers[1]
    return [min(times) for times in taken]


def _data(answer: object) -> object:
    """What has been answered, in an order of its own."""
    if isinstance(answer, bytes):
        answer = msgspec.json.decode(answer)["data"]
    return msgspec.json.encode(answer, order="sorted")
