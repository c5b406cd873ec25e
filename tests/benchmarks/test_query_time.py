"""How long questions take, against a plain search of the same graph, and against what they touch."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
import networkx as nx
import pytest
from measuring import Populations, Report, Times, best, observe, side_by_side, timed
from pytest_benchmark.fixture import BenchmarkFixture

from inroads.explain import explain
from inroads.explorer import Explorer
from inroads.model import Mode, NodeKind, kind_of
from inroads.reach import Answer, access, reach, reachable, reached_by

SAMPLE: Final = 500
ASKED: Final = "Random nodes, each way in turn on the same node; ms. The peers follow every edge and say no how"
HUBS: Final = "Hubs: identities that reach most, accounts with most clients; ms, best of 3; all of the answer is listed"
EXPLAINED: Final = "access + explain: a random access of each of 300 random identities; ms"
ASSOCIATED: Final = "mode ASSOCIATION: 20 random identities, and a world of k businesses, all clients of each other; ms"
WORST: Final = "explain, worst case: one owner of k businesses that are all clients of one account; best of 2"


def test_reach_against_a_plain_search(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """What an identity reaches, with roles, certainty, state and order, costs a known multiple of a bare search."""
    graph = populations.graph(size)
    ways: dict[str, Callable[[str], object]] = {
        "reach": lambda node: reach(graph, node),
        "reach, all listed": lambda node: list(reach(graph, node)),
        "reachable (grammar, no paths)": lambda node: reachable(graph, node),
        "hand-written BFS": lambda node: _search(graph._succ, node),
        "nx.descendants": lambda node: nx.descendants(graph, node),
    }
    nodes = _sample(graph, NodeKind.IDENTITY)
    found, _ = timed(benchmark, lambda: side_by_side(ways, nodes))
    _tell(benchmark, report, size, found)


def test_reached_by_against_a_plain_search(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """Who reaches a business or an account, hubs among them, costs a known multiple of a bare search."""
    graph = populations.graph(size)
    ways: dict[str, Callable[[str], object]] = {
        "reached_by": lambda node: reached_by(graph, node),
        "reached_by, 50 listed": lambda node: reached_by(graph, node)[:50],
        "hand-written BFS": lambda node: _search(graph._pred, node),
        "nx.ancestors": lambda node: nx.ancestors(graph, node),
    }
    nodes = _sample(graph, NodeKind.BUSINESS)
    found, _ = timed(benchmark, lambda: side_by_side(ways, nodes))
    _tell(benchmark, report, size, found)


def test_hubs_cost_what_they_touch(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """The time for each path is about the same for a small hub and for the largest one."""
    graph = populations.graph(size)

    def measure() -> None:
        for question, pick in (("reach", _accountants(graph)), ("reached_by", _vendors(graph))):
            for node in pick:
                _hub(graph, report, size, question, node)

    timed(benchmark, measure)


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
    largest = next(iter(_accountants(graph)))
    answer = reach(graph, largest)
    ways: dict[str, Callable[[str], object]] = {
        "access": lambda node: access(graph, node, ends[node]),
        "access + explain": lambda node: _explained(graph, node, ends[node]),
    }
    found, _ = timed(benchmark, lambda: side_by_side(ways, list(ends)))
    for way, each in found.items():
        report.row(EXPLAINED, size=size, asked=way, of=f"{each.calls} random", **_milliseconds(each))
    some = [answer.summaries[len(answer) * part // 8].other for part in range(8)]
    worst = side_by_side({"access + explain": lambda node: _explained(graph, largest, node)}, some)
    for way, each in worst.items():
        report.row(EXPLAINED, size=size, asked=way, of=f"{largest}: {len(answer)} accesses", **_milliseconds(each))


def test_association(benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int) -> None:
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
def test_association_in_a_dense_world(benchmark: BenchmarkFixture, report: Report, businesses: int) -> None:
    """What one connection costs where there are very many paths."""
    graph = observe([_mutual(number, businesses) for number in range(1, businesses + 1)])
    answer = reach(graph, "identity:1", mode=Mode.ASSOCIATION)
    _, taken = timed(benchmark, lambda: answer[-1])
    report.row(ASSOCIATED, world=f"k = {businesses}", asked="reach, 1 listed", max=taken * 1e3)


@pytest.mark.parametrize("businesses", [4, 8, 16, 32, 64, 128])
def test_explanation_of_many_routes(benchmark: BenchmarkFixture, report: Report, businesses: int) -> None:
    """What the cut of an access costs as its independent routes grow."""
    graph = observe([_conglomerate(businesses)])
    found = access(graph, "identity:1", "account:shop")
    assert found
    assert len(found.paths) == businesses
    explanation, taken = timed(benchmark, lambda: explain(graph, found), rounds=2)
    assert explanation.independent_routes == businesses
    asking = best(lambda: access(graph, "identity:1", "account:shop"))
    report.row(WORST, k=businesses, access_ms=asking * 1e3, explain_ms=taken * 1e3, ms_a_path=taken / businesses * 1e3)


def _sample(graph: Explorer, kind: NodeKind) -> list[str]:
    nodes = [node for node in graph if kind_of(node) is kind]
    return random.Random(1).sample(nodes, min(SAMPLE, len(nodes)))


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


def _tell(benchmark: BenchmarkFixture, report: Report, size: int, found: Mapping[str, Times]) -> None:
    first = next(iter(found.values()))
    for way, each in found.items():
        figures = _milliseconds(each)
        report.row(ASKED, size=size, asked=way, nodes=each.calls, **figures, p50_of_first=each.p50 / first.p50)
        benchmark.extra_info[way] = figures


def _accountants(graph: Explorer) -> list[str]:
    """Identities by how many grants they hold: the most, and ever half as far down the order."""
    return _ranks(sorted((n for n in graph if kind_of(n) is NodeKind.IDENTITY), key=graph.out_degree, reverse=True))


def _vendors(graph: Explorer) -> list[str]:
    """Accounts by how many clients they have, likewise."""
    return _ranks(sorted((n for n in graph if kind_of(n) is NodeKind.ACCOUNT), key=graph.in_degree, reverse=True))


def _ranks(nodes: list[str]) -> list[str]:
    return [nodes[rank] for rank in (0, 3, 15, 63, 255) if rank < len(nodes)]


def _hub(graph: Explorer, report: Report, size: int, question: str, node: str) -> None:
    adjacency = graph._succ if question == "reach" else graph._pred

    def ask() -> Answer:
        return reach(graph, node) if question == "reach" else reached_by(graph, node)

    answer = ask()
    paths = sum(len(each.paths) for each in answer)
    asking = best(ask)
    listing = best(lambda: list(answer))
    searching = best(lambda: _search(adjacency, node))
    report.row(
        HUBS,
        size=size,
        asked=question,
        grants=len(adjacency[node]),
        accesses=len(answer),
        paths=paths,
        ask=asking * 1e3,
        us_a_path=asking / max(paths, 1) * 1e6,
        list_all=listing * 1e3,
        us_a_path_listed=listing / max(paths, 1) * 1e6,
        BFS=searching * 1e3,
        cut_off="yes" if answer.truncated else "no",
    )


def _explained(graph: Explorer, principal: str, resource: str) -> object:
    found = access(graph, principal, resource)
    return explain(graph, found) if found else None


def _conglomerate(businesses: int) -> bytes:
    """The document of someone who owns so many businesses, each a client of the account `shop`."""
    rows = [
        {
            "id": number,
            "role": "owner",
            "business": {
                "id": number,
                "account_id": f"a{number}",
                "business_clients": [{"id": number, "account_id": "shop", "userid": number}],
            },
        }
        for number in range(1, businesses + 1)
    ]
    return msgspec.json.encode({"id": 1, "business_memberships": rows})


def _mutual(number: int, businesses: int) -> bytes:
    """The document of the owner of one of so many businesses, each a client of all others."""
    others = (other for other in range(1, businesses + 1) if other != number)
    clients = [{"id": number * 1_000 + other, "account_id": f"a{other}", "userid": other} for other in others]
    business = {"id": number, "account_id": f"a{number}", "business_clients": clients}
    membership = {"id": number, "role": "owner", "business": business}
    return msgspec.json.encode({"id": number, "business_memberships": [membership]})
