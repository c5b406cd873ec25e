"""The GraphQL types, each made from a value of the graph."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import inspect
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import EnumMeta
from functools import cached_property, partial, wraps
from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, NamedTuple, TypeVar, cast, dataclass_transform
from urllib.parse import quote

import msgspec
import strawberry
from msgspec import UNSET
from strawberry.relay import PageInfo
from strawberry.scalars import JSON
from strawberry.types.fields.resolver import StrawberryResolver

from inroads import documents, explain, model, reach
from inroads.census import counts
from inroads.errors import BadCursor, InroadsError
from inroads.model import (
    AccessState,
    Capability,
    Certainty,
    Mode,
    NodeKind,
    Relation,
    Role,
    Section,
    kind_of,
    native_id,
    node_id,
)
from inroads.network import AccessGraph
from inroads.remedy import remedies
from inroads_api.limits import MAX_FIRST

if TYPE_CHECKING:
    from inroads_api.census_objects import AccessCounts

ID = strawberry.ID
_T = TypeVar("_T")


@dataclass_transform(field_specifiers=(strawberry.field,), kw_only_default=True)
def described(cls: type[_T]) -> type[_T]:
    """An object type whose description is its docstring."""
    return strawberry.type(cls, description=cleandoc(cls.__doc__ or ""))


@dataclass_transform(field_specifiers=(strawberry.field,), kw_only_default=True)
def described_interface(cls: type[_T]) -> type[_T]:
    """An interface whose description is its docstring."""
    return strawberry.interface(cls, description=cleandoc(cls.__doc__ or ""))


def field(resolver: Callable[..., Any], name: str | None = None) -> Any:
    """A field whose description is the docstring of its resolver."""
    return strawberry.field(resolver=resolver, name=name, description=cleandoc(resolver.__doc__ or ""))


def stated(read: Callable[[Any], Any], description: str) -> Any:
    """A field that gives a value as it stands, null where the documents do not have it."""

    def resolver(self: Any) -> Any:
        return known(read(self))

    return strawberry.field(resolver=resolver, description=description)


def attribute(name: str, description: str) -> Any:
    """A field that gives what the graph knows of a node, null where it does not."""

    def resolver(self: Any) -> Any:
        return self.attributes.get(name)

    return strawberry.field(resolver=resolver, description=description)


def value(description: str) -> Any:
    """A field that is given when the object is made."""
    return strawberry.field(description=description)


def optional(description: str) -> Any:
    """A field of an input that may be left out."""
    return strawberry.field(description=description, default=strawberry.UNSET)


First = Annotated[int | None, strawberry.argument(description="How many to give, from 1 to 100.")]
_After = Annotated[str | None, strawberry.argument(description="The cursor after which to go on; none for the start.")]
_Last = Annotated[
    int | None,
    strawberry.argument(description="How many to give from the end, from 1 to 100; where given, `first` is not read."),
]
_Before = Annotated[str | None, strawberry.argument(description="The cursor before which to end; none for the end.")]
Kinds = Annotated[list[NodeKind] | None, strawberry.argument(description="The kinds of resource that are asked for.")]
Filter = Annotated["AccessFilter | None", strawberry.argument(description="Which accesses are asked for.")]
ModeArgument = Annotated[
    Mode | None, strawberry.argument(description="Whether to follow what conveys access, or every connection.")
]
Figures = Annotated["AccessCounts", strawberry.lazy("inroads_api.census_objects")]
RESOURCES: Final = [NodeKind.BUSINESS, NodeKind.ACCOUNT]


def describe(kind: EnumMeta, description: str, values: dict[str, str], name: str | None = None) -> None:
    """Make a GraphQL enum of one of the library's, without a second copy of its values."""
    strawberry.enum(kind, name=name, description=description)
    for each in cast("Any", kind).__strawberry_definition__.values:
        each.description = values[each.name]


describe(
    NodeKind,
    "The four kinds of node. Every kind of id counts separately.",
    {
        "IDENTITY": "A person, known by one email across the service.",
        "BUSINESS": "A business, the scope of most calls of the service.",
        "ACCOUNT": "The accounting system that a business may keep.",
        "GROUP": "A group of people: everyone in a business, or a project.",
    },
)
describe(
    Relation,
    "The kinds of edge, each from a principal to a resource.",
    {
        "MEMBER": "An identity is a member of a business.",
        "ROLE": "An identity has a role on an account, which no membership states.",
        "GROUP": "An identity is in a group that is not known to be business-level.",
        "GROUP_OF": "A group is of a business.",
        "KEEPS": "A business keeps an account: the same scope under two ids.",
        "CLIENT": "A business is a client of the account of a vendor.",
    },
)
describe(
    Role,
    "Canonical roles; the documents' own words are kept beside them.",
    {
        "OWNER": "The primary identity of the business.",
        "ADMIN": "An additional identity with full access; the documents' word is `business_partner`.",
        "MANAGER": "Without access to full financial reports and information.",
        "EMPLOYEE": "Own expenses, projects and time tracking.",
        "ACCOUNTANT": "Accounting items such as reports and expense categorisation.",
        "CONTRACTOR": "Has a business of their own; tracks time for this one and invoices it.",
        "CLIENT": "Has received an invoice from the business and saved it.",
        "STAFF": "Some member of the team; the older dialect does not say which.",
        "UNKNOWN": "A word that is in no table: kept as spelled, never hidden, never control.",
    },
)
describe(
    Capability,
    "What a role lets a person do, by the policy's table.",
    {
        "PRIMARY_IDENTITY": "Be the primary identity of the business.",
        "FULL_ACCESS": "Everything in the business.",
        "OPERATIONS": "The daily work of the business, without full financial reports.",
        "FINANCIAL_REPORTS": "Read financial reports.",
        "EXPENSE_CATEGORISATION": "Categorise expenses.",
        "OWN_EXPENSES": "Their own expenses.",
        "PROJECTS": "Projects.",
        "TIME_TRACKING": "Track time as a member of the team.",
        "TEAM_MEMBER": "Be listed as a member of the team.",
        "CONTRACT_TIME_TRACKING": "Track time as a contractor.",
        "INVOICE_THE_BUSINESS": "Send invoices to the business.",
        "RECEIVED_INVOICES": "See the invoices that the business sent them.",
    },
)
describe(
    Certainty,
    "How sure a path is, best first.",
    {
        "STATED": "Each step is a record that names this identity's own grant.",
        "INFERRED": "It passes through a business that the identity controls: by rule, not by record.",
        "ASSOCIATED": "Connected, which is not access.",
    },
)
describe(
    AccessState,
    "How alive a path or an access is, best first.",
    {
        "ACTIVE": "Nothing known stands in its way.",
        "LATENT": "Something known suspends it, and the reasons say what.",
    },
)
describe(
    Mode,
    "What a question follows.",
    {
        "ACCESS": "Only what conveys access by the policy.",
        "ASSOCIATION": "Every edge in its direction, whatever its class.",
    },
)


def known(given: Any) -> Any:
    """The value of an optional field of a document; None where the document does not have it."""
    return None if given is UNSET else given


def within(given: int | None, default: int, name: str = "first") -> int:
    """How many items a `first` or `last` asks for. Raises InroadsError FIRST_OUT_OF_RANGE, LAST_OUT_OF_RANGE."""
    count = default if given is None else given
    if not 1 <= count <= MAX_FIRST:
        raise InroadsError(f"{name} is {count}: it can be 1 to {MAX_FIRST}", f"{name.upper()}_OUT_OF_RANGE")
    return count


def mirror(kind: type[_T], struct: object) -> _T:
    """The GraphQL object with the fields of the same names."""
    return kind(**{name: known(getattr(struct, name)) for name in kind.__annotations__})


def _maybe(kind: type[_T], struct: Any) -> _T | None:
    """The GraphQL object of a part that a document may lack."""
    return mirror(kind, struct) if known(struct) is not None else None


class Page(NamedTuple):
    """Which part of a list is asked for: so many items after a cursor and before another, from its start or its end."""

    size: int
    after: str | None = None
    before: str | None = None
    from_end: bool = False


def connection(resolver: Callable[..., Any], default: int = 50) -> Any:
    """A field that gives a page of a list: its resolver takes a `page`, which GraphQL knows as four arguments.

    A `first` that was given cannot be told from the default, so where there is a `last`, that counts alone.
    """

    @wraps(resolver)
    def paged(
        self: Any,
        *,
        first: int | None = default,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        **given: Any,
    ) -> Any:
        size = within(first, default) if last is None else within(last, default, "last")
        return resolver(self, page=Page(size, after, before, last is not None), **given)

    signature = StrawberryResolver(resolver).signature  # its parameters may have lists for defaults
    taken = (
        ("first", First, default),
        ("after", _After, strawberry.UNSET),
        ("last", _Last, strawberry.UNSET),
        ("before", _Before, strawberry.UNSET),
    )
    arguments = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=given, annotation=kind)
        for name, kind, given in taken
    ]
    others = [each for each in signature.parameters.values() if each.name != "page"]
    cast("Any", paged).__signature__ = signature.replace(parameters=[*others, *arguments])
    return field(paged)


class Window(Generic[_T]):
    """One page of an ordered list: `keys` orders all of it, `load` writes out a slice of it when it is looked at.

    `version` names what the list was made from, `question` is all else that tells this list from another. Raises
    BadCursor for a cursor that is not of this list.
    """

    def __init__(
        self,
        version: str,
        question: object,
        keys: Sequence[tuple[Any, ...]],
        load: Callable[[slice], Iterable[_T]],
        page: Page,
    ) -> None:
        self.version, self.keys, self.load = version, keys, load
        self.question = msgspec.json.encode(question, order="deterministic")
        start = 0 if page.after is None else self._position(page.after, bisect_right)
        stop = len(keys) if page.before is None else self._position(page.before, bisect_left)
        stop = max(start, stop)
        self.start = max(start, stop - page.size) if page.from_end else start
        self.stop = stop if page.from_end else min(start + page.size, stop)

    @cached_property
    def nodes(self) -> list[_T]:
        return list(self.load(slice(self.start, self.stop)))

    def cursor(self, index: int) -> str:
        """Where an item stands: the version of the graph, a mark of the question, the item's key in the order."""
        key = list(self.keys[index])
        text = msgspec.json.encode([self.version, self._mark(self.version, key), key])
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    def _mark(self, version: str, key: list[Any]) -> str:
        return hashlib.sha256(self.question + msgspec.json.encode([version, key])).hexdigest()[:16]

    def _position(self, cursor: str, side: Callable[[Sequence[tuple[Any, ...]], tuple[Any, ...]], int]) -> int:
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            version, mark, key = msgspec.json.decode(text, type=tuple[str, str, list[int | str]])
        except (binascii.Error, ValueError, msgspec.DecodeError):
            raise BadCursor("this is not a cursor of this list") from None
        if mark != self._mark(version, key):
            raise BadCursor("this is not a cursor of this list")
        if version != self.version:
            raise BadCursor("the graph is newer than this cursor: start again", "CURSOR_EXPIRED")
        try:
            return side(self.keys, tuple(key))
        except TypeError:  # the mark is no signature: whoever writes one may put numbers where words are
            raise BadCursor("this is not a cursor of this list") from None

    @property
    def info(self) -> PageInfo:
        here = range(self.start, self.stop)
        return PageInfo(
            has_next_page=self.stop < len(self.keys),
            has_previous_page=self.start > 0,
            start_cursor=self.cursor(here[0]) if here else None,
            end_cursor=self.cursor(here[-1]) if here else None,
        )


@described
class Edge(Generic[_T]):
    """An item of a page with its cursor."""

    cursor: str = value("The cursor to go on from after this item.")
    node: _T = value("The item.")


@described
class Connection(Generic[_T]):
    """A page of a list whose order is total and stable, as the Relay specification has it."""

    window: strawberry.Private[Any]

    @field
    def edges(self) -> list[Edge[_T]]:
        """The items of the page, each with its cursor."""
        numbered = enumerate(self.window.nodes, self.window.start)
        return [Edge(cursor=self.window.cursor(index), node=node) for index, node in numbered]

    @field
    def nodes(self) -> list[_T]:
        """The items of the page."""
        return cast("list[_T]", self.window.nodes)

    @field
    def page_info(self) -> PageInfo:
        """How to go on from this page."""
        return cast("PageInfo", self.window.info)

    @field
    def total_count(self) -> int:
        """How many items there are on all pages together."""
        return len(self.window.keys)


def records(
    kind: Callable[..., _T],
    graph: AccessGraph,
    question: Sequence[object],
    found: Iterable[tuple[model.Grant, model.Evidence]],
    page: Page,
) -> Connection[_T]:
    """A page of records, each a grant with the evidence that speaks; a record that states two grants comes once."""
    unique = {(each.document, each.section.value, each.index, each.sub): (grant, each) for grant, each in found}
    keys = sorted(unique)

    def load(part: slice) -> list[_T]:
        return [kind(graph=graph, held=unique[key][0], said=unique[key][1]) for key in keys[part]]

    return Connection(window=Window(graph.version, question, keys, load, page))


@strawberry.input(
    description="Which accesses are asked for; everything not given is allowed. `via`, `avoid` and `maxSteps` drop"
    " paths; what remains of an access is then kept if it has any of `roles`, any of `capabilities`, this `certainty`"
    " and this `state`."
)
class AccessFilter:
    """Which accesses are asked for, as a user says it."""

    roles: list[Role] | None = optional("Any of these roles.")
    capabilities: list[Capability] | None = optional("Any of these capabilities.")
    certainty: Certainty | None = optional("This certainty.")
    state: AccessState | None = optional("This state.")
    via: list[Relation] | None = optional("Only paths over these relations; KEEPS is always allowed.")
    avoid: list[ID] | None = optional("No paths through these nodes or grants, by their ids.")
    max_steps: int | None = optional("No paths of more steps.")

    def chosen(self) -> reach.AccessFilter:
        """The filter as the library takes it. Raises BadId, and InroadsError BAD_FILTER."""

        def given(listed: list[_T] | None) -> frozenset[_T] | None:
            return frozenset(listed) if listed or listed == [] else None

        return reach.AccessFilter(
            given(self.roles),
            given(self.capabilities),
            self.certainty or None,
            self.state or None,
            given(self.via),
            # A grant id is the resource's id, then `#` and the rest; it is compared as it stands.
            frozenset(each if "#" in each else node_id(each) for each in self.avoid or ()),
            None if self.max_steps is strawberry.UNSET else self.max_steps,
        )


@described_interface
class Node:
    """Anything that has an id: an identity, a business, an account or a group."""

    graph: strawberry.Private[AccessGraph]
    key: strawberry.Private[str]

    @field
    def id(self) -> ID:
        """The printed form of the node, readable and stable: `business:77128`."""
        return ID(self.key)

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """What the graph knows of it."""
        return self.graph.nodes[self.key]


def node(graph: AccessGraph, key: str) -> Node:
    """The GraphQL object of a node of the graph."""
    return _NODES[kind_of(key)](graph=graph, key=key)


def _held(graph: AccessGraph, key: str, *relations: Relation) -> Iterator[model.Grant]:
    """The grants that a node holds."""
    return (hop.grant for hop in graph.hops_from(key) if hop.grant.relation in relations and hop.grant.principal == key)


def _given(graph: AccessGraph, key: str, *relations: Relation) -> Iterator[model.Grant]:
    """The grants that others hold on a node."""
    return (hop.grant for hop in graph.hops_to(key) if hop.grant.relation in relations and hop.grant.resource == key)


def _first(grants: Iterable[model.Grant]) -> Iterator[tuple[model.Grant, model.Evidence]]:
    """Each grant with the record that speaks first."""
    return ((grant, grant.evidence[0]) for grant in grants)


def _each(grants: Iterable[model.Grant], *sections: Section) -> Iterator[tuple[model.Grant, model.Evidence]]:
    """Each record of these sections with the grant that it states."""
    return ((grant, said) for grant in grants for said in grant.evidence if said.section in sections)


def _reached_by(self: Node, filter_: AccessFilter | None, mode: Mode | None, page: Page) -> AccessConnection:
    chosen = filter_.chosen() if filter_ else reach.ALL
    mode = mode or Mode.ACCESS
    answer = reach.reached_by(self.graph, self.key, chosen, mode)
    return accesses(self.graph, ("reachedBy", self.key, chosen, mode), answer, page)


@described
class Identity(Node):
    """A person, known by one email across the service."""

    @cached_property
    def _me(self) -> documents.Me:
        return self.graph.me(self.key) or documents.Me()

    @field
    def identity_id(self) -> ID:
        """The service's own id."""
        return ID(native_id(self.key))

    email: str | None = attribute("email", "The email, as the latest document spells it.")
    first_name: str | None = attribute("first_name", "The first name.")
    last_name: str | None = attribute("last_name", "The last name.")
    confirmed_at: dt.datetime | None = attribute(
        "confirmed_at",
        "When the email was confirmed; null when it was not, or when it is not known.",
    )
    observed: bool = stated(
        lambda self: bool(self.attributes.get("observed")),
        "Whether this identity's own document was read: only then is what it reaches complete.",
    )
    created_at: dt.datetime | None = stated(lambda self: self._me.created_at, "When the identity was created.")
    setup_complete: bool | None = stated(
        lambda self: self._me.setup_complete, "Whether the identity has been populated with necessary data."
    )
    identity_uuid: ID | None = stated(
        lambda self: self._me.identity_uuid, "The identity's other id, in documents since about 2019."
    )
    unconfirmed_email: str | None = stated(
        lambda self: self._me.unconfirmed_email, "A new email that waits for its confirmation."
    )

    @field
    def profession(self) -> Profession | None:
        """What the person says of their work."""
        return _maybe(Profession, self._me.profession)

    @field
    def profile(self) -> Profile | None:
        """The profile that older documents repeat."""
        found = known(self._me.profile)
        return Profile(given=found) if found else None

    @field
    def phone_numbers(self) -> list[Phone]:
        """Named phone numbers."""
        return _phones(self._me.phone_numbers)

    @field
    def addresses(self) -> list[Address]:
        """Postal addresses; empty placeholders are left out."""
        return [mirror(Address, each) for each in known(self._me.addresses) or () if each]

    @field
    def links(self) -> list[Link]:
        """Related resources of the service."""
        return _links(self._me.links)

    @field
    def integrations(self) -> list[str]:
        """The names of integrations; nothing else of them is kept."""
        return sorted(known(self._me.integrations) or ())

    @connection
    def memberships(self, page: Page) -> Connection[Membership]:
        """The businesses this identity is a member of, one for each membership that stands."""
        found = _first(_held(self.graph, self.key, Relation.MEMBER))
        return records(Membership, self.graph, ("memberships", self.key), found, page)

    @connection
    def groups(self, page: Page) -> Connection[GroupMembership]:
        """The rows of groups and teams that name this identity. A row in a project group is no access."""
        found = _each(_held(self.graph, self.key, *Relation), Section.GROUP, Section.TEAM_MEMBER)
        return records(GroupMembership, self.graph, ("groups", self.key), found, page)

    @connection
    def roles(self, page: Page) -> Connection[RoleRecord]:
        """The rows of the deprecated dialect, clients' rows among them."""
        found = _each(_held(self.graph, self.key, *Relation), Section.ROLE)
        return records(RoleRecord, self.graph, ("roles", self.key), found, page)

    @connection
    def reach(
        self,
        page: Page,
        kinds: Kinds = RESOURCES,
        filter: Filter = strawberry.UNSET,  # noqa: A002  # the name that the contract gives to the argument
        mode: ModeArgument = Mode.ACCESS,
    ) -> AccessConnection:
        """Every business and account that this identity reaches, and how."""
        wanted = frozenset(RESOURCES if kinds is None else kinds)
        chosen = filter.chosen() if filter else reach.ALL
        mode = mode or Mode.ACCESS
        answer = reach.reach(self.graph, self.key, wanted, chosen, mode)
        return accesses(self.graph, ("reach", self.key, wanted, chosen, mode), answer, page)

    blast_radius: Figures = stated(lambda self: counts(self.graph, self.key), "What this identity reaches, in figures.")


@described
class Business(Node):
    """A business, the scope of most calls of the service."""

    @cached_property
    def _record(self) -> documents.Business:
        return self.graph.business_record(self.key) or documents.Business(native_id(self.key))

    @field
    def business_id(self) -> ID:
        """The service's own id; not the id of a membership, nor of the account."""
        return ID(native_id(self.key))

    name: str | None = attribute("name", "The name of the business.")
    active: bool | None = attribute("active", "Whether the business is active; null when it is not known.")

    @field
    def account(self) -> Account | None:
        """The account that the business keeps; many have none."""
        return next((Account(graph=self.graph, key=key) for key in self.graph.kept(self.key)), None)

    observed: bool = stated(
        lambda self: bool(self.attributes.get("observed")),
        "Whether this business's team document was read: only then is who reaches it complete.",
    )
    business_uuid: ID | None = stated(lambda self: self._record.business_uuid, "The business's other id.")

    @field
    def address(self) -> Address | None:
        """The postal address."""
        return _maybe(Address, self._record.address)

    @field
    def phone_number(self) -> list[Phone]:
        """Named phone numbers; documents give one, several or none."""
        return _phones(self._record.phone_number)

    status: str | None = stated(lambda self: self._record.status, "The status of the business, as spelled.")
    date_format: str | None = stated(lambda self: self._record.date_format, "How the business writes dates.")
    timezone: str | None = stated(lambda self: self._record.timezone, "The time zone of the business.")

    @field
    def api_paths(self) -> list[ApiPath]:
        """Which id goes into which call of the service; no accounting path where there is no account."""
        accounts = (path for account in self.graph.kept(self.key) for path in _api_paths(account))
        return [*accounts, *_api_paths(self.key)]

    @connection
    def members(self, page: Page) -> Connection[Membership]:
        """The memberships of this business that stand."""
        found = _first(_given(self.graph, self.key, Relation.MEMBER))
        return records(Membership, self.graph, ("members", self.key), found, page)

    @connection
    def clients(self, page: Page) -> Connection[Client]:
        """Who is a client of this business's account: businesses, and identities with a client's role row."""
        given = (
            grant
            for account in self.graph.kept(self.key)
            for grant in _given(self.graph, account, Relation.CLIENT, Relation.ROLE)
            if Role.CLIENT in grant.roles
        )
        return records(Client, self.graph, ("clients", self.key), _first(given), page)

    @connection
    def vendors(self, page: Page) -> Connection[Client]:
        """The accounts that this business is a client of."""
        found = _first(_held(self.graph, self.key, Relation.CLIENT))
        return records(Client, self.graph, ("vendors", self.key), found, page)

    @connection
    def reached_by(
        self,
        page: Page,
        filter: Filter = strawberry.UNSET,  # noqa: A002  # the name that the contract gives to the argument
        mode: ModeArgument = Mode.ACCESS,
    ) -> AccessConnection:
        """Every identity that reaches this business, and how."""
        return _reached_by(self, filter, mode, page)

    exposure: Figures = stated(lambda self: counts(self.graph, self.key), "Who reaches this business, in figures.")


@described
class Account(Node):
    """The accounting system that a business may keep."""

    @field
    def account_id(self) -> ID:
        """The service's own id: a short string in which case matters."""
        return ID(native_id(self.key))

    @field
    def business(self) -> Business | None:
        """The business that keeps this account, when a document names it."""
        return next((Business(graph=self.graph, key=key) for key in self.graph.kept(self.key)), None)

    subscription_status: str | None = attribute(
        "subscription_status",
        "The subscription, as spelled: `active`, `active_trial`, `trial_expired`, `cancelled` and others.",
    )
    business_status: str | None = attribute(
        "business_status",
        "The status of the account's business in newer documents, as spelled.",
    )
    system_id: ID | None = attribute(
        "system_id",
        "The integer id of the same accounting system, in the deprecated dialect.",
    )

    @field
    def permissions(self) -> list[Permission]:
        """The flags of the account's plan by name: of the account, never rights of a person."""
        return [_permission(name, flag) for name, flag in sorted(self.graph.permissions(self.key).items())]

    @field
    def api_paths(self) -> list[ApiPath]:
        """Which id goes into which call of the service."""
        return _api_paths(self.key)

    @connection
    def reached_by(
        self,
        page: Page,
        filter: Filter = strawberry.UNSET,  # noqa: A002  # the name that the contract gives to the argument
        mode: ModeArgument = Mode.ACCESS,
    ) -> AccessConnection:
        """Every identity that reaches this account, and how."""
        return _reached_by(self, filter, mode, page)

    exposure: Figures = stated(lambda self: counts(self.graph, self.key), "Who reaches this account, in figures.")


@described
class Group(Node):
    """A group of people: everyone in a business when it is business-level, else a project's."""

    @field
    def group_id(self) -> ID:
        """The service's own id."""
        return ID(native_id(self.key))

    @field
    def business(self) -> Business | None:
        """The business that the group is of."""
        owners = _held(self.graph, self.key, Relation.GROUP_OF)
        return next((Business(graph=self.graph, key=grant.resource) for grant in owners), None)

    @field
    def business_level(self) -> bool:
        """Whether it is the group of everyone in its business: only then are its rows memberships."""
        return self.key in self.graph.business_groups

    @field
    def active(self) -> bool | None:
        """Whether its rows say that the business is active; null when none says it."""
        rows = (self.graph.row(said.document, said.section, said.index).active for _, said in _rows_of(self))
        said = [each for each in rows if isinstance(each, bool)]
        return all(said) if said else None

    @connection
    def members(self, page: Page) -> Connection[GroupMembership]:
        """The rows that put an identity into this group."""
        return records(GroupMembership, self.graph, ("group", self.key), _rows_of(self), page)


def _rows_of(group: Group) -> Iterator[tuple[model.Grant, model.Evidence]]:
    """The standing rows of a group; those of a business-level group state memberships of its business."""
    graph = group.graph
    yield from _each(_given(graph, group.key, Relation.GROUP), Section.GROUP)
    if group.key in graph.business_groups:
        shown = {said for owned in _held(graph, group.key, Relation.GROUP_OF) for said in owned.evidence}
        teams = {said.document for said in shown if said.section is Section.TEAM_GROUP}
        members = _given(graph, graph.business_groups[group.key], Relation.MEMBER)
        for grant, said in _each(members, Section.GROUP, Section.TEAM_MEMBER):
            if said in shown or (said.section is Section.TEAM_MEMBER and said.document in teams):
                yield grant, said


_NODES: dict[NodeKind, type[Node]] = {
    NodeKind.IDENTITY: Identity,
    NodeKind.BUSINESS: Business,
    NodeKind.ACCOUNT: Account,
    NodeKind.GROUP: Group,
}


@described
class Access:
    """The answer for one identity and one resource."""

    graph: strawberry.Private[AccessGraph]
    found: strawberry.Private[model.Access]

    @field
    def principal(self) -> Identity:
        """Who reaches."""
        return Identity(graph=self.graph, key=self.found.principal)

    @field
    def resource(self) -> Node:
        """What is reached."""
        return node(self.graph, self.found.resource)

    roles: list[Role] = stated(lambda self: self.found.roles, "The maximal roles over the paths.")
    capabilities: list[Capability] = stated(
        lambda self: self.found.capabilities, "What these roles can do, by the policy's table."
    )
    certainty: Certainty = stated(lambda self: self.found.certainty, "How sure the best path is.")
    state: AccessState = stated(lambda self: self.found.state, "Active when any path is.")
    state_reasons: list[str] = stated(
        lambda self: self.found.reasons, "Why it is latent, as codes; none when it is active."
    )
    distance: int = stated(lambda self: self.found.distance, "The number of steps of the shortest path.")

    @field
    def paths(self, first: First = 5) -> PathList:
        """The paths that prove the access, by certainty, state, length and printed form."""
        return PathList(graph=self.graph, found=self.found, count=within(first, 5))

    @field
    def explanation(self) -> Explanation:
        """How many independent routes there are, and what would end them."""
        explained = explain.explain(self.graph, self.found)
        return Explanation(
            independent_routes=explained.independent_routes,
            cut=[Grant(graph=self.graph, held=each) for each in explained.cut],
            sentence=explained.sentence,
        )


@described
class AccessConnection(Connection[Access]):
    """A page of accesses, by certainty, state, distance and printed form."""

    answer: strawberry.Private[reach.Answer]

    @field
    def truncated(self) -> bool:
        """Whether a limit cut the search itself: then there may be more."""
        return self.answer.truncated

    @field
    def coverage(self) -> Coverage:
        """How much was observed, so that "nobody else" is never claimed falsely."""
        return mirror(Coverage, self.answer.coverage)


def accesses(graph: AccessGraph, question: Sequence[object], answer: reach.Answer, page: Page) -> AccessConnection:
    """A page of an answer; only the accesses of the page are written out."""
    keys = [summary.key for summary in answer.summaries]

    def load(part: slice) -> list[Access]:
        return [Access(graph=graph, found=found) for found in answer[part]]

    return AccessConnection(window=Window(graph.version, question, keys, load, page), answer=answer)


@described
class PathList:
    """The first paths of an access."""

    graph: strawberry.Private[AccessGraph]
    found: strawberry.Private[model.Access]
    count: strawberry.Private[int]

    @field
    def nodes(self) -> list[Path]:
        """The paths, best first."""
        return [Path(graph=self.graph, walked=each) for each in self.found.paths[: self.count]]

    @field
    def truncated(self) -> bool:
        """Whether there are more paths, or may be since a limit cut the search."""
        return self.found.truncated or len(self.found.paths) > self.count


@described
class Path:
    """An ordered list of steps that proves an access."""

    graph: strawberry.Private[AccessGraph]
    walked: strawberry.Private[model.Path]

    @field
    def steps(self) -> list[Step]:
        """The steps, from the identity to the resource."""
        return [Step(graph=self.graph, taken=each) for each in self.walked.steps]

    role: Role = stated(
        lambda self: self.walked.role, "The role that the path conveys; UNKNOWN for a mere association."
    )
    roles: list[Role] = stated(
        lambda self: self.walked.roles,
        "All roles of the grant that conveys the access; more than one where its records disagree.",
    )
    certainty: Certainty = stated(lambda self: self.walked.certainty, "How sure the path is.")
    state: AccessState = stated(
        lambda self: self.walked.state, "How alive the path is: latent if any node or grant on it is."
    )
    state_reasons: list[str] = stated(
        lambda self: self.walked.reasons, "Why it is latent, as codes; none when it is active."
    )

    @field
    def sentence(self) -> str:
        """The path in plain English."""
        return explain.path_sentence(self.graph, self.walked)


@described
class Step:
    """One hop of a path, its ends in walking order."""

    graph: strawberry.Private[AccessGraph]
    taken: strawberry.Private[model.Step]

    @partial(field, name="from")
    def principal(self) -> Node:
        """Where the step starts."""
        return node(self.graph, self.taken.principal)

    relation: Relation = stated(
        lambda self: self.taken.relation, "The relation that is followed; KEEPS is followed both ways."
    )

    @partial(field, name="to")
    def resource(self) -> Node:
        """Where the step ends."""
        return node(self.graph, self.taken.resource)

    role: Role | None = stated(lambda self: self.taken.role, "The role of the grant, for relations that have one.")
    raw_role: str | None = stated(lambda self: self.taken.raw_role, "The document's own word for the role.")

    @field
    def grant(self) -> Grant | None:
        """The grant that the step goes over, with its evidence."""
        return Grant(graph=self.graph, held=self.graph.grants[self.taken.grant])


@described
class Grant:
    """One relation held by a principal on a resource, as stated by one or more records in one or more dialects."""

    graph: strawberry.Private[AccessGraph]
    held: strawberry.Private[model.Grant]

    @field
    def id(self) -> ID:
        """The printed form: `business:77128#MEMBER@identity:712052`."""
        return ID(self.held.id)

    @field
    def label(self) -> str:
        """Its records as a person calls them: `membership 168372 = group row 168372 = role 682608`."""
        return explain.records(self.held)

    relation: Relation = stated(lambda self: self.held.relation, "The relation that is held.")

    @field
    def principal(self) -> Node:
        """Who holds it."""
        return node(self.graph, self.held.principal)

    @field
    def resource(self) -> Node:
        """What it is held on."""
        return node(self.graph, self.held.resource)

    roles: list[Role] = stated(
        lambda self: self.held.roles, "The canonical roles that its records state, the membership's first."
    )
    raw_roles: list[str | None] = stated(
        lambda self: self.held.words, "The documents' own words, in the order of the evidence."
    )
    active: bool = stated(lambda self: self.held.active, "False when a standing group or team row says so.")

    @field
    def evidence(self) -> list[Evidence]:
        """Every standing record that states it."""
        return [Evidence(graph=self.graph, said=each) for each in self.held.evidence]

    @field
    def remediation(self) -> list[Remedy]:
        """What to do for it to end: every record of it must go. None for a fact that nobody can revoke."""
        return [mirror(Remedy, each) for each in remedies(self.graph, self.held)]


@described
class Remedy:
    """A record that must go for a grant to end, and how. Nothing is done here."""

    record: str = value("The record as a person calls it: `role 994207`.")
    dialect: str = value("The dialect that it stands in.")
    action: str = value("What to do in the vendor's product.")
    destroy: str | None = value("The record's own `links.destroy`, as the document gives it; never called.")
    source: str = value("The source of the document.")
    pointer: str = value("The JSON pointer of the record in the document.")


@described
class Evidence:
    """Where something is said."""

    graph: strawberry.Private[AccessGraph]
    said: strawberry.Private[model.Evidence]
    inside: strawberry.Private[str] = ""  # the rest of the pointer, where a part of a record says it

    @property
    def _place(self) -> str:
        said = self.said
        return documents.pointer(self.graph.documents[said.document], said.section, said.index, said.sub) + self.inside

    @field
    def document(self) -> Document:
        """The document that says it."""
        found = self.graph.documents[self.said.document]
        return Document(
            sha256=found.sha256,
            source=found.source,
            observed_at=found.observed_at,
            kind=found.kind,
            subject=node(self.graph, found.subject),
        )

    @field
    def pointer(self) -> str:
        """The JSON pointer (RFC 6901) of the record in the document."""
        return self._place

    record_id: ID | None = stated(lambda self: self.said.record_id, "The record's own id, when it has one.")

    @field
    def record(self) -> JSON | None:
        """The record as it was kept: secrets were dropped before."""
        return JSON(documents.record(self.graph.documents[self.said.document], self._place))


@described
class Document:
    """One JSON body observed at one moment."""

    sha256: str = value("The SHA-256 of the kept body, in hexadecimal.")
    source: str = value("Where it came from: a file name or what its envelope says.")
    observed_at: dt.datetime = value("The moment at which it was true.")
    kind: str = value("`me` is one identity's own view, `team` everyone's role in one business.")
    subject: Node = value("The identity or business that it speaks about.")


@described
class Explanation:
    """How an access could be ended."""

    independent_routes: int = value("The most paths that share no grant which one could revoke.")
    cut: list[Grant] = value(
        "The fewest grants whose removal ends the access; among equals, those that end the least else."
    )
    sentence: str = value("All of it in plain English.")


@described
class Coverage:
    """How much was observed."""

    complete: bool = value("Whether the document that decides the question was read.")
    notes: list[str] = value("What stays a lower bound, one sentence each.")
    identities_observed: int = value("How many identities have their own document in the graph.")
    businesses_observed: int = value("How many businesses have a record in the graph.")
    teams_observed: int = value("How many businesses have a team document in the graph.")
    oldest: dt.datetime | None = value("The moment of the oldest document.")
    newest: dt.datetime | None = value("The moment of the newest document.")


@described_interface
class Record:
    """A record of a document, with where it is said and the grant that it states."""

    graph: strawberry.Private[AccessGraph]
    held: strawberry.Private[model.Grant]
    said: strawberry.Private[model.Evidence]

    record_id: ID | None = stated(lambda self: self.said.record_id, "The record's own id; not an id of a node.")

    @field
    def grant(self) -> Grant:
        """The grant that the record states, with every other record of it."""
        return Grant(graph=self.graph, held=self.held)

    @field
    def evidence(self) -> Evidence:
        """Where this record is said."""
        return Evidence(graph=self.graph, said=self.said)


def _row(self: Record) -> Any:
    """The typed row of a record."""
    return self.graph.row(self.said.document, self.said.section, self.said.index)


@described
class Membership(Record):
    """An identity's membership of a business."""

    @field
    def identity(self) -> Identity:
        """The member."""
        return Identity(graph=self.graph, key=self.held.principal)

    @field
    def business(self) -> Business:
        """The business."""
        return Business(graph=self.graph, key=self.held.resource)

    @field
    def role(self) -> Role:
        """The role of the record that speaks first."""
        return self.held.roles[0]

    roles: list[Role] = stated(
        lambda self: self.held.roles, "All roles that its records state; more than one where they disagree."
    )

    @field
    def raw_role(self) -> str | None:
        """The document's own word for the role."""
        return self.held.words[0]


@described
class GroupMembership(Record):
    """A row that puts an identity into a group, of its own document or of a team's."""

    @field
    def identity(self) -> Identity:
        """Who is in the group."""
        return Identity(graph=self.graph, key=self.held.principal)

    @field
    def group(self) -> Group | None:
        """The group, when the row names it."""
        group = known(_row(self).group_id)
        return Group(graph=self.graph, key=f"group:{group}") if f"group:{group}" in self.graph else None

    group_id: ID | None = stated(lambda self: _row(self).group_id, "The group's id, as the row gives it.")
    role: str | None = stated(
        lambda self: _row(self).role, "The row's own word; in a project group it is a project role."
    )
    identity_id: ID | None = stated(lambda self: _row(self).identity_id, "The identity's id, as the row gives it.")
    first_name: str | None = stated(lambda self: _row(self).first_name, "The first name, as the row spells it.")
    last_name: str | None = stated(lambda self: _row(self).last_name, "The last name, as the row spells it.")
    email: str | None = stated(lambda self: _row(self).email, "The email, as the row spells it.")
    company: str | None = stated(
        lambda self: getattr(_row(self), "company", None),
        "The name of the business, as the row spells it; a team's rows have none.",
    )
    business_id: ID | None = stated(lambda self: _row(self).business_id, "The business's id, as the row gives it.")
    active: bool | None = stated(lambda self: _row(self).active, "Whether the business is active, as the row says.")


@described
class RoleRecord(Record):
    """A row of the deprecated dialect: an identity has a role on an account."""

    @field
    def identity(self) -> Identity:
        """Who has the role."""
        return Identity(graph=self.graph, key=self.held.principal)

    @field
    def account(self) -> Account:
        """The account."""
        return Account(graph=self.graph, key=f"account:{_row(self).accountid}")

    role: str | None = stated(lambda self: _row(self).role, "The row's own word; `admin` means OWNER in this dialect.")
    system_id: ID | None = stated(lambda self: _row(self).systemid, "The integer id of the accounting system.")
    user_id: ID | None = stated(lambda self: _row(self).userid, "The person's number inside this account only.")
    created_at: dt.datetime | None = stated(lambda self: _row(self).created_at, "When the role was created.")

    @field
    def links(self) -> list[Link]:
        """Related resources of the service, such as the call that destroys the role."""
        return _links(_row(self).links)

    @field
    def account_id(self) -> ID:
        """The account's id, as the row gives it."""
        return ID(_row(self).accountid)


@described
class Client(Record):
    """A business or an identity that is a client of an account."""

    @field
    def client(self) -> Node:
        """Who is the client."""
        return node(self.graph, self.held.principal)

    @field
    def account(self) -> Account:
        """The vendor's account."""
        return Account(graph=self.graph, key=self.held.resource)

    @field
    def vendor(self) -> Business | None:
        """The vendor, when a document names the business behind the account."""
        return next((Business(graph=self.graph, key=key) for key in self.graph.kept(self.held.resource)), None)

    @field
    def user_ids(self) -> list[ID]:
        """The client's numbers inside the vendor's account."""
        return [ID(each) for each in dict.fromkeys(self.held.clients) if each is not None]


@described
class Address:
    """A postal address; every part may be missing."""

    id: ID | None = value("The address's own id.")
    street: str | None = value("The street.")
    city: str | None = value("The city.")
    province: str | None = value("The province or state.")
    country: str | None = value("The country.")
    postal_code: str | None = value("The postal code.")


@described
class Phone:
    """A named phone number; a placeholder has no number."""

    id: ID | None = value("The phone number's own id.")
    title: str | None = value("What the person calls it.")
    phone_number: str | None = value("The number.")


@described
class Profession:
    """What a person says of their work."""

    id: ID | None = value("The profession's own id.")
    title: str | None = value("The title.")
    company: str | None = value("The company.")
    designation: str | None = value("The designation.")


@described
class Profile:
    """The profile that older documents repeat."""

    given: strawberry.Private[documents.Profile]

    setup_complete: bool | None = stated(
        lambda self: self.given.setup_complete, "Whether the identity has been populated with necessary data."
    )
    first_name: str | None = stated(lambda self: self.given.first_name, "The first name.")
    last_name: str | None = stated(lambda self: self.given.last_name, "The last name.")

    @field
    def phone_number(self) -> Phone | None:
        """The phone number."""
        return next(iter(_phones(self.given.phone_number)), None)

    @field
    def address(self) -> Address | None:
        """The postal address."""
        return _maybe(Address, self.given.address)

    @field
    def professions(self) -> list[Profession]:
        """What the person says of their work."""
        return [mirror(Profession, each) for each in known(self.given.professions) or () if each]


@described
class Link:
    """A related resource of the service."""

    name: str = value("What it is to this one.")
    path: str | None = value("The path of the call.")


@described
class ApiPath:
    """How the calls of one part of the service begin for one business or account."""

    service: str = value("The part of the service.")
    path: str = value("The beginning of the path, to which the resource is added.")


@described
class Permission:
    """A flag of an account's plan."""

    name: str = value("The name of the flag.")
    enabled: bool | None = value("Whether it is on, for a flag that is on or off.")
    limit: int | None = value("The limit, for a flag that is one; null when it does not fit into an Int.")
    unlimited: bool = value("Whether it is a limit that is none: the service writes -1.")
    value: JSON | None = value("The flag as it is written, whatever its type.")


def _permission(name: str, flag: object) -> Permission:
    enabled = flag if isinstance(flag, bool) else None
    number = flag if isinstance(flag, int) and enabled is None else None
    fits = number is not None and -(2**31) <= number < 2**31
    limit = number if fits else None
    return Permission(name=name, enabled=enabled, limit=limit, unlimited=number == -1, value=cast("JSON", flag))


_API_PATHS: Final = {
    # "Calls to /accounting endpoints require the accountId"
    NodeKind.ACCOUNT: (("accounting", "/accounting/account/{}"),),
    # "most non-accounting resources, such as the /timetracking/ and /projects/ endpoints usually require a businessId"
    NodeKind.BUSINESS: (
        ("timetracking", "/timetracking/business/{}"),
        ("projects", "/projects/business/{}"),
        ("auth", "/auth/api/v1/users/business/{}"),
    ),
}


def _api_paths(key: str) -> list[ApiPath]:
    native = quote(native_id(key), safe="")
    return [ApiPath(service=service, path=path.format(native)) for service, path in _API_PATHS[kind_of(key)]]


def _phones(given: Any) -> list[Phone]:
    """The phone numbers of a document, which gives a list, one, or only its text."""
    listed = given if isinstance(given, list) else [given]
    plain = (documents.Phone(phone_number=each) if isinstance(each, str) else each for each in listed)
    return [mirror(Phone, each) for each in plain if isinstance(each, documents.Phone)]


def _links(given: Any) -> list[Link]:
    return [Link(name=name, path=known(path)) for name, path in sorted((known(given) or {}).items())]


@described
class Issue:
    """Something in one document that a user should know, although the document was taken."""

    code: str = value("A stable code.")
    source: str = value("The document's source.")
    sha256: str = value("The document's SHA-256, in hexadecimal.")
    pointer: str = value("The JSON pointer of the place in the document.")
    message: str = value("What is the matter, in plain English.")


@described
class RoleRule:
    """A row of the policy: what a role can do."""

    role: Role = value("The role.")
    capabilities: list[Capability] = value("What it can do.")
    controls: bool = value("Whether its holder acts for the business.")


@described
class Policy:
    """The judgement that the answers are given under."""

    digest: str = value("A hash that two policies share exactly when their tables are equal.")
    roles: list[RoleRule] = value("What each role can do.")
    alive: list[str] = value("The subscription statuses under which an account works.")
