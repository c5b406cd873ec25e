"""Every question of a world, asked in every way: the answers must agree with each other and with the oracle."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb
from typing import Any
from unittest.mock import patch

from inroads.analysis.explain import MAX_CANDIDATES, explain
from inroads.analysis.remediation import FACTS
from inroads.explorer import Explorer
from inroads.model import Access, Mode, NodeKind, Path, kind_of
from inroads.reach.states import held, reachable
from oracle import Oracle, OraclePath
from worlds import World, explore


def check(world: World) -> Explorer:
    """Ask the graph and the oracle everything; the first disagreement raises."""
    graph, oracle = explore(world), Oracle(world)
    assert oracle.nodes <= set(graph)
    for key, grant in graph.grants.items():
        assert set(grant.roles) == set(oracle.grants[key].roles), key
        assert {each.code for each in grant.contradictions} == oracle.grants[key].contested, key
    assert graph.grants.keys() == oracle.grants.keys()
    for mode in Mode:
        forward = {
            (identity, access.resource): access
            for identity in sorted(oracle.identities)
            for access in _check_reach(graph, oracle, identity, mode)
        }
        with patch("inroads.reach.limits.VECTORISED", -1):
            columns = [
                list(graph.reached_by(resource, mode=mode)) for resource in sorted(oracle.resources)
            ]
        answers = [
            list(graph.reached_by(resource, mode=mode)) for resource in sorted(oracle.resources)
        ]
        assert columns == answers, "one hop after the other, and all hops at once"
        backward = {
            (access.principal, access.resource): access for answer in answers for access in answer
        }
        assert forward == backward, "reach and reached_by are each other's transpose"
        if mode is Mode.ACCESS:
            _check_sets(graph, oracle, forward.values())
    return graph


def _check_reach(graph: Explorer, oracle: Oracle, identity: str, mode: Mode) -> list[Access]:
    answer, theirs = list(graph.reach(identity, mode=mode)), oracle.reach(identity, mode.value)
    assert {access.resource for access in answer} == theirs.keys()
    with patch("inroads.reach.limits.VECTORISED", -1):
        assert answer == list(graph.reach(identity, mode=mode)), (
            "one hop after the other, and all hops at once"
        )
    for access in answer:
        assert access == graph.access(identity, access.resource, mode=mode)
        expected = theirs[access.resource]
        assert _facts(access) == (
            expected.roles,
            expected.contested,
            expected.certainty,
            expected.state,
            expected.distance,
        )
        assert {_path(path) for path in access.paths} == {
            _oracle_path(path) for path in expected.paths
        }
        assert not access.truncated
        _check_explanation(graph, oracle, access, mode)
    if mode is Mode.ACCESS:
        assert reachable(graph, identity) == {access.resource for access in answer}
    return answer


def _check_sets(graph: Explorer, oracle: Oracle, accesses: Iterable[Access]) -> None:
    """Just the set of each node has the same nodes and roles as all accesses, asked as a whole."""
    whole: dict[str, dict[str, Any]] = {
        node: {} for node in (*oracle.identities, *oracle.resources)
    }
    for access in accesses:
        whole[access.principal][access.resource] = access.roles
        whole[access.resource][access.principal] = access.roles
    for node, roles in whole.items():
        found = held(graph, node).items()
        assert {graph.index.name(each): graph.roles_of(bits) for each, bits in found} == roles


def _check_explanation(graph: Explorer, oracle: Oracle, access: Access, mode: Mode) -> None:
    ends = (access.principal, access.resource, mode.value)
    explanation = explain(graph, access)
    cut = frozenset(grant.id for grant in explanation.cut)
    assert explanation.independent_routes == oracle.disjoint_routes(*ends) == len(cut)
    best = oracle.best_cut(*ends)
    steps = (step.grant for path in access.paths for step in path.steps)
    revocable = {each for each in steps if graph.grants[each].relation not in FACTS}
    if comb(len(revocable), len(cut)) <= MAX_CANDIDATES:  # else the collateral is not the least
        assert cut == best, "the smallest cut with the least collateral"
    assert len(cut) == len(best)
    assert graph.access(access.principal, access.resource, mode=mode, avoid=list(cut)) is None
    for grant in cut:
        assert (
            graph.access(access.principal, access.resource, mode=mode, avoid=list(cut - {grant}))
            is not None
        )


def _facts(access: Access) -> tuple[Any, ...]:
    roles = frozenset(access.roles), frozenset(access.contested_roles)
    return *roles, access.certainty, access.state, access.distance


def _path(path: Path) -> tuple[Any, ...]:
    steps = tuple((step.principal, step.grant, step.resource) for step in path.steps)
    return steps, path.certainty, path.state, frozenset(path.reasons), path.contested


def _oracle_path(path: OraclePath) -> tuple[Any, ...]:
    return path.steps, path.certainty, path.state, path.reasons, path.contested


def identities(graph: Explorer) -> list[str]:
    """The identities of a graph, sorted."""
    return sorted(node for node in graph if kind_of(node) is NodeKind.IDENTITY)
