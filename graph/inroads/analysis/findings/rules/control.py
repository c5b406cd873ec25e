"""Rules about control of businesses, and about links between businesses."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from itertools import pairwise
from typing import Final

import networkx as nx
import numpy as np

from inroads.analysis.findings.context import CLIENT, CLIENT_BIT, CONTROL, NOTHING, RuleContext
from inroads.analysis.findings.finding import Fact, Match, RuleOutcome, Source
from inroads.analysis.findings.registry import rule
from inroads.cancellation import check
from inroads.columns.arrays import Flags, Ints, contained, distinct, offsets, ranges
from inroads.columns.claimset import MEMBER, ROLE
from inroads.model import NodeKind
from inroads.policy.rule_settings import RuleRow

TOGETHER: Final = 2**18
"""So many businesses of identities are looked at together, to bound the memory."""


def _controlling(matter: RuleContext, identity: int) -> tuple[Source, ...]:
    """The identity's grants that control."""
    index = matter.index
    found = (grant for _, grant in index.hops_from(identity) if index.conveys[grant] == CONTROL)
    return tuple(sorted(found))


@rule(
    "concentration",
    "identities that control a business",
    "{0} controls {businesses:business}.",
    "Share the control with a second person, and protect this identity most.",
)
def concentration(matter: RuleContext, row: RuleRow) -> RuleOutcome:
    """An identity that controls at least so many businesses."""
    people, counts = np.unique(matter.controls[0], return_counts=True)
    hits = [
        Match((matter.name(each),), (("businesses", count),), _controlling(matter, each))
        for each, count in zip(people.tolist(), counts.tolist(), strict=True)
        if count >= int(row.options["businesses"])
    ]
    observed = matter.fold.observed[: len(matter.span(NodeKind.IDENTITY))]
    unseen = int((~observed).sum())
    notes = (
        ("identities of which no document of their own was read may control more",)
        if unseen
        else ()
    )
    return RuleOutcome(len(people), hits, unseen, notes)


def _owners(matter: RuleContext, number: int) -> list[tuple[int, list[int]]]:
    """Return businesses with an observed team and this many controlling identities."""
    span = matter.span(NodeKind.BUSINESS)
    owner, business = matter.controls
    counts = np.bincount(business, minlength=matter.index.size)[span.start : span.stop]
    wanted = (
        np.flatnonzero(matter.fold.observed[span.start : span.stop] & (counts == number))
        + span.start
    )
    here = np.isin(business, wanted)
    found: dict[int, list[int]] = {each: [] for each in wanted.tolist()}
    for who, what in zip(owner[here].tolist(), business[here].tolist(), strict=True):
        found[what].append(who)
    return sorted(found.items())


def _teams(matter: RuleContext) -> tuple[int, int]:
    """Return the extent: businesses with a team document, and those without."""
    span = matter.span(NodeKind.BUSINESS)
    seen = int(matter.fold.observed[span.start : span.stop].sum())
    return seen, len(span) - seen


@rule(
    "single-owner",
    "businesses whose team was observed",
    "Only {1} controls {0}.",
    "Name a second owner or admin, so that the business is not lost with one person.",
)
def single_owner(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """A business whose observed team has exactly one identity that controls it."""
    seen, unseen = _teams(matter)
    hits = [
        Match(
            (matter.name(business), matter.name(who)),
            (),
            partial(_controlling_of, matter, who, business),
        )
        for business, (who,) in _owners(matter, 1)
    ]
    return RuleOutcome(seen, hits, unseen)


def _controlling_of(matter: RuleContext, identity: int, business: int) -> tuple[Source, ...]:
    index = matter.index
    found = (
        grant
        for node in matter.nodes_of(int(matter.scope[business]))
        for grant in index.grants_between(identity, node)
        if index.conveys[grant] == CONTROL
    )
    return tuple(sorted(found))


@rule(
    "no-owner",
    "businesses whose team was observed",
    "Nobody in the observed team of {0} controls it.",
    "Ask the service who owns the business, and name an owner.",
)
def no_owner(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """A business whose team was observed and that no identity controls."""
    seen, unseen = _teams(matter)
    hits = [Match((matter.name(each),), (), matter.into(each)) for each, _ in _owners(matter, 0)]
    return RuleOutcome(seen, hits, unseen)


@rule(
    "client-chain",
    "businesses that are a client and have clients",
    "{0} ties its {clients:client} to its {vendors:vendor}.",
    "This is a connection, not an access: check only that no one takes it for one.",
    experimental=True,
)
def client_chain(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """A business in the middle of a chain of two CLIENT steps: it is a client, and others are
    clients of it.

    Longer chains are chains of these. Businesses that are clients of each other in a cycle are one
    finding, of all of them, and such a business by itself is another only where a chain through it
    leaves the cycle.
    """
    rows = np.flatnonzero(matter.grants.relation == CLIENT)
    near, far = (
        matter.scope[column[rows]] for column in (matter.grants.principal, matter.grants.resource)
    )
    middle = np.intersect1d(near[near != far], far[near != far])
    here = (near != far) & (contained(near, middle) | contained(far, middle))
    ahead: dict[int, list[tuple[int, int]]] = defaultdict(list)
    behind: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for client, vendor, grant in zip(
        *(column[here].tolist() for column in (near, far, rows)), strict=True
    ):
        ahead[client].append((vendor, grant))
        behind[vendor].append((client, grant))
    middles = middle.tolist()
    network: nx.DiGraph[int] = nx.DiGraph()
    network.add_edges_from(
        (client, vendor) for client in middles for vendor, _ in ahead[client] if vendor in ahead
    )
    cycles = [each for each in nx.strongly_connected_components(network) if len(each) > 1]
    cycle_of = {scope: place for place, each in enumerate(cycles) for scope in each}
    hits = []
    for cycle in cycles:
        grants = sorted(
            grant for scope in cycle for vendor, grant in ahead[scope] if vendor in cycle
        )
        names = matter.names(cycle)
        facts: tuple[Fact, ...] = (("clients", len(names)), ("vendors", len(names)))
        hits.append(Match(names, facts, tuple(grants)))
    for middle in middles:
        around = {cycle_of.get(other) for other, _ in (*ahead[middle], *behind[middle])}
        if middle in cycle_of and around == {cycle_of[middle]}:
            continue
        facts = (
            ("clients", len({each for each, _ in behind[middle]})),
            ("vendors", len({each for each, _ in ahead[middle]})),
        )
        grants = sorted(grant for _, grant in (*ahead[middle], *behind[middle]))
        hits.append(Match((matter.name(middle),), facts, tuple(grants)))
    notes = ("whose client a business is, is known only from documents that show that business",)
    return RuleOutcome(len(middles), hits, 0, notes)


@rule(
    "bridge",
    "pairs of an identity that controls a business and another business in which it holds a role",
    "{0} controls {own} and holds a role in {1}, and nobody owns both.",
    "Check that the person may carry what they see from one owner's business to the other's.",
    experimental=True,
)
def bridge(matter: RuleContext, row: RuleRow) -> RuleOutcome:
    """An identity that controls one business and holds a role in another, where no one identity
    controls both.

    Roles of clients do not count, unless `clients` is true.
    """
    clients, control = bool(row.options["clients"]), _Control(matter)
    identity, other = _held_beside(matter, clients=clients)
    places = control.bridging(identity, other)

    def hit(place: int) -> Match:
        who, there = int(identity[places[place]]), int(other[places[place]])
        _, apart = control.apart(np.array([who]), np.array([there]))
        evidence = partial(_bridging, matter, who, there, apart.tolist(), clients=clients)
        subjects = matter.name(who), matter.name(there)
        return Match(subjects, (("own", matter.names(apart.tolist())),), evidence)

    observed = np.zeros(matter.index.size, np.bool_)
    observed[matter.scope[np.flatnonzero(matter.fold.observed)]] = True
    unseen = int((~observed[other]).sum())
    notes = (
        f"of {unseen} of these the other business's team was not observed: an owner of both may be unseen",
    )
    hits = matter.hits(hit, identity[places], other[places])
    return RuleOutcome(len(identity), hits, 0, notes if unseen else ())


class _Control:
    """The businesses that identities control, and the identities that control scopes, as columns."""

    def __init__(self, matter: RuleContext) -> None:
        self.size, self.scope = matter.index.size, matter.scope
        owner, self.business = matter.controls
        self.starts = offsets(owner, self.size)
        self.held = distinct(owner * self.size + self.scope[self.business])
        scope, self.owner = np.divmod(
            distinct(self.held % self.size * self.size + self.held // self.size), self.size
        )
        self.begins = offsets(scope, self.size)

    def bridging(self, identity: Ints, other: Ints) -> Ints:
        """Return the places of the pairs of an identity and another scope that are apart."""
        ends = np.cumsum(self.starts[identity + 1] - self.starts[identity])
        parts = np.searchsorted(ends, np.arange(0, ends[-1:].sum(), TOGETHER), "right")
        found = [np.zeros(0, np.int64)]
        for first, last in pairwise([*parts.tolist(), len(identity)]):
            check()
            found.append(first + distinct(self.apart(identity[first:last], other[first:last])[0]))
        return np.concatenate(found)

    def apart(self, identity: Ints, other: Ints) -> tuple[Ints, Ints]:
        """Return what each identity controls that nobody controls together with its other scope.

        That is the place of a pair and a business, ascending.
        """
        size = self.starts[identity + 1] - self.starts[identity]
        pair = np.repeat(np.arange(len(identity)), size)
        business = self.business[ranges(self.starts[identity], size)]
        ends = np.stack([self.scope[business], other[pair]])
        counts = self.begins[ends + 1] - self.begins[ends]
        # The controllers of one of the two scopes are looked at: of the one that has fewer.
        fewer = counts.argmin(axis=0)
        rows = np.arange(len(pair))
        few, rest = ends[fewer, rows], ends[1 - fewer, rows]
        row = np.repeat(rows, counts[fewer, rows])
        owner = self.owner[ranges(self.begins[few], counts[fewer, rows])]
        both = contained(owner * self.size + rest[row], self.held)
        apart = np.ones(len(pair), np.bool_)
        apart[row[both]] = False
        return pair[apart], business[apart]


def _held_beside(matter: RuleContext, *, clients: bool) -> tuple[Ints, Ints]:
    """Return the controlling identities with the scopes of others in which they hold a role."""
    grants, size, (owner, business) = matter.grants, matter.index.size, matter.controls
    rows = np.flatnonzero(_role_held(matter, clients=clients) & np.isin(grants.principal, owner))
    held = distinct(
        grants.principal[rows].astype(np.int64) * size + matter.scope[grants.resource[rows]]
    )
    own = distinct(owner * size + matter.scope[business])
    return np.divmod(held[~contained(held, own)], size)


def _role_held(matter: RuleContext, *, clients: bool) -> Flags:
    """Find the grants that are a role of more than a client, or of any."""
    grants = matter.grants
    held: Flags = np.isin(grants.relation, (MEMBER, ROLE))
    held &= matter.index.conveys_column != NOTHING
    return held if clients else held & (grants.roles != CLIENT_BIT)


def _bridging(
    matter: RuleContext, identity: int, other: int, apart: list[int], *, clients: bool
) -> tuple[Source, ...]:
    """The grants by which an identity controls its own businesses and holds a role in another."""
    index, scope = matter.index, matter.scope
    controlling: defaultdict[int, list[int]] = defaultdict(list)
    there = []
    for node, grant in index.hops_from(identity):
        if index.conveys[grant] == CONTROL:
            controlling[int(scope[node])].append(grant)
        if (
            scope[node] == other
            and index.relation[grant] in (MEMBER, ROLE)
            and index.conveys[grant] != NOTHING
            and (clients or index.roles[grant] != CLIENT_BIT)
        ):
            there.append(grant)
    own = (grant for each in apart for grant in sorted(controlling[int(scope[each])]))
    return tuple(dict.fromkeys((*own, *there)))
