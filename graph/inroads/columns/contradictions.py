"""Contradictions between the records that bear on a grant: as bits of CONTRADICTIONS in the fold,
and of one grant with sentences and the evidence of both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from inroads.columns.arrays import Flags, Ints, contained, distinct, firsts, ranges, take
from inroads.columns.claimset import (
    GROUP_OF,
    KEEPS,
    MEMBER,
    NONE,
    ROLE,
    ROLES,
    SCOPES,
    SECTIONS,
    SLOTS,
    ClaimRows,
    ClaimSet,
)
from inroads.model import CONTRADICTIONS, Contradiction, Evidence, Section
from inroads.moments import moment_of, rfc3339

if TYPE_CHECKING:
    from inroads.columns.adjacency import Adjacency

ACCOUNT_MOVED: Final = 1 << CONTRADICTIONS.index("account_moved")
_GROUP_ROW: Final = SECTIONS.index(Section.GROUP)
_MEMBERSHIP_ROW: Final = SECTIONS.index(Section.MEMBERSHIP)


class GrantRows(NamedTuple):
    """Grants that stand, in the order of principal, resource, relation, client role.

    `roles` has a bit for each role of ROLES, `inactive` one for each of `fold.INACTIVE`, the reasons
    that records give why the grant is not active, `contested` one for each of CONTRADICTIONS.
    """

    principal: Ints
    resource: Ints
    relation: Ints
    client_role: Ints
    roles: Ints
    active: Ints
    inactive: Ints
    contested: Ints


class Records(NamedTuple):
    """The records behind grants, in the order of grants.

    `grant` is the grant of each record, `document`, `section` and `claim` say where it stands.
    """

    grant: Ints
    document: Ints
    section: Ints
    claim: Ints


class Moments(NamedTuple):
    """The ranks of moments: of each document, of the latest cover of each scope, and of the last
    move of each account from one business to another, NONE where there is none.

    The second array has one more row, for no scope.
    """

    of_document: Ints
    of_scope: Ints
    of_move: Ints


def contested(
    said: ClaimSet, claims: ClaimRows, grants: GrantRows, records: Records, moments: Moments
) -> Ints:
    """Return the contradictions of each grant as bits, with those that its claims brought along.

    `claims` are those that the grants rest on.
    """
    bits = grants.contested.copy()
    keeps = np.flatnonzero(grants.relation == KEEPS)
    several = np.concatenate(
        [keeps[_repeated(grants.principal[keeps])], keeps[_repeated(grants.resource[keeps])]]
    )
    role = (grants.relation == ROLE) & (grants.client_role == 0)
    old = role[records.grant] & (
        moments.of_document[records.document] < moments.of_move[grants.resource[records.grant]]
    )
    disputed = _disputed(said, claims, grants, records, moments)
    for code, found in (
        ("membership_denied", _denied(said, grants, records)),
        ("equal_moment", np.setdiff1d(disputed, several)),
        ("account_moved", records.grant[old]),
        ("two_keepers", several),
        ("role_disagreement", np.flatnonzero(grants.roles & (grants.roles - 1))),
    ):
        bits[found] |= 1 << CONTRADICTIONS.index(code)
    return bits


def _repeated(values: Ints) -> Flags:
    """Return a mask of the values that occur more than once."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    repeated: Flags = count[place] > 1
    return repeated


def last_moves(said: ClaimSet, era: Ints) -> Ints:
    """Return the rank of the moment of each account's last move to another business, else NONE.

    It is the first moment at which only the present keeper was shown, after another one was.
    """
    moves = np.full(len(said.nodes), NONE, np.int32)
    rows = said.keepers
    begins = firsts(rows.account)
    again = (rows.business != np.roll(rows.business, 1)) & ~begins
    if not again.any():
        return moves
    rows = take(rows, contained(rows.account, distinct(rows.account[again])))
    moment, starts = era[rows.document], np.flatnonzero(firsts(rows.account))
    ends = np.append(starts[1:], len(moment)) - 1
    sizes = ends - starts + 1
    other = rows.business != np.repeat(rows.business[ends], sizes)
    before = np.maximum.reduceat(np.where(other, moment, NONE), starts)
    after = np.where(moment > np.repeat(before, sizes), moment, moment[np.repeat(ends, sizes)])
    move = np.minimum.reduceat(after, starts)
    moved = moment[starts] < move
    moves[rows.account[starts[moved]]] = move[moved]
    return moves


def covering(said: ClaimSet, scopes: Ints) -> tuple[Ints, Ints]:
    """Return the documents that cover scopes at the latest moment of each.

    The values are places among the scopes, and documents.
    """
    covered = said.covers.scope
    scopes = scopes.astype(covered.dtype)  # of its own type, or all of it would be widened
    first = np.searchsorted(covered, scopes)
    count = np.searchsorted(covered, scopes, side="right") - first
    return np.repeat(np.arange(len(scopes)), count), said.covers.document[ranges(first, count)]


def _denied(said: ClaimSet, grants: GrantRows, records: Records) -> Ints:
    """Return the memberships that a group's row states in a document that lists others only."""
    grant, document, section, _ = records
    member = grants.relation[grant] == MEMBER
    rows = np.flatnonzero(member & (section == _GROUP_ROW))
    before = rows - 1  # mostly the membership of the same document
    listed = (section[before] == _MEMBERSHIP_ROW) & (document[before] == document[rows])
    rows = rows[~(listed & (grant[before] == grant[rows]))]
    if not len(rows):
        return grant[:0]
    size = len(said.documents.moment)
    key = grant.astype(np.int64) * size + document
    rows = rows[~contained(key[rows], key[member & (section == _MEMBERSHIP_ROW)])]
    scopes = grants.principal[grant[rows]] * SLOTS + SCOPES["memberships"]
    place, lists = covering(said, scopes)
    denied: Ints = grant[rows[place[lists == document[rows[place]]]]]
    return denied


def _disputed(
    said: ClaimSet, claims: ClaimRows, grants: GrantRows, records: Records, moments: Moments
) -> Ints:
    """Return the grants that only some of the documents state which cover them at their moment."""
    shared = np.bincount(moments.of_document) > 1
    if not shared.any() or not len(grants.principal):
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(firsts(records.grant))
    moment = np.maximum.reduceat(moments.of_document[records.document], starts)
    chosen = shared[moment]
    records = take(records, np.flatnonzero(chosen[records.grant]))
    grant, scope = scopes_of(claims, grants, records, np.flatnonzero(chosen))
    latest = moments.of_scope[scope] == moment[grant]
    grant, scope = grant[latest], scope[latest]
    place, document = covering(said, scope)
    size = len(said.documents.moment)
    stating = distinct(records.grant * np.int64(size) + records.document)
    return distinct(grant[place][~contained(grant[place] * np.int64(size) + document, stating)])


def scopes_of(
    claims: ClaimRows, grants: GrantRows, records: Records, chosen: Ints
) -> tuple[Ints, Ints]:
    """Return the scopes whose documents cover chosen grants: pairs of a grant and a scope.

    The records are those of the chosen grants. A membership is covered in whatever dialect it was
    stated.
    """
    relation = grants.relation[chosen]
    member = chosen[relation == MEMBER]
    pairs = [
        (member, grants.principal[member] * SLOTS + SCOPES["memberships"]),
        (member, grants.resource[member] * SLOTS + SCOPES["team"]),
    ]
    relation = grants.relation[records.grant]
    records = take(records, (relation != MEMBER) & (relation != GROUP_OF))
    for scope in (claims.scope, claims.other_scope):
        given = scope[records.claim]
        pairs.append((records.grant[given != NONE], given[given != NONE]))
    # A team that does not say the account covers the roles on the one that its business keeps.
    role = chosen[(grants.relation[chosen] == ROLE) & (grants.client_role[chosen] == 0)]
    keeps = np.flatnonzero(grants.relation == KEEPS)
    keeps = keeps[np.argsort(grants.resource[keeps], kind="stable")]
    first, last = (
        np.searchsorted(grants.resource[keeps], grants.resource[role], side)
        for side in ("left", "right")
    )
    keeper = grants.principal[keeps[ranges(first, last - first)]]
    pairs.append((np.repeat(role, last - first), keeper * SLOTS + SCOPES["keyless_team"]))
    grant, scope = (np.concatenate(column) for column in zip(*pairs, strict=True))
    # Many records of a grant name one scope, which as many documents cover: each pair once.
    size = np.int64(scope.max(initial=0)) + 1
    grant, scope = np.divmod(distinct(grant * size + scope), size)
    return grant, scope


def contradictions(index: Adjacency, grant: int) -> tuple[Contradiction, ...]:
    """Return the contradictions of a grant, in the order of CONTRADICTIONS."""
    sides, bits = _Sides(index, grant), index.contested[grant]
    return tuple(
        Contradiction(code, *getattr(sides, code)())
        for number, code in enumerate(CONTRADICTIONS)
        if bits >> number & 1
    )


Side = tuple[str, tuple[Evidence, ...]]
"""A sentence, and the evidence of both sides."""


class _Sides:
    """Tells of one grant what contradicts it, with a method for each of CONTRADICTIONS.

    A limited view may not hold the other side: its records are left out then.
    """

    def __init__(self, index: Adjacency, grant: int) -> None:
        self.index, self.grant, self.said = index, grant, index.fold.said
        self.principal, self.resource = index.principal[grant], index.resource[grant]
        self.records = index.evidence(grant)

    def membership_denied(self) -> Side:
        scope = np.array([self.principal * SLOTS + SCOPES["memberships"]])
        lists = set(covering(self.said, scope)[1].tolist())
        lists -= {row.document for row in self.records if row.section is Section.MEMBERSHIP}
        rows = [
            row for row in self.records if row.section is Section.GROUP and row.document in lists
        ]
        denying = dict.fromkeys(row.document for row in rows)
        sections = [Evidence(each, Section.MEMBERSHIP, NONE, NONE, None) for each in denying]
        held = self.index.name(self.resource)
        return (
            f"a row of a group of {held} states it, in a document whose memberships leave {held} out",
            (*rows, *sections),
        )

    def equal_moment(self) -> Side:
        moments = self.said.documents.moment
        newest = max(int(moments[row.document]) for row in self.records)
        here = [row for row in self.records if moments[row.document] == newest]
        stating = {row.document for row in here}
        others = [
            _whole(document)
            for document in self._covering().tolist()
            if moments[document] == newest and document not in stating
        ]
        count = f"{len(stating)} of {len(stating) + len(others)}" if others else "some"
        return (
            f"{count} documents of {rfc3339(moment_of(newest))} state it, the others do not",
            (*here, *others),
        )

    def _covering(self) -> Ints:
        """Return the documents that cover the grant, at the latest moment of each scope."""
        index, claims = self.index, self.said.claims
        first, last = (
            np.searchsorted(claims.principal, claims.principal.dtype.type(self.principal), side)
            for side in ("left", "right")
        )
        claims = take(claims, np.arange(first, last))
        own = claims.resource == self.resource
        for name in ("relation", "client_role"):
            own &= getattr(claims, name) == getattr(index, name)[self.grant]
        claims = take(claims, own)
        keeps = [each for _, each in index.hops_to(self.resource) if index.relation[each] == KEEPS]
        grants = take(index.fold.grants, np.array([self.grant, *keeps]))
        place = np.arange(len(claims.document))
        records = Records(place * 0, claims.document, claims.section, place)
        _, scope = scopes_of(claims, grants, records, np.zeros(1, np.int64))
        return distinct(covering(self.said, scope)[1])

    def account_moved(self) -> Side:
        name, kept = self.index.name, self.said.keepers
        first, last = (
            np.searchsorted(kept.account, kept.account.dtype.type(self.resource), side)
            for side in ("left", "right")
        )
        rows = take(kept, np.arange(first, last))
        other = np.flatnonzero(rows.business != rows.business[-1:])
        if not len(other):
            return f"it is older than a move of {name(self.resource)}", self.records
        old = other[-1]
        new = min(old + 1, len(rows.business) - 1)
        keepers = [name(int(rows.business[each])) for each in (old, new)]
        since = rfc3339(moment_of(int(self.said.documents.moment[rows.document[new]])))
        return (
            f"it is older than the move of {name(self.resource)} from {keepers[0]} to "
            f"{keepers[1]}, known since {since}",
            (*self.records, *(_whole(int(rows.document[each])) for each in (old, new))),
        )

    def two_keepers(self) -> Side:
        index, found, ends = self.index, [], []
        for node in (self.principal, self.resource):
            keeps = {each for _, each in index.hops_from(node) if index.relation[each] == KEEPS}
            found += sorted(keeps - {self.grant})
            ends += [index.name(node)] if len(keeps) > 1 else []
        records = [index.evidence(each)[0] for each in found]
        both = " and ".join(ends or map(index.name, (self.principal, self.resource)))
        return f"other records of the same moment say otherwise of {both}", (
            *self.records,
            *records,
        )

    def role_disagreement(self) -> Side:
        bits = self.index.roles[self.grant]
        roles = [role.value for number, role in enumerate(ROLES) if bits >> number & 1]
        return f"its records state {' and '.join(roles)}", self.records

    def reference_conflict(self) -> Side:
        return "ids of its record disagree", self.records


def _whole(document: int) -> Evidence:
    return Evidence(document, Section.DOCUMENT, NONE, NONE, None)
