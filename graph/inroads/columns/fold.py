"""From a claim set to the grants that stand: the only merge.

A claim stands until a newer document covers one of its scopes; at equal moments claims unite. So a
fold is a filter by the latest moment of each scope, then a grouping. It is idempotent, and
independent of the order of arrival.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from inroads.columns.arrays import (
    Flags,
    Ints,
    at_once,
    contained,
    distinct,
    firsts,
    in_order,
    mapped,
    narrow,
    offsets,
    ranges,
    stack,
    take,
    view,
)
from inroads.columns.claimset import (
    ATTRIBUTES,
    COUNTS,
    GROUP,
    KEEPS,
    KIND_BITS,
    KINDS,
    LISTED,
    MEMBER,
    NONE,
    ROLE,
    ROLES,
    SCOPES,
    SECTIONS,
    SLOTS,
    TABLE_SLOTS,
    ClaimRows,
    ClaimSet,
    CoverRows,
    ListedPairs,
    edge_keys,
)
from inroads.columns.contradictions import (
    ACCOUNT_MOVED,
    GrantRows,
    Moments,
    Records,
    contested,
    last_moves,
)
from inroads.model import NodeKind, Role, Section
from inroads.policy.tables import STAFF_AGREES_WITH, Policy

_HASHED: Final = 2**16
"""How many rows are hashed at a time."""

_GROUP_ROW: Final = SECTIONS.index(Section.GROUP)
INACTIVE: Final = ("group_inactive", "member_inactive")
"""The reasons why a grant is not active: the second one is that of a row of a listing."""


class EdgeRows(NamedTuple):
    """Standing claims as the edges that they state; `claim` is the index of each claim."""

    principal: Ints
    resource: Ints
    relation: Ints
    client_role: Ints
    claim: Ints


class EvidenceRows(NamedTuple):
    """The records behind the grants, grouped by grant, in the order in which they speak."""

    document: Ints
    section: Ints
    row: Ints
    sub: Ints
    record: Ints
    role: Ints
    word: Ints
    client: Ints


class Fold(NamedTuple):
    """The grants that stand after all documents.

    The evidence of grant `g` is in rows `evidence_of[g]` to `evidence_of[g + 1]`. `attributes` has
    a column for each name: a row for each node of the kind that has it, at `kind_starts`; NONE
    where nothing is known; for values see `claimset.AttributeRows`. A record attribute has a row
    for each node: its document, and in a second column the index. `observed` marks the identities
    with a document of their own, and the businesses with a team or a whole listing of it.
    `business_groups` and `group_owners` are the groups known to belong to a whole business, and that business.
    """

    said: ClaimSet
    grants: GrantRows
    evidence_of: Ints
    evidence: EvidenceRows
    kind_starts: tuple[int, ...]
    attributes: Mapping[str, Ints]
    unconfirmed: Flags
    observed: Flags
    business_groups: Ints
    group_owners: Ints
    version: str


def fold(said: ClaimSet, policy: Policy, *, marked: bool = False) -> Fold:
    """Return the grants that stand under these claims.

    With `marked`, all contradictions come with the claims, and no others are looked for.
    """
    groups, owners = _group_owners(said)
    starts = kind_starts(said.nodes)
    moments = _moments(said)
    (grants, evidence_of, evidence), (attributes, unconfirmed) = at_once(
        len(said.claims.document),
        lambda: _stand(said, groups, owners, moments, marked=marked),
        lambda: _attributes(said, starts, moments),
    )
    observed = np.zeros(len(said.nodes), np.bool_)
    observed[own_subjects(said.covers, starts)] = True
    return Fold(
        said,
        grants,
        evidence_of,
        evidence,
        starts,
        attributes,
        unconfirmed,
        observed,
        groups,
        owners,
        version(said, policy),
    )


def _stand(
    said: ClaimSet, groups: Ints, owners: Ints, moments: Moments, *, marked: bool
) -> tuple[GrantRows, Ints, EvidenceRows]:
    """Return the grants that stand, and their evidence."""
    claims = _members(said.claims, groups, owners, len(said.nodes))
    era, latest, _ = moments
    stands = (latest[claims.scope] <= era[claims.document]) & (
        np.where(claims.other_scope == NONE, NONE, latest[claims.other_scope])
        <= era[claims.document]
    )
    # Rows of groups and roles that state a membership end with it.
    rows = np.flatnonzero(
        stands
        & (
            ((claims.relation == MEMBER) & (claims.section == _GROUP_ROW))
            | ((claims.relation == ROLE) & (claims.owner != NONE))
        )
    )
    stands[rows] = (
        _latest(latest, claims.principal[rows], "memberships") <= era[claims.document[rows]]
    )
    listed = ListedPairs.of(claims, era, len(said.nodes))
    # A row without a role is imagined away by a what-if: what it ended stays ended.
    stands[(claims.section == LISTED) & (claims.role == NONE)] = False
    rows = np.flatnonzero(stands & (claims.relation == MEMBER))
    stands[rows] = listed.allow(claims, rows, era)
    rows = np.flatnonzero(stands & (claims.relation == KEEPS))
    stands[rows] = _kept(take(claims, rows), era, latest)
    is_role = (claims.relation == ROLE) & (claims.client_role == 0)
    edges = edges_of(claims, np.flatnonzero(stands & ~is_role))
    # In the order of rows: those that one grant absorbs are of several accounts.
    rows = np.flatnonzero(stands & is_role)
    rows = rows[listed.on_accounts(take(edges, edges.relation == KEEPS)).allow(claims, rows, era)]
    roles = edges_of(claims, rows[np.argsort(claims.row[rows], kind="stable")])
    edges = _with_roles(edges, roles, claims, moments)
    grants, evidence_of, evidence, records = grants_of(edges, claims, len(said.nodes))
    if not marked:
        bits = contested(said, claims, grants, records, moments)
        grants = grants._replace(contested=bits)
    return grants, evidence_of, evidence


def _latest(latest: Ints, node: Ints, scope: str) -> Ints:
    """Return the rank of the latest cover of a scope of each node."""
    return latest[node * SLOTS + SCOPES[scope]]


def _kept(keeps: ClaimRows, era: Ints, latest: Ints) -> Flags:
    """Return a mask of claims of KEEPS that stand, of those that no newer document covers.

    A client row names the vendor's business by hearsay: it has an owner. It counts where no record of that business
    itself says which account it keeps, or where an older one says that it keeps none, and where no
    other business is known by its own record to keep the account. Of several, the newest for the
    business and for the account counts.
    """
    own = keeps.owner == NONE
    moment, size = era[keeps.document], len(latest) // SLOTS
    told = _latest(latest, keeps.principal, "account")
    nothing = (_latest(latest, keeps.principal, "no_account") == told) & (told < moment)
    taken = np.zeros(size, np.bool_)
    taken[keeps.resource[own]] = True
    valid = ~own & ((told == NONE) | nothing) & ~taken[keeps.resource]
    newest = np.full(size, NONE, np.int32)
    for ends in (keeps.principal, keeps.resource):
        np.maximum.at(newest, ends[valid], moment[valid])
    stands: Flags = own | (
        valid & (newest[keeps.principal] <= moment) & (newest[keeps.resource] <= moment)
    )
    return stands


def kind_starts(nodes: Ints) -> tuple[int, ...]:
    """Return the index of the first node of each kind, and at the end the number of nodes."""
    return tuple(
        np.searchsorted(nodes, [kind << KIND_BITS for kind in range(len(KINDS) + 1)]).tolist()
    )


def own_subjects(covers: CoverRows, starts: tuple[int, ...]) -> Ints:
    """Return the identities and businesses that documents of their own cover.

    A part of a listing has a business as its subject, and does not show who is in its team.
    """
    node, slot = np.divmod(covers.scope, SLOTS)
    person = (node < starts[1]) & (slot == SCOPES["me"])
    team = (starts[1] <= node) & (node < starts[2]) & (slot == SCOPES["team"])
    return distinct(node[person | team])


def _moments(said: ClaimSet) -> Moments:
    era = np.cumsum(firsts(said.documents.moment)).astype(np.int32)
    latest = np.full(len(said.nodes) * SLOTS + 1, NONE, np.int32)  # the last stands for no scope
    latest[said.covers.scope] = era[said.covers.document]
    return Moments(era, latest, last_moves(said, era))


def _group_owners(said: ClaimSet) -> tuple[Ints, Ints]:
    """Return the groups known to belong to a whole business, ascending, and the business of each.

    A group that documents show as that of two businesses belongs to neither.
    """
    groups = said.groups.group
    begins = firsts(groups)
    alone = begins & np.append(begins[1:], True)
    return groups[alone], said.groups.business[alone]


def _members(claims: ClaimRows, groups: Ints, owners: Ints, size: int) -> ClaimRows:
    """Return the claims, with rows of business-level groups turned into claims of membership.

    A row that names another business than that of its group stays an association.
    """
    if not len(groups):
        return claims
    owner = np.full(size, NONE, np.int32)
    owner[groups] = owners
    owner = owner[claims.resource]
    agreed = (claims.owner == NONE) | (claims.owner == owner)
    member = (claims.relation == GROUP) & (owner != NONE) & agreed
    return claims._replace(
        relation=np.where(member, MEMBER, claims.relation).astype(np.int8),
        resource=np.where(member, owner, claims.resource),
        other_scope=np.where(member, owner * SLOTS + SCOPES["team"], claims.other_scope),
    )


def edges_of(claims: ClaimRows, places: Ints) -> EdgeRows:
    """Return the edges that the claims at these indices state."""
    return EdgeRows(
        claims.principal[places],
        claims.resource[places],
        claims.relation[places],
        claims.client_role[places],
        places,
    )


def _with_roles(edges: EdgeRows, roles: EdgeRows, claims: ClaimRows, moments: Moments) -> EdgeRows:
    """Return the standing edges, with the standing roles added as edges of the grants that they
    state.

    A role stands until a team of a business that keeps the
    account is newer, if that team does not say which account its business keeps. A role on the
    account that a business keeps is the membership's grant, in the older dialect: newer memberships
    of the identity replace it. A role that is older than the account's move is not.
    """
    latest, size = moments.of_scope, len(moments.of_move)
    era = moments.of_document[claims.document[roles.claim]]
    keeps = take(edges, edges.relation == KEEPS)
    team = np.full(size, NONE, np.int32)
    np.maximum.at(team, keeps.resource, _latest(latest, keeps.principal, "keyless_team"))
    standing = team[roles.resource] <= era
    roles, era = take(roles, standing), era[standing]
    is_old = (era < moments.of_move[roles.resource]) | (
        claims.contested[roles.claim] & ACCOUNT_MOVED != 0
    )
    pairs = distinct(
        keeps.resource.astype(np.int64) * size + keeps.principal
    )  # account, then the businesses
    # A row for each pair of a role and a business that keeps its account.
    keepers = offsets(pairs // size, size) if len(pairs) else np.zeros(size + 1, np.int64)
    count = np.diff(keepers)[roles.resource]
    role = np.repeat(np.arange(len(count)), count)
    business = (pairs % size)[ranges(keepers[roles.resource], count)]
    is_member = edges.relation == MEMBER
    members = distinct(
        edges.principal[is_member].astype(np.int64) * size + edges.resource[is_member]
    )
    shared = contained(roles.principal[role].astype(np.int64) * size + business, members)
    shared &= ~is_old[role]
    absorbed = np.zeros(len(count), np.bool_)
    absorbed[role[shared]] = True
    shared &= (_latest(latest, roles.principal, "memberships") <= era)[role]
    merged = take(roles, role[shared])
    membership = np.full(len(merged.claim), MEMBER, np.int8)
    merged = merged._replace(relation=membership, resource=business[shared].astype(np.int32))
    return stack([edges, merged, take(roles, ~absorbed)])


def grants_of(
    edges: EdgeRows, claims: ClaimRows, size: int
) -> tuple[GrantRows, Ints, EvidenceRows, Records]:
    """Group edges into grants: the claims of one edge are one grant, clients' roles apart."""
    edge = edge_keys(edges, size)
    order = in_order(
        edge * len(SECTIONS) + claims.section[edges.claim], claims.document[edges.claim]
    )
    edge, said = edge[order], edges.claim[order]
    starts = np.flatnonzero(firsts(edge))
    held = take(edges, order[starts])
    columns = [getattr(claims, name) for name in EvidenceRows._fields]
    evidence = EvidenceRows(*mapped(lambda column: narrow(column[said]), columns, len(said)))
    bits = np.where(evidence.role == NONE, 0, 1 << evidence.role.astype(np.int16)).astype(np.int16)
    inactive, contested = _inactive(claims, said), claims.contested[said]
    bits_off = np.bitwise_or.reduceat(inactive, starts) if len(starts) else inactive
    grants = GrantRows(
        held.principal,
        held.resource,
        held.relation,
        held.client_role,
        without_staff(np.bitwise_or.reduceat(bits, starts) if len(starts) else bits),
        (bits_off == 0).astype(np.int8),
        bits_off,
        np.bitwise_or.reduceat(contested, starts) if len(starts) else contested,
    )
    evidence_of = np.append(starts, len(edge))
    grant = np.repeat(np.arange(len(starts), dtype=np.int32), np.diff(evidence_of))
    records = Records(grant, claims.document[said], evidence.section, said)
    return grants, narrow(evidence_of), evidence, records


def _inactive(claims: ClaimRows, rows: Ints) -> Ints:
    """Return for each of these claims a bit of INACTIVE where it says that it is not active."""
    by_listing = claims.section[rows] == LISTED
    reason = np.where(by_listing, 1 << INACTIVE.index("member_inactive"), 1)
    return np.where(claims.active[rows] == 0, reason, 0).astype(np.int8)


_STAFF: Final = 1 << ROLES.index(Role.STAFF)
_AGREEING: Final = sum(1 << ROLES.index(role) for role in STAFF_AGREES_WITH)


def without_staff(roles: Ints) -> Ints:
    """Return bits of roles, with STAFF removed where a role that agrees with it is present."""
    return np.where(roles & _AGREEING, roles & ~_STAFF, roles).astype(np.int16)


HOLDERS: Final = {
    "email": NodeKind.IDENTITY,
    "email_key": NodeKind.IDENTITY,
    "first_name": NodeKind.IDENTITY,
    "last_name": NodeKind.IDENTITY,
    "confirmed_at": NodeKind.IDENTITY,
    "name": NodeKind.BUSINESS,
    "active": NodeKind.BUSINESS,
    "subscription_status": NodeKind.ACCOUNT,
    "business_status": NodeKind.ACCOUNT,
    "system_id": NodeKind.ACCOUNT,
    **dict.fromkeys(COUNTS, NodeKind.BUSINESS),
}
"""The kind of node that has an attribute; a record is kept for nodes of all kinds."""


def _attributes(
    said: ClaimSet, starts: tuple[int, ...], moments: Moments
) -> tuple[dict[str, Ints], Flags]:
    """Return each attribute's values, from the last document that states it.

    A status or permission ends with a newer `me` of the same identity whose table lacks it. The
    second value is a mask of the identities that are known to be unconfirmed.
    """
    rows = said.attributes
    slot = TABLE_SLOTS[rows.name]
    places = np.flatnonzero(slot != NONE)
    document = rows.document[places]
    table = said.documents.subject[document] * SLOTS + slot[places]
    ended = moments.of_scope[table] > moments.of_document[document]
    if ended.any():
        stands = np.ones(len(slot), np.bool_)
        stands[places[ended]] = False
        rows = take(rows, stands)
    last = take(rows, np.roll(firsts(rows.node, rows.name), -1))
    found: dict[str, Ints] = {}
    unconfirmed = np.zeros(starts[1], np.bool_)
    for number, name in enumerate(ATTRIBUTES):
        here = take(last, last.name == number)
        if name in {"record", "permissions"}:
            found[name] = _spread(here.node, here.document, len(said.nodes))
            found[f"{name}_index"] = _spread(here.node, here.value, len(said.nodes))
            continue
        kind = KINDS.index(HOLDERS[name])
        found[name] = _spread(here.node - starts[kind], here.value, starts[kind + 1] - starts[kind])
        if name == "confirmed_at":
            unconfirmed[here.node[here.value == NONE]] = True
    return found, unconfirmed


def _spread(places: Ints, values: Ints, size: int) -> Ints:
    column = np.full(size, NONE, np.int64)
    column[places] = values
    return narrow(column)


def version(said: ClaimSet, policy: Policy) -> str:
    """Return a name that graphs share exactly if their observations and policy are the same."""
    digest = hashlib.sha256(policy.digest.encode())
    for column, kind in ((said.documents.moment, "<i8"), (said.documents.sha256, "S32")):
        for first in range(
            0, len(column), _HASHED
        ):  # an overlay column is not materialised for this
            digest.update(view(np.ascontiguousarray(column[first : first + _HASHED], kind)))
    return digest.hexdigest()[:16]
