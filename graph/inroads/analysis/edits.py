"""Hypothetical edits of a graph: revocations and additions, as text and as values."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

import msgspec
import numpy as np

from inroads.analysis.remediation import FACTS
from inroads.cancellation import long_work
from inroads.columns.arrays import Ints
from inroads.columns.claimset import RELATIONS, SECTIONS
from inroads.documents.claims import Claim, Place
from inroads.errors import AmbiguousGrant, InroadsError, NotFound
from inroads.model import (
    RECORD_NOUN,
    Document,
    Evidence,
    Grant,
    NodeKind,
    Relation,
    Role,
    Section,
    grant_id,
    is_grant_id,
    kind_of,
    native_id,
)
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import listed
from inroads.text import SHOWN, shortened

FACT_RELATIONS: Final = [RELATIONS.index(each) for each in FACTS]
_NOUNS: Final = {
    noun: [SECTIONS.index(section) for section, name in RECORD_NOUN.items() if name == noun]
    for noun in RECORD_NOUN.values()
}


class Addition(NamedTuple):
    """A grant that is imagined."""

    principal: str
    relation: Relation
    resource: str
    role: Role

    @property
    def id(self) -> str:
        """The printed id of the grant, where no membership merges it."""
        client = "/CLIENT" if (self.relation, self.role) == (Relation.ROLE, Role.CLIENT) else ""
        return grant_id(self.principal, f"{self.relation}{client}", self.resource)


# ---- what is removed


def revocable(graph: AccessGraph, text: str) -> Grant:
    """Find the grant that a user names by id, or by a record such as `role 994207`.

    `membership:168372` works as well. Raises InroadsError BAD_GRANT if the text is neither,
    NOT_FOUND, AMBIGUOUS_GRANT if records of several grants have the id, and NOT_REVOCABLE for a
    fact.
    """
    wanted = text.strip()
    if is_grant_id(wanted):
        grant = graph.grants.get(wanted)
        if grant is None:
            raise NotFound(f"the graph has no grant {wanted!r}")
        if grant.relation in FACTS:
            raise InroadsError(f"{wanted!r} is a fact, which cannot be revoked", "NOT_REVOCABLE")
        return grant
    found = {
        grant.id: grant for each in named_record(graph, wanted) for grant in stating(graph, each)
    }
    if len(found) > 1:
        raise AmbiguousGrant(
            f"{wanted!r} states {len(found)} grants: {', '.join(shortened(sorted(found)))}",
            ids=tuple(sorted(found)),
        )
    return next(iter(found.values()))


def named_record(graph: AccessGraph, text: str) -> list[Evidence]:
    """Find all standing records that a user names by `role 994207` or `role:994207`."""
    noun, _, number = text.strip().replace(":", " ").rpartition(" ")
    noun = noun.strip().lower().replace("-", " ")
    sections = _NOUNS.get(noun)
    if sections is None or not _is_number(number):
        meant = _records_of(graph, text.strip())
        raise InroadsError(
            f"{text!r} is neither a grant's id like account:Xr82w#CLIENT@business:77128"
            " nor a record like role 994207" + (f"; did you mean {meant}?" if meant else ""),
            "BAD_GRANT",
        )
    long_work()  # a scan of all records
    rows = graph.fold.evidence
    places = np.flatnonzero(rows.record == int(number))
    places = places[np.isin(rows.section[places], sections)]
    grants = graph.fold.grants.relation[grants_of_evidence(graph, places)]
    revoked = places[~np.isin(grants, FACT_RELATIONS)]
    if len(places) and not len(revoked):
        raise InroadsError(f"{text!r} is a fact, which cannot be revoked", "NOT_REVOCABLE")
    if not len(revoked):
        raise NotFound(f"the graph has no record {text!r}{_client_number(graph, int(number))}")
    keys = zip(*(column[revoked].tolist() for column in rows[:4]), strict=True)
    return [
        Evidence(document, SECTIONS[section], row, sub, number)
        for document, section, row, sub in dict.fromkeys(keys)
    ]


def _is_number(text: str) -> bool:
    """Return whether a text may be the number of a record: more digits do not fit its column."""
    return text.isascii() and text.isdecimal() and len(text) <= 18


def _records_of(graph: AccessGraph, number: str) -> str:
    """Return the records of a number that was written alone, such as `role 994207`."""
    if not _is_number(number):
        return ""
    long_work()  # a scan of all records
    rows = graph.fold.evidence
    places = np.flatnonzero(rows.record == int(number))
    facts = np.isin(graph.fold.grants.relation[grants_of_evidence(graph, places)], FACT_RELATIONS)
    sections = dict.fromkeys(rows.section[places[~facts]].tolist())
    nouns = dict.fromkeys(RECORD_NOUN[SECTIONS[section]] for section in sections)
    return " or ".join(f"{noun} {number}" for noun in nouns)


def _client_number(graph: AccessGraph, number: int) -> str:
    """Return what tells a client's number inside an account, which is no record, from one."""
    rows = graph.fold.evidence
    named = dict.fromkeys(
        f"{RECORD_NOUN[SECTIONS[section]]} {record}"
        for section, record in zip(
            *(column[rows.client == number].tolist() for column in (rows.section, rows.record)),
            strict=True,
        )
        if record >= 0
    )
    verb = "names" if len(named) == 1 else "name"
    return f": {number} is a client number, and {listed(named, SHOWN)} {verb} it" if named else ""


def grants_of_evidence(graph: AccessGraph, places: Ints) -> Ints:
    """Return the numbers of the grants that rows of evidence belong to."""
    found: Ints = np.searchsorted(graph.fold.evidence_of, places, "right") - 1
    return found


def stating(graph: AccessGraph, each: Evidence) -> list[Grant]:
    """Return the grants that a record states, without facts."""
    rows, key = (
        graph.fold.evidence,
        (each.document, SECTIONS.index(each.section), each.index, each.sub),
    )
    places = np.flatnonzero(rows.document == each.document)
    alike = np.logical_and.reduce(
        [column[places] == value for column, value in zip(rows[:4], key, strict=True)]
    )
    grants = map(
        graph.index.grant, dict.fromkeys(grants_of_evidence(graph, places[alike]).tolist())
    )
    return [grant for grant in grants if grant.relation not in FACTS]


# ---- what is added

_ENDS: Final = {
    Relation.MEMBER: (NodeKind.IDENTITY, NodeKind.BUSINESS),
    Relation.ROLE: (NodeKind.IDENTITY, NodeKind.ACCOUNT),
    Relation.CLIENT: (NodeKind.BUSINESS, NodeKind.ACCOUNT),
}
_PLACES: Final = {
    Relation.MEMBER: Place(Section.MEMBERSHIP, 0),
    Relation.ROLE: Place(Section.ROLE, 0),
    Relation.CLIENT: Place(Section.TEAM_CLIENT, 0),
}


def addition(graph: AccessGraph, text: str) -> Addition:
    """Parse an imagined grant: an id and a role, such as `business:1#MEMBER@identity:2=MANAGER`.

    MEMBER, ROLE and CLIENT can be imagined; a CLIENT needs no role. Raises InroadsError BAD_GRANT,
    and NotFound for a node that no document names.
    """
    name, given, word = text.strip().rpartition("=")
    # The id of an account may contain a `=`.
    if not given or not is_grant_id(name):
        name, word = text.strip(), ""
    if not is_grant_id(name):
        raise InroadsError(
            f"{text!r} is not a grant and a role like business:1#MEMBER@identity:2=MANAGER",
            "BAD_GRANT",
        )
    resource, _, rest = name.rpartition("#")
    held, _, principal = rest.partition("@")
    relation = Relation(held.removesuffix("/CLIENT"))
    client = relation is Relation.CLIENT or held.endswith("/CLIENT")
    role = word.strip().upper() or ("CLIENT" if client else "")
    kinds = kind_of(principal), kind_of(resource)
    if relation not in _ENDS or _ENDS[relation] != kinds or role not in Role.__members__:
        raise InroadsError(
            f"{text!r} cannot be added: a grant is MEMBER of a business or ROLE on an account,"
            " each with a role after"
            f" `=`, or CLIENT of a business on an account; roles are {', '.join(Role)}",
            "BAD_GRANT",
        )
    if client and role != Role.CLIENT:
        raise InroadsError(
            f"{text!r} cannot be added: the role of a client must be CLIENT", "BAD_GRANT"
        )
    for node in (principal, resource):
        if node not in graph:
            raise NotFound(f"no document names {node!r}")
    return Addition(principal, relation, resource, Role(role))


def claim(added: Addition) -> Claim:
    principal, relation, resource, role = added
    scope = f"{'clients' if relation is Relation.CLIENT else 'me'} {principal}"
    team = f"team {resource}" if relation is Relation.MEMBER else None
    client = (relation, role) == (Relation.ROLE, Role.CLIENT)
    return Claim(
        principal,
        relation,
        resource,
        _PLACES[relation],
        None,
        scope,
        team,
        role,
        client_role=client,
    )


def imagined_document(graph: AccessGraph, added: Addition) -> Document:
    """Build a document with only the record of an imagined grant, as its evidence."""
    resource = native_id(added.resource)
    subject = int(native_id(added.principal))
    body: dict[str, object] = {
        Relation.MEMBER: {"id": subject, "business_memberships": [{"business": {"id": resource}}]},
        Relation.ROLE: {"id": subject, "roles": [{"accountid": resource}]},
        Relation.CLIENT: {
            "id": subject,
            "business_clients": [{"account_id": resource}],
            "business_group": {},
        },
    }[added.relation]
    data = msgspec.json.encode(body)
    digest = hashlib.sha256(
        data + added.id.encode("utf-8", "surrogatepass") + added.role.encode()
    ).hexdigest()
    kind = "team" if added.relation is Relation.CLIENT else "me"
    newest = graph.documents[-1].observed_at
    return Document(newest, digest, "imagined", kind, added.principal, "", "", data)
