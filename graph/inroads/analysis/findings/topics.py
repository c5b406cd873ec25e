"""Topics of a review: the findings of one rule that are about one thing, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from inroads.analysis.findings.review import Findings
from inroads.columns.claimset import NONE
from inroads.network.access_graph import AccessGraph
from inroads.network.places import with_accounts
from inroads.policy.rule_settings import Severity


class Topic(NamedTuple):
    """The findings of one rule about one node, by their places among all findings.

    Findings about an account are about the business that keeps it.
    """

    severity: Severity
    rule: str
    about: str
    places: list[int]


Key = tuple[Severity, str, str]


def topics(found: Findings) -> list[Topic]:
    """Group the findings of each rule by that subject of theirs which most of them share.

    The most severe topics are first, and of those the largest of each rule, so that the first few
    are of many rules.
    """
    told = list(_told(found))
    shared = Counter(key for keys in told for key in keys)
    groups: dict[Key, list[int]] = {}
    for place, keys in enumerate(told):
        groups.setdefault(max(keys, key=shared.__getitem__), []).append(place)
    grouped = [Topic(*key, places) for key, places in groups.items()]
    return _in_turn(sorted(grouped, key=lambda each: -len(each.places)))


def _told(found: Findings) -> Iterator[list[Key]]:
    """Yield the topics that each finding could belong to.

    Where all findings are about one node, they differ by their other subjects.
    """
    severities, scopes = list(Severity), _Scopes(found.graph)
    known = with_accounts(found.graph, found.subject) if found.subject else frozenset()
    for rank, rule, subjects in found.keys:
        nodes = [each for each in subjects.split("\n") if "#" not in each] or [subjects]
        others = [each for each in nodes if each not in known] or nodes
        yield [(severities[-rank], rule, scopes[node]) for node in others]


class _Scopes(dict[str, str]):
    """Nodes with the businesses that keep them, if they are accounts; else with themselves."""

    def __init__(self, graph: AccessGraph) -> None:
        self._graph = graph

    def __missing__(self, node: str) -> str:
        scope = node
        if node.startswith("account:"):
            keeper = int(self._graph.index.joined[self._graph.number(node)])
            scope = node if keeper == NONE else self._graph.index.name(keeper)
        self[node] = scope
        return scope


def _in_turn(largest_first: Iterable[Topic]) -> list[Topic]:
    """Return topics by severity, taking one of each rule in turn."""
    taken: Counter[tuple[Severity, str]] = Counter()
    turns = []
    for each in largest_first:
        turns.append((-each.severity.rank, taken[each.severity, each.rule], each))
        taken[each.severity, each.rule] += 1
    return [each for *_, each in sorted(turns, key=lambda turn: turn[:2])]
