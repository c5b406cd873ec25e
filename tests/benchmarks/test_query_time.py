"""How long questions take, against a plain search of the same graph, and against what they touch."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from ctypes import CDLL
from functools import partial
from typing import Any, Final

import msgspec
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from inroads.analysis.explain import explain
from inroads.columns.claimset import KINDS
from inroads.explorer import Explorer
from inroads.model import Mode, NodeKind, kind_of
from inroads.reach.questions import access, reach, reached_by
from inroads.reach.states import held
from measuring import (
    Plain,
    Populations,
    Report,
    Times,
    alone,
    best,
    dicts,
    observe,
    side_by_side,
    timed,
)
from walking import Walked

SAMPLE: Final = 500
LARGEST: Final = 20
ROUNDS: Final = 10
PAGE: Final = 50
ASKED: Final = (
    f"{SAMPLE} random nodes and the {LARGEST} largest, each way in turn on the same node; ms. BFS: over every edge of "
    "a networkx graph of dicts, says no how; C: the same nodes and roles by the same grammar, over the same columns"
)
HUBS: Final = (
    f"Hubs: the 1st, 4th, 16th largest, and worlds of one; ms, best of {ROUNDS}. C leaves nodes and roles in two "
    "arrays, as 'nodes and roles' does; 'as a dict' reads them out"
)
EXPLAINED: Final = "access + explain: a random access of each of 300 random identities; ms"
ASSOCIATED: Final = "mode ASSOCIATION: 20 random identities, and a world of k businesses, all clients of each other; ms"
SEARCHED: Final = (
    "search: ten of all nodes, against one bytes.find over the same texts; ms, best of 3"
)
WORST: Final = (
    "explain, worst case: one owner of k businesses that are all clients of one account; best of 2"
)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("reach", NodeKind.IDENTITY),
        ("reached_by", NodeKind.BUSINESS),
        ("reached_by", NodeKind.ACCOUNT),
    ],
)
def test_a_question_against_a_plain_search_and_c(
    benchmark: BenchmarkFixture,
    populations: Populations,
    compiled: CDLL,
    report: Report,
    size: int,
    question: str,
    kind: NodeKind,
) -> None:
    """Who reaches what, with roles, certainty, state and order, costs known multiples of a bare search and of C."""
    graph = populations.graph(size)
    asked = {"random": _sample(graph, kind), "largest": _largest(graph, kind)[:LARGEST]}
    ways = _ways(
        graph, populations.plain(size), compiled, question, [*asked["random"], *asked["largest"]]
    )
    with alone():
        found, _ = timed(
            benchmark, lambda: {of: side_by_side(ways, nodes) for of, nodes in asked.items()}
        )
    for of, taken in found.items():
        for way, each in taken.items():
            figures = {**_milliseconds(each), "p50_of_C": each.p50 / taken["C"].p50}
            who = f"{each.calls} {of} {kind.lower()}"
            report.row(ASKED, size=size, question=question, of=who, asked=way, **figures)
            benchmark.extra_info[f"{of} {way}"] = figures


def test_hubs_cost_what_they_touch(
    benchmark: BenchmarkFixture, populations: Populations, compiled: CDLL, report: Report, size: int
) -> None:
    """The time for each access is about the same for a small hub and for the largest one."""
    graph, plain = populations.graph(size), populations.plain(size)

    def measure() -> None:
        for kind in (NodeKind.IDENTITY, NodeKind.BUSINESS, NodeKind.ACCOUNT):
            ranked = _largest(graph, kind)
            for node in [ranked[rank] for rank in (0, 3, 15) if rank < len(ranked)]:
                _hub(graph, plain, compiled, report, f"{size:,}", node)

    with alone():
        timed(benchmark, measure)


@pytest.mark.parametrize(
    ("world", "hub", "many"),
    [
        ("accountant", "identity:1", 500),
        ("vendor", "account:shop", 10_000),
        ("business", "business:1", 100_000),
    ],
)
def test_a_world_of_one_hub(
    benchmark: BenchmarkFixture, compiled: CDLL, report: Report, world: str, hub: str, many: int
) -> None:
    """Whoever works for, buys from or works at so many is a hub as any other."""
    graph = observe(list(_WORLDS[world](many)))
    plain = dicts(graph)
    with alone():
        timed(benchmark, lambda: _hub(graph, plain, compiled, report, world, hub))


def test_access_and_explanation(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """One access with its routes and its cut, for anyone, and for the identity that reaches most."""
    graph = populations.graph(size)
    ends = {}
    draw = random.Random(2)
    for node in _sample(graph, NodeKind.IDENTITY)[:300]:
        if summaries := reach(graph, node).summaries:
            ends[node] = draw.choice(summaries).other
    largest = _largest(graph, NodeKind.IDENTITY)[0]
    answer = reach(graph, largest)
    ways: dict[str, Callable[[str], object]] = {
        "access": lambda node: access(graph, node, ends[node]),
        "access + explain": lambda node: _explained(graph, node, ends[node]),
    }
    found, _ = timed(benchmark, lambda: side_by_side(ways, list(ends)))
    for way, each in found.items():
        report.row(
            EXPLAINED, size=size, asked=way, of=f"{each.calls} random", **_milliseconds(each)
        )
    some = [answer.summaries[len(answer) * part // 8].other for part in range(8)]
    worst = side_by_side({"access + explain": lambda node: _explained(graph, largest, node)}, some)
    for way, each in worst.items():
        report.row(
            EXPLAINED,
            size=size,
            asked=way,
            of=f"{largest}: {len(answer)} accesses",
            **_milliseconds(each),
        )


def test_search(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """What a search costs that finds nothing, one node, a name, or very many."""
    graph = populations.graph(size)
    block = graph.fold.said.texts.data.tobytes()
    floor = best(lambda: block.find(b"zzqqq")) * 1e3
    email = graph.nodes[next(iter(graph))]["email"]
    assert graph.search(email)
    timed(benchmark, lambda: graph.search("zzqqq"))
    for text in ("zzqqq", email, "ada haddad", "77128", "example.com", "a"):
        taken = best(partial(graph.search, text)) * 1e3
        report.row(
            SEARCHED,
            size=size,
            text=text,
            found=len(graph.search(text)),
            search=taken,
            of_find=taken / floor,
        )


def test_association(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """What everything that is connected costs, and the first 50 of it with their paths."""
    graph = populations.graph(size)
    ways: dict[str, Callable[[str], object]] = {
        "reach": lambda node: reach(graph, node, mode=Mode.ASSOCIATION),
        "reach, 50 listed": lambda node: reach(graph, node, mode=Mode.ASSOCIATION)[:50],
    }
    found, _ = timed(benchmark, lambda: side_by_side(ways, _sample(graph, NodeKind.IDENTITY)[:20]))
    for way, each in found.items():
        report.row(ASSOCIATED, world=f"{size:,}", asked=way, **_milliseconds(each))


@pytest.mark.parametrize("businesses", [4, 6, 8, 10])
def test_association_in_a_dense_world(
    benchmark: BenchmarkFixture, report: Report, businesses: int
) -> None:
    """What one connection costs where there are very many paths."""
    graph = observe([_mutual(number, businesses) for number in range(1, businesses + 1)])
    answer = reach(graph, "identity:1", mode=Mode.ASSOCIATION)
    _, taken = timed(benchmark, lambda: answer[-1])
    report.row(ASSOCIATED, world=f"k = {businesses}", asked="reach, 1 listed", max=taken * 1e3)


@pytest.mark.parametrize("businesses", [4, 8, 16, 32, 64, 128])
def test_explanation_of_many_routes(
    benchmark: BenchmarkFixture, report: Report, businesses: int
) -> None:
    """What the cut of an access costs as its independent routes grow."""
    graph = observe([_conglomerate(businesses)])
    found = access(graph, "identity:1", "account:shop")
    assert found
    assert len(found.paths) == businesses
    explanation, taken = timed(benchmark, lambda: explain(graph, found), rounds=2)
    assert explanation.independent_routes == businesses
    asking = best(lambda: access(graph, "identity:1", "account:shop"))
    report.row(
        WORST,
        k=businesses,
        access_ms=asking * 1e3,
        explain_ms=taken * 1e3,
        ms_a_path=taken / businesses * 1e3,
    )


def _sample(graph: Explorer, kind: NodeKind) -> list[str]:
    nodes = [node for node in graph if kind_of(node) is kind]
    return random.Random(1).sample(nodes, min(SAMPLE, len(nodes)))


def _largest(graph: Explorer, kind: NodeKind) -> list[str]:
    """The nodes of a kind, those with the most hops first: held by an identity, of others those that hold them."""
    place, index = KINDS.index(kind), graph.index
    first, stop = graph.fold.kind_starts[place : place + 2]
    entries = index.out_entries if kind is NodeKind.IDENTITY else index.in_entries
    hops = np.diff(entries.starts[first : stop + 1])
    return [index.name(first + each) for each in np.argsort(-hops, kind="stable")[:300].tolist()]


def _ways(
    graph: Explorer, plain: Plain, library: CDLL, question: str, nodes: Sequence[str]
) -> dict[str, Callable[[str], object]]:
    """The ways of asking these nodes, after those that must agree did."""
    asks = reach if question == "reach" else reached_by
    adjacency = plain._succ if question == "reach" else plain._pred
    walked = Walked(library, graph, forward=question == "reach")
    for node in nodes:
        answer = asks(graph, node)
        sets = {
            graph.index.name(each): graph.roles_of(bits) for each, bits in held(graph, node).items()
        }
        assert sets == {each.other: each.roles for each in answer.summaries}
        assert answer.truncated or walked.printed(node) == {
            (each.other, each.roles) for each in answer.summaries
        }
    return {
        "whole set": lambda node: asks(graph, node),
        "nodes and roles": lambda node: held(graph, node),
        f"first {PAGE} with paths": lambda node: asks(graph, node)[:PAGE],
        "BFS": lambda node: _search(adjacency, node),
        "C": walked,
    }


def _search(adjacency: Mapping[str, Mapping[str, Any]], start: str) -> set[str]:
    """Breadth first over every edge, as a person writes it."""
    seen, frontier = {start}, [start]
    while frontier:
        after = []
        for node in frontier:
            for other in adjacency[node]:
                if other not in seen:
                    seen.add(other)
                    after.append(other)
        frontier = after
    return seen


def _milliseconds(each: Times) -> dict[str, float]:
    return {"p50": each.p50 * 1e3, "p99": each.p99 * 1e3, "max": each.worst * 1e3}


def _hub(
    graph: Explorer, plain: Plain, library: CDLL, report: Report, world: str, node: str
) -> None:
    question = "reach" if kind_of(node) is NodeKind.IDENTITY else "reached_by"
    ways = _ways(graph, plain, library, question, [node])
    answer = reach(graph, node) if question == "reach" else reached_by(graph, node)
    ways["as a dict"] = lambda node: dict(held(graph, node).items())
    taken = {way: best(partial(ask, node), ROUNDS) for way, ask in ways.items()}
    report.row(
        HUBS,
        world=world,
        asked=question,
        of=kind_of(node).lower(),
        hops=len((plain._succ if question == "reach" else plain._pred)[node]),
        accesses=len(answer),
        **{way: each * 1e3 for way, each in taken.items()},
        set_us_an_access=taken["whole set"] / max(len(answer), 1) * 1e6,
        set_of_BFS=taken["whole set"] / taken["BFS"],
        set_of_C=taken["whole set"] / taken["C"],
        roles_of_C=taken["nodes and roles"] / taken["C"],
        BFS_of_roles=taken["BFS"] / taken["nodes and roles"],
        cut_off="yes" if answer.truncated else "no",
    )


def _explained(graph: Explorer, principal: str, resource: str) -> object:
    found = access(graph, principal, resource)
    return explain(graph, found) if found else None


def _conglomerate(businesses: int) -> bytes:
    """The document of someone who owns so many businesses, each a client of the account `shop`."""
    return msgspec.json.encode(
        {"id": 1, "business_memberships": [_owned(each) for each in range(1, businesses + 1)]}
    )


def _accountant(businesses: int) -> Iterator[bytes]:
    """Someone who does the books of so many businesses."""
    rows = [_membership(each, "business_accountant") for each in range(1, businesses + 1)]
    yield msgspec.json.encode({"id": 1, "business_memberships": rows})


def _vendor(clients: int) -> Iterator[bytes]:
    """The owners of one business each, which is a client of the account `shop`."""
    for number in range(1, clients + 1):
        yield msgspec.json.encode({"id": number, "business_memberships": [_owned(number)]})


def _employer(members: int) -> Iterator[bytes]:
    """Those who work at one business."""
    for number in range(1, members + 1):
        rows = [_membership(1, "owner" if number == 1 else "business_employee", number)]
        yield msgspec.json.encode({"id": number, "business_memberships": rows})


_WORLDS: Final[Mapping[str, Callable[[int], Iterator[bytes]]]] = {
    "accountant": _accountant,
    "vendor": _vendor,
    "business": _employer,
}


def _membership(business: int, role: str, number: int | None = None) -> dict[str, Any]:
    return {
        "id": number or business,
        "role": role,
        "business": {"id": business, "account_id": f"a{business}"},
    }


def _owned(number: int) -> dict[str, Any]:
    membership = _membership(number, "owner")
    membership["business"]["business_clients"] = [
        {"id": number, "account_id": "shop", "userid": number}
    ]
    return membership


def _mutual(number: int, businesses: int) -> bytes:
    """The document of the owner of one of so many businesses, each a client of all others."""
    others = (other for other in range(1, businesses + 1) if other != number)
    clients = [
        {"id": number * 1_000 + other, "account_id": f"a{other}", "userid": other}
        for other in others
    ]
    business = {"id": number, "account_id": f"a{number}", "business_clients": clients}
    membership = {"id": number, "role": "owner", "business": business}
    return msgspec.json.encode({"id": number, "business_memberships": [membership]})
