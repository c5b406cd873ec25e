"""Changes of effective access between two versions of a graph, each with the grants and attributes that caused it.

An access is one (identity, business or account) that `reach` finds. It has changed when it is in one version only, or
when its roles, its state, its certainty or its being contested differ. A longer path, one more path beside others, or
another reason for being latent is no change.

**Gained, or only observed?** A version has *observed* a grant's absence when it lacks the grant although it has read
a document that would have shown it (the fold's coverage, whatever the moment):

    MEMBER of an identity in a business     the identity's `me`, or the business's team or a whole listing of it
    ROLE of an identity on an account       the identity's `me`, or the team of a business that keeps the account in
                                            either version, or a row about the identity in a listing of such a
                                            business; for a client's role the `me` alone
    CLIENT, a business on an account        a record of that business that has the key `business_clients`
    KEEPS, a business and an account        a record of that business that has the key `account_id`

A new access is GAINED when each of its paths has a grant that stood before but did not convey this, or whose absence
the earlier version had observed. It is OBSERVED when some path lacks only grants that the earlier version left open:
the access may have been there all the time. A client's row also names the business behind the vendor's account, but
its absence only denies that there is this client, so it is no witness against that KEEPS.

The mirror: an access that is gone is LOST when each of its paths has a grant that the later version states
differently or has observed to be absent, and UNOBSERVED when some path is merely no longer shown. So
`changes(b, a)` holds the changes of `changes(a, b)` with GAINED and LOST, OBSERVED and UNOBSERVED, RAISED and
LOWERED, TURNED_ACTIVE and TURNED_LATENT, NOW_STATED and NOW_INFERRED, TURNED_CONTESTED and SETTLED swapped; CHANGED
is its own mirror.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from inroads.analysis.causes import (
    VITAL,
    Cause,
    ComparedAccess,
    GrantCause,
    NodeCause,
    deciding,
    vital,
)
from inroads.columns.adjacency import differing
from inroads.errors import InroadsError
from inroads.markup import table
from inroads.model import (
    Access,
    AccessState,
    Capability,
    Certainty,
    Grant,
    NodeKind,
    Relation,
    Role,
    Section,
    grant_id,
    kind_of,
)
from inroads.network import frames
from inroads.network.access_graph import AccessGraph
from inroads.network.names.former_emails import EmailChange, changed_emails
from inroads.network.places import named_in_either, with_accounts_in_either
from inroads.policy.grammar import FORWARD, OUTSIDE, PHASES
from inroads.reach.answers import AccessAnswers
from inroads.reach.questions import reach
from inroads.reach.states import acting_for

if TYPE_CHECKING:
    from inroads.analysis.outcome import Outcome


class Kind(StrEnum):
    """A kind of change: at most one word each for an access's being there, its roles, state, certainty,
    and whether it is contested.

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
    TURNED_CONTESTED = "TURNED_CONTESTED"
    SETTLED = "SETTLED"


class AccessFacts(msgspec.Struct, frozen=True):
    """The facts of an access in one version; the fields are those of `Access`."""

    roles: tuple[Role, ...]
    capabilities: tuple[Capability, ...]
    certainty: Certainty
    state: AccessState
    reasons: tuple[str, ...]
    contested_roles: tuple[Role, ...]

    @property
    def contested(self) -> bool:
        """Some role rests on contested paths alone."""
        return bool(self.contested_roles)


class Change(msgspec.Struct, frozen=True):
    """A change of one access; `kinds` has at least one word, in the order of the enumeration.

    `causes` holds only what differs between the versions and decides this access: what makes or ends its paths, where
    no path is common to both versions; what conveys a role that it has in one of them only; what makes or ends the
    paths of its better certainty; what makes or ends its active paths, or turns them latent; what makes its paths
    contested. At least one, unless a limit cut the search. `before` or `after` is None where there is no access.
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

COLUMNS: Final = {
    "change": frames.Kind.TEXT,
    "principal": frames.Kind.TEXT,
    "resource": frames.Kind.TEXT,
    "before": frames.Kind.TEXT,
    "after": frames.Kind.TEXT,
}
"""The columns of changes in a frame; `before` and `after` are the roles."""


def row_of(change: Change | Outcome) -> dict[str, Any]:
    """Return a change of an access as a row of a frame."""
    sides = {"before": change.before, "after": change.after}
    return {
        "change": list(change.kinds),
        "principal": change.principal,
        "resource": change.resource,
        **{name: list(side.roles) if side else "no access" for name, side in sides.items()},
    }


class CausedChanges(NamedTuple):
    """All changes that one cause has a part in, in their order."""

    cause: Cause
    changes: tuple[Change, ...]


class Changes(msgspec.Struct, frames.Framed, frozen=True, dict=True):
    """All changes between two versions, in their total order.

    `before` and `after` name the versions. `truncated` tells that a limit cut a search, so that facts may be missing.
    `emails` are the identities that have another email.
    """

    before: str
    after: str
    changes: tuple[Change, ...]
    truncated: bool
    emails: tuple[EmailChange, ...] = ()

    def __repr__(self) -> str:
        kinds = Counter(each.kind for each in self.changes)
        told = ", ".join(f"{kinds[kind]:,} {kind}" for kind in Kind if kinds[kind])
        cut = "; a limit cut a search short, so that facts may be missing" * self.truncated
        return f"Changes: {told or 'none'}{cut}"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        rows = (
            {**row_of(each), "causes": [cause.id for cause in each.causes[:3]]}
            for each in self.changes
        )
        return table(repr(self), rows, len(self.changes))

    def columns_of_frame(self) -> dict[str, frames.Column]:
        """Return the changes as columns, with the roles before and after."""
        return frames.columns(COLUMNS, map(row_of, self.changes))

    def only(self, kinds: Iterable[str]) -> Changes:
        """Return only the changes that have any of these kinds; the emails stay."""
        wanted = frozenset(kinds)
        kept = tuple(each for each in self.changes if not wanted.isdisjoint(each.kinds))
        return msgspec.structs.replace(self, changes=kept)

    def about(self, nodes: Collection[str]) -> Changes:
        """Return only the changes of accesses of these identities, or to these businesses and accounts.

        Of the emails, those of these identities stay.
        """
        kept = tuple(
            each for each in self.changes if each.principal in nodes or each.resource in nodes
        )
        emails = tuple(each for each in self.emails if each.identity in nodes)
        return msgspec.structs.replace(self, changes=kept, emails=emails)

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


def changes(before: AccessGraph, after: AccessGraph, *, about: str | None = None) -> Changes:
    """Every access that differs between two versions of a graph, with its causes.

    With `about` only those of one identity, or to one business (with the accounts that it keeps in either version) or
    account, which an id, an email or a name means. Raises also as `named`.

    The tables of grants and nodes are compared once; beyond that the cost is that of the reach of those identities
    whose paths touch something that differs. Raises InroadsError (POLICY_DIFFERS) for graphs under different
    policies: their accesses do not compare.
    """
    if before.policy.digest != after.policy.digest:
        raise InroadsError("the two graphs are under different policies", "POLICY_DIFFERS")
    comparison = _Comparison(before, after)
    people, nodes = comparison.affected(), frozenset[str]()
    if about is not None:
        node = named_in_either(before, after, about).node
        nodes = with_accounts_in_either(before, after, node)
        if kind_of(node) is NodeKind.IDENTITY:
            people &= nodes
    found = [change for identity in sorted(people) for change in comparison.of(identity)]
    ordered = tuple(sorted(found, key=lambda change: change.key))
    emails = changed_emails(before, after)
    whole = Changes(before.version, after.version, ordered, comparison.truncated, emails)
    return whole if about is None else whole.about(nodes)


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


class _ReachedAccess(NamedTuple):
    """One access of an answer, written out only when it is asked for."""

    answer: AccessAnswers[Access]
    place: int

    @property
    def compared(self) -> tuple[object, ...]:
        """The facts of which one must differ for a change."""
        summary = self.answer.summaries[self.place]
        return summary.roles, summary.state, summary.certainty, bool(summary.contested)

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

    def reached(self, graph: AccessGraph, identity: str) -> dict[str, _ReachedAccess]:
        """The accesses of an identity by resource; none where the version does not know the identity."""
        if identity not in graph:
            return {}
        answer = reach(graph, identity)
        self.truncated |= answer.truncated
        return {
            summary.other: _ReachedAccess(answer, place)
            for place, summary in enumerate(answer.summaries)
        }

    def change(
        self, identity: str, resource: str, old: Access | None, new: Access | None
    ) -> Change:
        before = ComparedAccess(self.before, self.after, old, new)
        after = ComparedAccess(self.after, self.before, new, old)
        causes = sorted(map(self.cause, set(deciding(before, after))), key=lambda cause: cause.key)
        kinds = tuple(self.kinds(before, after))
        return Change(kinds, identity, resource, facts(old), facts(new), tuple(causes))

    def kinds(self, before: ComparedAccess, after: ComparedAccess) -> Iterator[Kind]:
        old, new = before.access, after.access
        if old is None or new is None:
            gone = new is None
            if self.may_be_there(before if gone else after):
                yield Kind.UNOBSERVED if gone else Kind.OBSERVED
            else:
                yield Kind.LOST if gone else Kind.GAINED
            return
        yield from alterations(old, new)

    def may_be_there(self, side: ComparedAccess) -> bool:
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
                attribute = VITAL[kind_of(key)]
                self._causes[key] = NodeCause(
                    key, attribute, vital(self.before, key), vital(self.after, key)
                )
        return self._causes[key]

    def witnessed(self, before: Grant | None, after: Grant | None) -> bool:
        """Return whether the version without the grant has read what would have shown it; see the top of this file."""
        if before and after:
            return True
        grant, there = (before, self.after) if before else (after, self.before)
        if grant is None:
            return False
        scopes = {
            Relation.KEEPS: [(grant.principal, "account"), (grant.resource, "keeper")],
            Relation.CLIENT: [(grant.principal, "clients")],
            Relation.MEMBER: [(grant.principal, "memberships"), (grant.resource, "team")],
            Relation.ROLE: [(grant.principal, "roles")],
            Relation.GROUP: [(grant.principal, "groups")],
            Relation.GROUP_OF: [(grant.resource, "team_group")],
        }[grant.relation]
        if grant.relation is Relation.ROLE and Role.CLIENT not in grant.roles:
            scopes.append((grant.resource, "holders"))
            keepers = self.keepers(grant.resource)
            scopes += [(each, "keyless_team") for each in keepers]
            if any(is_listed(there, grant.principal, each) for each in keepers):
                return True
        return any(there.covered(node, scope) for node, scope in scopes)

    def keepers(self, account: str) -> list[str]:
        return [
            each
            for graph in (self.before, self.after)
            if account in graph
            for each in graph.kept(account)
        ]


def is_listed(graph: AccessGraph, identity: str, business: str) -> bool:
    """Return whether a standing membership is stated by a row of a listing."""
    member = graph.grants.get(grant_id(identity, Relation.MEMBER, business))
    return member is not None and any(
        each.section is Section.LISTED_MEMBER for each in member.evidence
    )


def alterations(old: Access, new: Access) -> Iterator[Kind]:
    """Yield how an access that stands on both sides differs, in the order of the kinds."""
    if old.roles != new.roles:
        could, can = set(old.capabilities), set(new.capabilities)
        yield Kind.RAISED if could < can else Kind.LOWERED if can < could else Kind.CHANGED
    if old.state is not new.state:
        yield Kind.TURNED_ACTIVE if new.state is AccessState.ACTIVE else Kind.TURNED_LATENT
    if old.certainty is not new.certainty:
        yield Kind.NOW_STATED if new.certainty is Certainty.STATED else Kind.NOW_INFERRED
    if old.contested is not new.contested:
        yield Kind.TURNED_CONTESTED if new.contested else Kind.SETTLED


def facts(access: Access | None) -> AccessFacts | None:
    """Return the facts of an access, None if there is none."""
    if access is None:
        return None
    return AccessFacts(*(getattr(access, name) for name in AccessFacts.__struct_fields__))
