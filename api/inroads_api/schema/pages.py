"""Pages of ordered lists, as the Relay specification has them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import inspect
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, wraps
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar, cast

import msgspec
import strawberry
from strawberry.relay import PageInfo
from strawberry.types.fields.resolver import StrawberryResolver

from inroads.errors import BadCursor, BadId, InroadsError
from inroads.network.access_graph import AccessGraph
from inroads_api.limits import MAX_FIRST, MAX_ROWS
from inroads_api.schema.context import current
from inroads_api.schema.fields import described, field, value
from inroads_api.versions import marks
from inroads_api.versions.versions import Version

_S = TypeVar("_S")
_T = TypeVar("_T")

First = Annotated[int | None, strawberry.argument(description="How many to give, from 0 to 100.")]
_After = Annotated[
    str | None,
    strawberry.argument(description="The cursor after which to go on; none for the start."),
]
_Last = Annotated[
    int | None,
    strawberry.argument(
        description="How many to give from the end, from 0 to 100; where given, `first` is not"
        " read."
    ),
]
_Before = Annotated[
    str | None, strawberry.argument(description="The cursor before which to end; none for the end.")
]


MAX_OFFSET: Final = 2**31 - 1
"""The most items that a page passes over: the largest Int."""


def within(
    given: int | None, default: int, name: str = "first", least: int = 0, most: int = MAX_FIRST
) -> int:
    """Return the number of items that a `first` or `last` asks for; Relay allows 0.

    Raises InroadsError FIRST_OUT_OF_RANGE or LAST_OUT_OF_RANGE.
    """
    count = default if given is None else given
    if not least <= count <= most:
        raise InroadsError(
            f"{name} is {count}; it must be {least} to {most}", f"{name.upper()}_OUT_OF_RANGE"
        )
    return count


class Page(NamedTuple):
    """A requested part of a list: at most `size` items between two cursors.

    The items are taken from the start of that range, or from its end if `from_end` is set. Of those
    from the start, the first `offset` are passed over.
    """

    size: int
    after: str | None = None
    before: str | None = None
    from_end: bool = False
    offset: int = 0


_FirstRow = Annotated[
    int | None,
    strawberry.argument(
        description="How many to give, from 0 to 500; with anything of their paths, up to 100."
    ),
]
_LastRow = Annotated[
    int | None,
    strawberry.argument(
        description="How many to give from the end, from 0 to 500, or 100 as of `first`; where"
        " given, neither `first` nor `offset` is read."
    ),
]
_Offset = Annotated[
    int | None,
    strawberry.argument(description="How many to pass over, from the start or after the cursor."),
]


def rows(resolver: Callable[..., Any]) -> Any:
    """Declare a field that returns a page of up to MAX_ROWS items, which an offset can begin."""

    @wraps(resolver)
    def paged(
        self: Any,
        *,
        first: int | None = 50,
        last: int | None = None,
        offset: int | None = 0,
        after: str | None = None,
        before: str | None = None,
        **given: Any,
    ) -> Any:
        name, asked = ("first", first) if last is None else ("last", last)
        size = within(asked, 50, name, most=MAX_ROWS)
        passed = within(offset, 0, "offset", most=MAX_OFFSET)
        page = Page(size, after, before, last is not None, passed)
        return _continued(resolver, self, page, given)

    return _with_arguments(
        resolver,
        paged,
        ("first", _FirstRow, 50),
        ("after", _After, strawberry.UNSET),
        ("last", _LastRow, strawberry.UNSET),
        ("before", _Before, strawberry.UNSET),
        ("offset", _Offset, 0),
    )


def connection(resolver: Callable[..., Any], default: int = 50) -> Any:
    """Declare a field that returns a page of a list.

    Its resolver takes a `page`, which GraphQL clients see as four arguments. An explicit `first`
    cannot be distinguished from the default, so `last` alone counts if it is present.
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
        page = Page(size, after, before, last is not None)
        return _continued(resolver, self, page, given)

    return _with_arguments(
        resolver,
        paged,
        ("first", First, default),
        ("after", _After, strawberry.UNSET),
        ("last", _Last, strawberry.UNSET),
        ("before", _Before, strawberry.UNSET),
    )


def _with_arguments(
    resolver: Callable[..., Any], paged: Callable[..., Any], *taken: tuple[str, Any, Any]
) -> Any:
    """Declare a field whose arguments are those of its resolver, with these in place of `page`."""
    signature = StrawberryResolver(resolver).signature  # a parameter's default may be a list
    arguments = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=given, annotation=kind)
        for name, kind, given in taken
    ]
    others = [each for each in signature.parameters.values() if each.name != "page"]
    cast("Any", paged).__signature__ = signature.replace(parameters=[*others, *arguments])
    return field(paged)


def _continued(resolver: Callable[..., Any], asked: Any, page: Page, given: dict[str, Any]) -> Any:
    """Return the page; where a cursor is of another version, the page of that version.

    Raises BadCursor CURSOR_EXPIRED where that version cannot be had.
    """
    try:
        return resolver(asked, page=page, **given)
    except Elsewhere as elsewhere:
        return resolver(elsewhere.answered(asked), page=page, **given)


class Elsewhere(BadCursor):
    """A cursor of another version; `mark` is the mark of that version, or empty."""

    def __init__(self, mark: str) -> None:
        super().__init__("the graph is newer than this cursor: start again", "CURSOR_EXPIRED")
        self.mark = mark

    @property
    def version(self) -> Version:
        """The other version. Raises this error if it cannot be had, BUSY and TOO_MANY_MOMENTS."""
        try:
            return current().marked(self.mark)
        except BadId:
            raise self from None
        except InroadsError as error:
            if error.code in ("VERSION_EXPIRED", "LIMITED"):
                raise self from None
            raise

    def answered(self, asked: Any) -> Any:
        """Return the object of the other version that answers in place of this one.

        Raises this error if there is none.
        """
        in_version = getattr(asked, "in_version", None)
        found = in_version(self.version) if in_version else None
        if found is None:
            raise self
        return found


class Seal:
    """The cursors of one list: the data behind it, a hash of the question, and a key.

    The data are named by `data`, or else by the version that they are of. A list that no version
    changes has no graph. A cursor also has the mark of the version, by which it can go on there
    when another one is served.
    """

    def __init__(
        self, graph: AccessGraph | None, question: object, data: str | None = None
    ) -> None:
        self._graph = graph
        self._data = data or (graph.version if graph is not None else "")
        self._question = msgspec.json.encode(question, order="deterministic")

    def cursor(self, key: Iterable[int | str]) -> str:
        """Return the cursor of a key."""
        parts, version = list(key), self._version
        text = msgspec.json.encode(
            [self._data, self._mark(self._data, version, parts), version, parts]
        )
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    def key(self, cursor: str) -> tuple[int | str, ...]:
        """Return the key of a cursor.

        Raises BadCursor for a cursor of another list, and Elsewhere for one of another version.
        """
        if not cursor.startswith(_BEGIN):  # see `leads_elsewhere`
            raise BadCursor("this is not a cursor of this list")
        try:
            text = base64.b64decode(
                cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True
            )
            data, mark, version, key = msgspec.json.decode(
                text, type=tuple[str, str, str, list[int | str]]
            )
        except (binascii.Error, ValueError, msgspec.DecodeError):
            raise BadCursor("this is not a cursor of this list") from None
        if mark != self._mark(data, version, key):
            raise BadCursor("this is not a cursor of this list")
        if data != self._data:
            raise Elsewhere("" if version == self._version else version)
        return tuple(key)

    @property
    def _version(self) -> str:
        return marks.own(self._graph) if self._graph is not None else ""

    def _mark(self, data: str, version: str, key: list[int | str]) -> str:
        text = self._question + msgspec.json.encode([data, version, key])
        return hashlib.sha256(text).hexdigest()[:16]


def leads_elsewhere(text: str, version: str) -> bool:
    """Return whether a request may need another version than the served one, which takes long.

    `text` is its document and its variables in JSON. It is searched for marks, for cursors of
    other versions, and for escapes and block strings, which may hide both.

    >>> seal = Seal(None, (), "0123456789abcdef")
    >>> cursor = f'{{"after": "{seal.cursor([1])}"}}'
    >>> leads_elsewhere(cursor, "0123456789abcdef"), leads_elsewhere(cursor, "f" * 16)
    (False, True)
    """
    own = base64.urlsafe_b64encode(f'["{version}'.encode()).decode()
    others = text.count(f'"{_BEGIN}') > text.count(f'"{own}')
    return others or any(each in text for each in _HIDING)


_BEGIN: Final = base64.urlsafe_b64encode(b'["').decode()[:2]
"""The beginning of any cursor."""

_HIDING: Final = (marks.SIGN, "\\u", '"""')
"""The texts of which a request has one, if it has a mark or if its cursors cannot be told."""


class Window(Generic[_T]):
    """A page of an ordered list.

    `keys` are the sort keys of the whole list; `load` makes the items of a slice, on first use.
    `graph` is the version that the list is of, and `question` is everything else that distinguishes
    this list from other lists; for `data` see Seal. Raises BadCursor for a cursor of another list.
    """

    def __init__(
        self,
        graph: AccessGraph | None,
        question: object,
        keys: Sequence[tuple[Any, ...]],
        load: Callable[[slice], Iterable[_T]],
        page: Page,
        data: str | None = None,
    ) -> None:
        self.graph, self.keys, self.load = graph, keys, load
        self._seal = Seal(graph, question, data)
        start = 0 if page.after is None else self._position(page.after, bisect_right)
        start = start if page.from_end else min(start + page.offset, len(keys))
        stop = len(keys) if page.before is None else self._position(page.before, bisect_left)
        stop = max(start, stop)
        self.start = max(start, stop - page.size) if page.from_end else start
        self.stop = stop if page.from_end else min(start + page.size, stop)

    @property
    def size(self) -> int:
        """The number of items of the page."""
        return self.stop - self.start

    @cached_property
    def nodes(self) -> list[_T]:
        return list(self.load(slice(self.start, self.stop)))

    def cursor(self, index: int) -> str:
        """Return the cursor of an item."""
        return self._seal.cursor(self.keys[index])

    def _position(
        self, cursor: str, side: Callable[[Sequence[tuple[Any, ...]], tuple[Any, ...]], int]
    ) -> int:
        key = self._seal.key(cursor)
        try:
            return side(self.keys, key)
        # The mark is no signature: a forged cursor may have numbers instead of strings.
        except TypeError:
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


def written(found: Sequence[_S], write: Callable[[_S], _T]) -> Callable[[slice], Iterable[_T]]:
    """Return a `load` for Window that makes each object from the value at the same index."""
    return lambda part: map(write, found[part])


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
        """The cursors at both ends of this page, and whether more items precede or follow."""
        return cast("PageInfo", self.window.info)

    @field
    def total_count(self) -> int:
        """The number of items on all pages together."""
        return len(self.window.keys)

    @field
    def version(self) -> str | None:
        """The name of the version that the page is of; null for a list that no version changes.

        It is that of the cursor, which goes on in its version when another one is served.
        """
        graph = self.window.graph
        return graph.version if graph is not None else None
