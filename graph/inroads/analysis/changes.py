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
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cached_property, lru_cache
from itertools import chain
from typing import Final, NamedTuple

import msgspec
import numpy as np

from inroads.analysis.causes import (
    VITAL,
    Cause,
    ComparedAccess,
    GrantCause,
    NodeCause,
    deciding,
    vital,
)
from inroads.analysis.change import (
    COLUMNS,
    AccessFacts,
    Change,
    Kind,
    UnwrittenChanges,
    alterations,
    ends_of,
    facts,
    kinds_between,
    kinds_of,
    order_of,
    row_of,
)
from inroads.analysis.comparison import SHOWING, Packed, compared
from inroads.columns.adjacency import KEPT, differing
from inroads.columns.arrays import Ints, contained, distinct
from inroads.columns.claimset import NONE
from inroads.errors import InroadsError
from inroads.markup import table
from inroads.model import (
    Access,
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
from inroads.reach.answers import CERTAINTY_BY_RANK, STATE_BY_RANK, AccessAnswers
from inroads.reach.contested import contested_roles
from inroads.reach.questions import reach
from inroads.reach.states import passing

__all__ = [
    "COLUMNS",
    "AccessFacts",
    "CausedChanges",
    "Change",
    "Changes",
    "Kind",
    "alterations",
    "changes",
    "facts",
    "row_of",
]


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
    changes: Sequence[Change]
    truncated: bool
    emails: tuple[EmailChange, ...] = ()

    def __repr__(self) -> str:
        kinds = Counter(each[0] for each in kinds_of(self.changes))
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
        each = enumerate(kinds_of(self.changes))
        return self._at([place for place, here in each if not wanted.isdisjoint(here)])

    @property
    def counts(self) -> Counter[Kind]:
        """The number of changes of each kind; one that has several kinds counts under each."""
        return Counter(chain.from_iterable(kinds_of(self.changes)))

    def about(self, nodes: Set[str]) -> Changes:
        """Return only the changes of accesses of these identities, or to these businesses and accounts.

        Of the emails, those of these identities stay.
        """
        each = enumerate(ends_of(self.changes))
        kept = self._at([place for place, ends in each if not nodes.isdisjoint(ends)])
        emails = tuple(each for each in self.emails if each.identity in nodes)
        return msgspec.structs.replace(kept, emails=emails)

    def _at(self, places: Iterable[int]) -> Changes:
        if isinstance(self.changes, UnwrittenChanges):
            return msgspec.structs.replace(self, changes=self.changes.at(places))
        kept = tuple(self.changes[place] for place in places)
        return msgspec.structs.replace(self, changes=kept)

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


FEW: Final = 64
"""The most identities that are compared one by one, which then takes less than the columns of all."""


def changes(before: AccessGraph, after: AccessGraph, *, about: str | None = None) -> Changes:
    """Every access that differs between two versions of a graph, with its causes.

    With `about` only those of one identity, or to one business (with the accounts that it keeps in either version) or
    account, which an id, an email or a name means. Raises also as `named`.

    The tables of grants and nodes are compared once; beyond that the cost is that of the reach of those identities
    whose paths touch something that differs. Of many, each change is written out where it is read.
    Raises InroadsError (POLICY_DIFFERS) for graphs under different
    policies: their accesses do not compare.
    """
    if before.policy.digest != after.policy.digest:
        raise InroadsError("the two graphs are under different policies", "POLICY_DIFFERS")
    comparison = _Comparison(before, after)
    who, nodes = comparison.affected(), frozenset[str]()
    if about is not None:
        node = named_in_either(before, after, about).node
        nodes = with_accounts_in_either(before, after, node)
        if kind_of(node) is NodeKind.IDENTITY:
            who = who[[each in nodes for each in comparison.names(who)]]
    ordered: Sequence[Change]
    if len(who) > FEW:
        ordered = comparison.of_many(who)
    else:
        found = [change for identity in comparison.names(who) for change in comparison.of(identity)]
        ordered = tuple(sorted(found, key=lambda change: change.key))
    emails = changed_emails(before, after)
    whole = Changes(before.version, after.version, ordered, comparison.truncated, emails)
    return whole if about is None else whole.about(nodes)


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
        self.found = differing(before.index, after.index)
        self.last = lru_cache(2)(self.reached)
        self._causes: dict[str, Cause] = {}

    def affected(self) -> Ints:
        """The identities of which an access may differ, by number among the nodes of both versions, ascending."""
        found, (old, new) = self.found, self.found.common
        nodes = np.searchsorted(old, new[found.nodes])  # they are in both versions
        was = passing(self.before.index, found.before, nodes)
        now = passing(self.after.index, found.after, found.nodes)
        return distinct(np.concatenate([old[was], new[now]]))

    def names(self, nodes: Ints) -> list[str]:
        """Return the printed ids of nodes by their ascending numbers among those of both versions."""
        found = np.empty(len(nodes), object)
        for graph, common in zip((self.before, self.after), self.found.common, strict=True):
            own = np.flatnonzero(contained(common, nodes))
            places = np.searchsorted(nodes, common[own])
            found[places] = list(map(graph.index.name, own.tolist()))
        names: list[str] = found.tolist()
        return names

    def of_many(self, who: Ints) -> UnwrittenChanges:
        """The changes of many identities, which are written out where they are read."""
        found = compared(self.before, self.after, self.found, who)
        sides = (np.unique(each, return_inverse=True) for each in (found.before, found.after))
        (olds, was), (news, now) = sides
        cases, which = np.unique((was * len(news) + now) * 2 + found.open, return_inverse=True)
        before, after = (list(map(self.unpacked, each.tolist())) for each in (olds, news))
        kinds = []
        for case in cases.tolist():
            old, new = divmod(case // 2, len(after))
            kinds.append(tuple(kinds_between(before[old], after[new], may_be_there=case % 2 > 0)))
        changed = np.flatnonzero(np.array([bool(each) for each in kinds], np.bool_)[which])
        ends = found.principal[changed], found.resource[changed]
        nodes = distinct(np.concatenate(ends))
        names = np.array(self.names(nodes), object)
        rank = np.argsort(np.argsort(names))
        in_order = sorted(set(kinds), key=order_of)
        first = np.array(list(map(in_order.index, kinds)), np.int64)[which[changed]]
        who, what = (np.searchsorted(nodes, each) for each in ends)
        sorting = np.lexsort((rank[what], rank[who], first))
        said = map(in_order.__getitem__, first[sorting].tolist())
        rows = list(zip(said, names[who[sorting]], names[what[sorting]], strict=True))
        alone = [
            (each.kinds, each.principal, each.resource)
            for identity in self.names(found.alone)
            for each in self.of(identity)
        ]
        if alone:
            rows = sorted(rows + alone, key=lambda row: (order_of(row[0]), *row[1:]))
        return UnwrittenChanges(lru_cache(KEPT)(self.write), rows)  # pages are asked again

    def unpacked(self, number: int) -> AccessFacts | None:
        """Return packed facts as those of an access, but for its reasons; None for NONE."""
        if number == NONE:
            return None
        packed, graph = Packed.of(number), self.after
        roles = graph.roles_of(packed.roles)
        certainty, state = CERTAINTY_BY_RANK[packed.certainty], STATE_BY_RANK[packed.state]
        doubtful = contested_roles(graph, packed.roles, packed.sound)
        return AccessFacts(roles, graph.capabilities(roles), certainty, state, (), doubtful)

    def write(self, identity: str, resource: str) -> Change:
        """The change of one access."""
        old, new = (self.last(graph, identity).get(resource) for graph in (self.before, self.after))
        return self.change(identity, resource, old and old.access, new and new.access)

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
        may_be_there = (not new and self.may_be_there(before)) or (
            not old and self.may_be_there(after)
        )
        kinds = tuple(kinds_between(old, new, may_be_there=may_be_there))
        return Change(kinds, identity, resource, facts(old), facts(new), tuple(causes))

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
                self._causes[key] = GrantCause(key, before, after, self.absent_from(before, after))
            else:
                attribute = VITAL[kind_of(key)]
                self._causes[key] = NodeCause(
                    key, attribute, vital(self.before, key), vital(self.after, key)
                )
        return self._causes[key]

    def absent_from(self, before: Grant | None, after: Grant | None) -> int | None:
        """Return the newest document that would have shown a grant to the version that lacks it: see above."""
        grant, there = (before, self.after) if before else (after, self.before)
        if grant is None or (before and after):
            return None
        found = [
            there.covering(getattr(grant, end), scope) for end, scope in SHOWING[grant.relation]
        ]
        if grant.relation is Relation.ROLE and Role.CLIENT not in grant.roles:
            found.append(there.covering(grant.resource, "holders"))
            for each in self.keepers(grant.resource):
                found.append(there.covering(each, "keyless_team"))
                found += listings(there, grant.principal, each)
        # Documents are numbered by their moments.
        return max((each for each in found if each is not None), default=None)

    def keepers(self, account: str) -> list[str]:
        return [
            each
            for graph in (self.before, self.after)
            if account in graph
            for each in graph.kept(account)
        ]


def listings(graph: AccessGraph, identity: str, business: str) -> Iterator[int]:
    """Yield the documents in which a row of a listing states a standing membership."""
    member = graph.grants.get(grant_id(identity, Relation.MEMBER, business))
    for each in member.evidence if member else ():
        if each.section is Section.LISTED_MEMBER:
            yield each.document
