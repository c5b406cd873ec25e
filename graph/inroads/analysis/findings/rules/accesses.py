"""Rules about accesses: how they arise, and how they end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from inroads.analysis.changes import Kind, changes
from inroads.analysis.findings.context import CLIENT_BIT, Routes, RuleContext
from inroads.analysis.findings.finding import Fact, Match, RuleOutcome, Spot, Stated, Ways
from inroads.analysis.findings.registry import rule
from inroads.cancellation import check
from inroads.columns.arrays import Ints, distinct, firsts, offsets, ranges, take
from inroads.columns.claimset import NONE
from inroads.model import Certainty, NodeKind
from inroads.network.wording import record_label
from inroads.policy.rule_settings import RuleRow
from inroads.reach.contested import are_contested
from inroads.reach.everyone import Accesses
from inroads.reach.questions import access


@rule(
    "indirect-only",
    "accesses",
    "{0} reaches {1} only through a business that this person controls.",
    "No record names this person there: to end the access, end the control of the business, or the client relation.",
)
def indirect_only(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """An access whose every path is INFERRED: it passes through a business that the identity
    controls.
    """
    found = matter.accesses
    rows = take(found, found.certainty == list(Certainty).index(Certainty.INFERRED))

    def hit(place: int) -> Match:
        ends = matter.name(int(rows.principal[place])), matter.name(int(rows.resource[place]))
        return Match(ends, (), (Ways(*ends),))

    return RuleOutcome(len(found.principal), matter.hits(hit, rows.principal, rows.resource))


@rule(
    "contested-access",
    "accesses",
    "{0} reaches {1} as {roles}, and records contradict each other about it: {contradictions}.",
    "Find out which record is right and correct the other one; revoke nothing else for it.",
)
def contested_access(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """An access of which a role rests on contested paths alone."""
    found, hits = matter.accesses, []
    rows = take(found, are_contested(matter.graph, found.roles, found.sound))
    for identity, node in zip(rows.principal.tolist(), rows.resource.tolist(), strict=True):
        check()
        here = access(matter.graph, matter.name(identity), matter.name(node))
        if here is None:
            continue
        facts: tuple[Fact, ...] = (
            ("roles", tuple(here.contested_roles)),
            ("contradictions", tuple(sorted({each.code for each in here.contradictions}))),
        )
        spots = {
            Spot(*each[:4], "", record_label(each), each.record_id)
            for contradiction in here.contradictions
            for each in contradiction.evidence
        }
        hits.append(Match((here.principal, here.resource), facts, tuple(sorted(spots))))
    return RuleOutcome(len(found.principal), hits)


@rule(
    "redundant-route",
    "accesses",
    "{0} reaches {1} by {routes:independent route}: revoking one grant does not end it.",
    "To end the access, revoke a grant on every route; to keep it, drop the routes that nobody needs.",
)
def redundant_route(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """An access with two or more routes that share no grant which one could revoke."""
    routes = matter.routes()
    order = np.lexsort((routes.client, routes.first, routes.scope, routes.identity))
    routes = take(routes, order)
    starts = np.append(np.flatnonzero(firsts(routes.identity, routes.scope)), len(order))
    if not len(order):
        return RuleOutcome(len(matter.accesses.principal), [])
    counts = _independent(routes, starts)
    rows = np.flatnonzero(counts > 1)
    nodes, begins = matter.in_scope
    scope = routes.scope[starts[rows]]
    size = begins[scope + 1] - begins[scope]
    row, node = np.repeat(rows, size), nodes[ranges(begins[scope], size)]
    identity = routes.identity[starts[row]]

    def hit(place: int) -> Match:
        ends = matter.name(int(identity[place])), matter.name(int(node[place]))
        here = row[place]
        grants = partial(_grants, routes, slice(starts[here], starts[here + 1]))
        return Match(ends, (("routes", int(counts[here])),), grants)

    return RuleOutcome(len(matter.accesses.principal), matter.hits(hit, identity, node))


def _independent(routes: Routes, starts: Ints) -> Ints:
    """Return the number of independent routes of each access, whose rows begin at `starts`.

    Routes of one grant each share none, and where there is one first grant or one client grant
    beside them, it is one more; only the others are matched one by one.
    """
    size = len(starts) - 1
    access = np.repeat(np.arange(size), np.diff(starts))
    new = np.flatnonzero(firsts(access, routes.first))
    alone = routes.client[new] == NONE  # NONE comes first
    counts = np.bincount(access[new[alone]], minlength=size)
    ahead = np.flatnonzero(~np.repeat(alone, np.diff(new, append=len(access))))
    first = np.bincount(access[new[~alone]], minlength=size)
    width = int(routes.client.max(initial=0)) + 1
    pairs = distinct(access[ahead] * width + routes.client[ahead])
    client = np.bincount(pairs // width, minlength=size)
    counts += np.minimum(np.minimum(first, client), 1)
    for place in np.flatnonzero((first > 1) & (client > 1)).tolist():
        check()
        counts[place] = independent(_pairs(routes, slice(starts[place], starts[place + 1])))
    return counts


def _pairs(routes: Routes, here: slice) -> list[tuple[int, int]]:
    """The grants of some routes: the identity's own, and a client's or NONE."""
    return list(zip(routes.first[here].tolist(), routes.client[here].tolist(), strict=True))


def _grants(routes: Routes, here: slice) -> tuple[int, ...]:
    return tuple(sorted({grant for pair in _pairs(routes, here) for grant in pair} - {NONE}))


def independent(routes: Iterable[tuple[int, int]]) -> int:
    """The most routes that share no grant, of one or two grants each; NONE is no grant.

    A route of one grant is best taken as it is; the others match first grants with those of
    clients.

    >>> independent([(1, NONE), (2, 7), (3, 7), (1, 8)])
    2
    """
    pairs = list(routes)
    alone = {first for first, client in pairs if client == NONE}
    ahead: defaultdict[int, list[int]] = defaultdict(list)
    for first, client in pairs:
        if first not in alone:
            ahead[first].append(client)
    has: dict[int, int] = {}
    holder: dict[int, int] = {}
    return len(alone) + sum(_matched(first, ahead, has, holder) for first in ahead)


def _matched(
    start: int, ahead: dict[int, list[int]], has: dict[int, int], holder: dict[int, int]
) -> bool:
    """Match one more first grant to a client grant, moving other matches where necessary.

    `has` maps a first grant to its client grant, and `holder` back.
    """
    came: dict[int, int] = {}
    frontier = [start]
    # The list grows: this is a breadth-first search.
    for first in frontier:
        for client in ahead[first]:
            if client in came:
                continue
            came[client] = first
            if client in holder:
                frontier.append(holder[client])
                continue
            free: int | None = client
            while free is not None:
                # Going back to the start, each first grant takes the client grant by which it was
                # found, and leaves the one that it had.
                taker = came[free]
                holder[free], has[taker], free = taker, free, has.get(taker)
            return True
    return False


def by_principal(found: Accesses, people: int) -> Callable[[int], list[int]]:
    """Return the nodes that each of so many identities reaches among these accesses, by number,
    ascending.
    """
    order = np.lexsort((found.resource, found.principal))
    starts, resource = offsets(found.principal[order], people), found.resource[order]

    def of(identity: int) -> list[int]:
        here: list[int] = resource[starts[identity] : starts[identity + 1]].tolist()
        return here

    return of


@rule(
    "client-only",
    "identities of which a document of their own was read",
    "Every access of {0} is that of a client, and it keeps no account of its own.",
    "A client needs no review of its roles; check that nobody of the team uses this identity.",
)
def client_only(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """An identity whose every access is CLIENT and that controls no business which keeps an
    account.
    """
    people = matter.span(NodeKind.IDENTITY)
    observed = matter.fold.observed[: len(people)]
    found = matter.accesses
    count = np.bincount(found.principal, minlength=len(people))
    other = np.bincount(found.principal[found.roles != CLIENT_BIT], minlength=len(people))
    owner, business = matter.controls
    keeps = np.zeros(len(people), np.bool_)
    keeps[owner[matter.kept[business]]] = True
    rows = np.flatnonzero(observed & (count > 0) & (other == 0) & ~keeps).tolist()
    own = by_principal(found, len(people))
    hits = [
        Match(
            (matter.name(each),),
            (("accesses", int(count[each])),),
            tuple(Ways(matter.name(each), matter.name(resource)) for resource in own(each)),
        )
        for each in rows
    ]
    return RuleOutcome(int(observed.sum()), hits, int((~observed).sum()))


@rule(
    "unconfirmed-access",
    "identities of which it is known whether they are confirmed",
    "{0} has not confirmed their email and holds more than a client's access to {accesses:resource}.",
    "Have the person confirm the email, or revoke the grants until they do.",
)
def unconfirmed_access(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """An identity whose `confirmed_at` is given as null and that has an access as more than
    CLIENT.
    """
    people = matter.span(NodeKind.IDENTITY)
    found = matter.accesses
    more = take(found, (found.roles & ~CLIENT_BIT) != 0)
    count = np.bincount(more.principal, minlength=len(people))
    unconfirmed, own = matter.fold.unconfirmed, by_principal(more, len(people))
    hits = []
    for each in np.flatnonzero(unconfirmed & (count > 0)).tolist():
        name = matter.name(each)
        ways = tuple(Ways(name, matter.name(node)) for node in own(each))
        hits.append(
            Match((name,), (("accesses", int(count[each])),), (Stated(name, "confirmed_at"), *ways))
        )
    known = unconfirmed | (matter.fold.attributes["confirmed_at"] != NONE)
    return RuleOutcome(int(known.sum()), hits, int((~known).sum()))


@rule(
    "new-since",
    "accesses that changed between the two versions",
    "{0} gained access to {1} as {roles} since the earlier version.",
    "Confirm with the owner of the business that the access was meant.",
)
def new_since(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """An access that was GAINED since the earlier version: that version had read what would have
    shown it.

    What was only observed for the first time is counted as unseen. The rule needs an earlier
    version to compare with.
    """
    if matter.before is None:
        return RuleOutcome(0, [])
    found = changes(matter.before, matter.graph)
    gained = found.only([Kind.GAINED]).changes
    observed = found.counts[Kind.OBSERVED]
    hits = [
        Match(
            (each.principal, each.resource),
            (
                ("roles", tuple(each.after.roles) if each.after else ()),
                ("since", matter.before.version),
            ),
            (Ways(each.principal, each.resource),),
        )
        for each in gained
    ]
    notes = ("a limit cut the comparison short: there may be more",) if found.truncated else ()
    return RuleOutcome(len(found.changes), hits, observed, notes)
