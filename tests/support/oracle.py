"""A slow and plain second opinion: the answers that the documents give, found by brute force.

It shares no code with the product. It reads raw document bodies, lists what each one claims, drops the claims that
a newer document covers, and answers every question by listing all paths.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

Body = dict[str, Any]
Evidence = tuple[int, str]  # number of the document in input order, JSON pointer
Step = tuple[str, str, str]  # from node, grant id, to node

ROLES = (
    "OWNER",
    "ADMIN",
    "MANAGER",
    "EMPLOYEE",
    "ACCOUNTANT",
    "CONTRACTOR",
    "CLIENT",
    "STAFF",
    "UNKNOWN",
)

# The table of role dialects. A word that is not in the column of its dialect is UNKNOWN.
MEMBERSHIP_WORDS = {
    "owner": "OWNER",
    "business_partner": "ADMIN",
    "business_manager": "MANAGER",
    "manager": "MANAGER",
    "business_employee": "EMPLOYEE",
    "business_accountant": "ACCOUNTANT",
    "contractor": "CONTRACTOR",
    "client": "CLIENT",
}
ROLE_WORDS = {
    "admin": "OWNER",
    "owner": "OWNER",
    "business_partner": "ADMIN",
    "business_manager": "MANAGER",
    "business_employee": "EMPLOYEE",
    "business_accountant": "ACCOUNTANT",
    "contractor": "CONTRACTOR",
    "client": "CLIENT",
    "staff": "STAFF",
}

# role -> the roles that are strictly more able than it.
ABOVE = {
    "ADMIN": {"OWNER"},
    "MANAGER": {"OWNER", "ADMIN"},
    "EMPLOYEE": {"OWNER", "ADMIN", "MANAGER"},
    "ACCOUNTANT": {"OWNER", "ADMIN"},
    "STAFF": {"OWNER", "ADMIN", "MANAGER", "EMPLOYEE", "ACCOUNTANT"},
}

CERTAINTIES = ("STATED", "INFERRED", "ASSOCIATED")  # best first
NOT_REMOVABLE = ("KEEPS", "GROUP_OF")
GOOD_STATUSES = ("active", "active_trial")
SECRETS = ("fasttrack_token", "api_token", "integrations")

# C is a CONTROL step, K a RESOLVE step (KEEPS), R a REACH step, A a step that only associates.
GRAMMAR = re.compile(r"[CK]*R?K*")


@dataclass(frozen=True)
class GrantFact:
    """One relation that stands, with every record that states it."""

    principal: str
    resource: str
    relation: str  # MEMBER, ROLE, KEEPS, CLIENT, GROUP or GROUP_OF
    roles: tuple[
        str, ...
    ]  # a membership's own roles first, then the others, each part in the order of the role table
    controls: bool
    evidence: frozenset[Evidence]
    active_rows: frozenset[
        tuple[Evidence, bool]
    ]  # what its group and team rows say about being active
    contested: frozenset[str]  # the codes of its contradictions

    inactive_reasons: frozenset[str]

    @property
    def inactive(self) -> bool:
        """Whether any standing group or team row of this grant says that it is not active."""
        return any(not active for _, active in self.active_rows)


@dataclass(frozen=True)
class OraclePath:
    """One way from an identity to a node, simple in nodes."""

    steps: tuple[Step, ...]
    certainty: str
    state: str
    reasons: frozenset[str]
    roles: frozenset[str]  # of the last step that is not KEEPS
    contested: bool  # whether any of its grants is


@dataclass(frozen=True)
class OracleAccess:
    """All that is known about one (identity, resource)."""

    roles: frozenset[str]
    certainty: str
    state: str
    distance: int
    paths: frozenset[OraclePath]
    contested: frozenset[str]  # the roles that only contested paths give


@dataclass(frozen=True)
class _Claim:
    """One record says one relation. It stands while no newer document covers any of its scopes."""

    principal: str
    relation: str
    resource: str
    scopes: frozenset[str]
    moment: datetime
    evidence: Evidence
    role: str | None = None
    client: bool = False  # a client row of the `roles` section
    membership: bool = False  # a row of `business_memberships`
    hearsay: bool = False  # a client row that names another business's account
    group: bool = False  # a row of `groups`
    conflict: bool = False  # ids of the row disagree
    active: bool | None = None
    listed: bool = False  # a row of a listing of team members

    @property
    def grant_id(self) -> str:
        relation = "ROLE/CLIENT" if self.client else self.relation
        return f"{self.resource}#{relation}@{self.principal}"


@dataclass(frozen=True)
class _Document:
    number: int
    moment: datetime
    prefix: str  # "/response" when the body is wrapped
    body: Body  # unwrapped

    @property
    def is_team(self) -> bool:
        return "business_group" in self.body

    @property
    def is_listing(self) -> bool:
        return isinstance(self.body.get("response"), list)

    @property
    def is_me(self) -> bool:
        return not (self.is_team or self.is_listing)

    @property
    def listed_business(self) -> str:
        return f"business:{next(row['business_id'] for _, row in self.rows('response'))}"

    def logins(self) -> Iterator[tuple[str, str, Body]]:
        """The rows of a listing that name an identity, each with its pointer and the identity."""
        for pointer, row in self.rows("response") if self.is_listing else ():
            if row["identity_id"] is not None:
                yield pointer, f"identity:{row['identity_id']}", row

    @property
    def is_whole_listing(self) -> bool:
        """One page with as many different people as there are."""
        meta = self.body.get("meta") or {}
        rows = [row for _, row in self.rows("response")]
        total, page = meta.get("total"), meta.get("page")
        if total is None or str(page or 1) != "1" or int(total) != len(rows):
            return False
        return len({row["uuid"] for row in rows}) == len(rows)

    @property
    def identity(self) -> str:
        own = self.body.get("id")
        return f"identity:{self.body['identity_id'] if own is None else own}"

    def rows(self, section: str) -> Iterator[tuple[str, Body]]:
        return _rows(self.body, self.prefix, section)

    def shown_businesses(self) -> Iterator[tuple[str, Body]]:
        """Every business record in the document, with its pointer."""
        if self.is_team:
            if "business" in self.body:
                yield f"{self.prefix}/business", self.body["business"]
            else:
                yield self.prefix, self.body
        elif self.is_me:
            for pointer, row in self.rows("business_memberships"):
                yield f"{pointer}/business", row["business"]

    @property
    def team_business(self) -> str:
        [(_, business)] = self.shown_businesses()
        return f"business:{business['id']}"


def _rows(owner: Body, prefix: str, section: str) -> Iterator[tuple[str, Body]]:
    """The rows of a section that may be null or absent, null rows skipped but counted."""
    for index, row in enumerate(owner.get(section) or []):
        if row is not None:
            yield f"{prefix}/{section}/{index}", row


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_secrets(inner) for key, inner in value.items() if key not in SECRETS}
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in value]
    return value


def _of_member(identity: str, business: str) -> frozenset[str]:
    """What covers a membership: the identity's own list, the business's, or a row about the two."""
    return frozenset(
        {
            f"business_memberships:{identity}",
            f"team:{business}",
            f"pair:{identity}:{business}",
        }
    )


def _meant(word: str) -> str:
    """The role of a word of the membership dialect, which may be written as for people."""
    return MEMBERSHIP_WORDS.get("_".join(word.lower().split(" ")), "UNKNOWN")


def maximal(roles: Set[str]) -> frozenset[str]:
    """The roles that no other of these roles is above."""
    return frozenset(role for role in roles if not (ABOVE.get(role, set()) & roles))


class Oracle:
    """Every answer about a set of (body, observed_at) documents."""

    def __init__(self, documents: Iterable[tuple[Body, datetime]]) -> None:
        self._documents = list(self._distinct(documents))
        self._latest: dict[
            str, datetime
        ] = {}  # scope -> the newest moment at which a document covers it
        for document in self._documents:
            for scope in self._covered(document):
                self._latest[scope] = max(document.moment, self._latest.get(scope, document.moment))
        self._group_business = self._find_business_level_groups()
        self.business_level_groups = set(self._group_business)

        claims = [claim for document in self._documents for claim in self._plain_claims(document)]
        standing = self._without_overruled([claim for claim in claims if self._stands(claim)])

        keepers: dict[str, set[str]] = defaultdict(set)  # account -> the businesses that keep it
        for claim in standing:
            if claim.relation == "KEEPS":
                keepers[claim.resource].add(claim.principal)
        members = {
            (claim.principal, claim.resource) for claim in standing if claim.relation == "MEMBER"
        }
        role_claims = [
            claim for document in self._documents for claim in self._role_claims(document, keepers)
        ]
        for claim in role_claims:
            if self._stands(claim):
                standing.extend(self._merged(claim, keepers, members))

        self.nodes: set[str] = {
            end for claim in claims + role_claims for end in (claim.principal, claim.resource)
        }
        self.nodes |= set(self._subjects())
        self.identities = {node for node in self.nodes if node.startswith("identity:")}
        self.resources = {node for node in self.nodes if node.startswith(("business:", "account:"))}

        by_grant: dict[str, list[_Claim]] = defaultdict(list)
        for claim in standing:
            by_grant[claim.grant_id].append(claim)
        self._keepers = keepers
        several = self._kept_severally(by_grant)
        self.grants: dict[str, GrantFact] = {
            grant_id: self._grant(rows, frozenset(self._contested(rows, several)))
            for grant_id, rows in by_grant.items()
        }

        self._out: dict[str, list[tuple[str, str]]] = defaultdict(
            list
        )  # node -> (grant id, next node)
        self._kept_with: dict[str, set[str]] = defaultdict(set)  # business <-> account
        for grant_id, grant in self.grants.items():
            self._out[grant.principal].append((grant_id, grant.resource))
            if grant.relation == "KEEPS":
                self._out[grant.resource].append((grant_id, grant.principal))
                self._kept_with[grant.principal].add(grant.resource)
                self._kept_with[grant.resource].add(grant.principal)
        self._node_reasons = self._find_node_reasons()
        self._all_paths: dict[tuple[str, str], dict[str, set[OraclePath]]] = {}
        # (identity, resource) -> the grants of each of its paths, in ACCESS mode
        self._access_grants: dict[tuple[str, str], list[frozenset[str]]] | None = None

    # ---- documents -------------------------------------------------------------------------------------------

    @staticmethod
    def _distinct(documents: Iterable[tuple[Body, datetime]]) -> Iterator[_Document]:
        """Each document once: the same body without its secrets, at the same moment, is the same document."""
        seen = set()
        for number, (raw, moment) in enumerate(documents):
            key = (json.dumps(_without_secrets(raw), sort_keys=True), moment)
            if key in seen:
                continue
            seen.add(key)
            if isinstance(raw.get("response"), dict):
                yield _Document(number, moment, "/response", raw["response"])
            else:
                yield _Document(number, moment, "", raw)

    # ---- contradictions --------------------------------------------------------------------------------------

    @staticmethod
    def _kept_severally(by_grant: dict[str, list[_Claim]]) -> set[str]:
        """The grants of KEEPS that share one end with another."""
        keeps = {g: rows[0] for g, rows in by_grant.items() if rows[0].relation == "KEEPS"}
        return {
            grant_id
            for grant_id, one in keeps.items()
            if any(
                other != grant_id
                and (one.principal == two.principal or one.resource == two.resource)
                for other, two in keeps.items()
            )
        }

    def _contested(self, rows: list[_Claim], several: set[str]) -> Iterator[str]:
        """The codes of everything that contradicts a grant with these standing rows."""
        first = rows[0]
        if any(row.conflict for row in rows):
            yield "reference_conflict"
        roles = {row.role for row in rows if row.role is not None}
        if roles & {"MANAGER", "EMPLOYEE", "ACCOUNTANT"}:
            roles -= {"STAFF"}
        if len(roles) > 1:
            yield "role_disagreement"
        if first.grant_id in several:
            yield "two_keepers"
        documents = {document.number: document for document in self._documents}
        for row in rows:
            listing = documents[row.evidence[0]]
            if first.relation == "MEMBER" and row.group and "business_memberships" in listing.body:
                listed = {
                    f"business:{m['business']['id']}"
                    for _, m in listing.rows("business_memberships")
                }
                if first.resource not in listed:
                    yield "membership_denied"
            if first.relation == "ROLE" and not first.client:
                move = self._last_move(first.resource)
                if move is not None and row.moment < move:
                    yield "account_moved"
        if first.relation != "GROUP_OF" and first.grant_id not in several and self._disputed(rows):
            yield "equal_moment"

    def _last_move(self, account: str) -> datetime | None:
        """The first moment at which only the present keeper was shown, after another one was."""
        shown = sorted(
            (document.moment, f"business:{business['id']}")
            for document in self._documents
            for _, business in document.shown_businesses()
            if business.get("account_id") is not None
            and f"account:{business['account_id']}" == account
        )
        if len({keeper for _, keeper in shown}) < 2:
            return None
        last = shown[-1][0]
        present = {keeper for moment, keeper in shown if moment == last}
        others = [moment for moment, keeper in shown if len(present) > 1 or keeper not in present]
        move = last if len(present) > 1 else min(m for m, _ in shown if m > max(others))
        return move if shown[0][0] < move else None

    def _disputed(self, rows: list[_Claim]) -> bool:
        """Whether a document covers the grant at its newest moment, and does not state it."""
        first = rows[0]
        # A row of a listing tells of the membership: a role that stands apart is none.
        scopes = {s for row in rows for s in row.scopes if not s.startswith("pair:")}
        if first.relation == "MEMBER":
            scopes = {f"business_memberships:{first.principal}", f"team:{first.resource}"}
        newest = max(row.moment for row in rows)
        stating = {row.evidence[0] for row in rows}
        return any(
            document.moment == newest
            and document.number not in stating
            and not scopes.isdisjoint(
                scope for scope in self._covered(document) if self._latest[scope] == newest
            )
            for document in self._documents
        )

    @staticmethod
    def _covered(document: _Document) -> Iterator[str]:
        if document.is_team:
            yield f"team:{document.team_business}"
            yield f"group:{document.team_business}"
        if document.is_listing:
            for _, identity, _ in document.logins():
                yield f"pair:{identity}:{document.listed_business}"
            if document.is_whole_listing:
                yield f"team:{document.listed_business}"
                yield f"keyless:{document.listed_business}"
        for section in ("business_memberships", "groups", "roles"):
            if document.is_me and section in document.body:
                yield f"{section}:{document.identity}"
        for _, business in document.shown_businesses():
            account = business.get("account_id")
            if "account_id" in business:
                yield f"account:business:{business['id']}"
                yield (
                    f"keeper:{account}"
                    if account is not None
                    else f"none:business:{business['id']}"
                )
            if document.is_team and account is not None:
                yield f"holders:{account}"
            if document.is_team and "account_id" not in business:
                yield f"keyless:business:{business['id']}"
            if "business_clients" in business:
                yield f"clients:business:{business['id']}"

    def _find_business_level_groups(self) -> dict[str, str]:
        """Groups of a team document, and groups with a row that a membership of the same `me` document repeats.

        Each with its business; one that documents show as that of two businesses is none.
        """
        found: dict[str, set[str]] = defaultdict(set)
        for document in self._documents:
            if document.is_team:
                for _, business in document.shown_businesses():
                    group = f"group:{document.body['business_group']['id']}"
                    found[group].add(f"business:{business['id']}")
            if not document.is_me:
                continue
            memberships = {
                (str(m["id"]), str(m["business"]["id"]))
                for _, m in document.rows("business_memberships")
            }
            for _, row in document.rows("groups"):
                if (str(row["id"]), str(row.get("business_id"))) in memberships:
                    found[f"group:{row['group_id']}"].add(f"business:{row['business_id']}")
        return {group: min(several) for group, several in found.items() if len(several) == 1}

    def _subjects(self) -> Iterator[str]:
        """Nodes that a document speaks of even where it claims no relation."""
        for document in self._documents:
            if document.is_listing:
                yield document.listed_business
            if document.is_me:
                yield document.identity
                for account in document.body.get("subscription_statuses") or {}:
                    yield f"account:{account}"
                for _, row in document.rows("groups"):
                    yield f"group:{row['group_id']}"
            for _, business in document.shown_businesses():
                yield f"business:{business['id']}"

    # ---- claims ----------------------------------------------------------------------------------------------

    def _stands(self, claim: _Claim) -> bool:
        return all(self._latest.get(scope, claim.moment) <= claim.moment for scope in claim.scopes)

    def _without_overruled(self, standing: list[_Claim]) -> list[_Claim]:
        """Leave out hearsay of who keeps an account that a business's own record speaks against, or newer hearsay."""
        owned = {c.resource for c in standing if c.relation == "KEEPS" and not c.hearsay}

        def counts(claim: _Claim) -> bool:
            said = self._latest.get(f"account:{claim.principal}")
            none = self._latest.get(f"none:{claim.principal}")
            unsaid = said is None or (said == none and said < claim.moment)
            return unsaid and claim.resource not in owned

        heard = [claim for claim in standing if claim.hearsay and counts(claim)]
        chosen = [
            claim
            for claim in heard
            if not any(
                other.moment > claim.moment
                and (other.principal == claim.principal or other.resource == claim.resource)
                for other in heard
            )
        ]
        return [claim for claim in standing if not claim.hearsay or claim in chosen]

    def _plain_claims(self, document: _Document) -> Iterator[_Claim]:
        """Every claim of a document, but for its non-client role rows: theirs depend on who keeps the account."""
        if document.is_team:
            yield from self._team_claims(document)
        elif document.is_listing:
            yield from self._listed_claims(document)
        else:
            yield from self._membership_claims(document)
            yield from self._group_claims(document)
            yield from self._client_role_claims(document)
        for pointer, business in document.shown_businesses():
            yield from self._business_claims(document, pointer, business)

    @staticmethod
    def _team_claims(document: _Document) -> Iterator[_Claim]:
        business = document.team_business
        group = document.body["business_group"]
        pointer = f"{document.prefix}/business_group"
        yield _Claim(
            f"group:{group['id']}",
            "GROUP_OF",
            business,
            frozenset({f"group:{business}"}),
            document.moment,
            (document.number, pointer),
        )
        for row_pointer, row in _rows(group, pointer, "members"):
            identity = f"identity:{row['identity_id']}"
            yield _Claim(
                identity,
                "MEMBER",
                business,
                _of_member(identity, business),
                document.moment,
                (document.number, row_pointer),
                role=MEMBERSHIP_WORDS.get(row["role"].lower(), "UNKNOWN"),
                active=row.get("active"),
                conflict=row.get("business_id", business[9:])
                not in (None, business[9:], int(business[9:]))
                or str(row.get("group_id", group["id"])) not in ("None", str(group["id"])),
            )

    @staticmethod
    def _listed_claims(document: _Document) -> Iterator[_Claim]:
        business = document.listed_business
        for pointer, identity, row in document.logins():
            yield _Claim(
                identity,
                "MEMBER",
                business,
                _of_member(identity, business),
                document.moment,
                (document.number, pointer),
                role=_meant(row["business_role_name"]),
                active=row.get("active"),
                listed=True,
            )

    @staticmethod
    def _membership_claims(document: _Document) -> Iterator[_Claim]:
        for pointer, row in document.rows("business_memberships"):
            business = f"business:{row['business']['id']}"
            yield _Claim(
                document.identity,
                "MEMBER",
                business,
                _of_member(document.identity, business),
                document.moment,
                (document.number, pointer),
                role=MEMBERSHIP_WORDS.get(row["role"].lower(), "UNKNOWN"),
                membership=True,
            )

    def _group_claims(self, document: _Document) -> Iterator[_Claim]:
        own = f"groups:{document.identity}"
        for pointer, row in document.rows("groups"):
            group = f"group:{row['group_id']}"
            business = None if row.get("business_id") is None else f"business:{row['business_id']}"
            evidence = (document.number, pointer)
            role = MEMBERSHIP_WORDS.get(row["role"].lower(), "UNKNOWN")
            active = row.get("active")
            stated = row.get("identity_id")
            conflict = stated is not None and f"identity:{stated}" != document.identity
            if business not in (None, self._group_business.get(group)) or (
                group not in self.business_level_groups
            ):
                yield _Claim(
                    document.identity,
                    "GROUP",
                    group,
                    frozenset({own}),
                    document.moment,
                    evidence,
                    role=role,
                    active=active,
                    group=True,
                    conflict=conflict,
                )
            else:
                member_of = self._group_business[group]
                yield _Claim(
                    document.identity,
                    "MEMBER",
                    member_of,
                    _of_member(document.identity, member_of) | {own},
                    document.moment,
                    evidence,
                    role=role,
                    active=active,
                    group=True,
                    conflict=conflict,
                )
            if business is not None:
                yield _Claim(
                    group, "GROUP_OF", business, frozenset({own}), document.moment, evidence
                )

    @staticmethod
    def _client_role_claims(document: _Document) -> Iterator[_Claim]:
        for pointer, row in document.rows("roles"):
            if ROLE_WORDS.get(row["role"].lower()) == "CLIENT":
                yield _Claim(
                    document.identity,
                    "ROLE",
                    f"account:{row['accountid']}",
                    frozenset({f"roles:{document.identity}"}),
                    document.moment,
                    (document.number, pointer),
                    role="CLIENT",
                    client=True,
                )

    @staticmethod
    def _role_claims(document: _Document, keepers: dict[str, set[str]]) -> Iterator[_Claim]:
        """The non-client rows of `roles`.

        A team that shows the account covers them too, and so does one that does not say the account, of a business
        that keeps it. A row beside the membership that it states ends with the memberships of the identity.
        """
        if not document.is_me:
            return
        homes = {
            str(business["account_id"])
            for _, business in document.shown_businesses()
            if business.get("account_id") is not None
        }
        for pointer, row in document.rows("roles"):
            role = ROLE_WORDS.get(row["role"].lower(), "UNKNOWN")
            if role == "CLIENT":
                continue
            account = f"account:{row['accountid']}"
            yield _Claim(
                document.identity,
                "ROLE",
                account,
                frozenset(
                    {f"roles:{document.identity}", f"holders:{row['accountid']}"}
                    | {f"keyless:{business}" for business in keepers.get(account, set())}
                    | {
                        f"pair:{document.identity}:{business}"
                        for business in keepers.get(account, set())
                    }
                    | (
                        {f"business_memberships:{document.identity}"}
                        if row["accountid"] in homes
                        else set()
                    )
                ),
                document.moment,
                (document.number, pointer),
                role=role,
            )

    def _merged(
        self, claim: _Claim, keepers: dict[str, set[str]], members: set[tuple[str, str]]
    ) -> list[_Claim]:
        """A role row on the account of a business of which the identity is a member says that membership again."""
        move = self._last_move(claim.resource)
        if move is not None and claim.moment < move:
            return [claim]  # it is of the time when another business kept the account
        homes = [b for b in keepers.get(claim.resource, set()) if (claim.principal, b) in members]
        if not homes:
            return [claim]
        listed = self._latest.get(f"business_memberships:{claim.principal}")
        if listed is not None and listed > claim.moment:
            return []  # newer memberships state the grant anew, and without this row
        return [
            _Claim(
                claim.principal,
                "MEMBER",
                b,
                claim.scopes,
                claim.moment,
                claim.evidence,
                role=claim.role,
            )
            for b in homes
        ]

    @staticmethod
    def _business_claims(document: _Document, pointer: str, record: Body) -> Iterator[_Claim]:
        shown = f"business:{record['id']}"
        if record.get("account_id") is not None:
            yield _Claim(
                shown,
                "KEEPS",
                f"account:{record['account_id']}",
                frozenset({f"account:{shown}", f"keeper:{record['account_id']}"}),
                document.moment,
                (document.number, pointer),
            )
        for row_pointer, row in _rows(record, pointer, "business_clients"):
            account_business = row.get("account_business") or {}
            client_business = row.get("client_business") or {}
            account_id = row.get("account_id")
            if account_id is None:
                account_id = account_business.get("account_id")
            if account_id is None:
                continue
            account = f"account:{account_id}"
            vendor_id = account_business.get("account_business_id")
            vendor = None if vendor_id is None else f"business:{vendor_id}"
            client_id = client_business.get("business_id")
            named_client = None if client_id is None else f"business:{client_id}"
            on_vendor_side = vendor == shown and named_client is not None and named_client != shown
            client = named_client if on_vendor_side and named_client is not None else shown
            evidence = (document.number, row_pointer)
            scopes = frozenset({f"clients:{shown}", f"clients:{client}"})
            stated = account_business.get("account_id")
            row_of = row.get("business_id")
            conflict = (
                stated not in (None, account_id)
                or named_client not in (None, client)
                or (row_of is not None and f"business:{row_of}" != client)
            )
            yield _Claim(
                client,
                "CLIENT",
                account,
                scopes,
                document.moment,
                evidence,
                role="CLIENT",
                conflict=conflict,
            )
            if vendor is not None and stated in (None, account_id):
                scopes = frozenset({f"clients:{shown}", f"account:{vendor}"})
                yield _Claim(
                    vendor,
                    "KEEPS",
                    account,
                    scopes,
                    document.moment,
                    evidence,
                    hearsay=True,
                    conflict=conflict,
                )

    @staticmethod
    def _grant(claims: list[_Claim], contested: frozenset[str]) -> GrantFact:
        first = claims[0]
        stated = {claim.role for claim in claims if claim.role is not None}
        if stated & {"MANAGER", "EMPLOYEE", "ACCOUNTANT"}:
            stated -= {"STAFF"}
        own = {claim.role for claim in claims if claim.membership}
        return GrantFact(
            principal=first.principal,
            resource=first.resource,
            relation=first.relation,
            roles=tuple(sorted(stated, key=lambda role: (role not in own, ROLES.index(role)))),
            controls=first.relation == "MEMBER" and bool(stated & {"OWNER", "ADMIN"}),
            evidence=frozenset(claim.evidence for claim in claims),
            active_rows=frozenset(
                (claim.evidence, claim.active) for claim in claims if claim.active is not None
            ),
            contested=contested,
            inactive_reasons=frozenset(
                "member_inactive" if claim.listed else "group_inactive"
                for claim in claims
                if claim.active is False
            ),
        )

    # ---- what is not alive -----------------------------------------------------------------------------------

    def _find_node_reasons(self) -> dict[str, frozenset[str]]:
        """Why a node makes a path latent, each node by itself. The latest document that states it decides."""
        stated: dict[str, dict[datetime, set[str]]] = defaultdict(
            lambda: defaultdict(set)
        )  # "" = nothing wrong
        for document in self._documents:
            for _, business in document.shown_businesses():
                if business.get("active") is not None:
                    word = "" if business["active"] else "business_inactive"
                    stated[f"business:{business['id']}"][document.moment].add(word)
            if not document.is_me:
                continue
            if "confirmed_at" in document.body:
                word = "identity_unconfirmed" if document.body["confirmed_at"] is None else ""
                stated[document.identity][document.moment].add(word)
            # A newer document of this identity that has the table, and not the account, ends it.
            ended = any(
                other.moment > document.moment
                and "subscription_statuses" in other.body
                and other.identity == document.identity
                for other in self._documents
            )
            for account, status in (document.body.get("subscription_statuses") or {}).items():
                stated[f"account:{account}"][document.moment].add(
                    "" if status in GOOD_STATUSES or ended else status
                )
        return {node: frozenset(words[max(words)] - {""}) for node, words in stated.items()}

    def _reasons(self, steps: tuple[Step, ...]) -> frozenset[str]:
        on_path = {steps[0][0]} | {after for _, _, after in steps}
        counted = on_path | {
            neighbour for node in on_path for neighbour in self._kept_with.get(node, set())
        }
        reasons = {
            reason for node in counted for reason in self._node_reasons.get(node, frozenset())
        }
        for _, grant_id, _ in steps:
            reasons |= self.grants[grant_id].inactive_reasons
        return frozenset(reasons)

    # ---- paths -----------------------------------------------------------------------------------------------

    def _letter(self, grant_id: str) -> str:
        grant = self.grants[grant_id]
        if grant.relation == "MEMBER":
            return "C" if grant.controls else "R"
        return {"ROLE": "R", "KEEPS": "K", "CLIENT": "R", "GROUP": "A", "GROUP_OF": "A"}[
            grant.relation
        ]

    def _walk(self, principal: str, mode: str, without: Set[str]) -> dict[str, set[OraclePath]]:
        """Every simple path from the principal, by the node at its end."""
        found: dict[str, set[OraclePath]] = defaultdict(set)

        def visit(node: str, steps: tuple[Step, ...], letters: str, seen: frozenset[str]) -> None:
            for grant_id, after in self._out.get(node, []):
                if after in seen or grant_id in without:
                    continue
                read = letters + self._letter(grant_id)
                # Each beginning of a path that reads right reads right too, so a wrong beginning can be left here.
                if mode == "ACCESS" and not GRAMMAR.fullmatch(read):
                    continue
                longer = (*steps, (node, grant_id, after))
                found[after].add(self._path(longer, read))
                visit(after, longer, read, seen | {after})

        visit(principal, (), "", frozenset({principal}))
        return found

    def _path(self, steps: tuple[Step, ...], letters: str) -> OraclePath:
        if not GRAMMAR.fullmatch(letters):
            certainty = "ASSOCIATED"
        elif any(letter != "K" for letter in letters[1:]):
            certainty = "INFERRED"
        else:
            certainty = "STATED"
        reasons = self._reasons(steps)
        carriers = [
            grant_id for _, grant_id, _ in steps if self.grants[grant_id].relation != "KEEPS"
        ]
        roles = frozenset(self.grants[carriers[-1]].roles) if carriers else frozenset()
        contested = any(self.grants[grant_id].contested for _, grant_id, _ in steps)
        return OraclePath(
            steps, certainty, "LATENT" if reasons else "ACTIVE", reasons, roles, contested
        )

    def paths(
        self, principal: str, resource: str, mode: str = "ACCESS", without: Set[str] = frozenset()
    ) -> set[OraclePath]:
        """All paths from an identity to a node, once the grants of `without` are removed."""
        if principal not in self.identities:
            return set()
        if without:
            return self._walk(principal, mode, without).get(resource, set())
        if (principal, mode) not in self._all_paths:
            self._all_paths[principal, mode] = self._walk(principal, mode, frozenset())
        return self._all_paths[principal, mode].get(resource, set())

    # ---- answers ---------------------------------------------------------------------------------------------

    def access(self, principal: str, resource: str, mode: str = "ACCESS") -> OracleAccess | None:
        """The access of one identity to one node; None when there is no path."""
        paths = self.paths(principal, resource, mode)
        if not paths:
            return None
        roles = {role for path in paths if path.certainty != "ASSOCIATED" for role in path.roles}
        best = maximal(roles) if roles else frozenset({"UNKNOWN"})
        sound = {
            role
            for path in paths
            if not path.contested and (path.certainty != "ASSOCIATED" or not roles)
            for role in (path.roles if roles else {"UNKNOWN"})
        }
        return OracleAccess(
            contested=best - sound,
            roles=best,
            certainty=min((path.certainty for path in paths), key=CERTAINTIES.index),
            state="ACTIVE" if any(path.state == "ACTIVE" for path in paths) else "LATENT",
            distance=min(len(path.steps) for path in paths),
            paths=frozenset(paths),
        )

    def reach(self, principal: str, mode: str = "ACCESS") -> dict[str, OracleAccess]:
        """Every business and account that the identity has access to."""
        answers = {resource: self.access(principal, resource, mode) for resource in self.resources}
        return {resource: answer for resource, answer in answers.items() if answer is not None}

    def reached_by(self, resource: str, mode: str = "ACCESS") -> dict[str, OracleAccess]:
        """Every identity that has access to the node."""
        answers = {identity: self.access(identity, resource, mode) for identity in self.identities}
        return {identity: answer for identity, answer in answers.items() if answer is not None}

    # ---- cuts ------------------------------------------------------------------------------------------------

    def _removable(self, path: OraclePath) -> frozenset[str]:
        grant_ids = (grant_id for _, grant_id, _ in path.steps)
        return frozenset(g for g in grant_ids if self.grants[g].relation not in NOT_REMOVABLE)

    def _needs(self, principal: str, resource: str, mode: str) -> list[frozenset[str]]:
        """What each path needs. A path that needs all that another needs, and more, changes no question of cuts."""
        needs = {self._removable(path) for path in self.paths(principal, resource, mode)}
        return sorted(
            (need for need in needs if not any(other < need for other in needs)), key=sorted
        )

    def minimum_cuts(
        self, principal: str, resource: str, mode: str = "ACCESS"
    ) -> set[frozenset[str]]:
        """All smallest sets of removable grants that no path does without; none when there is no access."""
        needs = self._needs(principal, resource, mode)
        if not needs:
            return set()
        candidates = sorted({grant_id for need in needs for grant_id in need})
        for size in range(1, len(candidates) + 1):
            cuts = {
                frozenset(chosen)
                for chosen in combinations(candidates, size)
                if all(not need.isdisjoint(chosen) for need in needs)
            }
            if cuts:
                return cuts
        message = "removing every removable grant always ends an access"
        raise AssertionError(message)

    def disjoint_routes(self, principal: str, resource: str, mode: str = "ACCESS") -> int:
        """The size of the largest set of paths of which no two share a removable grant."""

        def most(needs: list[frozenset[str]]) -> int:
            if not needs:
                return 0
            first, rest = needs[0], needs[1:]
            beside_first = [need for need in rest if need.isdisjoint(first)]
            if len(beside_first) == len(rest):
                return 1 + most(rest)  # the first one stands in nobody's way
            return max(1 + most(beside_first), most(rest))

        return most(self._needs(principal, resource, mode))

    def collateral(self, cut: Set[str], principal: str, resource: str) -> int:
        """How many other (identity, business or account) accesses end when the grants of the cut are removed."""
        if self._access_grants is None:
            self._access_grants = {
                (identity, other): [
                    frozenset(grant_id for _, grant_id, _ in path.steps) for path in paths
                ]
                for identity in self.identities
                for other in self.resources
                if (paths := self.paths(identity, other))
            }
        return sum(
            not any(grants.isdisjoint(cut) for grants in ways)
            for pair, ways in self._access_grants.items()
            if pair != (principal, resource)
        )

    def best_cut(self, principal: str, resource: str, mode: str = "ACCESS") -> frozenset[str]:
        """The minimum cut that ends the fewest other accesses, ties by the sorted grant ids; empty when no access."""
        cuts = self.minimum_cuts(principal, resource, mode)
        if not cuts:
            return frozenset()
        return min(
            cuts, key=lambda cut: (self.collateral(cut, principal, resource), tuple(sorted(cut)))
        )
