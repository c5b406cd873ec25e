"""Changes of effective access between two versions of a graph, each with the grants and attributes that caused it.

An access is one (identity, business or account) that `reach` finds. It has changed when it is in one version only, or
when its roles, its state or its certainty differ. A longer path, one more path beside others, or another reason for
being latent is no change.

**Gained, or only observed?** A version has *observed* a grant's absence when it lacks the grant although it has read
a document that would have shown it (the fold's coverage, whatever the moment):

    MEMBER of an identity in a business     the identity's `me`, or the business's team
    ROLE of an identity on an account       the identity's `me`, or the team of a business that keeps the account in
                                            either version; for a client's role the `me` alone
    CLIENT, a business on an account        a record of that business that has the key `business_clients`
    KEEPS, a business and an account        a record of that business that has the key `account_id`

A new access is GAINED when each of its paths has a grant that stood before but did not convey this, or whose absence
the earlier version had observed. It is OBSERVED when some path lacks only grants that the earlier version left open:
the access may have been there all the time. A client's row also names the business behind the vendor's account, but
its absence only denies that there is this client, so it is no witness against that KEEPS.

The mirror: an access that is gone is LOST when each of its paths has a grant that the later version states
differently or has observed to be absent, and UNOBSERVED when some path is merely no longer shown. So
`changes(b, a)` holds the changes of `changes(a, b)` with GAINED and LOST, OBSERVED and UNOBSERVED, RAISED and
LOWERED, TURNED_ACTIVE and TURNED_LATENT, NOW_STATED and NOW_INFERRED swapped; CHANGED is its own mirror.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple

import msgspec

from inroads.columns.adjacency import differing
from inroads.documents.claims import Place, Statement, state
from inroads.documents.pointers import escape
from inroads.documents.reader import reread
from inroads.errors import InroadsError
from inroads.model import (
    Access,
    AccessState,
    Capability,
    Certainty,
    Evidence,
    Grant,
    NodeKind,
    Path,
    Relation,
    Role,
    Section,
    kind_of,
    native_id,
)
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import grant_label, label
from inroads.policy.grammar import FORWARD, GRAMMAR, OUTSIDE, PHASES, Phase
from inroads.reach.answers import Answer
from inroads.reach.questions import reach
from inroads.reach.states import acting_for
from inroads.text import printable

CAUSES_TOLD: Final = 3
"""The most causes that a sentence names."""


class Kind(StrEnum):
    """What became of an access: at most one word each of its being there, its roles, its state and its certainty.

    RAISED: it has more capabilities and lost none; LOWERED: the other way round; CHANGED: neither, as when it gained
    some and lost others, or when roles without capabilities differ.
    """

    GAINED = "GAINED"
    OBSERVED = "OBSERVED"
    LOST = "LOST"
    UNOBSERVED = "UNOBSERVED"
    RAISED = "RAISED"
    LOWERED = "LOWERED"
    CHANGED = "CHANGED"
    TURNED_ACTIVE = "TURNED_ACTIVE"
    TURNED_LATENT = "TURNED_LATENT"
    NOW_STATED = "NOW_STATED"
    NOW_INFERRED = "NOW_INFERRED"


class AccessFacts(msgspec.Struct, frozen=True):
    """What an access amounts to in one version; the fields are those of `Access`."""

    roles: tuple[Role, ...]
    capabilities: tuple[Capability, ...]
    certainty: Certainty
    state: AccessState
    reasons: tuple[str, ...]


class GrantCause(msgspec.Struct, frozen=True):
    """A grant that was added, removed, or changed in its roles or in being active; with its evidence on both sides.

    The evidence counts in the documents of its own version. `witnessed` tells that both versions had observed the
    matter: false for a grant that is missing where nothing was read that would have shown it.
    """

    id: str
    before: Grant | None
    after: Grant | None
    witnessed: bool

    @property
    def key(self) -> tuple[int, str]:
        """The total order of causes: grants, then attributes, by printed form."""
        return 0, self.id


class NodeCause(msgspec.Struct, frozen=True):
    """An attribute of a node that makes access through it latent.

    `attribute` is `confirmed_at` of an identity (`confirmed` or `unconfirmed`), `active` of a business (`active` or
    `inactive`), `subscription_status` of an account (its own word); None where it is not known. `stated` finds the
    record that says so.
    """

    id: str
    attribute: str
    before: str | None
    after: str | None

    @property
    def witnessed(self) -> bool:
        """Return whether both versions know the attribute."""
        return self.before is not None and self.after is not None

    @property
    def pointer(self) -> str:
        """Where the attribute stands in the record that states it."""
        if self.attribute == "subscription_status":
            return f"/subscription_statuses/{escape(native_id(self.id))}"
        return f"/{self.attribute}"

    @property
    def key(self) -> tuple[int, str]:
        """The total order of causes: grants, then attributes, by printed form."""
        return 1, self.id


Cause = GrantCause | NodeCause


class Change(msgspec.Struct, frozen=True):
    """What became of one access; `kinds` has at least one word, in the order of the enumeration.

    `causes` holds only what differs between the versions and decides this access: what makes or ends its paths, where
    no path is common to both versions; what conveys a role that it has in one of them only; what makes or ends the
    paths of its better certainty; what makes or ends its active paths, or turns them latent. At least one, unless a
    limit cut the search. `before` or `after` is None where there is no access.
    """

    kinds: tuple[Kind, ...]
    principal: str
    resource: str
    before: AccessFacts | None
    after: AccessFacts | None
    causes: tuple[Cause, ...]

    @property
    def kind(self) -> Kind:
        """The first of the kinds: its being there before its roles, these before state and certainty."""
        return self.kinds[0]

    @property
    def key(self) -> tuple[tuple[int, ...], str, str]:
        """The total order of changes: by kinds, principal, resource."""
        return tuple(map(_ORDER.__getitem__, self.kinds)), self.principal, self.resource


_ORDER: Final = {kind: rank for rank, kind in enumerate(Kind)}


class CausedChanges(NamedTuple):
    """All changes that one cause has a part in, in their order."""

    cause: Cause
    changes: tuple[Change, ...]


class Changes(msgspec.Struct, frozen=True, dict=True):
    """All changes between two versions, in their total order.

    `before` and `after` name the versions. `truncated` tells that a limit cut a search, so that facts may be missing.
    """

    before: str
    after: str
    changes: tuple[Change, ...]
    truncated: bool

    @cached_property
    def groups(self) -> tuple[CausedChanges, ...]:
        """The changes under each cause, in the order of causes; a change with several causes is under each."""
        causes: dict[tuple[int, str], Cause] = {}
        caused: defaultdict[tuple[int, str], list[Change]] = defaultdict(list)
        for change in self.changes:
            for cause in change.causes:
                causes[cause.key] = cause
                caused[cause.key].append(change)
        return tuple(CausedChanges(causes[key], tuple(caused[key])) for key in sorted(causes))


def changes(before: AccessGraph, after: AccessGraph) -> Changes:
    """Every access that differs between two versions of a graph, with its causes.

    The tables of grants and nodes are compared once; beyond that the cost is that of the reach of those identities
    whose paths touch something that differs. Raises InroadsError (POLICY_DIFFERS) for graphs under different
    policies: their accesses do not compare.
    """
    if before.policy.digest != after.policy.digest:
        raise InroadsError("the two graphs are under different policies", "POLICY_DIFFERS")
    comparison = _Comparison(before, after)
    found = [
        change for identity in sorted(comparison.affected()) for change in comparison.of(identity)
    ]
    ordered = tuple(sorted(found, key=lambda change: change.key))
    return Changes(before.version, after.version, ordered, comparison.truncated)


def _affected(graph: AccessGraph, grants: Iterable[int], nodes: Iterable[int]) -> set[str]:
    """The identities that have a path over one of these grants or through one of these nodes, which are numbers.

    Who walks a KEEPS from the account's end is found too: from the business, the same grant leads back to the account.
    """
    index, phases = graph.index, range(len(PHASES))
    states = {(node, phase) for node in nodes for phase in phases}
    for grant in grants:
        step = index.conveys[grant]
        states.update(
            (index.principal[grant], phase) for phase in phases if FORWARD[phase][step] != OUTSIDE
        )
    return set(map(index.name, acting_for(index, states)))


class _Side(NamedTuple):
    """One access in one version, and how the other version has it: what a path is compared from and to."""

    here: AccessGraph
    there: AccessGraph
    access: Access | None
    other: Access | None

    @property
    def paths(self) -> tuple[Path, ...]:
        return self.access.paths if self.access else ()

    def breaks(self, path: Path) -> list[str]:
        """The grants for want of which a path from here is none there: missing, or conveying too little there."""
        missing, changed = [], []
        phase: Phase | None = Phase.ACTING
        for step in path.steps:
            conveys = self.here.policy.conveys(self.here.grants[step.grant])
            theirs = self.there.grants.get(step.grant)
            if theirs is None:
                missing.append(step.grant)
            elif self.there.policy.conveys(theirs) is not conveys:
                changed.append(step.grant)
                conveys = self.there.policy.conveys(theirs)
            phase = GRAMMAR.get((phase, conveys)) if phase else None
        return missing if phase else missing + changed

    def role_causes(self) -> Iterator[str]:
        """The grants that convey, here only, a role that the access has here."""
        carried = (
            {role for path in self.other.paths for role in path.roles} if self.other else set()
        )
        only = set(self.access.roles) - carried if self.access else set()
        for path in self.paths:
            if only.isdisjoint(path.roles):
                continue
            yield from self.breaks(path)
            conveying = next(
                step.grant for step in reversed(path.steps) if step.relation is not Relation.KEEPS
            )
            theirs = self.there.grants.get(conveying)
            if theirs is not None and not only.intersection(path.roles) <= set(theirs.roles):
                yield conveying

    def certainty_causes(self) -> Iterator[str]:
        """The grants for want of which the paths of the better certainty, which is the one here, are none there."""
        for path in self.paths:
            if self.access and path.certainty is self.access.certainty:
                yield from self.breaks(path)

    def state_causes(self) -> Iterator[str]:
        """The grants and nodes by which what is active here is not active there."""
        for path in self.paths:
            if path.state is AccessState.ACTIVE:
                yield from self.breaks(path)
                yield from self.deadening(path)

    def deadening(self, path: Path) -> Iterator[str]:
        """The grants and nodes that make an active path latent there; a node counts with what it keeps."""
        for step in path.steps:
            theirs = self.there.grants.get(step.grant)
            if theirs is not None and not theirs.active:
                yield step.grant
        for node in (path.steps[0].principal, *(step.resource for step in path.steps)):
            if node not in self.there:
                continue
            if self.there.fails(node):
                yield node
            for hop in self.there.hops_from(node):
                if hop.grant.relation is Relation.KEEPS and self.there.fails(hop.resource):
                    if hop.grant.id not in self.here.grants:
                        yield hop.grant.id
                    if not self.here.fails(hop.resource):
                        yield hop.resource


class _Found(NamedTuple):
    """One access of an answer, written out only when it is asked for."""

    answer: Answer
    place: int

    @property
    def compared(self) -> tuple[object, ...]:
        """What must differ for a change."""
        summary = self.answer.summaries[self.place]
        return summary.roles, summary.state, summary.certainty

    @property
    def access(self) -> Access:
        return self.answer[self.place]


class _Comparison:
    """Two versions, with the causes found so far."""

    def __init__(self, before: AccessGraph, after: AccessGraph) -> None:
        self.before, self.after = before, after
        self.truncated = False
        self._causes: dict[str, Cause] = {}

    def affected(self) -> set[str]:
        """The identities of which an access may differ."""
        found = differing(self.before.index, self.after.index)
        names = [self.after.index.name(node) for node in found.nodes.tolist()]
        return _affected(self.after, found.after.tolist(), found.nodes.tolist()) | _affected(
            self.before, found.before.tolist(), map(self.before.number, names)
        )

    def of(self, identity: str) -> Iterator[Change]:
        """The changes of one identity's accesses."""
        old, new = (self.reached(graph, identity) for graph in (self.before, self.after))
        for resource in sorted({*old, *new}):
            before, after = old.get(resource), new.get(resource)
            if before is None or after is None or before.compared != after.compared:
                yield self.change(
                    identity, resource, before and before.access, after and after.access
                )

    def reached(self, graph: AccessGraph, identity: str) -> dict[str, _Found]:
        """The accesses of an identity by resource; none where the version does not know the identity."""
        if identity not in graph:
            return {}
        answer = reach(graph, identity)
        self.truncated |= answer.truncated
        return {
            summary.other: _Found(answer, place) for place, summary in enumerate(answer.summaries)
        }

    def change(
        self, identity: str, resource: str, old: Access | None, new: Access | None
    ) -> Change:
        before = _Side(self.before, self.after, old, new)
        after = _Side(self.after, self.before, new, old)
        causes = sorted(map(self.cause, set(_causes(before, after))), key=lambda cause: cause.key)
        kinds = tuple(self.kinds(before, after))
        return Change(kinds, identity, resource, facts(old), facts(new), tuple(causes))

    def kinds(self, before: _Side, after: _Side) -> Iterator[Kind]:
        old, new = before.access, after.access
        if old is None or new is None:
            gone = new is None
            if self.may_be_there(before if gone else after):
                yield Kind.UNOBSERVED if gone else Kind.OBSERVED
            else:
                yield Kind.LOST if gone else Kind.GAINED
            return
        yield from alterations(old, new)

    def may_be_there(self, side: _Side) -> bool:
        """Return whether an access may be in the other version too, for all that the other version has observed."""
        return any(
            all(not self.cause(each).witnessed for each in side.breaks(path)) for path in side.paths
        )

    def cause(self, key: str) -> Cause:
        """The cause of a grant id or a node id."""
        if key not in self._causes:
            before, after = self.before.grants.get(key), self.after.grants.get(key)
            if before or after:
                self._causes[key] = GrantCause(key, before, after, self.witnessed(before, after))
            else:
                attribute = _VITAL[kind_of(key)]
                self._causes[key] = NodeCause(
                    key, attribute, _vital(self.before, key), _vital(self.after, key)
                )
        return self._causes[key]

    def witnessed(self, before: Grant | None, after: Grant | None) -> bool:
        """Return whether the version without the grant has read what would have shown it; see the top of this file."""
        if before and after:
            return True
        grant, there = (before, self.after) if before else (after, self.before)
        if grant is None:
            return False
        if grant.relation is Relation.KEEPS:
            return there.covered(grant.principal, "account")
        if grant.relation is Relation.CLIENT:
            return there.covered(grant.principal, "clients")
        teams = [grant.resource]
        if grant.relation is Relation.ROLE:
            teams = [] if Role.CLIENT in grant.roles else self.keepers(grant.resource)
        return any(
            each in there and there.nodes[each].get("observed")
            for each in (grant.principal, *teams)
        )

    def keepers(self, account: str) -> list[str]:
        return [
            each
            for graph in (self.before, self.after)
            if account in graph
            for each in graph.kept(account)
        ]


def alterations(old: Access, new: Access) -> Iterator[Kind]:
    """How an access that stands on both sides differs, in the order of the kinds; none where it does not."""
    if old.roles != new.roles:
        could, can = set(old.capabilities), set(new.capabilities)
        yield Kind.RAISED if could < can else Kind.LOWERED if can < could else Kind.CHANGED
    if old.state is not new.state:
        yield Kind.TURNED_ACTIVE if new.state is AccessState.ACTIVE else Kind.TURNED_LATENT
    if old.certainty is not new.certainty:
        yield Kind.NOW_STATED if new.certainty is Certainty.STATED else Kind.NOW_INFERRED


def _causes(before: _Side, after: _Side) -> Iterator[str]:
    """The grants and nodes that differ and decide an access, as ids, with repetitions; see `Change`."""
    if all(after.breaks(path) for path in after.paths):
        for side in (before, after):
            for path in side.paths:
                yield from side.breaks(path)
    for side in (before, after):
        yield from side.role_causes()
    old, new = before.access, after.access
    if old and new and old.certainty is not new.certainty:
        yield from (before if old.certainty is Certainty.STATED else after).certainty_causes()
    if old and new and old.state is not new.state:
        yield from (before if old.state is AccessState.ACTIVE else after).state_causes()


def facts(access: Access | None) -> AccessFacts | None:
    """What an access amounts to."""
    if access is None:
        return None
    return AccessFacts(
        access.roles, access.capabilities, access.certainty, access.state, access.reasons
    )


_VITAL: Final = {
    NodeKind.IDENTITY: "confirmed_at",
    NodeKind.BUSINESS: "active",
    NodeKind.ACCOUNT: "subscription_status",
}


def _vital(graph: AccessGraph, node: str) -> str | None:
    """The attribute that decides whether a node is alive, as a word; None when it is not known."""
    data = graph.nodes[node] if node in graph else {}
    kind = kind_of(node)
    if kind is NodeKind.IDENTITY:
        return (
            "unconfirmed"
            if data.get("unconfirmed")
            else "confirmed"
            if data.get("confirmed_at")
            else None
        )
    if kind is NodeKind.BUSINESS:
        return {True: "active", False: "inactive"}.get(data.get("active", ""))
    status = data.get("subscription_status")
    return None if status is None else str(status)


def stated(graph: AccessGraph, cause: NodeCause) -> Evidence | None:
    """The record by which a version knows the attribute of a cause, the latest one that states it; None for none."""
    number = graph.stating(cause.id, cause.attribute)
    if number is None:
        return None
    place = _place(state(reread(graph.documents[number]), graph.policy), cause)
    owner = kind_of(cause.id) is not NodeKind.ACCOUNT  # an account has no record of its own
    return Evidence(number, *place, native_id(cause.id) if owner else None) if place else None


def _place(statement: Statement, cause: NodeCause) -> Place | None:
    """Where a document states the attribute, the last place if it does so more than once."""
    record, found = Place(Section.DOCUMENT), None
    for attribute in statement.attributes:
        if (
            attribute.node == cause.id
            and isinstance(attribute.value, Place)
            and attribute.name == "record"
        ):
            record = attribute.value  # a record comes before what it says
        elif (attribute.node, attribute.name) == (cause.id, cause.attribute):
            found = record
    return found


def sentence(before: AccessGraph, after: AccessGraph, change: Change) -> str:
    """A change in plain English with its first causes, given the two graphs that were compared."""
    telling = _Telling(before, after)
    text = f"{telling.label(change.principal)} {telling.what(change)}"
    told = [telling.cause(cause) for cause in change.causes[:CAUSES_TOLD]]
    if more := len(change.causes) - len(told):
        told.append(f"{more} more")
    return f"{text}: {'; '.join(told)}."


def cause_sentence(before: AccessGraph, after: AccessGraph, cause: Cause) -> str:
    """A cause in plain English, given the two graphs that were compared."""
    return _Telling(before, after).cause(cause)


_SAID: Final = {
    Kind.GAINED: "gained access to {what} as {now}",
    Kind.OBSERVED: "is observed for the first time to reach {what} as {now}",
    Kind.LOST: "lost access to {what}, held as {then}",
    Kind.UNOBSERVED: "is no longer observed to reach {what} as {then}, which need not have ended",
    Kind.RAISED: "was raised from {then} to {now}",
    Kind.LOWERED: "was lowered from {then} to {now}",
    Kind.CHANGED: "changed from {then} to {now}",
    Kind.TURNED_ACTIVE: "turned active",
    Kind.TURNED_LATENT: "turned latent ({reasons})",
    Kind.NOW_STATED: "is now stated by a record",
    Kind.NOW_INFERRED: "is now inferred only",
}


class _Telling(NamedTuple):
    before: AccessGraph
    after: AccessGraph

    def label(self, node: str) -> str:
        return label(self.after if node in self.after else self.before, node)

    def what(self, change: Change) -> str:
        then, now = (
            " and ".join(facts.roles) if facts else "" for facts in (change.before, change.after)
        )
        reasons = ", ".join(map(printable, change.after.reasons)) if change.after else ""
        what = self.label(change.resource)
        words = [
            _SAID[kind].format(what=what, then=then, now=now, reasons=reasons)
            for kind in change.kinds
        ]
        if change.before is None:
            return words[0] + (f" (latent: {reasons})" if reasons else "")
        return (
            words[0]
            if change.after is None
            else f"still reaches {what}, and the access {' and '.join(words)}"
        )

    def cause(self, cause: Cause) -> str:
        if isinstance(cause, NodeCause):
            then, now = (
                printable(word) if word else "not known" for word in (cause.before, cause.after)
            )
            of = "the subscription of " if kind_of(cause.id) is NodeKind.ACCOUNT else ""
            return f"{of}{self.label(cause.id)} was {then} and is {now}"
        grant = cause.after or cause.before
        name = self.grant(grant) if grant else cause.id
        if cause.before is None:
            return f"{name} {'was added' if cause.witnessed else 'was observed for the first time'}"
        if cause.after is None:
            return f"{name} {'was removed' if cause.witnessed else 'is no longer observed'}"
        if cause.before.roles != cause.after.roles:
            then, now = (" and ".join(each.roles) for each in (cause.before, cause.after))
            return f"{name} changed from {then} to {now}"
        return f"{name} turned {'active' if cause.after.active else 'inactive'}"

    def grant(self, grant: Grant) -> str:
        if grant.relation is Relation.KEEPS:
            return f"{self.label(grant.resource)} as the account of {self.label(grant.principal)}"
        return f"{printable(grant_label(grant))} of {self.label(grant.principal)}"
