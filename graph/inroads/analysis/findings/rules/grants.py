"""Rules about single grants and the records that state them."""

from __future__ import annotations

from collections import defaultdict
from functools import cache, partial

import numpy as np

from inroads.analysis.findings.context import CLIENT_BIT, GROUP, GROUP_OF, UNKNOWN_BIT, RuleContext
from inroads.analysis.findings.document_scan import UNKNOWN
from inroads.analysis.findings.finding import (
    Evident,
    Fact,
    Match,
    RuleOutcome,
    Source,
    Spot,
    Stated,
)
from inroads.analysis.findings.hits import Hits
from inroads.analysis.findings.registry import rule
from inroads.columns.arrays import Ints, contained, distinct, firsts, offsets, ranges
from inroads.columns.claimset import MEMBER, NONE, ROLE, ROLES, SECTIONS
from inroads.model import Evidence, Section, grant_id
from inroads.moments import moment_number, moment_of, rfc3339
from inroads.network.wording import record_label
from inroads.policy.rule_settings import RuleRow, Severity

_MEMBERS = (Section.MEMBERSHIP, Section.TEAM_MEMBER, Section.LISTED_MEMBER)


def _of_grant(
    matter: RuleContext, grant: int, *facts: Fact, evidence: Evident | None = None
) -> Match:
    """A finding about one grant, with all its records unless there is other evidence."""
    index = matter.index
    who, where = matter.name(index.principal[grant]), matter.name(index.resource[grant])
    subjects = who, where, grant_id(who, index.relation_word(grant), where)
    return Match(subjects, facts, (grant,) if evidence is None else evidence)


@cache  # there are few sets of roles
def _words(bits: int) -> tuple[str, ...]:
    return tuple(role.value for place, role in enumerate(ROLES) if bits >> place & 1)


@rule(
    "role-without-membership",
    "roles on accounts that are no membership's",
    "{0} holds a role on {1} as {roles}, and no membership of the business that keeps it.",
    "Destroy the role, or make the person a member of the business; a client's role ends on the vendor's side.",
)
def role_without_membership(matter: RuleContext, row: RuleRow) -> RuleOutcome:
    """A role on an account that a known business keeps, of which the identity is no member.

    Less severe where the role is CLIENT. Where no business is known to keep the account it is
    unseen.
    """
    grants, size = matter.grants, matter.index.size
    rows = np.flatnonzero(grants.relation == ROLE)
    keyed = matter.scope[grants.resource[rows]] + grants.principal[rows].astype(np.int64) * size
    is_member = grants.relation == MEMBER
    members = (
        grants.principal[is_member].astype(np.int64) * size
        + matter.scope[grants.resource[is_member]]
    )
    kept = matter.kept[grants.resource[rows]]
    alone = rows[kept & ~contained(keyed, distinct(members))]
    mild = Severity(str(row.options["client_severity"]))
    milder = (grants.roles[alone] == CLIENT_BIT) & (mild is not row.severity)
    clients = mild, _with_roles(matter, alone[milder])
    hits = _with_roles(matter, alone[~milder])
    return RuleOutcome(int(kept.sum()), hits, int((~kept).sum()), (), (clients,))


def _with_roles(matter: RuleContext, grants: Ints) -> Hits:
    """Findings about single grants, with their roles."""

    def hit(place: int) -> Match:
        grant = int(grants[place])
        return _of_grant(matter, grant, ("roles", _words(matter.index.roles[grant])))

    return matter.hits_of_grants(hit, grants)


@rule(
    "membership-without-role",
    "memberships of identities whose own document lists roles, on businesses that keep an account",
    "{0} is a member of {1} and holds no role on its account.",
    "Tools that read the deprecated roles do not see this person: check that they read memberships.",
    experimental=True,
)
def membership_without_role(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """A membership of a business that keeps an account, on which the identity holds no role of the
    older dialect.

    Where the identity's own document was not read, or has no `roles`, it is unseen.
    """
    grants, size = matter.grants, matter.index.size
    rows = np.flatnonzero((grants.relation == MEMBER) & matter.kept[grants.resource])
    record = matter.fold.attributes["record"][grants.principal[rows]]
    known = (record != NONE) & ~np.isin(record, list(matter.bodies.without_roles))
    merged = np.zeros(len(grants.relation), np.bool_)
    merged[matter.grant_of[matter.sections(Section.ROLE)]] = True
    is_role = grants.relation == ROLE
    held = distinct(
        grants.principal[is_role].astype(np.int64) * size + matter.scope[grants.resource[is_role]]
    )
    beside = contained(
        grants.principal[rows].astype(np.int64) * size + matter.scope[grants.resource[rows]], held
    )
    hits = [_of_grant(matter, grant) for grant in rows[known & ~merged[rows] & ~beside].tolist()]
    return RuleOutcome(int(known.sum()), hits, int((~known).sum()))


@rule(
    "role-disagreement",
    "grants that state a role",
    "The records of one grant of {0} on {1} state different roles: {roles}.",
    "Find out which role is meant and correct the other record: capabilities are their union until then.",
)
def role_disagreement(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """One grant whose records state roles that do not agree; STAFF agrees with MANAGER,
    EMPLOYEE and ACCOUNTANT.
    """
    roles = matter.grants.roles
    hits = _with_roles(matter, np.flatnonzero(roles & (roles - 1)))
    return RuleOutcome(int((roles != 0).sum()), hits)


@rule(
    "unmapped-role",
    "grants that state a role",
    "{0} holds a role on {1} that no table maps: {words}.",
    "Ask the service what the word means, and add it to the policy under [words].",
)
def unmapped_role(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """A grant of which a record states a role word that is outside the tables of its dialect,
    or none at all.
    """
    hits = []
    for grant in np.flatnonzero(matter.grants.roles & UNKNOWN_BIT).tolist():
        rows = range(matter.index.evidence_of[grant], matter.index.evidence_of[grant + 1])
        here = [row for row in rows if matter.evidence.role[row] == UNKNOWN_BIT.bit_length() - 1]
        words = {matter.evidence.word[row] for row in here}
        texts = {"(none)" if word == NONE else matter.fold.said.words.text(word) for word in words}
        hits.append(_of_grant(matter, grant, ("words", tuple(sorted(texts)))))
    return RuleOutcome(int((matter.grants.roles != 0).sum()), hits)


@rule(
    "group-without-membership",
    "memberships that a row of a business-level group states",
    "{0} is in the business-level group of {1}, and no membership says so.",
    "Ask the service whether the group row grants anything; remove it if the membership was ended.",
)
def group_without_membership(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """A row of a group that is known to be business-level, where neither a membership nor a
    team row nor a listed member says the same.
    """
    is_member = matter.grants.relation == MEMBER
    by_group, otherwise = (np.zeros(len(is_member), np.bool_) for _ in range(2))
    by_group[matter.grant_of[matter.sections(Section.GROUP)]] = True
    otherwise[matter.grant_of[matter.sections(*_MEMBERS)]] = True
    looked = is_member & by_group
    hits = [_of_grant(matter, grant) for grant in np.flatnonzero(looked & ~otherwise).tolist()]
    unseen = int((matter.grants.relation == GROUP).sum())
    return RuleOutcome(
        int(looked.sum()),
        hits,
        unseen,
        ("groups that are not known to be business-level are unseen",),
    )


@rule(
    "duplicate-group",
    "pairs of an identity and a business that rows of groups state",
    "{0} holds the same role in {1} under several groups: {roles}.",
    "Rows of project groups grant nothing by themselves: remove those that are left over.",
    experimental=True,
)
def duplicate_group(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """One identity, business and role under several groups, at least one of which is known to be
    business-level.

    Several project groups of one business are usual, so they alone are nothing.
    """
    keys, rows = _in_groups(matter)
    order = np.lexsort((rows, *reversed(keys)))
    (identity, business, role), rows = (key[order] for key in keys), rows[order]
    starts = np.flatnonzero(firsts(identity, business, role))
    found: dict[tuple[int, int], dict[int, list[int]]] = defaultdict(dict)
    for start, stop in zip(starts.tolist(), np.append(starts, len(rows))[1:].tolist(), strict=True):
        if stop - start > 1 and _several(matter, same := rows[start:stop].tolist()):
            found[int(identity[start]), int(business[start])][int(role[start])] = same
    hits = []
    for ends, same_role in found.items():
        spots = tuple(_spot(matter, row) for each in same_role.values() for row in each)
        roles = tuple(ROLES[each].value for each in same_role)
        hits.append(Match((matter.name(ends[0]), matter.name(ends[1])), (("roles", roles),), spots))
    return RuleOutcome(int(firsts(identity, business).sum()), hits)


def _in_groups(matter: RuleContext) -> tuple[tuple[Ints, Ints, Ints], Ints]:
    """Return identities, businesses and roles that rows of groups state, and those rows.

    A row of a group that several businesses own is there for each of them.
    """
    grants, size = matter.grants, matter.index.size
    rows = np.flatnonzero(matter.sections(Section.GROUP))
    rows = rows[matter.evidence.role[rows] != NONE]
    held = matter.grant_of[rows]
    whole = grants.relation[held] == MEMBER
    owned = np.flatnonzero(grants.relation == GROUP_OF)
    owned = owned[np.argsort(grants.principal[owned], kind="stable")]
    starts = offsets(grants.principal[owned], size)
    near = np.flatnonzero(grants.relation[held] == GROUP)
    group = grants.resource[held[near]]
    many = starts[group + 1] - starts[group]
    owners = grants.resource[owned[ranges(starts[group], many)]]
    near = np.repeat(near, many)
    chosen = np.concatenate([np.flatnonzero(whole), near])
    business = np.concatenate([grants.resource[held[whole]], owners])
    rows = rows[chosen]
    return (grants.principal[held[chosen]], business, matter.evidence.role[rows]), rows


def _several(matter: RuleContext, rows: list[int]) -> bool:
    """Return whether rows of groups are of several groups, one of them business-level."""
    held = [matter.grant_of[row] for row in rows]
    near = [matter.index.resource[each] for each in held if matter.index.relation[each] == GROUP]
    if len(near) == len(rows):
        return False
    if not contained(np.array(near, np.int64), matter.fold.business_groups).all():
        return True  # the group of another row is business-level
    evidence = matter.evidence
    places = {(int(evidence.document[row]), int(evidence.row[row])) for row in rows}
    return (
        len(
            {
                str(matter.graph.row(document, Section.GROUP, row).group_id)
                for document, row in places
            }
        )
        > 1
    )


def _spot(matter: RuleContext, row: int, inside: str = "") -> Spot:
    """One row of evidence as a proof."""
    evidence = matter.evidence
    section = SECTIONS[evidence.section[row]]
    record = None if evidence.record[row] == NONE else str(evidence.record[row])
    place = int(evidence.document[row]), section, int(evidence.row[row]), int(evidence.sub[row])
    return Spot(*place, inside, record_label(Evidence(*place, record)), record)


def _created(matter: RuleContext) -> tuple[Ints, Ints]:
    """Return the rows of evidence that are roles, and the creation moment of each, else UNKNOWN."""
    rows = np.flatnonzero(matter.sections(Section.ROLE))
    moments = matter.bodies.roles
    places = zip(
        matter.evidence.document[rows].tolist(), matter.evidence.row[rows].tolist(), strict=True
    )
    return rows, np.array([moments.get(place, UNKNOWN) for place in places], np.int64)


@rule(
    "old-grant",
    "roles that say when they were created, on what has lapsed or is inactive",
    "{0} holds a role on {1}, which has lapsed or is inactive, since {created} ({days:day}).",
    "Revoke the grant unless the business is to come back. No record tells whether a grant was ever used.",
)
def old_grant(matter: RuleContext, row: RuleRow) -> RuleOutcome:
    """A role older than so many days on an account or business that has lapsed or is inactive.

    Age alone is nothing: documents have no last-used field. Only rows of `roles` say when they were
    created, so a grant without one is unseen.
    """
    dead = matter.index.dead_column
    relation = matter.grants.relation
    looked = np.isin(relation, [MEMBER, ROLE]) & dead[matter.grants.resource]
    rows, created = _created(matter)
    grant = matter.grant_of[rows]
    known = looked[grant] & (created != UNKNOWN)
    dated = np.zeros(len(relation), np.bool_)
    dated[grant[known]] = True
    now = moment_number(matter.now)
    limit = now - int(row.options["days"]) * 86_400_000_000
    places = np.flatnonzero(known & (created < limit))
    places = places[np.lexsort((rows[places], created[places], grant[places]))]
    old, dates = grant[places], created[places]
    starts = np.flatnonzero(firsts(old))
    stops = np.append(starts, len(old))[1:]

    def hit(place: int) -> Match:
        here = slice(starts[place], stops[place])
        each, first = int(old[here.start]), int(dates[here.start])
        facts = ("created", _text(first)), ("days", (now - first) // 86_400_000_000)
        evidence = partial(_aged, matter, each, rows[places[here]])
        return _of_grant(matter, each, *facts, evidence=evidence)

    hits = matter.hits_of_grants(hit, old[starts])
    return RuleOutcome(int((looked & dated).sum()), hits, int((looked & ~dated).sum()))


def _aged(matter: RuleContext, grant: int, rows: Ints) -> tuple[Source, ...]:
    """The records of a grant that say when it was created, and what makes its resource latent."""
    return *(_spot(matter, row) for row in rows.tolist()), *_why_dead(matter, grant)


def _why_dead(matter: RuleContext, grant: int) -> list[Source]:
    """The statements that make the resource of a grant latent."""
    resource = matter.index.resource[grant]
    nodes = [
        resource,
        *(matter.graph.number(each) for each in matter.graph.kept(matter.name(resource))),
    ]
    starts = matter.fold.kind_starts
    return [
        Stated(matter.name(node), "active" if node < starts[2] else "subscription_status")
        for node in nodes
        if matter.index.failing[node]
    ]


def _text(moment: int) -> str:
    return rfc3339(moment_of(moment))


@rule(
    "role-predates-identity",
    "roles and identities that both say when they were created",
    "{0} holds a role on {1} that was created {created}, before the identity itself ({identity_created}).",
    "Ask the service how the role came about: it may have been moved from another identity.",
    experimental=True,
)
def role_predates_identity(matter: RuleContext, _: RuleRow) -> RuleOutcome:
    """A role whose `created_at` is before that of its identity."""
    rows, created = _created(matter)
    grant = matter.grant_of[rows]
    identity = matter.grants.principal[grant]
    born = matter.bodies.created[identity]
    known = (created != UNKNOWN) & (born != UNKNOWN)
    early: dict[int, list[int]] = defaultdict(list)
    for place in np.flatnonzero(known & (created < born)).tolist():
        early[int(grant[place])].append(place)
    record = matter.fold.attributes["record"]
    hits = []
    for each, places in early.items():
        facts = (
            ("created", _text(int(created[places].min()))),
            ("identity_created", _text(int(born[places[0]]))),
        )
        spots = [_spot(matter, int(rows[place]), "/created_at") for place in places]
        own = int(matter.grants.principal[each])
        spots.append(
            Spot(int(record[own]), Section.DOCUMENT, inside="/created_at", label="created_at")
        )
        hits.append(_of_grant(matter, each, *facts, evidence=tuple(spots)))
    return RuleOutcome(int(known.sum()), hits, int((~known).sum()))
