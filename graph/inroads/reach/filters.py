"""Filters of accesses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, Literal, NamedTuple, TypedDict, TypeVar

import msgspec
import numpy as np

from inroads.columns.adjacency import Adjacency
from inroads.columns.arrays import Flags, Ints
from inroads.columns.claimset import RELATIONS
from inroads.errors import BadId, InroadsError
from inroads.model import (
    AccessState,
    Capability,
    Certainty,
    NodeKind,
    Relation,
    Role,
    is_grant_id,
    node_id,
)
from inroads.network.access_graph import AccessGraph
from inroads.network.mappings import Hop
from inroads.network.names.lookup import named, named_grant
from inroads.reach.answers import Summary

_T = TypeVar("_T")


class AccessFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A filter of accesses; a field that is not set allows everything.

    `via` keeps the paths that use only these relations (KEEPS is always allowed), `avoid` drops
    paths through these nodes or grants, `max_steps` drops longer paths. An access that keeps a path
    must then have any of `roles`, any of `capabilities`, this `certainty` and this `state`, and be
    contested or not. Raises BadId for an invalid id in `avoid`, and BAD_FILTER if `max_steps` is less than 1.
    """

    roles: frozenset[Role] | None = None
    capabilities: frozenset[Capability] | None = None
    certainty: Certainty | None = None
    state: AccessState | None = None
    via: frozenset[Relation] | None = None
    avoid: frozenset[str] = frozenset()
    max_steps: int | None = None
    contested: bool | None = None

    def __post_init__(self) -> None:
        avoid = frozenset(
            each.strip() if is_grant_id(each.strip()) else _node_to_avoid(each)
            for each in self.avoid
        )
        # Ids are folded to the form that hops have.
        msgspec.structs.force_setattr(self, "avoid", avoid)
        if self.max_steps is not None and self.max_steps < 1:
            raise InroadsError("max_steps must be at least 1", "BAD_FILTER")

    def allows(self, hop: Hop) -> bool:
        """Return whether a path may take this hop."""
        relation = hop.grant.relation
        if self.via is not None and relation is not Relation.KEEPS and relation not in self.via:
            return False
        return not self.avoid or self.avoid.isdisjoint((hop.principal, hop.resource, hop.grant.id))

    def keeps(self, summary: Summary, graph: AccessGraph) -> bool:
        """Return whether an access as a whole passes the filter."""
        return (
            (self.certainty is None or summary.certainty is self.certainty)
            and (self.state is None or summary.state is self.state)
            and (self.contested is None or bool(summary.contested) is self.contested)
            and self.suits(summary, graph)
        )

    def suits(self, summary: Summary, graph: AccessGraph) -> bool:
        """Return whether the roles and capabilities of an access pass the filter."""
        return (self.roles is None or not self.roles.isdisjoint(summary.roles)) and (
            self.capabilities is None
            or not self.capabilities.isdisjoint(graph.policy.capabilities(summary.roles))
        )


RoleWord = Literal[
    "OWNER",
    "ADMIN",
    "MANAGER",
    "EMPLOYEE",
    "ACCOUNTANT",
    "CONTRACTOR",
    "CLIENT",
    "STAFF",
    "UNKNOWN",
]
CapabilityWord = Literal[
    "PRIMARY_IDENTITY",
    "FULL_ACCESS",
    "OPERATIONS",
    "FINANCIAL_REPORTS",
    "EXPENSE_CATEGORISATION",
    "OWN_EXPENSES",
    "PROJECTS",
    "TIME_TRACKING",
    "TEAM_MEMBER",
    "CONTRACT_TIME_TRACKING",
    "INVOICE_THE_BUSINESS",
    "RECEIVED_INVOICES",
]
CertaintyWord = Literal["STATED", "INFERRED", "ASSOCIATED"]
StateWord = Literal["ACTIVE", "LATENT"]
RelationWord = Literal["MEMBER", "ROLE", "GROUP", "GROUP_OF", "KEEPS", "CLIENT"]
KindWord = Literal["IDENTITY", "BUSINESS", "ACCOUNT", "GROUP"]
ModeWord = Literal["ACCESS", "ASSOCIATION"]


class Filters(TypedDict, total=False):
    """The fields of an AccessFilter as keywords, which editors complete; words stand for enums.

    One word may stand for a list of it. In `avoid` a node may be named as in any question.
    """

    roles: Iterable[Role | RoleWord] | Role | RoleWord | None
    capabilities: Iterable[Capability | CapabilityWord] | Capability | CapabilityWord | None
    certainty: Certainty | CertaintyWord | None
    state: AccessState | StateWord | None
    via: Iterable[Relation | RelationWord] | Relation | RelationWord | None
    avoid: Iterable[str]
    max_steps: int | None
    contested: bool | None


def filter_of(graph: AccessGraph, given: Mapping[str, object]) -> AccessFilter:
    """Return the filter of these fields, with the nodes to avoid by their ids.

    Raises InroadsError BAD_FILTER, with the nearest name or word for one that is unknown; for a
    node to avoid as `named`.
    """
    if not given:
        return ALL
    names = AccessFilter.__struct_fields__
    for name in given:
        if name not in names:
            raise InroadsError(
                f"there is no filter {name!r}{_meant(name, names)}; filters are {', '.join(names)}",
                "BAD_FILTER",
            )
    # An iterator is read once.
    fields = {name: listed(value) if name in _MANY else value for name, value in given.items()}
    for name, kind in _WORDS.items():
        value = fields.get(name)
        for word in value if isinstance(value, list) else [value]:
            if isinstance(word, str) and word not in list(kind):
                known = [each.value for each in kind]
                raise InroadsError(
                    f"{word!r} is none of {', '.join(known)}{_meant(word.upper(), known)}",
                    "BAD_FILTER",
                )
    avoid = fields.get("avoid")
    if isinstance(avoid, list):
        fields["avoid"] = [
            to_avoid(graph, each) if isinstance(each, str) else each for each in avoid
        ]
    return one_of(fields, AccessFilter)


def to_avoid(graph: AccessGraph, text: str) -> str:
    """Return the id of a node or a grant that a text names. A printed id is checked later."""
    grant = named_grant(graph, text).strip()
    return grant if is_id(grant) else named(graph, grant, NodeKind).node


def one_of(given: object, kind: type[_T]) -> _T:
    """Convert a part of a question to its type. Raises InroadsError BAD_FILTER."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise InroadsError(f"the question is wrong: {error}", "BAD_FILTER") from None


_WORDS: Final[dict[str, type[StrEnum]]] = {
    "roles": Role,
    "capabilities": Capability,
    "certainty": Certainty,
    "state": AccessState,
    "via": Relation,
}


_MANY: Final = {"roles", "capabilities", "via", "avoid"}
"""Filters that take several values."""


def listed(value: object) -> object:
    """Return the values of an iterable as a list; a text is one value, not its letters."""
    if isinstance(value, str):
        return [value]
    return list(value) if isinstance(value, Iterable) else value


def _meant(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), 1)
    return f"; did you mean {near[0]}?" if near else ""


def is_id(text: str) -> bool:
    """Return whether a text has the printed form of a grant or a node."""
    try:
        return is_grant_id(text) or bool(node_id(text))
    except BadId:
        return False


def _node_to_avoid(text: str) -> str:
    if "#" in text and "@" in text:
        raise BadId(f"{text!r} is not a grant id like account:Xr82w#CLIENT@business:77128")
    return node_id(text)


ALL: Final = AccessFilter()


class Allowed(NamedTuple):
    """A filter of hops by number."""

    by_number: Adjacency
    relations: frozenset[int] | None
    nodes: frozenset[int]
    grants: frozenset[int]

    @classmethod
    def of(cls, graph: AccessGraph, chosen: AccessFilter) -> Allowed | None:
        if chosen.via is None and not chosen.avoid:
            return None
        index = graph.index
        relations = None
        if chosen.via is not None:
            relations = frozenset(map(RELATIONS.index, {*chosen.via, Relation.KEEPS}))
        nodes = (index.number(each) for each in chosen.avoid)
        grants = (index.grant_number(each) for each in chosen.avoid)
        return cls(index, relations, _known(nodes), _known(grants))

    @classmethod
    def without(cls, index: Adjacency, grants: frozenset[int]) -> Allowed:
        """Return the filter of all hops but those over these grants."""
        return cls(index, None, frozenset(), grants)

    @property
    def chosen(self) -> AccessFilter:
        """The filter by name."""
        index, relations = self.by_number, self.relations
        via = None if relations is None else frozenset(map(RELATIONS.__getitem__, relations))
        avoid = {*map(index.name, self.nodes), *map(index.grant_name, self.grants)}
        return AccessFilter(via=via, avoid=frozenset(avoid))

    def __call__(self, node: int, other: int, grant: int) -> bool:
        return (
            (self.relations is None or self.by_number.relation[grant] in self.relations)
            and grant not in self.grants
            and node not in self.nodes
            and other not in self.nodes
        )

    def column(self, others: Ints, grants: Ints) -> Flags:
        """Return flags of the allowed hops among many, which start at allowed nodes."""
        allowed = ~np.isin(others, list(self.nodes)) & ~np.isin(grants, list(self.grants))
        if self.relations is not None:
            allowed &= np.isin(self.by_number.fold.grants.relation[grants], list(self.relations))
        return allowed


def _known(numbers: Iterable[int | None]) -> frozenset[int]:
    return frozenset(number for number in numbers if number is not None)
