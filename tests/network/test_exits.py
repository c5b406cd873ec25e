"""Exits in bulk: whatever leaves the graph is what its views show."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import networkx as nx
import pyarrow as pa
import pytest

import inroads
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.network.exits import COLUMNS
from inroads.sources.synthetic import population
from strategies import random_world
from worlds import explore


def people() -> Explorer:
    """A generated population."""
    bodies = population(200, 3, teams=0.3)
    return explore(
        [(each["document"], datetime.fromisoformat(each["observed_at"])) for each in bodies]
    )


def imagined() -> Explorer:
    """The example without a grant, and with another one."""
    example = inroads.load(inroads.EXAMPLE)
    return example.without(
        "role 994207", add="business:363103#MEMBER@identity:712052=MANAGER"
    ).graph


WORLDS: dict[str, Callable[[], Explorer]] = {
    "population": people,
    "example": lambda: inroads.load(inroads.EXAMPLE),
    "imagined": imagined,
    "nothing": lambda: explore([]),
    **{
        f"world {seed}": lambda seed=seed: explore(random_world(random.Random(seed), 12))
        for seed in range(12)
    },
}


@pytest.fixture(params=WORLDS.values(), ids=WORLDS, scope="module")
def graph(request: pytest.FixtureRequest) -> Explorer:
    found: Explorer = request.param()
    return found


def rows(graph: Explorer) -> list[tuple[str | None, ...]]:
    """The rows of the edges, as the views show them."""
    return [
        (here, there, key, data["relation"], data.get("role"), data.get("contested"))
        for here, there, key, data in graph.edges(keys=True, data=True)
    ]


def test_to_networkx(graph: Explorer) -> None:
    """A plain graph of dicts has the nodes and edges of the views, in their order, and can be changed."""
    plain = graph.to_networkx()
    assert type(plain) is nx.MultiDiGraph
    assert list(plain.nodes(data=True)) == list(graph.nodes(data=True))
    assert list(plain.edges(keys=True, data=True)) == list(graph.edges(keys=True, data=True))
    assert dict(plain.pred) == dict(nx.MultiDiGraph(graph).pred)
    for *_, data in plain.edges(data=True):
        data["relation"] = "CHANGED"
    for node in plain:
        plain.nodes[node]["kind"] = "CHANGED"
    assert "CHANGED" not in {data["relation"] for *_, data in graph.to_networkx().edges(data=True)}
    assert "CHANGED" not in {data["kind"] for _, data in graph.nodes(data=True)}


@pytest.mark.parametrize("library", [None, "pandas"])
def test_to_pandas(graph: Explorer, library: str | None) -> None:
    """A frame has one row an edge, and networkx makes the graph of it again."""
    frame = graph.edges_frame(library)
    assert tuple(frame.columns) == COLUMNS
    found = frame.astype(object).where(frame.notna(), None)
    assert list(found.itertuples(index=False, name=None)) == rows(graph)
    again = nx.from_pandas_edgelist(
        frame, "principal", "resource", edge_key="grant", create_using=nx.MultiDiGraph
    )
    assert set(again.edges(keys=True)) == set(graph.edges(keys=True))


def test_to_arrow(graph: Explorer) -> None:
    """An Arrow table has the same rows; all columns are strings."""
    table = graph.edges_frame("arrow")
    assert table.schema == pa.schema([(name, pa.string()) for name in COLUMNS])
    assert [tuple(each.values()) for each in table.to_pylist()] == rows(graph)


def test_to_polars(graph: Explorer) -> None:
    """A polars frame has the same rows."""
    pytest.importorskip("polars")
    assert graph.edges_frame("polars").rows() == rows(graph)


def test_to_sparse(graph: Explorer) -> None:
    """The matrix counts the edges between nodes, in the order of the nodes."""
    pytest.importorskip("scipy")
    matrix, nodes = graph.to_sparse()
    assert nodes == list(graph)
    assert matrix.shape == (len(graph),) * 2
    places = zip(*matrix.nonzero(), strict=True)
    found = {(nodes[here], nodes[there]): int(matrix[here, there]) for here, there in places}
    assert found == Counter(graph.edges())


def test_what_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that is not known or not installed is told with a code, as is a view of the graph."""
    graph = inroads.load(inroads.EXAMPLE)

    def code(act: Callable[[], Any]) -> str:
        with pytest.raises(InroadsError) as raised:
            act()
        return raised.value.code

    assert code(lambda: graph.edges_frame("excel")) == "BAD_LIBRARY"
    assert code(lambda: graph.edges_frame("")) == "BAD_LIBRARY"
    for act in ("to_networkx", "edges_frame", "to_sparse"):
        view = graph.subgraph(list(graph)[:2])
        assert code(getattr(view, act)) == "NOT_WHOLE"
    for name in ("pandas", "polars", "pyarrow", "scipy", "scipy.sparse"):
        monkeypatch.setitem(sys.modules, name, None)
    assert code(graph.to_sparse) == "EXTRA_MISSING"
    for library in (None, "pandas", "polars", "arrow"):
        assert code(lambda library=library: graph.edges_frame(library)) == "EXTRA_MISSING"
