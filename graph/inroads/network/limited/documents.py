"""Documents rewritten so that they show only what a limited caller may see."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from msgspec.structs import replace

from inroads.columns.claimset import MOMENT_SOURCES
from inroads.documents.claims import Attribute, Claim, Place, Statement
from inroads.documents.records import Business, Me, Team
from inroads.model import (
    CONTRADICTIONS,
    Document,
    Evidence,
    Grant,
    MomentSource,
    NodeKind,
    Relation,
    Role,
    Section,
    native_id,
)

if TYPE_CHECKING:
    from inroads.network.limited.view import Selection

_T = TypeVar("_T")

SOURCE: Final = "(limited view)"
"""The source of every document of a portion."""

HIDDEN: Final = "hidden"
"""Stands for the status of an account that is not shown, and under which access is latent."""

_OF_A_PERSON: Final = ("id", "identity_id", "email", "first_name", "last_name", "confirmed_at")
_OF_A_MEMBERSHIP: Final = ("id", "role")
_OF_A_BUSINESS: Final = tuple(set(Business.__struct_fields__) - {"account_id", "business_clients"})
_OF_A_ROW: Final = ("id", "role", "email", "first_name", "last_name", "identity_uuid", "active")
_OF_A_PAGE: Final = ("page", "per_page", "total")
_OF_A_LISTED_MEMBER: Final = (
    *("business_id", "identity_id", "uuid", "email", "first_name", "last_name", "job_title"),
    *("business_role_name", "active", "invitation_date_accepted", "created_at", "updated_at"),
)
_OF_A_ROLE: Final = ("id", "role", "accountid", "systemid", "userid", "created_at")
_OF_A_CLIENT: Final = ("id", "userid")
"""The fields of records that stay; ids of others stay if what they name is shown."""

_REFERENCES: Final = {
    "identity_id": NodeKind.IDENTITY,
    "business_id": NodeKind.BUSINESS,
    "account_business_id": NodeKind.BUSINESS,
    "account_id": NodeKind.ACCOUNT,
    "group_id": NodeKind.GROUP,
}

_PERSONAL: Final = frozenset({Relation.MEMBER, Relation.ROLE, Relation.GROUP})
"""A record may say one as another, so that they are told together."""

Spot = tuple[Place, Relation]


class DocumentWriter:
    """Writes what is shown of one document anew, and notes where its records stand now."""

    def __init__(self, of: Selection[Any], wanted: set[Place]) -> None:
        self.of, self.wanted = of, wanted
        self.places: dict[Place, Place] = {Place(Section.DOCUMENT): Place(Section.DOCUMENT)}

    def me(self, given: dict[str, Any], content: Me) -> dict[str, Any]:
        body = _only(given, _OF_A_PERSON)
        memberships: list[Any] = []
        for index, row in enumerate(content.business_memberships or ()):
            if row is None or not self.of.sees(NodeKind.BUSINESS, row.business.id):
                continue
            raw, here = given["business_memberships"][index], len(memberships)
            self.places[Place(Section.BUSINESS, index)] = Place(Section.BUSINESS, here)
            stands = self._moved(Section.MEMBERSHIP, index, here)
            record = self.business(raw["business"], row.business, Section.CLIENT, (index, here))
            memberships.append(
                (_only(raw, _OF_A_MEMBERSHIP) if stands else {}) | {"business": record}
            )
        sections = {
            "business_memberships": memberships,
            "groups": self.rows(given, "groups", Section.GROUP, self.row),
            "roles": self.rows(given, "roles", Section.ROLE, self.role),
        }
        # A section that is not there says nothing; an empty one would say that nothing is left.
        body |= {name: rows for name, rows in sections.items() if name in given}
        for name in ("subscription_statuses", "business_statuses", "permissions"):
            table = getattr(content, name) or {}
            body[name] = {
                each: given[name][each] for each in table if self.of.sees(NodeKind.ACCOUNT, each)
            }
        return body

    def team(self, given: dict[str, Any], content: Team, nested: str) -> dict[str, Any]:
        record = given["business"] if nested else given
        for section in (Section.TEAM_BUSINESS, Section.TEAM_GROUP):
            self.places[Place(section)] = Place(section)
        group = given["business_group"]
        written = self._references(group, {"id": NodeKind.GROUP}) | _only(group, ("category",))
        written["members"] = self.rows(group, "members", Section.TEAM_MEMBER, self.row)
        business = self.business(record, content.business, Section.TEAM_CLIENT)
        return {"business": business, "business_group": written}

    def members(self, given: dict[str, Any]) -> dict[str, Any]:
        """A listing: its meta says how many people there are, as it does of a team."""
        meta = given.get("meta")
        rows = self.rows(given, "response", Section.LISTED_MEMBER, self.listed)
        counted = {"meta": _only(meta, _OF_A_PAGE)} if isinstance(meta, dict) else {}
        return {"response": rows} | counted

    def listed(self, raw: dict[str, Any]) -> dict[str, Any]:
        return _only(raw, _OF_A_LISTED_MEMBER)

    def business(
        self,
        raw: dict[str, Any],
        record: Business,
        section: Section,
        inside: tuple[int, int] | None = None,
    ) -> dict[str, Any]:
        written = _only(raw, _OF_A_BUSINESS) | self._references(
            raw, {"account_id": NodeKind.ACCOUNT}
        )
        clients: list[Any] = []
        for index, row in enumerate(record.business_clients or ()):
            place = Place(section, inside[0], index) if inside else Place(section, index)
            if row is not None and place in self.wanted:
                here = len(clients)
                self.places[place] = (
                    Place(section, inside[1], here) if inside else Place(section, here)
                )
                clients.append(self.client(raw["business_clients"][index]))
        return written | ({"business_clients": clients} if clients else {})

    def rows(self, given: dict[str, Any], name: str, section: Section, write: Any) -> list[Any]:
        """The rows of a section that state what is shown."""
        found: list[Any] = []
        for index, row in enumerate(given.get(name) or ()):
            if self._moved(section, index, len(found)):
                found.append(write(row))
        return found

    def row(self, raw: dict[str, Any]) -> dict[str, Any]:
        """A row of a group or a team; the name of a company stays with the id of its business."""
        kinds = {name: _REFERENCES[name] for name in ("identity_id", "business_id", "group_id")}
        written = _only(raw, _OF_A_ROW) | self._references(raw, kinds)
        return written | (_only(raw, ("company",)) if "business_id" in written else {})

    def role(self, raw: dict[str, Any]) -> dict[str, Any]:
        links = raw.get("links")
        destroy = {"links": _only(links, ("destroy",))} if isinstance(links, dict) else {}
        return _only(raw, _OF_A_ROLE) | destroy

    def client(self, raw: dict[str, Any]) -> dict[str, Any]:
        kinds = {
            name: _REFERENCES[name] for name in ("business_id", "account_id", "account_business_id")
        }
        written = _only(raw, _OF_A_CLIENT) | self._references(raw, kinds)
        for end in ("client_business", "account_business"):
            if isinstance(raw.get(end), dict) and (inner := self._references(raw[end], kinds)):
                written[end] = inner
        return written

    def _references(self, raw: dict[str, Any], kinds: Mapping[str, NodeKind]) -> dict[str, Any]:
        return {
            name: raw[name]
            for name, kind in kinds.items()
            if name in raw and self.of.sees(kind, raw[name])
        }

    def _moved(self, section: Section, index: int, here: int) -> bool:
        """Note where a record stands now, if it states what is shown."""
        stands = Place(section, index) in self.wanted
        if stands:
            self.places[Place(section, index)] = Place(section, here)
        return stands


class Remainder:
    """The document that stands for all that are not shown, as it is written."""

    def __init__(self, of: Selection[Any]) -> None:
        self.of = of
        self.body: dict[str, Any] = {"id": 0, "business_memberships": [], "groups": [], "roles": []}
        self.claims: list[Claim] = []
        self.attributes: list[Attribute] = []
        self.level: tuple[tuple[str, str], ...] = ()

    def grant(self, grant: Grant) -> None:
        """State a grant by records that say no more than that it stands."""
        of, relation = self.of, grant.relation
        principal, resource = of.name(grant.principal), of.name(grant.resource)
        holder, held = _number(principal), _number(resource)
        spoken = list(zip(grant.evidence, grant.clients, strict=True))
        scope = {Relation.KEEPS: "account", Relation.CLIENT: "clients"}.get(relation, "me")
        scope = f"{scope} {principal}"
        if relation is Relation.CLIENT:
            rows = sorted({(each.record_id, client) for each, client in spoken}, key=repr)
            clients = [
                {"id": record, "userid": client, "account_id": held} for record, client in rows
            ]
            place = self._row(
                "business_memberships", {"business": {"id": holder, "business_clients": clients}}
            )
            for index, (record, client) in enumerate(rows):
                where = Place(Section.CLIENT, place, index)
                self.claims.append(
                    Claim(
                        principal,
                        relation,
                        resource,
                        where,
                        _optional_int(record),
                        scope,
                        role=Role.CLIENT,
                        client=_optional_int(client),
                        contested=marks(grant),
                    )
                )
            return
        client_role = "/CLIENT@" in grant.id
        clients_of = sorted({client for _, client in spoken}, key=repr) if client_role else [None]
        ways = product(self._roles(grant) or (None,), clients_of, grant.inactive or (None,))
        for role, client, reason in ways:
            where = self._written(relation, holder, held, role, client, reason)
            self.claims.append(
                Claim(
                    principal,
                    relation,
                    resource,
                    where,
                    None,
                    scope,
                    role=role,
                    client_role=client_role,
                    client=_optional_int(client),
                    active=reason is None,
                    contested=marks(grant),
                )
            )

    def _written(
        self,
        relation: Relation,
        holder: Any,
        held: Any,
        role: Role | None,
        client: str | None,
        reason: str | None,
    ) -> Place:
        """The row that says a grant, and where it stands."""
        told = {"role": role.value} if role else {}
        if reason == "member_inactive":  # the section of a row says why it is not active
            row = {"identity_id": holder, "business_id": held, "active": False} | told
            return Place(Section.LISTED_MEMBER, self._row("response", row))
        if relation is Relation.MEMBER:
            row = {"identity_id": holder, "business": {"id": held}} | told
            return Place(Section.MEMBERSHIP, self._row("business_memberships", row))
        if relation is Relation.ROLE:
            row = (
                {"identity_id": holder, "accountid": held}
                | told
                | ({"userid": client} if client else {})
            )
            return Place(Section.ROLE, self._row("roles", row))
        if relation is Relation.KEEPS:
            row = {"business": {"id": holder, "account_id": held}}
            return Place(Section.BUSINESS, self._row("business_memberships", row))
        ends = {"identity_id": holder, "group_id": held} if relation is Relation.GROUP else {}
        return Place(
            Section.GROUP,
            self._row("groups", (ends or {"group_id": holder, "business_id": held}) | told),
        )

    def _roles(self, grant: Grant) -> list[Role]:
        """The roles that matter: through a client who is not shown only those that act for it."""
        policy, roles = self.of.whole.policy, sorted(grant.roles, key=list(Role).index)
        if grant.relation is not Relation.MEMBER or grant.resource in self.of.visible:
            return roles
        keeps = self.of._keeping(self.of.whole.number(grant.resource))
        if any(each in self.of.grants for _, each in keeps):
            return roles
        return [role for role in roles if policy.roles[role].controls] or roles

    def state(self, node: str, name: str, value: Any, *, when: bool) -> None:
        """State an attribute of a node, if nothing else does."""
        if when:
            self.attributes.append(Attribute(self.of.name(node), name, value))

    def located(self, node: str, name: str) -> None:
        """Put in a record of a node that is shown: of a business, or the permissions of an account.

        Of several at the latest moment one that does not depend on what else their documents say.
        """
        found = [self._record(node, name, *each) for each in self.of.stated(node, name)]
        record = min(found, key=lambda each: msgspec.json.encode(each, order="sorted"))
        if name == "permissions":
            self.body.setdefault(name, {})[native_id(node)] = record
            place = Place(Section.DOCUMENT)
        else:
            place = Place(Section.BUSINESS, self._row("business_memberships", {"business": record}))
        self.attributes.append(Attribute(node, name, place))

    def _record(self, node: str, name: str, document: int, index: int) -> Any:
        """Return the visible fields of a record that a document has at a place."""
        content = self.of.reader.read(
            self.of.whole.documents[document], self.of.whole.policy
        ).content
        if isinstance(content, Team):
            record = content.business
        elif name == "permissions":
            return (content.permissions or {})[native_id(node)] if isinstance(content, Me) else None
        else:
            record = self.of.whole.row(document, Section.MEMBERSHIP, index).business
        return _only(msgspec.to_builtins(record), _OF_A_BUSINESS)

    def _row(self, section: str, row: dict[str, Any]) -> int:
        self.body.setdefault(section, []).append(row)
        return len(self.body[section]) - 1

    def statement(self, moment: dt.datetime) -> Statement | None:
        """Return the document and its rows; None if nothing is left to say."""
        if not (self.claims or self.attributes or self.level):
            return None
        body = self.body | {
            "attributes": [each for each in self.attributes if not isinstance(each.value, Place)]
        }
        document = _document(body, moment, "me", self.of.index.name(self.of.businesses[0]))
        return Statement(
            document, tuple(self.claims), tuple(self.attributes), (), self.level, (), ()
        )


def told_as(relation: Relation) -> Relation:
    return Relation.MEMBER if relation in _PERSONAL else relation


def spot_of(grant: Grant, each: Evidence) -> Spot:
    """The spot of a record that states a grant."""
    return Place(each.section, each.index, each.sub), told_as(grant.relation)


def moved_place(
    claim: Claim,
    spots: Mapping[Spot, Grant],
    places: Mapping[Place, Place],
    contested: Mapping[Spot, int],
) -> Claim | None:
    """A claim where it stands now; None where it states nothing that is shown."""
    spot = claim.place, told_as(claim.relation)
    grant = spots.get(spot)
    if not grant or claim.place not in places:
        return None
    # It stands already: what it depends on beside its scopes may be hidden. A row of a group that
    # is an association stays one: it has an owner that is no business.
    owner = claim.principal if claim.relation is grant.relation is Relation.GROUP else None
    claim = replace(claim, place=places[claim.place], owner=owner, contested=contested[spot])
    if claim.relation is Relation.GROUP and grant.relation is Relation.MEMBER:
        team = f"team {grant.resource}"
        return replace(claim, relation=grant.relation, resource=grant.resource, other_scope=team)
    return claim


def marks(grant: Grant) -> int:
    """Return the contradictions of a grant as bits, since the other side may be hidden."""
    return sum(1 << CONTRADICTIONS.index(each.code) for each in grant.contradictions)


def _optional_int(text: str | None) -> int | None:
    return None if text is None else int(text)


def _only(raw: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: raw[name] for name in names if name in raw}


def _number(node: str) -> int | str:
    native = native_id(node)
    return native if node.startswith("account:") else int(native)


def _document(
    body: dict[str, Any],
    moment: dt.datetime,
    kind: str,
    subject: str,
    moment_source: MomentSource | None = None,
) -> Document:
    raw = msgspec.json.encode(body, order="sorted")
    nested = "/business" if kind == "team" else ""
    sha256 = hashlib.sha256(raw).hexdigest()
    return Document(moment, sha256, SOURCE, kind, subject, "", nested, raw, moment_source)


def merged_records(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Merge the statements of equal documents, so that each document is yielded once."""
    same: dict[Document, list[Statement]] = defaultdict(list)
    for each in statements:
        same[each.document].append(each)
    for several in same.values():
        yield Statement(
            max((each.document for each in several), key=_surety),
            _together(each.claims for each in several),
            _together(each.attributes for each in several),
            _together(each.covers for each in several),
            _together(each.business_groups for each in several),
            _together(each.keepers for each in several),
            _together(each.issues for each in several),
        )


def _surety(document: Document) -> int:
    return MOMENT_SOURCES.index(document.moment_source)


def _together(parts: Iterable[tuple[_T, ...]]) -> tuple[_T, ...]:
    """Merge rows without duplicates, in an order that does not depend on the order of reading."""
    return tuple(sorted({row for part in parts for row in part}, key=repr))
