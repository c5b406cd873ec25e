"""From statements to what stands: the only merge.

A claim stands until a newer document covers one of its scopes; at equal moments claims unite. So the fold is a filter
by the latest moment of each scope, then a grouping: idempotent, and independent of the order of arrival.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any, NamedTuple

from inroads.claims import Attribute, Claim, Place, Statement, identity_scope, team_scope
from inroads.documents import pointer
from inroads.errors import Issue
from inroads.model import Document, Evidence, Grant, Relation, Role, Section, grant_id
from inroads.policy import STAFF_AGREES_WITH, Policy

_RANK = {section: rank for rank, section in enumerate(Section)}


class Fold(NamedTuple):
    """What stands after all documents: nodes with their attributes, grants, and what was observed.

    `attributes` holds every node ever named, also by superseded documents. A record attribute is the pair (number of
    the document, place in it). `unreadable` counts, by subject, rows that its latest document has and that could not
    be read.
    """

    documents: tuple[Document, ...]
    attributes: Mapping[str, Mapping[str, Any]]
    grants: tuple[Grant, ...]
    business_groups: Mapping[str, str]
    observed: Set[str]
    unreadable: Mapping[str, int]
    issues: tuple[Issue, ...]
    version: str


class _Said(NamedTuple):
    document: int
    claim: Claim


def fold(statements: Iterable[Statement], policy: Policy) -> Fold:
    """Merge any number of statements, in any order, with any repetition."""
    unique = _unique(statements)
    documents = tuple(statement.document for statement in unique)
    latest: dict[str, dt.datetime] = {}
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for statement in unique:  # ascending moments: the last one stays
        latest.update(dict.fromkeys(statement.covers, statement.document.observed_at))
        for group, business in statement.business_groups:
            groups[group].add(business)
    issues = {issue for statement in unique for issue in statement.issues}

    def stands(said: _Said) -> bool:
        moment = documents[said.document].observed_at
        return all(latest.get(scope, moment) <= moment for scope in said.claim.scopes)

    edges: defaultdict[tuple[str, Relation, str, bool], list[_Said]] = defaultdict(list)
    roles: list[_Said] = []
    for said in _claims(unique, groups):
        claim = said.claim
        if claim.relation is Relation.ROLE and not claim.client_role:
            roles.append(said)
        elif stands(said):
            edges[claim.principal, claim.relation, claim.resource, claim.client_role].append(said)
    kept_by, keeps, member_of = (defaultdict[str, set[str]](set) for _ in range(3))
    for principal, relation, resource, _ in edges:
        if relation is Relation.KEEPS:
            kept_by[resource].add(principal)
            keeps[principal].add(resource)
        elif relation is Relation.MEMBER:
            member_of[principal].add(resource)
    teams = {
        account: max(latest[scope] for scope in map(team_scope, keepers) if scope in latest)
        for account, keepers in kept_by.items()
        if any(team_scope(business) in latest for business in keepers)
    }
    for said in roles:
        identity, account = said.claim.principal, said.claim.resource
        moment = documents[said.document].observed_at
        if stands(said) and teams.get(account, moment) <= moment:
            # A role on the account that a business keeps is the membership's grant, in the older dialect.
            shared = kept_by.get(account, set()) & member_of.get(identity, set())
            members = [(identity, Relation.MEMBER, business, False) for business in shared]
            for key in members or [(identity, Relation.ROLE, account, False)]:
                edges[key].append(said)
    grants = []
    for key in sorted(edges):
        grant = _grant(key, edges[key])
        grants.append(grant)
        if len(grant.roles) > 1:
            message = f"records of {grant.id} state {' and '.join(grant.roles)}"
            issues.add(_issue(documents, grant, "role_disagreement", message))
    for one, many, what in ((kept_by, "businesses keep", "account"), (keeps, "accounts are kept by", "business")):
        for node, others in one.items():
            if len(others) > 1:
                owner, account = (min(others), node) if what == "account" else (node, min(others))
                grant = _grant((owner, Relation.KEEPS, account, False), edges[owner, Relation.KEEPS, account, False])
                message = f"{len(others)} {many} {node}"
                issues.add(_issue(documents, grant, "reference_conflict", message))
    return Fold(
        documents,
        _attributes(unique, issues),
        tuple(grants),
        {group: min(businesses) for group, businesses in groups.items()},
        frozenset(document.subject for document in documents),
        _unreadable(unique, latest),
        tuple(sorted(issues)),
        _version(documents, policy),
    )


def _unique(statements: Iterable[Statement]) -> list[Statement]:
    """One statement for each observation (same body, same moment), in the total order of their documents."""
    found: dict[tuple[dt.datetime, str], Statement] = {}
    for statement in statements:
        document = statement.document
        known = found.setdefault((document.observed_at, document.sha256), statement)
        if document.source < known.document.source:
            found[document.observed_at, document.sha256] = statement
    return [found[key] for key in sorted(found)]


def _claims(statements: list[Statement], groups: Mapping[str, set[str]]) -> Iterator[_Said]:
    """Every claim with the number of its document; a row of a business-level group is a claim of membership."""
    for number, statement in enumerate(statements):
        owners = {
            (claim.principal, claim.place): claim.resource
            for claim in statement.claims
            if claim.relation is Relation.GROUP_OF
        }
        for claim in statement.claims:
            said = claim
            if claim.relation is Relation.GROUP and claim.resource in groups:
                business = owners.get((claim.resource, claim.place)) or min(groups[claim.resource])
                scopes = (identity_scope(claim.principal), team_scope(business))
                said = claim._replace(relation=Relation.MEMBER, resource=business, scopes=scopes)
            yield _Said(number, said)


def _grant(key: tuple[str, Relation, str, bool], said: list[_Said]) -> Grant:
    principal, relation, resource, client_role = key
    ordered = sorted(said, key=lambda each: (_RANK[each.claim.place.section], each.document, each.claim.place))
    roles = dict.fromkeys(each.claim.role for each in ordered if each.claim.role is not None)
    if not STAFF_AGREES_WITH.isdisjoint(roles):
        roles.pop(Role.STAFF, None)
    return Grant(
        grant_id(principal, f"{relation}/CLIENT" if client_role else relation, resource),
        relation,
        principal,
        resource,
        tuple(roles),
        tuple(each.claim.word for each in ordered),
        tuple(Evidence(each.document, *each.claim.place, each.claim.record_id) for each in ordered),
        all(each.claim.active for each in ordered),
        tuple(each.claim.client for each in ordered),
    )


def _attributes(statements: list[Statement], issues: set[Issue]) -> dict[str, dict[str, Any]]:
    """The latest document that states an attribute decides; at equal moments a contradiction becomes an issue."""
    nodes: dict[str, dict[str, Any]] = {}
    decided: dict[tuple[str, str], tuple[dt.datetime, Attribute]] = {}
    for number, statement in enumerate(statements):  # ascending moments: the last one stays
        document = statement.document
        for claim in statement.claims:
            nodes.setdefault(claim.principal, {})
            nodes.setdefault(claim.resource, {})
        for attribute in statement.attributes:
            key, is_place = attribute[:2], isinstance(attribute.value, Place)
            before = decided.get(key)
            if before and before[0] == document.observed_at and before[1].value != attribute.value and not is_place:
                message = f"{attribute.name} of {attribute.node} is stated in two ways at one moment"
                issues.add(Issue(document.source, document.prefix, "attribute_conflict", message, document.sha256))
            decided[key] = (document.observed_at, attribute)
            value = (number, attribute.value) if is_place else attribute.value
            nodes.setdefault(attribute.node, {})[attribute.name] = value
    return nodes


def _unreadable(statements: list[Statement], latest: Mapping[str, dt.datetime]) -> dict[str, int]:
    found: dict[str, int] = {}
    for statement in statements:
        document = statement.document
        rows = sum(issue.code == "unreadable_row" for issue in statement.issues)
        scope = (identity_scope if document.kind == "me" else team_scope)(document.subject)
        if rows and latest[scope] == document.observed_at:
            found[document.subject] = found.get(document.subject, 0) + rows
    return found


def _issue(documents: tuple[Document, ...], grant: Grant, code: str, message: str) -> Issue:
    first = grant.evidence[0]
    document = documents[first.document]
    where = pointer(document, first.section, first.index, first.sub)
    return Issue(document.source, where, code, message, document.sha256)


def _version(documents: tuple[Document, ...], policy: Policy) -> str:
    """A name that two graphs share exactly when they hold the same observations under the same policy."""
    digest = hashlib.sha256(policy.digest.encode())
    for document in documents:
        digest.update(f"{document.observed_at.isoformat()} {document.sha256}\n".encode())
    return digest.hexdigest()[:16]
