"""The words of the product: kinds, relations, roles, and the plain immutable values that answers
are made of.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

import msgspec

from inroads.errors import BadId


class NodeKind(StrEnum):
    """The four kinds of node. Every kind of id counts separately, so a node is always (kind, id)."""

    IDENTITY = "IDENTITY"
    BUSINESS = "BUSINESS"
    ACCOUNT = "ACCOUNT"
    GROUP = "GROUP"


class Relation(StrEnum):
    """The kinds of edge, each from a principal to a resource."""

    MEMBER = "MEMBER"
    ROLE = "ROLE"
    GROUP = "GROUP"
    GROUP_OF = "GROUP_OF"
    KEEPS = "KEEPS"
    CLIENT = "CLIENT"


class Role(StrEnum):
    """Canonical roles; the documents' own words are kept beside them."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MANAGER = "MANAGER"
    EMPLOYEE = "EMPLOYEE"
    ACCOUNTANT = "ACCOUNTANT"
    CONTRACTOR = "CONTRACTOR"
    CLIENT = "CLIENT"
    STAFF = "STAFF"
    UNKNOWN = "UNKNOWN"


class Capability(StrEnum):
    """An action that a role allows, in the words of the vendor's page."""

    PRIMARY_IDENTITY = "PRIMARY_IDENTITY"
    FULL_ACCESS = "FULL_ACCESS"
    OPERATIONS = "OPERATIONS"
    FINANCIAL_REPORTS = "FINANCIAL_REPORTS"
    EXPENSE_CATEGORISATION = "EXPENSE_CATEGORISATION"
    OWN_EXPENSES = "OWN_EXPENSES"
    PROJECTS = "PROJECTS"
    TIME_TRACKING = "TIME_TRACKING"
    TEAM_MEMBER = "TEAM_MEMBER"
    CONTRACT_TIME_TRACKING = "CONTRACT_TIME_TRACKING"
    INVOICE_THE_BUSINESS = "INVOICE_THE_BUSINESS"
    RECEIVED_INVOICES = "RECEIVED_INVOICES"


class Certainty(StrEnum):
    """The certainty of a path; best first."""

    STATED = "STATED"
    INFERRED = "INFERRED"
    ASSOCIATED = "ASSOCIATED"


class AccessState(StrEnum):
    """The state of a path, that is how alive it is; best first."""

    ACTIVE = "ACTIVE"
    LATENT = "LATENT"


class Mode(StrEnum):
    """ACCESS follows only what conveys access; ASSOCIATION follows every edge in its direction."""

    ACCESS = "ACCESS"
    ASSOCIATION = "ASSOCIATION"


class MomentSource(StrEnum):
    """The ways in which the moment of a document is known; surest first."""

    ENVELOPE = "envelope"
    GIVEN = "given"
    FILE = "file"


class Section(StrEnum):
    """The section of a document that holds a record.

    The value is its place in the JSON pointer, with `{}` for each index.

    The order is the order of evidence: a membership speaks before a team row, a listed member, a
    group row and a role.
    """

    MEMBERSHIP = "/business_memberships/{}"
    TEAM_MEMBER = "/business_group/members/{}"
    LISTED_MEMBER = "/response/{}"
    GROUP = "/groups/{}"
    ROLE = "/roles/{}"
    CLIENT = "/business_memberships/{}/business/business_clients/{}"
    TEAM_CLIENT = "/business_clients/{}"
    BUSINESS = "/business_memberships/{}/business"
    TEAM_GROUP = "/business_group"
    TEAM_BUSINESS = "/"
    DOCUMENT = ""


RECORD_NOUN = {
    Section.MEMBERSHIP: "membership",
    Section.TEAM_MEMBER: "team row",
    Section.LISTED_MEMBER: "listed member",
    Section.GROUP: "group row",
    Section.ROLE: "role",
    Section.CLIENT: "client",
    Section.TEAM_CLIENT: "client",
    Section.BUSINESS: "business",
    Section.TEAM_GROUP: "business group",
    Section.TEAM_BUSINESS: "business",
    Section.DOCUMENT: "document",
}
"""The noun for the record of a section, e.g. `membership 168372`."""


class StoredBody(NamedTuple):
    """A body in a store, which is read when it is needed."""

    read: Callable[[int, int], bytes]
    at: int
    size: int


class Document(msgspec.Struct, frozen=True, eq=False):
    """A JSON body observed at one moment.

    `body` is the redacted canonical JSON as it arrived (wrapper included), `sha256` its hash,
    `observed_at` is aware and in UTC, `kind` is `me`, `team` or `members`, `subject` the node it
    speaks about, `prefix` the JSON pointer of the unwrapped object (a `members` listing is never
    unwrapped, since its `meta` stands beside the response), `business` the pointer of a team's
    business record below it. `moment_source` says how the moment is known: from its envelope, from
    a caller that gives it, or only from the modification time of its file; None if that was not
    recorded. Documents are ordered, and equal, by moment, hash and source.
    """

    observed_at: dt.datetime
    sha256: str
    source: str
    kind: str
    subject: str
    prefix: str
    business: str
    kept: bytes | StoredBody
    moment_source: MomentSource | None = None

    @property
    def body(self) -> bytes:
        """The body, read from where it is kept."""
        return (
            self.kept.read(self.kept.at, self.kept.size)
            if isinstance(self.kept, StoredBody)
            else self.kept
        )

    @property
    def key(self) -> tuple[dt.datetime, str, str]:
        """The sort key of documents."""
        return self.observed_at, self.sha256, self.source

    def __lt__(self, other: Document) -> bool:
        return self.key < other.key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Document) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


class Evidence(NamedTuple):
    """The source of a claim: the document's number in its graph, and the record's place in it."""

    document: int
    section: Section
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a record
    sub: int
    record_id: str | None


CONTRADICTIONS = (
    "membership_denied",
    "equal_moment",
    "account_moved",
    "two_keepers",
    "role_disagreement",
    "reference_conflict",
)
"""The codes of contradictions between records that bear on one grant."""


class Contradiction(msgspec.Struct, frozen=True):
    """A contradiction between records that bear on a grant, with the evidence of both sides."""

    code: str
    sentence: str
    evidence: tuple[Evidence, ...]


class Grant(msgspec.Struct, frozen=True):
    """A relation held by a principal on a resource, with every standing record that states it.

    `roles` are canonical, the membership's first; `words` are the documents' own, in the order of
    `evidence`. `active` is false when a standing group row, team row or listed member says so, and
    `inactive` has the reason of each kind of record that does. `clients` are the numbers of clients
    in the vendor's account (`userid`) that the records name, in the order of `evidence`.
    `contradictions` are those of its records; a grant that has any is contested.
    """

    id: str
    relation: Relation
    principal: str
    resource: str
    roles: tuple[Role, ...]
    words: tuple[str | None, ...]
    evidence: tuple[Evidence, ...]
    active: bool = True
    clients: tuple[str | None, ...] = ()
    inactive: tuple[str, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def contested(self) -> bool:
        """Records contradict each other about this grant."""
        return bool(self.contradictions)


class GrantFacts(NamedTuple):
    """The facts of a grant that a path tells: all but its evidence. `word` is that of its role."""

    number: int
    id: str
    relation: Relation
    principal: str
    resource: str
    roles: tuple[Role, ...]
    word: str | None
    active: bool
    inactive: tuple[str, ...]
    contested: bool

    def grant(
        self,
        words: tuple[str | None, ...],
        evidence: tuple[Evidence, ...] = (),
        clients: tuple[str | None, ...] = (),
        contradictions: tuple[Contradiction, ...] = (),
    ) -> Grant:
        """Return the grant, with what its records say."""
        return Grant(
            self.id,
            self.relation,
            self.principal,
            self.resource,
            self.roles,
            words,
            evidence,
            self.active,
            clients,
            self.inactive,
            contradictions,
        )


class Step(msgspec.Struct, frozen=True):
    """A hop of a path. `principal` and `resource` are the ends in walking order (KEEPS is walked
    both ways).

    A path is as sure as the least sure of its steps, and latent where a step is.
    """

    principal: str
    relation: Relation
    resource: str
    grant: str
    role: Role | None = None
    raw_role: str | None = None
    contested: bool = False
    certainty: Certainty = Certainty.STATED
    state: AccessState = AccessState.ACTIVE


class Path(msgspec.Struct, frozen=True):
    """An ordered list of steps that proves an access; `reasons` say why it is latent, none when
    active. It is contested where a step is.

    `roles` are those of the grant that conveys the access; `role` is the first of them.
    """

    steps: tuple[Step, ...]
    roles: tuple[Role, ...]
    certainty: Certainty
    state: AccessState
    reasons: tuple[str, ...]

    @property
    def role(self) -> Role:
        """The role this path conveys; UNKNOWN for a mere association."""
        return self.roles[0]

    @property
    def contested(self) -> bool:
        """Records contradict each other about a step."""
        return any(step.contested for step in self.steps)

    def __str__(self) -> str:
        return self.steps[0].principal + "".join(
            f" -{step.relation}{f'[{step.role}]' if step.role else ''}-> {step.resource}"
            for step in self.steps
        )


class Access(msgspec.Struct, frozen=True):
    """The answer for one (principal, resource).

    `roles` are the maximal ones over the paths, `certainty` is the best path's, the state is ACTIVE
    if any path's is, `reasons` are the union over the paths of a latent access, `distance` is the
    number of steps of the shortest path, `truncated` tells that a limit cut the list of paths.
    `contested_roles` are the roles of which every path is contested, `contradictions` those of
    their paths.
    """

    principal: str
    resource: str
    roles: tuple[Role, ...]
    capabilities: tuple[Capability, ...]
    certainty: Certainty
    state: AccessState
    reasons: tuple[str, ...]
    distance: int
    paths: tuple[Path, ...]
    truncated: bool
    contested_roles: tuple[Role, ...]
    contradictions: tuple[Contradiction, ...]

    @property
    def contested(self) -> bool:
        """Some role rests on contested paths alone."""
        return bool(self.contested_roles)


class Explanation(msgspec.Struct, frozen=True):
    """Ways to end an access: the number of independent routes, the smallest cut and a sentence."""

    independent_routes: int
    cut: tuple[Grant, ...]
    sentence: str

    def __repr__(self) -> str:
        return f"Explanation: {self.sentence}"


class Coverage(msgspec.Struct, frozen=True):
    """A coverage: how much was observed, so that "nobody else" is never claimed falsely.

    `oldest` and `newest` are the moments of the documents that the answer rests on: the latest ones
    about what was asked, and those that state the steps of its paths, before filters on roles,
    certainty and state. Of the whole graph they are those of all documents.
    """

    complete: bool
    notes: tuple[str, ...]
    identities_observed: int
    businesses_observed: int
    teams_observed: int
    oldest: dt.datetime | None
    newest: dt.datetime | None


_KINDS = {kind[0].lower(): kind for kind in NodeKind}
_NODE = re.compile(r"(identity|business|group):(0|[1-9][0-9]{0,18})|account:(?s:.+)")


def kind_of(node: str) -> NodeKind:
    """The kind of a node id.

    >>> kind_of("business:77128")
    <NodeKind.BUSINESS: 'BUSINESS'>
    """
    return _KINDS[node[0]]  # the first letter tells


def native_id(node: str) -> str:
    """The service's own id inside a node id.

    >>> native_id("account:zDmNq")
    'zDmNq'
    """
    return node.partition(":")[2]


def node_id(text: str, kind: NodeKind | None = None) -> str:
    """The node id that a user wrote; with `kind` the bare native id is understood too. Raises
    BadId.

    >>> node_id("77128", NodeKind.BUSINESS)
    'business:77128'
    >>> node_id("buisness:1")
    Traceback (most recent call last):
    inroads.errors.BadId: 'buisness:1' is not a node id like identity:712052, business:77128, account:zDmNq, group:96277
    """
    candidate = text.strip()
    if kind is not None and not candidate.startswith(f"{kind.lower()}:"):
        candidate = f"{kind.lower()}:{candidate}"
    if not _NODE.fullmatch(candidate):
        raise BadId(
            f"{text!r} is not a node id like identity:712052, business:77128, account:zDmNq, group:96277"
        )
    return candidate


def is_grant_id(text: str) -> bool:
    """Return whether a text has the printed form of a grant.

    >>> is_grant_id("account:Xr82w#CLIENT@business:77128"), is_grant_id("account:Xr82w")
    (True, False)
    """
    resource, _, rest = text.rpartition("#")
    relation, _, principal = rest.partition("@")
    return relation.removesuffix("/CLIENT") in Relation.__members__ and all(
        map(_NODE.fullmatch, (resource, principal))
    )


def grant_id(principal: str, relation: str, resource: str) -> str:
    """The printed form of a grant, as relation tuples are written in this field.

    >>> grant_id("business:77128", "CLIENT", "account:Xr82w")
    'account:Xr82w#CLIENT@business:77128'
    """
    return f"{resource}#{relation}@{principal}"


def fold_email(text: str) -> str:
    """Return the form in which emails are compared: trimmed, in NFC, in lower case, and with the
    domain in its IDNA form. A `ß` is not `ss`: these are two people.

    >>> fold_email(" Jos\u00e9@B\u00fccher.example")
    'jos\u00e9@xn--bcher-kva.example'
    """
    text = text.strip()
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    local, at, domain = text.rpartition("@")
    if not at or domain.isascii():
        return text
    import idna  # noqa: PLC0415  # hardly ever needed, and slow to import

    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return text


def fold_text(text: str) -> str:
    """Return the form in which a search compares texts: trimmed, in NFC, and without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).casefold())
