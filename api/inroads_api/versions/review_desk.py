"""Reviews as requests see them: each looks at one state of the ledger, and decides in the name of who asks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Self

from inroads import review
from inroads.errors import InroadsError
from inroads.review import Answer, Campaign, Decided, ReviewError, Scope, report
from inroads.store.ledger import Ledger
from inroads_api.clock import utcnow
from inroads_api.limits import MAX_FIRST
from inroads_api.versions.cache import Room
from inroads_api.versions.versions import Version

MAX_DECIDING: Final = 8
"""The most requests that write to reviews, or wait for another to have written."""

MAX_FROZEN: Final = 100_000
"""The most accesses of a campaign that a request may start; the command line starts larger ones."""


class Reviews:
    """The reviews of a ledger, for any thread."""

    def __init__(self, ledger: Path, now: Callable[[], dt.datetime] = utcnow) -> None:
        self.ledger, self.now = ledger, now
        self._room, self._starting = Room(MAX_DECIDING), Room(1)

    def reading(self) -> Ledger:
        """The ledger, for the thread that asks."""
        return Ledger(self.ledger, create=False, read_only=True)

    def starting(self) -> AbstractContextManager[None]:
        """A place to freeze accesses, of which there is one. Raises InroadsError BUSY."""
        return self._starting.seat()

    @contextmanager
    def writing(self) -> Iterator[Ledger]:
        """The ledger, for one request. Raises InroadsError BUSY."""
        with self._room.seat(), Ledger(self.ledger, create=False) as opened:
            yield opened


class Done(NamedTuple):
    """A mutation of a campaign, for the audit log: its number, and how many decisions were new, and known."""

    mutation: str
    campaign: int
    new: int = 0
    known: int = 0


class Desk:
    """Reviews for one request, in one thread; a context manager, closed at its end.

    `who` is the name of whom a token tells, None where nobody has to show one. Unless it is `deciding` nothing can be
    written. What was `done` is in there when it is committed.
    """

    def __init__(self, reviews: Reviews, who: str | None = None, *, deciding: bool = False) -> None:
        self.reviews, self.who, self.deciding = reviews, who, deciding
        self.done: list[Done] = []
        self._ledger: Ledger | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    # ---- reading

    def campaigns(self) -> list[Campaign]:
        """All campaigns, oldest first."""
        return review.campaigns(self._seen())

    def campaign(self, name: str | int) -> Campaign | None:
        """A campaign by its name or number, if there is one."""
        try:
            return review.campaign(self._seen(), name)
        except ReviewError as error:
            if error.code == "CAMPAIGN_UNKNOWN":
                return None
            raise

    def _seen(self) -> Ledger:
        """The ledger as it was when this request first looked, or has last written."""
        if self._ledger is None:
            self._ledger = self._open.enter_context(self.reviews.reading())
            self._open.enter_context(self._ledger.still())
        return self._ledger

    def _close(self) -> None:
        self._ledger = None
        self._open.close()

    # ---- writing

    def start(
        self,
        version: Version,
        scope: Scope,
        name: str,
        by: str | None,
        as_of: dt.datetime | None,
        due: dt.datetime | None,
        previous: str | None,
    ) -> Campaign:
        """Freeze the accesses of a version, as `review.start`."""
        who = self._named(by)
        with self._writing() as ledger, self.reviews.starting():
            made = review.start(
                ledger,
                version.graph,
                scope,
                name,
                by=who,
                now=self.reviews.now(),
                as_of=as_of,
                due=due,
                previous=None if previous is None else review.campaign(ledger, previous),
                position=version.position,
                most=MAX_FROZEN,
            )
        self.done.append(Done("startReview", made.id))
        return made

    def decide(
        self, name: str, answers: Sequence[Answer], by: str | None, key: str | None
    ) -> tuple[Campaign, Decided]:
        """Take decisions about items of a campaign, as `Campaign.answer`. Raises InroadsError TOO_MANY_DECISIONS."""
        if len(answers) > MAX_FIRST:
            raise InroadsError(
                f"{len(answers)} decisions: the most is {MAX_FIRST}", "TOO_MANY_DECISIONS"
            )
        twice = [
            item for item, count in Counter(each.item for each in answers).items() if count > 1
        ]
        if twice:
            raise ReviewError(f"item {twice[0]} is decided about twice", "BAD_DECISION")
        who = self._named(by)
        with self._writing() as ledger:
            found = review.campaign(ledger, name)
            decided = found.answer(answers, by=who, now=self.reviews.now(), key=key)
        self.done.append(Done("decideReview", found.id, decided.new, decided.known))
        return found, decided

    def sign_off(self, name: str, by: str | None, *, partial: bool) -> Campaign:
        """Close a campaign, as `report.sign_off`."""
        who = self._named(by)
        with self._writing() as ledger:
            closed = report.sign_off(
                review.campaign(ledger, name), by=who, now=self.reviews.now(), partial=partial
            )
        self.done.append(Done("signOffReview", closed.id))
        return closed

    def _named(self, by: str | None) -> str:
        """The name of the reviewer: that of the token, and only without one the name that the request gives."""
        if self.who is None:
            return by or ""
        if by is not None:
            raise InroadsError("who decides is told by the token: leave `by` out", "BAD_REVIEWER")
        return self.who

    @contextmanager
    def _writing(self) -> Iterator[Ledger]:
        if not self.deciding:
            raise InroadsError("nothing is decided here", "OPERATION_NOT_SUPPORTED")
        with self.reviews.writing() as ledger:
            yield ledger
        self._close()  # what is looked at from now on has it
