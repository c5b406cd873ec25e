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
    r"ledger:(\d{1,18})"
    r"(?::([0-9a-f]{16})(?::(\d{1,18}):([0-9a-f]{16}):(\d{1,9}):([0-9a-f]{16}))?)?",
    re.ASCII,
)


class Cursor(NamedTuple):
    """A position of a stream: all changes up to `position` were sent.

    Within an unfinished step, the first `told` items up to `until` were sent, too. The names of the
    versions at both positions detect a log that has changed since. `mark` identifies the question
    whose items are counted. The token of an ingest is a cursor with a position only.

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
        """Parse a cursor. Raises BadCursor."""
        found = _FORM.fullmatch(text)
        if not found:
            raise BadCursor("expected the cursor of a stream, or the token of an ingest")
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
    """The items of one event, and the cursor after it; `more` if its step has further items."""

    items: Sequence[_T]
    cursor: Cursor
    position: int
    more: bool


class Step(NamedTuple):
    """A step between two versions, of whose items the first `told` were already sent."""

    before: Version
    after: Version
    told: int
    mark: str


@dataclass
class Feed:
    """The progress of one stream. The resolver of an event calls `step`, then `part`.

    A stream begins after `resumed`, the last event that its client has seen, or else where the
    resolver says. `reached` is the cursor after the event that is being made, None if it failed.
    `wake` is called when there may be news.
    """

    versions: Versions
    wake: Callable[[], None]
    resumed: str | None = None
    cursor: Cursor | None = None
    reached: Cursor | None = None
    after: int | None = None

    def needs(self, position: int) -> bool:
        """Return whether the next event compares the version at this position."""
        standing = self.cursor or self.reached
        return position == self.after or (
            standing is not None and position in (standing.position, standing.until)
        )

    @property
    def behind(self) -> bool:
        """Return whether the stream has news to send."""
        cursor = self.cursor
        return (
            cursor is None
            or cursor.until is not None
            or cursor.position != self.versions.current.position
        )

    def step(self, since: str | None) -> Step:
        """The step of the next event.

        Raises BadCursor CURSOR_INVALID, CURSOR_EXPIRED if the log has changed since the cursor was
        issued, NotReached if its position is not served yet, and InroadsError BUSY and
        OPERATION_NOT_SUPPORTED.
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
                "this position is not served yet", served=current.name, position=current.position
            )
        # The served version must be kept while the event is made.
        self.after = current.position if cursor.until is None else cursor.until
        before = self._version(cursor.position, cursor.name)
        after = current if cursor.until is None else self._version(cursor.until, cursor.until_name)
        return Step(before, after, cursor.told, cursor.mark)

    def part(self, step: Step, items: Sequence[_T], first: int, question: object) -> Part[_T]:
        """The next items of a step. Raises BadCursor if its cursor is of another question."""
        mark = hashlib.sha256(msgspec.json.encode(question)).hexdigest()[:16]
        if (step.told and step.mark != mark) or step.told > len(items):
            raise BadCursor("this cursor belongs to another query")
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
        """Advance to the end of the event that was sent."""
        self.cursor, self.after = self.reached, None
        self.versions.tidy()

    def _version(self, position: int, name: str | None) -> Version:
        found = self.versions.at(position)
        if name not in (None, found.name):
            raise BadCursor(
                "the log has changed since this cursor was issued: start again",
                "CURSOR_EXPIRED",
            )
        return found
