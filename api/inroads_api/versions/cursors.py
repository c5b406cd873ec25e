"""The cursors of a stream in a ledger's log, and the step from one event to the next."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, NamedTuple, TypeVar

import msgspec

from inroads.errors import BadCursor, InroadsError
from inroads_api.versions.versions import NotReached, Version, Versions

_T = TypeVar("_T")
_FORM: Final = re.compile(
    r"ledger:(\d{1,18})(?::([0-9a-f]{16})(?::(\d{1,18}):([0-9a-f]{16}):(\d{1,9}):([0-9a-f]{16}))?)?",
    re.ASCII,
)


class Cursor(NamedTuple):
    """A cursor: all until a position of the log was sent, and of what came from there `until` another one `told` items.

    The names are those of the versions there: a log that says something else now has others. `mark` is that of the
    question, whose items are counted. A token that an ingest has given is a cursor without any of these.

    >>> str(Cursor(42)), Cursor.parse("ledger:42:00112233445566ff").name
    ('ledger:42', '00112233445566ff')
    """

    position: int
    name: str | None = None
    until: int | None = None
    until_name: str | None = None
    told: int = 0
    mark: str = ""

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor of a text. Raises BadCursor."""
        found = _FORM.fullmatch(text)
        if not found:
            raise BadCursor("this is not a cursor of a stream, nor the token of an ingest")
        position, name, until, until_name, told, mark = found.groups()
        return cls(
            int(position),
            name,
            int(until) if until else None,
            until_name,
            int(told or 0),
            mark or "",
        )

    def __str__(self) -> str:
        parts = self[:2] if self.until is None else self
        return ":".join(["ledger", *(str(each) for each in parts if each is not None)])


class Part(NamedTuple, Generic[_T]):
    """The items of one event, and where the stream goes on after it; `more` of the same step are left."""

    items: Sequence[_T]
    cursor: Cursor
    position: int
    more: bool


class Step(NamedTuple):
    """From the version that was told of to the next one; of what differs `told` items were told before."""

    before: Version
    after: Version
    told: int
    mark: str


@dataclass
class Feed:
    """How far one stream has come. The resolver of an event asks for its `step`, and takes its `part` of that.

    A stream begins after `resumed`, which its client has seen last, or else where the resolver says. `reached` is
    where it comes to with the event that is being made: None where none was. `wake` is called when there may be more.
    """

    versions: Versions
    wake: Callable[[], None]
    resumed: str | None = None
    cursor: Cursor | None = None
    reached: Cursor | None = None
    after: int | None = None

    def needs(self, position: int) -> bool:
        """Return whether the next event tells what became of the version of this position, or goes on with it."""
        standing = self.cursor or self.reached
        return position == self.after or (
            standing is not None and position in (standing.position, standing.until)
        )

    @property
    def behind(self) -> bool:
        """Return whether there is anything to tell now."""
        cursor = self.cursor
        return (
            cursor is None
            or cursor.until is not None
            or cursor.position != self.versions.current.position
        )

    def step(self, since: str | None) -> Step:
        """The step of the next event.

        Raises BadCursor CURSOR_INVALID, CURSOR_EXPIRED where the log no longer says what the cursor was given for,
        NotReached where it is not served yet, and InroadsError BUSY, and OPERATION_NOT_SUPPORTED without a ledger.
        """
        current = self.versions.current
        if current.position is None or not self.versions.logged:
            raise InroadsError(
                "a subscription needs a server that follows one ledger", "OPERATION_NOT_SUPPORTED"
            )
        cursor, given = self.cursor, self.resumed or since
        if cursor is None:
            cursor = Cursor.parse(given) if given else Cursor(current.position, current.name)
        if max(cursor.position, cursor.until or 0) > current.position:
            raise NotReached(
                "this is not served yet", served=current.name, position=current.position
            )
        # Kept while the event is made.
        self.after = current.position if cursor.until is None else cursor.until
        before = self._version(cursor.position, cursor.name)
        after = current if cursor.until is None else self._version(cursor.until, cursor.until_name)
        return Step(before, after, cursor.told, cursor.mark)

    def part(self, step: Step, items: Sequence[_T], first: int, question: object) -> Part[_T]:
        """The next items of all that are in a step. Raises BadCursor where others were counted."""
        mark = hashlib.sha256(msgspec.json.encode(question)).hexdigest()[:16]
        if (step.told and step.mark != mark) or step.told > len(items):
            raise BadCursor("this is a cursor of another question")
        end = min(step.told + first, len(items))
        position, more = step.after.position or 0, end < len(items)
        if more:
            self.reached = Cursor(
                step.before.position or 0, step.before.name, position, step.after.name, end, mark
            )
        else:
            self.reached = Cursor(position, step.after.name)
        return Part(items[step.told : end], self.reached, position, more)

    def sent(self) -> None:
        """The event is made: the next one begins where it ends."""
        self.cursor, self.after = self.reached, None
        self.versions.tidy()

    def _version(self, position: int, name: str | None) -> Version:
        found = self.versions.at(position)
        if name not in (None, found.name):
            raise BadCursor(
                "the log no longer says what this cursor was given for: start again",
                "CURSOR_EXPIRED",
            )
        return found
