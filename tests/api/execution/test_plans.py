"""Plans of one document: few, weighed, compiled in threads, and paid for by who asks."""

from __future__ import annotations

import asyncio
import gc
import threading
import tracemalloc
from typing import Any, Final

import httpx2
import pytest

from applications import application
from inroads.network.access_graph import AccessGraph
from inroads_api.execution import compiler, plans
from inroads_api.execution.compiler import Compiler
from inroads_api.execution.execute import Schema, build_schema, execute
from inroads_api.execution.plans import FIELD_BYTES, MAX_PLANS
from inroads_api.versions.versions import Versions
from inroads_api.web.rate_limit import RateLimiter
from inroads_api.web.stages.answers import FIELD_COST, MAX_COMPILING
from questions import NOON, Serve

NAMES: Final = [f"b{number}" for number in range(10)]
EACH: Final = """n{}: node(id: "identity:712052") @include(if: $b{}) {{
  ...N
  ... on Identity {{ memberships(first: 1) {{ nodes {{ role }} }} }}
  ... on Business {{ members(first: 1) {{ nodes {{ role }} }} account {{ ...N }} }}
  ... on Account {{ business {{ ...N }} }}
  ... on Group {{ business {{ ...N }} }}
}}"""
MANY: Final = (
    f"query ({', '.join(f'${name}: Boolean!' for name in NAMES)}) {{"
    + " ".join(EACH.format(number, number) for number in range(10))
    + """ }
    fragment N on Node {
      __typename id ... on Identity { email firstName lastName confirmedAt }
      ... on Business { name active account { id accountId } }
      ... on Account { accountId subscriptionStatus business { id name } } ... on Group { groupId }
    }"""
)


def chosen(number: int) -> dict[str, bool]:
    """The values of the ten conditions: the bits of a number."""
    return {name: bool(number >> place & 1) for place, name in enumerate(NAMES)}


def test_few_combinations_are_compiled(bruce: AccessGraph) -> None:
    """A document with ten conditions has a few plans, whose memory is bounded; the rest is answered all the same."""
    schema, versions = build_schema(), Versions(bruce, NOON)
    document = schema.documents.get(MANY)
    assert execute(schema, versions, document, chosen(1023))["data"]["n9"]["id"]
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        compiled = [
            bool(schema.compile(document, chosen(number), None))
            for number in range(768, 1024)
            for _ in range(2)
        ]
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert sum(compiled) == len(document.plans) <= MAX_PLANS
    assert taken < 1.2 * document.plans.weight + 2**20
    assert document.plans.weight < FIELD_BYTES * (plans.MAX_COMPILED + compiler.MAX_FIELDS)
    assert schema.documents.kept.weight >= document.weight
    stock = build_schema(compiled=False)
    for number in (768, 800, 1000, 1023):
        given = chosen(number)
        assert execute(schema, versions, MANY, given) == execute(stock, versions, MANY, given)


def test_what_comes_again_is_compiled(schema: Schema) -> None:
    """A plan is for equal conditions, defaults included; a mutation or subscription has none."""
    query = "query A($a: Boolean = true) { graph { version @include(if: $a) } } query B { rules { id } }"
    document = schema.documents.get(query)
    assert document.errors(None, "A") == []

    def compiled(variables: dict[str, Any] | None, name: str | None) -> bool:
        return bool(schema.compile(document, variables, name))

    assert [compiled(None, "A"), compiled({"a": True}, "A"), compiled({}, "A")] == [
        False,
        True,
        False,
    ]
    assert [compiled({"a": False}, "A"), compiled({"a": False}, "A")] == [False, True]
    assert [compiled(None, "B"), compiled({"a": 5}, "B")] == [False, True]
    assert [compiled({"a": "x"}, "A"), compiled({"a": "x"}, "A")] == [False, False]
    assert not compiled(None, "C")
    events = schema.documents.get("subscription { changes { cursor } }")
    assert events.errors(None, None) == []
    assert [schema.compile(events, None, None) for _ in range(3)] == [0, 0, 0]


def test_one_at_a_time(schema: Schema) -> None:
    """While a query is compiled another one is not, and does not wait."""
    document = schema.documents.get("{ graph { version documents identities } }")
    assert document.errors(None, None) == []
    schema.compile(document, None, None)
    with schema._compiling:
        assert schema.compile(document, None, None) == 0
    assert schema.compile(document, None, None) == 4


def test_the_event_loop_never_compiles(bruce: AccessGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked in 256 combinations by many clients, the event loop compiles nothing itself."""
    threads: set[int] = set()
    plan = Compiler.plan

    def noted(self: Compiler, *given: Any) -> Any:
        threads.add(threading.get_ident())
        return plan(self, *given)

    monkeypatch.setattr(Compiler, "plan", noted)
    app = application(bruce)

    async def attack() -> None:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:

            async def ask(number: int) -> None:
                body = {"query": MANY, "variables": chosen(number)}
                answer = await client.post("/graphql", json=body)
                assert answer.json()["extensions"]["cost"]["requested"] < 1_000

            for start in range(768, 1024, 16):
                for _ in range(2):
                    await asyncio.gather(*map(ask, range(start, start + 16)))

    asyncio.run(attack())
    assert threads
    assert threading.get_ident() not in threads


def test_who_asks_pays(bruce: AccessGraph, serve: Serve) -> None:
    """Compiling is spent of the budget of the caller, once; a small budget is not spent on it."""
    query = "{ graph { version documents } }"

    def left(limit: int) -> list[int]:
        client = serve(application(bruce, limiter=RateLimiter(limit, clock=lambda: 0.0)))
        told = [client.post("/graphql", json={"query": query}) for _ in range(4)]
        assert {each.status_code for each in told} == {200}
        return [limit - each.json()["extensions"]["cost"]["throttle"]["remaining"] for each in told]

    much = MAX_COMPILING + 20
    assert left(much) == [3, 6 + 3 * FIELD_COST, 9 + 3 * FIELD_COST, 12 + 3 * FIELD_COST]
    assert left(20) == [3, 6, 9, 12]
