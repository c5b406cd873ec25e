"""The context of rules: one version of a graph, the moment, and shared columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from inroads.analysis.findings.document_scan import Bodies, bodies
from inroads.analysis.findings.finding import Match, Source
from inroads.analysis.findings.hits import Hits
from inroads.columns.arrays import Flags, Ints, connected, distinct, narrow, offsets, ranges, stack
from inroads.columns.claimset import KEEPS, KINDS, MEMBER, NONE, RELATIONS, ROLE, ROLES, SECTIONS
from inroads.model import NodeKind, Relation, Role, Section
from inroads.network.access_graph import AccessGraph
from inroads.policy.grammar import CONVEYS, Conveys
from inroads.reach.everyone import Accesses, every_access

CLIENT = RELATIONS.index(Relation.CLIENT)
GROUP, GROUP_OF = RELATIONS.index(Relation.GROUP), RELATIONS.index(Relation.GROUP_OF)
CONTROL, NOTHING = CONVEYS.index(Conveys.CONTROL), CONVEYS.index(Conveys.NONE)
CLIENT_BIT, UNKNOWN_BIT = (1 << ROLES.index(role) for role in (Role.CLIENT, Role.UNKNOWN))


class Routes(NamedTuple):
    """Shortest proofs: an identity reaches a scope by its own grant, and a client grant or NONE."""

    identity: Ints
    scope: Ints
    first: Ints
    client: Ints


class RuleContext:
    """A graph with the columns that rules need, each made on first use.

    `now` is the moment against which ages count, `before` the earlier version for `new-since`. A
    *scope* is a business with the account it keeps (all nodes that KEEPS joins), named by the least
    number of its nodes.
    """

    def __init__(
        self, graph: AccessGraph, now: dt.datetime, before: AccessGraph | None = None
    ) -> None:
        self.graph, self.now, self.before = graph, now, before
        self.fold, self.index = graph.fold, graph.index
        self.grants, self.evidence = graph.fold.grants, graph.fold.evidence
        self.name = cache(graph.index.name)  # most names are in several findings

    def span(self, kind: NodeKind) -> range:
        """The numbers of the nodes of a kind."""
        place = KINDS.index(kind)
        return range(self.fold.kind_starts[place], self.fold.kind_starts[place + 1])

    @cached_property
    def scope(self) -> Ints:
        """The scope of each node."""
        rows = self.grants.relation == KEEPS
        return connected(self.index.size, self.grants.principal[rows], self.grants.resource[rows])

    @cached_property
    def in_scope(self) -> tuple[Ints, Ints]:
        """The nodes by scope: the nodes of scope `s` are `nodes[starts[s] : starts[s + 1]]`."""
        order = np.argsort(self.scope, kind="stable")
        return order, offsets(self.scope[order], self.index.size)

    def nodes_of(self, scope: int) -> list[int]:
        """The nodes of a scope, ascending: businesses before accounts."""
        nodes, starts = self.in_scope
        found: list[int] = nodes[starts[scope] : starts[scope + 1]].tolist()
        return found

    @cached_property
    def kept(self) -> Flags:
        """Flags of the nodes that keep an account, or are kept by a business."""
        found = np.zeros(self.index.size, np.bool_)
        keeps = self.grants.relation == KEEPS
        found[self.grants.principal[keeps]] = found[self.grants.resource[keeps]] = True
        return found

    @cached_property
    def accesses(self) -> Accesses:
        """Every access of everyone, in columns as narrow as they can be."""
        parts = [Accesses(*map(narrow, part)) for part in every_access(self.graph)]
        empty = np.zeros(0, np.int8)
        return stack([Accesses(*[empty] * len(Accesses._fields)), *parts])

    @cached_property
    def reached(self) -> Ints:
        """The number of identities that reach each node."""
        return np.bincount(self.accesses.resource, minlength=self.index.size)

    @cached_property
    def controls(self) -> tuple[Ints, Ints]:
        """The pairs of an identity and a business that it controls, by number, ascending."""
        rows = np.flatnonzero(self._own & (self.index.conveys_column == CONTROL))
        nodes, starts = self.in_scope
        scope = self.scope[self.grants.resource[rows]]
        size = starts[scope + 1] - starts[scope]
        identity = np.repeat(self.grants.principal[rows], size).astype(np.int64)
        node = nodes[ranges(starts[scope], size)]
        here = np.isin(node, self.span(NodeKind.BUSINESS))
        pairs = distinct(identity[here] * self.index.size + node[here])
        return pairs // self.index.size, pairs % self.index.size

    @cached_property
    def _own(self) -> Flags:
        """Flags of the grants whose principal is an identity."""
        own: Flags = self.grants.principal < self.fold.kind_starts[1]
        return own

    def routes(self) -> Routes:
        """The routes by which identities reach scopes, ignoring differences in KEEPS alone.

        By the policy only a grant of the identity itself can control, and a CLIENT never passes
        control on. So a path has one such grant, and at most one client grant after it.
        """
        rows = np.flatnonzero(self._own & (self.index.conveys_column != NOTHING))
        scope = self.scope[self.grants.resource[rows]]
        plain = Routes(self.grants.principal[rows], scope, rows, np.full(len(rows), NONE))
        clients = np.flatnonzero(
            (self.grants.relation == CLIENT) & (self.index.conveys_column != NOTHING)
        )
        near = self.scope[self.grants.principal[clients]]
        order = np.argsort(near, kind="stable")
        clients, near = clients[order], near[order]
        starts = offsets(near, self.index.size)
        rows = np.flatnonzero(self._own & (self.index.conveys_column == CONTROL))
        scope = self.scope[self.grants.resource[rows]]
        size = starts[scope + 1] - starts[scope]
        first = np.repeat(rows, size)
        client = clients[ranges(starts[scope], size)]
        through = Routes(
            self.grants.principal[first], self.scope[self.grants.resource[client]], first, client
        )
        return stack([plain, through])

    @cached_property
    def bodies(self) -> Bodies:
        """The facts that only the bodies of documents tell."""
        return bodies(self.graph)

    def sections(self, *sections: Section) -> Flags:
        """Return flags of the rows of evidence that are of these sections."""
        found: Flags = np.isin(self.evidence.section, list(map(SECTIONS.index, sections)))
        return found

    @cached_property
    def grant_of(self) -> Ints:
        """The grant of each row of evidence."""
        return np.repeat(np.arange(len(self.grants.principal)), np.diff(self.fold.evidence_of))

    def into(self, node: int) -> tuple[Source, ...]:
        """The grants that lead into a node from outside its scope."""
        relation = self.index.relation
        found = (
            grant
            for _, grant in self.index.hops_to(node)
            if relation[grant] in (MEMBER, ROLE, CLIENT)
        )
        return tuple(sorted(found))

    @cached_property
    def _printed(self) -> Ints:
        """The rank of each node among all, by printed id."""
        rank = np.empty(self.index.size, np.int64)
        nodes = np.arange(self.index.size)
        rank[self.index.printed_after(np.zeros_like(nodes), nodes)] = nodes
        return rank

    def hits(self, write: Callable[[int], Match], first: Ints, second: Ints | None = None) -> Hits:
        """Return findings about nodes by number, which `write` makes of the places of these."""
        if second is None:
            return Hits(write, np.argsort(self._printed[first], kind="stable"), (first,))
        both = self._printed[first] * self.index.size + self._printed[second]
        return Hits(write, np.argsort(both, kind="stable"), (first, second))

    def hits_of_grants(self, write: Callable[[int], Match], grants: Ints) -> Hits:
        """Return findings about these grants, whose subjects are both ends and the grant."""
        words = [f"{relation}{client}@" for relation in RELATIONS for client in ("", "/CLIENT")]
        ranks = np.argsort(np.argsort(words))
        rows = self.grants.relation[grants] * 2 + self.grants.client_role[grants]
        ends = self.grants.principal[grants], self.grants.resource[grants]
        keys = ranks[rows], *(self._printed[each] for each in ends[::-1])
        return Hits(write, np.lexsort(keys), ends)

    def names(self, nodes: Iterable[int]) -> tuple[str, ...]:
        """The printed ids of nodes, in their order."""
        return tuple(sorted(map(self.name, nodes)))
