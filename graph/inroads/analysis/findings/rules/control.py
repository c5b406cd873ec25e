"""Rules about control of businesses, and about links between businesses."""

from __future__ import annotations

from collections import defaultdict
from functools import cache, partial
from itertools import chain

import networkx as nx
import numpy as np

from inroads.analysis.findings.context import CLIENT, CLIENT_BIT, CONTROL, NOTHING, RuleContext
from inroads.analysis.findings.finding import Fact, Match, RuleOutcome, Source
from inroads.analysis.findings.registry import rule
from inroads.columns.arrays import Flags, contained, distinct
from inroads.columns.claimset import MEMBER, ROLE
from inroads.model import NodeKind
from inroads.policy.rule_settings import RuleRow


def _controls(matter: RuleContext) -> dict[int, set[int]]:
    """Return the businesses that each identity controls, by number."""
    found: dict[int, set[int]] = defaultdict(set)
    for identity, business in zip(*(column.tolist() for column in matter.controls), strict=True):
        found[identity].add(business)
    return found


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
    index, scope = matter.index, matter.scope
    found = (
        grant
        for other, grant in index.hops_from(identity)
        if index.conveys[grant] == CONTROL and scope[other] == scope[business]
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
    steps = list(zip(near.tolist(), far.tolist(), rows.tolist(), strict=True))
    between = set(near.tolist()) & set(far.tolist())  # a cycle has no others
    network: nx.DiGraph[int] = nx.DiGraph()
    network.add_edges_from(
        (client, vendor)
        for client, vendor, _ in steps
        if client != vendor and client in between and vendor in between
    )
    cycles = [each for each in nx.strongly_connected_components(network) if len(each) > 1]
    cycle_of = {scope: place for place, each in enumerate(cycles) for scope in each}
    ahead: dict[int, list[tuple[int, int]]] = defaultdict(list)
    behind: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for client, vendor, grant in steps:
        if client != vendor:
            ahead[client].append((vendor, grant))
            behind[vendor].append((client, grant))
    middles = sorted(ahead.keys() & behind.keys())
    hits = []
    for cycle in cycles:
        grants = sorted(
            grant for scope in cycle for vendor, grant in ahead[scope] if vendor in cycle
        )
        names = tuple(sorted(_head(matter, scope) for scope in cycle))
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
        hits.append(Match((_head(matter, middle),), facts, tuple(grants)))
    notes = ("whose client a business is, is known only from documents that show that business",)
    return RuleOutcome(len(middles), hits, 0, notes)


def _head(matter: RuleContext, scope: int) -> str:
    """The business of a scope, or its account where no business is known."""
    return matter.name(matter.nodes_of(scope)[0])


@rule(
    "bridge",
    "pairs of an identity that controls a business and another business in which it holds a role",
    "{0} controls {own} and holds a role in {1}, and nobody owns both.",
    "Check that the person may carry what it sees from one owner's business to the other's.",
    experimental=True,
)
def bridge(matter: RuleContext, row: RuleRow) -> RuleOutcome:
    """An identity that controls one business and holds a role in another, where no one identity
    controls both.

    Roles of clients do not count, unless `clients` is true.
    """
    controls, scope = _controls(matter), matter.scope
    by_scope: dict[int, set[int]] = defaultdict(set)
    for identity, businesses in controls.items():
        for business in businesses:
            by_scope[int(scope[business])].add(identity)

    @cache
    def owned_with(other: int) -> frozenset[int]:
        return frozenset(int(scope[each]) for owner in by_scope[other] for each in controls[owner])

    clients = bool(row.options["clients"])
    pairs, unseen = _held_beside(matter, clients=clients), 0
    found = []
    for identity, other in pairs:
        nodes = matter.nodes_of(other)
        unseen += not any(matter.fold.observed[each] for each in nodes)
        apart = sorted(
            each for each in controls[identity] if int(scope[each]) not in owned_with(other)
        )
        if apart:
            found.append((identity, nodes[0], other, apart))

    def hit(place: int) -> Match:
        identity, node, other, apart = found[place]
        evidence = partial(_bridging, matter, identity, other, apart, clients=clients)
        subjects = matter.name(identity), matter.name(node)
        return Match(subjects, (("own", matter.names(apart)),), evidence)

    ends = np.array([each[:2] for each in found], np.int64).reshape(-1, 2)
    hits = matter.hits(hit, *ends.T)
    notes = (
        f"of {unseen} of these the other business's team was not observed: an owner of both may be unseen",
    )
    return RuleOutcome(len(pairs), hits, 0, notes if unseen else ())


def _held_beside(matter: RuleContext, *, clients: bool) -> list[tuple[int, int]]:
    """Return the controlling identities with the scopes of others in which they hold a role."""
    grants, size, (owner, business) = matter.grants, matter.index.size, matter.controls
    rows = np.flatnonzero(_role_held(matter, clients=clients) & np.isin(grants.principal, owner))
    held = distinct(
        grants.principal[rows].astype(np.int64) * size + matter.scope[grants.resource[rows]]
    )
    own = distinct(owner * size + matter.scope[business])
    identity, scope = np.divmod(held[~contained(held, own)], size)
    return list(zip(identity.tolist(), scope.tolist(), strict=True))


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
    index, found = matter.index, [_controlling_of(matter, identity, each) for each in apart]
    there = (
        grant
        for node, grant in index.hops_from(identity)
        if matter.scope[node] == other
        and index.relation[grant] in (MEMBER, ROLE)
        and index.conveys[grant] != NOTHING
        and (clients or index.roles[grant] != CLIENT_BIT)
    )
    return tuple(dict.fromkeys((*chain.from_iterable(found), *there)))
