"""The columns are a networkx graph: networkx's own tests run on them, and they equal a plain copy of themselves."""

from __future__ import annotations

import copy
import pickle
import random
from collections.abc import Callable, Hashable, Iterator
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from networkx.classes.tests import (
    test_digraph,
    test_digraph_historical,
    test_graphviews,
    test_multidigraph,
    test_reportviews,
    test_subgraphviews,
)

import inroads
from inroads.explorer import Explorer
from inroads.model import Evidence, Grant, Relation, Section
from inroads.network.access_graph import AccessGraph
from inroads.network.mappings import Data, Nodes
from inroads.sources.synthetic import population
from strategies import random_world
from worlds import explore, standing

Plain = nx.MultiDiGraph

CHANGES = "it changes the graph, which is frozen"
INAPPLICABLE = {
    "TestColumns": {
        "test_degree": CHANGES,
        "test_edges_multi": CHANGES,
        "test_in_edges": CHANGES,
        "test_in_edges_data": CHANGES,
        "test_in_edges_no_keys": CHANGES,
        "test_number_of_edges_selfloops": CHANGES,
        "test_out_edges_data": CHANGES,
        "test_out_edges_multi": CHANGES,
        "test_remove_edge": CHANGES,
        "test_remove_edges_from": CHANGES,
        "test_remove_multiedge": CHANGES,
        "test_remove_node": CHANGES,
        "test_size": CHANGES,
        "test_subgraph": CHANGES,
        "test_to_directed": CHANGES,
        "test_to_undirected": CHANGES,
        "test_nodes": "it asks that the mappings be dicts",
        "test_pickle": "it asks that both directions share one dict of data, which is made anew for each look",
    },
    "TestEdgeSubgraph": {
        "test_add_node": CHANGES,
        "test_remove_node": CHANGES,
        "test_node_attr_dict": CHANGES,
        "test_edge_attr_dict": CHANGES,
    },
    "TestOutEdges": {"test_iterkeys": CHANGES},
    "TestInEdges": {"test_iterkeys": CHANGES},
}
"""The tests of networkx that cannot hold of columns, each with the reason. They run, and must fail for it."""

PARALLEL = (Relation.MEMBER, Relation.ROLE, Relation.GROUP, Relation.GROUP_OF)


class Renamed(AccessGraph):
    """Columns that name nodes and edges as a plain graph does, and give its data: networkx's tests have numbers."""

    plain: nx.MultiDiGraph[Any]

    def __reduce__(self) -> Any:
        return (in_columns, (self.plain,)) if "plain" in vars(self) else super().__reduce__()


def in_columns(plain: nx.Graph[Any]) -> Renamed:
    """The edges of a plain graph as grants between businesses, behind the views of an AccessGraph."""
    plain = nx.MultiDiGraph(plain)
    nodes = list(plain)
    places = {node: place for place, node in enumerate(nodes)}
    edges = sorted(plain.edges(keys=True), key=lambda edge: (places[edge[0]], places[edge[1]]))
    grants = []
    for (principal, resource), parallel in groupby(edges, lambda edge: edge[:2]):
        for relation, _ in zip(PARALLEL, parallel, strict=False):
            ends = (f"business:{places[principal]}", f"business:{places[resource]}")
            grants.append(
                Grant("", relation, *ends, (), (), (Evidence(0, Section.TEAM_GROUP, 0, 0, None),))
            )
    assert len(grants) == len(edges)
    graph = Renamed.build(
        standing(grants, {f"business:{place}": {} for place in places.values()}).fold
    )
    index = graph.index
    index.name = nodes.__getitem__
    index.number = lambda name: places.get(name) if isinstance(name, Hashable) else None
    index.grant_name = lambda grant: edges[grant][2]
    index.data = lambda grant: plain.edges[edges[grant]]
    graph._node = Nodes(index, lambda place: Data(plain.nodes[nodes[place]]), (graph, "_node"))
    graph.graph.update(plain.graph)
    graph.plain = plain
    return graph


@pytest.fixture(autouse=True)
def _expected(request: pytest.FixtureRequest) -> None:
    """Expect what is inapplicable to fail, by the refusal to change where that is the reason."""
    if reason := INAPPLICABLE.get(request.cls and request.cls.__name__, {}).get(
        request.function.__name__
    ):
        raises = nx.NetworkXError if reason is CHANGES else AssertionError
        request.applymarker(pytest.mark.xfail(reason=reason, raises=raises, strict=True))


def test_what_is_inapplicable_exists() -> None:
    """Each entry of the table is a test that runs."""
    for name, tests in INAPPLICABLE.items():
        assert [test for test in tests if not hasattr(globals()[name], test)] == []


class TestColumns(test_multidigraph.TestMultiDiGraph, test_digraph.BaseDiGraphTester):
    """Columns answer as a MultiDiGraph and a DiGraph do."""

    def setup_method(self) -> None:
        super().setup_method()
        self.Graph = Renamed
        self.K3 = in_columns(self.K3)
        self.P3 = in_columns(nx.path_graph(3, nx.DiGraph))


class TestCopies(TestColumns):
    """A copy of columns can be changed, and does all that a MultiDiGraph does."""

    def setup_method(self) -> None:
        super().setup_method()
        self.K3 = self.K3.copy()


class TestEdgeSubgraph(test_multidigraph.TestEdgeSubgraph):
    """Some edges of columns are a view."""

    def setup_method(self) -> None:
        super().setup_method()
        self.G = in_columns(self.G)
        self.H = self.G.edge_subgraph([(0, 1, 0), (3, 4, 1)])


class TestHistorical(test_digraph_historical.TestDiGraphHistorical):
    """A graph that no documents made is plain networkx."""

    @classmethod
    def setup_class(cls) -> None:
        super().setup_class()
        cls.G = AccessGraph


class TestReverseView(test_graphviews.TestMultiReverseView):
    """Columns are seen in reverse."""

    def setup_method(self) -> None:
        super().setup_method()
        self.G = in_columns(self.G)
        self.rv = nx.reverse_view(self.G)


class _OfClass:
    """The graph that a class of tests reads, in columns."""

    @classmethod
    def setup_class(cls) -> None:
        super().setup_class()
        cls.G = in_columns(cls.G)


class TestSubgraphView(_OfClass, test_subgraphviews.TestMultiDiGraphView):
    """Any part of columns is a view."""


class TestOutEdges(_OfClass, test_reportviews.TestOutMultiEdgeView):
    """Edges are a set, by key."""


class TestInEdges(_OfClass, test_reportviews.TestInMultiEdgeView):
    """So they are from their other end."""


class TestOutEdgeData(_OfClass, test_reportviews.TestOutMultiEdgeDataView):
    """Edges are listed with their data."""


class TestInEdgeData(_OfClass, test_reportviews.TestInMultiEdgeDataView):
    """So they are from their other end."""


class TestDegrees(_OfClass, test_reportviews.TestDiMultiDegreeView):
    """Edges are counted and weighed at both ends."""


class TestOutDegrees(_OfClass, test_reportviews.TestOutMultiDegreeView):
    """So they are where they begin."""


class TestInDegrees(_OfClass, test_reportviews.TestInMultiDegreeView):
    """So they are where they end."""


class TestNodes(_OfClass, test_reportviews.TestNodeView):
    """Nodes are a set and a mapping."""

    @classmethod
    def setup_class(cls) -> None:
        super().setup_class()
        cls.nv = cls.G.nodes


class TestNodeData(_OfClass, test_reportviews.TestNodeDataView):
    """Nodes are listed with their data."""

    @classmethod
    def setup_class(cls) -> None:
        super().setup_class()
        cls.nv, cls.ndv = test_reportviews.NodeDataView(cls.G), cls.G.nodes.data(True)
        cls.nwv = cls.G.nodes.data("foo")


def plain_of(graph: Explorer) -> nx.MultiDiGraph[str]:
    """The same graph in dicts: its nodes, and an edge for each grant, of KEEPS in both directions."""
    plain: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    plain.add_nodes_from((node, graph._attributes(place)) for place, node in enumerate(graph))
    edges = []
    for grant in graph.grants.values():
        data = {"relation": grant.relation.value} | (
            ({"role": grant.roles[0].value} if grant.roles else {})
            | (
                {"contested": " ".join(c.code for c in grant.contradictions)}
                if grant.contested
                else {}
            )
        )
        edges.append((grant.principal, grant.resource, grant.id, data))
        if grant.relation is Relation.KEEPS:
            edges.append((grant.resource, grant.principal, grant.id, data))
    plain.add_edges_from(
        sorted(edges, key=lambda edge: (graph.number(edge[0]), graph.number(edge[1])))
    )
    return plain


def people() -> Explorer:
    """A generated population."""
    bodies = population(300, 3, teams=0.3)
    return explore(
        [(each["document"], datetime.fromisoformat(each["observed_at"])) for each in bodies]
    )


WORLDS: dict[str, Callable[[], Explorer]] = {
    "population": people,
    "example": lambda: inroads.load(inroads.EXAMPLE),
    "nothing": lambda: explore([]),
    **{
        f"world {seed}": lambda seed=seed: explore(random_world(random.Random(seed), 12))
        for seed in range(4)
    },
}


@pytest.fixture(scope="module", params=WORLDS)
def pair(request: pytest.FixtureRequest) -> tuple[Explorer, nx.MultiDiGraph[str]]:
    """A graph in columns, and in dicts."""
    graph = WORLDS[request.param]()
    return graph, plain_of(graph)


def some(graph: Plain[str]) -> list[str]:
    """A few nodes, the one with the most neighbours among them."""
    nodes = list(graph)
    hub = max(
        nodes, key=lambda node: len(graph._adj[node]) + len(graph._pred[node]), default="identity:1"
    )
    return [hub, *nodes[:: len(nodes) // 7 + 1]]


def each(question: Callable[[Plain[str], str], Any]) -> Callable[[Plain[str]], Any]:
    """The question of a few nodes."""
    return lambda graph: [question(graph, node) for node in some(graph)]


def every(question: Callable[[Plain[str], str, str], Any]) -> Callable[[Plain[str]], Any]:
    """The question of pairs of a few nodes, and of each with a neighbour and with a stranger."""
    return lambda graph: [
        question(graph, here, there)
        for here in some(graph)
        for there in (
            *some(graph)[:3],
            *islice(graph._adj.get(here, {}), 2),
            "business:0",
            "x",
            7,
            None,
        )
    ]


def outcome(question: Callable[[], Any]) -> Any:
    """What a question gives or raises; iterators as lists, what does not compare as what is in it."""
    try:
        found = question()
    except Exception as error:  # noqa: BLE001  # whichever networkx raises
        return type(error), str(error)
    if isinstance(found, nx.Graph):
        return contents(found)
    return list(found) if isinstance(found, Iterator) else found


def contents(graph: nx.Graph[str]) -> Any:
    """All of a graph, in its order; undirected views have none."""
    order = list if graph.is_directed() else sorted
    edges = [(*edge[:3], dict(edge[3])) for edge in graph.edges(keys=True, data=True)]
    if not graph.is_directed():
        edges = sorted(((*sorted(edge[:2]), *edge[2:]) for edge in edges), key=str)
    return (
        graph.is_directed(),
        order(graph),
        edges,
        {node: dict(data) for node, data in graph.nodes(data=True)},
    )


QUESTIONS: dict[str, Callable[[Plain[str]], Any]] = {
    "nodes": lambda g: list(g.nodes(data=True)),
    "nodes by attribute": lambda g: list(g.nodes(data="kind", default="none")),
    "dict of nodes": lambda g: dict(g.nodes(data=True)),
    "len": lambda g: (
        len(g),
        g.order(),
        g.size(),
        g.number_of_edges(),
        g.number_of_nodes(),
        bool(g),
    ),
    "len of views": lambda g: (
        len(g.nodes),
        len(g.edges),
        len(g.in_edges),
        len(g.adj),
        len(g.degree),
    ),
    "edges": lambda g: list(g.edges()),
    "edges with keys": lambda g: list(g.edges(keys=True)),
    "edges with data": lambda g: list(g.edges(data=True)),
    "edges with keys and data": lambda g: list(g.edges(keys=True, data=True)),
    "edges with an attribute": lambda g: list(g.edges(keys=True, data="role", default="none")),
    "edges of some": lambda g: list(g.edges(some(g), keys=True)),
    "in_edges": lambda g: list(g.in_edges(keys=True, data=True)),
    "in_edges of some": lambda g: list(g.in_edges(some(g))),
    "edge by key": lambda g: [g.edges[edge] for edge in islice(g.edges, 20)],
    "edge is there": lambda g: [edge in g.edges for edge in islice(g.edges, 20)],
    "no such edge": lambda g: g.edges["identity:1", "x", "y"],
    "degree": lambda g: dict(g.degree()),
    "degree of one": each(lambda g, node: (g.degree(node), g.in_degree(node), g.out_degree[node])),
    "degree of some": lambda g: list(g.degree(some(g))),
    "weighted degree": lambda g: dict(g.degree(weight="weight")),
    "weighted size": lambda g: g.size(weight="weight"),
    "in_degree": lambda g: list(g.in_degree()),
    "out_degree": lambda g: list(g.out_degree()),
    "degree of strangers": lambda g: list(g.degree(["business:0", "x", some(g)[0]])),
    "degree of a number": lambda g: g.degree(7),
    "number_of_edges": every(lambda g, u, v: g.number_of_edges(u, v)),
    "has_edge": every(
        lambda g, u, v: (g.has_edge(u, v), g.has_edge(v, u), g.has_edge(u, v, "key"))
    ),
    "has_edge by key": lambda g: [g.has_edge(*edge) for edge in islice(g.edges(keys=True), 20)],
    "has_successor": every(lambda g, u, v: (g.has_successor(u, v), g.has_predecessor(u, v))),
    "get_edge_data": every(lambda g, u, v: g.get_edge_data(u, v, default="none")),
    "get_edge_data by key": lambda g: [
        g.get_edge_data(*edge) for edge in islice(g.edges(keys=True), 20)
    ],
    "successors": each(lambda g, node: (list(g.successors(node)), list(g.predecessors(node)))),
    "successors of a stranger": lambda g: g.successors("business:0"),
    "predecessors of a stranger": lambda g: g.predecessors(7),
    "neighbours in a mapping": each(
        lambda g, node: [(dict(g[node]), len(g[node]), len(g.pred[node]))]
    ),
    "node of a stranger": lambda g: g.nodes["business:0"],
    "node of nobody": lambda g: g.nodes[None],
    "node of an unhashable": lambda g: g.nodes[["identity:1"]],
    "neighbours of a stranger": lambda g: g["account:"],
    "neighbours of an unhashable": lambda g: g[{}],
    "edge to an unhashable": lambda g: g.has_edge(some(g)[0], []),
    "edges to an unhashable": lambda g: g.number_of_edges(some(g)[0], []),
    "edge with an unhashable key": lambda g: g.has_edge(*next(iter(g.edges())), []),
    "slice": lambda g: g.nodes[0:2],
    "membership": lambda g: [
        what in g for what in (None, 7, 1.5, b"x", (), "", ":", "identity", [], {}, set())
    ],
    "membership of near misses": each(
        lambda g, node: [
            f"{what}" in g
            for what in (node.upper(), node + " ", f" {node}", node + "\0", node + "0" * 30)
        ]
    ),
    "membership in nodes": lambda g: [] in g.nodes,
    "membership in adj": lambda g: [] in g.adj,
    "nbunch_iter": lambda g: [
        list(g.nbunch_iter(bunch)) for bunch in (None, some(g), "foo", {}, some(g)[0])
    ],
    "nbunch_iter of a stranger": lambda g: list(g.nbunch_iter("business:0")),
    "nbunch_iter of a number": lambda g: list(g.nbunch_iter(7)),
    "nbunch_iter of unhashables": lambda g: list(g.nbunch_iter([*some(g), {}])),
    "adjacency": lambda g: {node: dict(others) for node, others in g.adjacency()},
    "to_dict_of_dicts": nx.to_dict_of_dicts,
    "to_dict_of_lists": nx.to_dict_of_lists,
    "to_edgelist": lambda g: list(nx.to_edgelist(g)),
    "node_link_data": lambda g: nx.node_link_data(g, edges="edges"),
    "adjacency_data": nx.adjacency_data,
    "cytoscape_data": nx.cytoscape_data,
    "graphml": lambda g: "".join(nx.generate_graphml(g)),
    "gexf": lambda g: "".join(line for line in nx.generate_gexf(g) if "lastmodified" not in line),
    "gml": lambda g: "".join(nx.generate_gml(g)),
    "to_pandas_edgelist": lambda g: nx.to_pandas_edgelist(g, edge_key="key").to_dict("records"),
    "to_pandas_adjacency": lambda g: nx.to_pandas_adjacency(g, some(g)).to_csv(),
    "to_numpy_array": lambda g: nx.to_numpy_array(g).tolist(),
    "shortest_path": every(lambda g, u, v: outcome(lambda: nx.shortest_path(g, u, v))),
    "shortest paths": each(nx.single_source_shortest_path),
    "descendants": each(nx.descendants),
    "ancestors": each(nx.ancestors),
    "bfs": each(lambda g, node: list(nx.bfs_edges(g, node))),
    "dfs": each(lambda g, node: list(nx.dfs_edges(g, node))),
    "dijkstra": each(nx.single_source_dijkstra_path_length),
    "weakly_connected_components": nx.weakly_connected_components,
    "strongly_connected_components": nx.strongly_connected_components,
    "condensation": lambda g: dict(nx.condensation(g).nodes(data=True)),
    "degree_centrality": nx.degree_centrality,
    "descriptions": lambda g: (nx.density(g), nx.is_weakly_connected(g), nx.number_of_selfloops(g)),
    "is_empty": lambda g: (nx.is_empty(g), nx.is_directed(g), nx.is_weighted(g), g.is_multigraph()),
    "common parts": lambda g: (list(nx.isolates(g)), list(nx.nodes_with_selfloops(g))),
    "node attributes": lambda g: nx.get_node_attributes(g, "name"),
    "edge attributes": lambda g: nx.get_edge_attributes(g, "relation"),
    "copy": lambda g: g.copy(),
    "copy as a view": lambda g: g.copy(as_view=True),
    "reverse": lambda g: g.reverse(),
    "reverse as a view": lambda g: g.reverse(copy=False),
    "subgraph": lambda g: g.subgraph(some(g)),
    "subgraph around": lambda g: g.subgraph(
        [*some(g)[:2], *nx.all_neighbors(g, some(g)[0]), "business:0"]
    ),
    "size of a subgraph": lambda g: (
        g.subgraph(list(g)[::2]).size(),
        dict(g.subgraph(list(g)[::2]).degree),
    ),
    "copy of a subgraph": lambda g: g.subgraph(list(g)[::2]).copy(),
    "ego_graph": lambda g: nx.ego_graph(g, some(g)[0], 2),
    "edge_subgraph": lambda g: g.edge_subgraph(list(g.edges(keys=True))[::3]),
    "subgraph_view": lambda g: nx.subgraph_view(g, filter_edge=lambda *edge: "CLIENT" in edge[2]),
    "restricted_view": lambda g: nx.restricted_view(g, some(g), []),
    "to_undirected": lambda g: g.to_undirected(),
    "to_undirected as a view": lambda g: g.to_undirected(as_view=True),
    "to_undirected reciprocal": lambda g: g.to_undirected(reciprocal=True),
    "to_directed": lambda g: g.to_directed(),
    "relabelled": nx.convert_node_labels_to_integers,
    "compose": lambda g: nx.compose(g, g.reverse()),
    "simple": lambda g: list(nx.DiGraph(g).edges(data=True)),
    "printed": lambda g: [str(view) for view in (g.nodes, g.edges, g.degree, g.adj, g.in_edges)],
    "represented": lambda g: [repr(view) for view in (g.nodes, g.edges.data(), g.degree)],
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_columns_answer_as_dicts_do(pair: tuple[Explorer, nx.MultiDiGraph[str]], name: str) -> None:
    """What networkx says of columns, values, order and errors, it says of dicts that hold the same."""
    graph, plain = pair
    assert outcome(lambda: QUESTIONS[name](graph)) == outcome(lambda: QUESTIONS[name](plain))


def test_views_are_equal(pair: tuple[Explorer, nx.MultiDiGraph[str]]) -> None:
    """The views of columns equal those of dicts from either side, and differ from those of other graphs."""
    graph, plain = pair
    for view in ("adj", "succ", "pred", "nodes", "edges", "in_edges"):
        ours, theirs = getattr(graph, view), getattr(plain, view)
        assert ours == theirs
        assert theirs == ours
    assert nx.utils.graphs_equal(graph, plain)
    plain = plain.copy()
    plain.add_edge("identity:1", "x")
    assert graph.adj != plain.adj
    assert graph.nodes != plain.nodes


def test_it_is_named_and_described(pair: tuple[Explorer, nx.MultiDiGraph[str]]) -> None:
    """Printed, a graph tells its class and its size."""
    graph, plain = pair
    assert str(graph) == str(plain).replace("MultiDiGraph", "Explorer")


@pytest.mark.parametrize(
    "ranking", [nx.pagerank, nx.to_scipy_sparse_array], ids=lambda each: each.__name__
)
def test_matrices(
    pair: tuple[Explorer, nx.MultiDiGraph[str]], ranking: Callable[[Any], Any]
) -> None:
    """What networkx computes by scipy is the same."""
    pytest.importorskip("scipy", reason="networkx needs scipy for it, which nothing else here does")
    ours, theirs = (outcome(lambda graph=graph: ranking(graph)) for graph in pair)
    assert str(ours) == str(theirs)


def test_graphml_round_trip(pair: tuple[Explorer, nx.MultiDiGraph[str]], tmp_path: Path) -> None:
    """A file of networkx's holds all of the graph."""
    graph, plain = pair
    nx.write_graphml(graph, tmp_path / "graph.xml")
    read = nx.read_graphml(tmp_path / "graph.xml", force_multigraph=True)
    assert read.nodes == plain.nodes
    assert read.adj == plain.adj


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickled(pair: tuple[Explorer, nx.MultiDiGraph[str]], protocol: int) -> None:
    """A graph, its views and parts of it come back equal by every protocol, frozen, with the graph's own attributes."""
    graph, _ = pair

    def again(what: Any) -> Any:
        return pickle.loads(pickle.dumps(what, protocol))  # noqa: S301  # our own bytes

    graph.graph["told"] = ["by", "hand"]
    try:
        other = again(graph)
        assert (type(other), other.version, other.graph) == (
            type(graph),
            graph.version,
            graph.graph,
        )
        assert nx.is_frozen(other)
        assert contents(other) == contents(graph)
        for part in (graph.reverse(copy=False), graph.to_undirected(as_view=True), graph.copy()):
            assert contents(again(part)) == contents(part)
        if protocol >= 2:  # networkx's views have slots
            for view in ("nodes", "edges", "adj", "pred", "in_edges"):
                assert getattr(graph, view) == again(getattr(graph, view))
            assert dict(again(graph.degree)) == dict(graph.degree)
    finally:
        graph.graph.clear()


def test_rejections_are_pickled() -> None:
    """What was not taken is still told."""
    graph = Explorer.observe([])
    graph.rejections = tuple(inroads.load(__file__).rejections)
    assert pickle.loads(pickle.dumps(graph)).rejections == graph.rejections != ()  # noqa: S301  # our own bytes


def test_copied(pair: tuple[Explorer, nx.MultiDiGraph[str]]) -> None:
    """A deep copy shares no attributes of the graph, a shallow one does; what is copied of a view is plain."""
    graph, plain = pair
    for copied, shared in ((copy.deepcopy(graph), False), (copy.copy(graph), True)):
        assert contents(copied) == contents(graph)
        assert nx.is_frozen(copied)
        assert (copied.graph is graph.graph) is shared
    for node in some(plain) if len(plain) else ():
        assert type(copy.deepcopy(graph.nodes[node])) is type(graph.nodes[node].copy()) is dict
        assert copy.deepcopy(graph[node]) == plain[node]


CHANGED: dict[str, Callable[[Plain[str]], Any]] = {
    "add_node": lambda g: g.add_node("x"),
    "add_nodes_from": lambda g: g.add_nodes_from(["x"]),
    "remove_node": lambda g: g.remove_node("identity:712052"),
    "remove_nodes_from": lambda g: g.remove_nodes_from(list(g)),
    "add_edge": lambda g: g.add_edge("x", "y"),
    "add_edges_from": lambda g: g.add_edges_from([("x", "y")]),
    "add_weighted_edges_from": lambda g: g.add_weighted_edges_from([("x", "y", 1)]),
    "remove_edge": lambda g: g.remove_edge(*next(iter(g.edges()))),
    "remove_edges_from": lambda g: g.remove_edges_from(list(g.edges())),
    "update": lambda g: g.update(edges=[("x", "y")]),
    "clear": lambda g: g.clear(),
    "clear_edges": lambda g: g.clear_edges(),
    "add_path": lambda g: nx.add_path(g, "xyz"),
    "set_node_attributes": lambda g: nx.set_node_attributes(g, 1, "x"),
    "set_edge_attributes": lambda g: nx.set_edge_attributes(g, 1, "x"),
    "node": lambda g: g.nodes["identity:712052"].__setitem__("x", 1),
    "node, deleted": lambda g: g.nodes["identity:712052"].__delitem__("kind"),
    "node, updated": lambda g: g.nodes["identity:712052"].update(x=1),
    "node, by default": lambda g: g.nodes["identity:712052"].setdefault("x", 1),
    "node, popped": lambda g: g.nodes["identity:712052"].pop("kind"),
    "node, popped at the end": lambda g: g.nodes["identity:712052"].popitem(),
    "node, cleared": lambda g: g.nodes["identity:712052"].clear(),
    "node, joined": lambda g: g.nodes["identity:712052"].__ior__({"x": 1}),
    "edge": lambda g: next(iter(g.edges(data=True)))[2].__setitem__("x", 1),
    "relabel": lambda g: nx.relabel_nodes(g, {"identity:712052": "x"}, copy=False),
}


@pytest.mark.parametrize("name", CHANGED)
def test_nothing_changes_it(name: str) -> None:
    """Each way to change a graph raises networkx's error and leaves the graph as it is; on a copy it works."""
    graph = inroads.load(inroads.EXAMPLE)
    before = contents(graph)
    assert nx.is_frozen(graph)
    with pytest.raises(nx.NetworkXError, match="Frozen graph can't be modified"):
        CHANGED[name](graph)
    assert contents(graph) == before
    copied = graph.copy()
    CHANGED[name](copied)
    assert contents(copied) != before
    assert contents(graph) == before


@pytest.mark.parametrize(
    "part", [lambda g: g.subgraph(g), lambda g: g.reverse(copy=False)], ids=["subgraph", "reverse"]
)
def test_views_are_frozen(part: Callable[[Any], Any]) -> None:
    """A view can be changed as little as the graph."""
    with pytest.raises(nx.NetworkXError):
        part(inroads.load(inroads.EXAMPLE)).add_node("x")
