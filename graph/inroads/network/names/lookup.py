"""The node that a user means by an id, an email, a name or a part of a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from typing import Final, NamedTuple

from inroads.columns.claimset import KINDS
from inroads.errors import AmbiguousEmail, AmbiguousName, BadId, InroadsError, NotFound
from inroads.model import (
    NodeKind,
    Relation,
    Role,
    fold_text,
    is_grant_id,
    kind_of,
    native_id,
    node_id,
)
from inroads.network.access_graph import AccessGraph
from inroads.network.names.nearest import nearest
from inroads.network.search import Matches, MatchField
from inroads.network.wording import label

LISTED: Final = 10
"""The most candidates of an ambiguous name that an error lists."""

QUOTED: Final = 100
"""The most characters of a text that an error repeats."""

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_LIKE_AN_ID: Final = re.compile(r"[a-z]+:\S+", re.IGNORECASE)
_GRANT: Final = re.compile(rf"(.+)#((?:{'|'.join(Relation)})(?:/CLIENT)?)@(.+)", re.DOTALL)
_TEXTS: Final = (MatchField.EMAIL, MatchField.NAME)


class NamedBy(StrEnum):
    """Ways to name a node, the surest first."""

    ID = "its printed id"
    EMAIL = "its email"
    BARE_ID = "its bare id"
    NAME = "its name"
    PART = "a part of its name"


class Named(NamedTuple):
    """The node that a text means, and the way in which the text names it."""

    node: str
    by: NamedBy

    @property
    def plain(self) -> bool:
        """The text is a printed id or an email, so that nobody need be told which node it is."""
        return self.by in (NamedBy.ID, NamedBy.EMAIL)


def named(
    graph: AccessGraph,
    text: str,
    kinds: Iterable[NodeKind],
    by_id: Iterable[NodeKind] = (),
) -> Named:
    """Return the node of one of these kinds that a text means; `by_id` are kinds that only a
    printed id may name.

    A printed id comes first, then an email, a bare id, a whole name, and a part of a name. A text
    that is an email or a number is never taken for a part of another one. Raises AmbiguousName and
    AmbiguousEmail with the candidates, NotFound with the nearest nodes, BadId for an id that is
    malformed, and WRONG_KIND.
    """
    wanted, kinds = text.strip(), frozenset(kinds)
    allowed = kinds.union(by_id)
    printed = _printed(wanted)
    if printed is not None:
        if printed not in graph:
            raise _not_found(graph, wanted, allowed)
        return Named(_of_kind(printed, allowed), NamedBy.ID)
    if NodeKind.IDENTITY in kinds and "@" in wanted:
        identity = graph.by_email(wanted)
        if identity is not None:
            return Named(identity, NamedBy.EMAIL)
    bare = _by_bare_id(graph, wanted, kinds)
    if bare:
        return Named(_only(graph, wanted, bare, len(bare)), NamedBy.BARE_ID)
    is_whole = bool(_EMAIL.fullmatch(wanted)) or wanted.isdecimal()
    found = graph.matches(wanted, kinds, (MatchField.NAME,) if is_whole else _TEXTS)
    if found.exact:
        return Named(_only(graph, wanted, _first(found), found.exact), NamedBy.NAME)
    if len(found) and not is_whole:
        return Named(_only(graph, wanted, _first(found), len(found)), NamedBy.PART)
    _refuse_other_kind(graph, wanted, kinds)
    raise _not_found(graph, wanted, allowed)


def named_grant(graph: AccessGraph, text: str) -> str:
    """Return the printed id of a grant whose ends are named: `Bakery#MEMBER@ann@example.com`.

    A role after `=` stays behind it. Any other text is returned as it is. Raises as `named` for an
    end.
    """
    grant, equals, role = text.strip().rpartition("=")
    if equals and is_grant_id(grant):  # also with a word that is no role, which is told later
        return text
    if equals and role.strip().upper() in Role.__members__:
        return f"{named_grant(graph, grant)}={role}"
    parts = _GRANT.fullmatch(text.strip())
    if not parts or is_grant_id(text.strip()):
        return text
    try:
        return _with_ends(graph, parts)
    except NotFound:
        shorter = _GRANT.fullmatch(grant) if equals else None
        if shorter is not None:
            with suppress(InroadsError):
                # A word that is no role: the edit tells which there are.
                return f"{_with_ends(graph, shorter)}={role}"
        raise


def _with_ends(graph: AccessGraph, parts: re.Match[str]) -> str:
    """Return the printed id of a grant whose parts were read. Raises as `named` for an end."""
    resource, relation, principal = parts.groups()
    holders, held = _ENDS[Relation(relation.removesuffix("/CLIENT"))]
    ends = named(graph, resource, held).node, named(graph, principal, holders).node
    return f"{ends[0]}#{relation}@{ends[1]}"


_ENDS: Final = {
    Relation.MEMBER: ({NodeKind.IDENTITY}, {NodeKind.BUSINESS}),
    Relation.ROLE: ({NodeKind.IDENTITY}, {NodeKind.ACCOUNT}),
    Relation.GROUP: ({NodeKind.IDENTITY}, {NodeKind.GROUP}),
    Relation.GROUP_OF: ({NodeKind.GROUP}, {NodeKind.BUSINESS}),
    Relation.KEEPS: ({NodeKind.BUSINESS}, {NodeKind.ACCOUNT}),
    Relation.CLIENT: ({NodeKind.BUSINESS}, {NodeKind.ACCOUNT}),
}


def nearest_to(graph: AccessGraph, text: str, kinds: Iterable[NodeKind] = KINDS) -> NotFound:
    """Return the error that no document names a text, with the nearest nodes of some kinds."""
    near = nearest(graph, text, frozenset(kinds))
    asked = f"; did you mean {_alternatives(graph, near)}?" if near else ""
    return NotFound(f"no document names {_quoted(text)}{asked}", nearest=near)


def shown(graph: AccessGraph, node: str) -> str:
    """Return a node as a suggestion shows it: an email alone, else the id with its label."""
    told = label(graph, node)
    if kind_of(node) is NodeKind.IDENTITY and "@" in told:
        return told
    name = told.removesuffix(f" ({native_id(node)})")
    return node if name == told else f"{node} ({name})"


def _printed(text: str) -> str | None:
    try:
        return node_id(text)
    except BadId:
        return None


def _of_kind(node: str, kinds: frozenset[NodeKind]) -> str:
    if kind_of(node) not in kinds:
        raise InroadsError(f"{node} is no {' or '.join(sorted(kinds)).lower()}", "WRONG_KIND")
    return node


def _by_bare_id(graph: AccessGraph, text: str, kinds: Iterable[NodeKind]) -> list[str]:
    """Return the nodes of these kinds with a native id."""
    found = []
    for kind in sorted(kinds, key=KINDS.index):
        printed = _printed(f"{kind.lower()}:{text}") if text else None
        if printed is not None and printed in graph:
            found.append(printed)
    return found


def _first(found: Matches) -> list[str]:
    return [match.node for match in found[:LISTED]]


def _only(graph: AccessGraph, text: str, nodes: list[str], count: int) -> str:
    """Return the only node. Raises AmbiguousName for more."""
    if count == 1:
        return nodes[0]
    raise AmbiguousName(
        f"{_quoted(text)} may mean any of {count:,} nodes: name one by its id",
        ids=tuple(nodes[:LISTED]),
        labels=tuple(label(graph, node) for node in nodes[:LISTED]),
        total=count,
    )


def _refuse_other_kind(graph: AccessGraph, text: str, kinds: frozenset[NodeKind]) -> None:
    """Raise WRONG_KIND if a text is the email, id or whole name of one node of another kind."""
    others = frozenset(KINDS) - kinds
    found = _by_bare_id(graph, text, others)
    if not found and NodeKind.IDENTITY in others and "@" in text:
        try:
            found = list(filter(None, [graph.by_email(text)]))
        except AmbiguousEmail as error:
            found = list(error.ids)
    if not found:
        matches = graph.matches(text, others, (MatchField.NAME,))
        found = _first(matches) if matches.exact == 1 else []
    if found:
        wanted = " or ".join(sorted(kinds)).lower()
        other = shown(graph, found[0])
        told = found[0] if fold_text(other) == fold_text(text) else other
        raise InroadsError(f"{_quoted(text)} is {told}, no {wanted}", "WRONG_KIND")


def _not_found(graph: AccessGraph, text: str, kinds: frozenset[NodeKind]) -> InroadsError:
    """Return the error for a text that means no node of these kinds."""
    former = graph.formerly(text) if NodeKind.IDENTITY in kinds and "@" in text else ()
    if former:
        return NotFound("; ".join(each.sentence(text) for each in former))
    found = nearest_to(graph, text, kinds)
    if text and (_printed(text) is not None or not _LIKE_AN_ID.fullmatch(text)):
        return found
    asked = f"; did you mean {_alternatives(graph, found.nearest)}?" if found.nearest else ""
    return BadId(
        f"{_quoted(text)} is neither an email, a name nor a node id such as identity:712052{asked}",
        nearest=found.nearest,
    )


def _quoted(text: str) -> str:
    """Return a text as errors repeat it: a very long one is cut."""
    wanted = text.strip()
    return repr(wanted if len(wanted) <= QUOTED else f"{wanted[:QUOTED]}…")


def _alternatives(graph: AccessGraph, nodes: Iterable[str]) -> str:
    *others, last = (shown(graph, node) for node in nodes)
    return f"{', '.join(others)} or {last}" if others else last
