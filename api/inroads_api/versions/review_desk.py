"""Reviews for requests: a request reads one state of the ledger, and decides as its caller."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
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
"""The most requests that write to reviews or wait to write."""

MAX_FROZEN: Final = 100_000
"""The most accesses of a campaign that a request starts; the command line starts larger ones."""


class Reviews:
    """The reviews of a ledger, safe for threads."""

    def __init__(self, ledger: Path, now: Callable[[], dt.datetime] = utcnow) -> None:
        self.ledger, self.now = ledger, now
        self._room, self._starting = Room(MAX_DECIDING), Room(1)

    def reading(self) -> Ledger:
        """Open the ledger for reading in the current thread."""
        return Ledger(self.ledger, create=False, read_only=True)

    def starting(self) -> AbstractContextManager[None]:
        """Hold the only place to freeze accesses. Raises InroadsError BUSY."""
        return self._starting.seat()

    @contextmanager
    def writing(self) -> Iterator[Ledger]:
        """Open the ledger for writing in one request. Raises InroadsError BUSY."""
        with self._room.seat(), Ledger(self.ledger, create=False) as opened:
            yield opened


class Done(NamedTuple):
    """A mutation of a campaign, for the audit log, with the numbers of new and known decisions."""

    mutation: str
    campaign: int
    new: int = 0
    known: int = 0


class Desk:
    """The reviews for one request in one thread; a context manager that is closed at its end.

    `who` is the name of the caller's token, None on a server without tokens. Writing needs
    `deciding`; `entitled` says whether the caller could write in a request that can. `done` lists
    the committed mutations.
    """

    def __init__(
        self,
        reviews: Reviews,
        who: str | None = None,
        *,
        deciding: bool = False,
        entitled: bool = False,
    ) -> None:
        self.reviews, self.who, self.deciding = reviews, who, deciding
        self.entitled = entitled
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
        """The campaign with a name or number, or None."""
        try:
            return review.campaign(self._seen(), name)
        except ReviewError as error:
            if error.code == "CAMPAIGN_UNKNOWN":
                return None
            raise

    def _seen(self) -> Ledger:
        """The ledger as of the first read of the request, or its last write."""
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
        """Freeze the accesses of a version by `review.start`."""
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
        """Add decisions by `Campaign.answer`. Raises InroadsError TOO_MANY_DECISIONS."""
        if len(answers) > MAX_FIRST:
            raise InroadsError(
                f"there are {len(answers)} decisions; the limit is {MAX_FIRST}",
                "TOO_MANY_DECISIONS",
            )
        twice = [
            item for item, count in Counter(each.item for each in answers).items() if count > 1
        ]
        if twice:
            raise ReviewError(f"item {twice[0]} has two decisions", "BAD_DECISION")
        who = self._named(by)
        with self._writing() as ledger:
            found = review.campaign(ledger, name)
            decided = found.answer(answers, by=who, now=self.reviews.now(), key=key)
        self.done.append(Done("decideReview", found.id, decided.new, decided.known))
        return found, decided

    def withdraw(self, name: str, decisions: Mapping[int, int], by: str | None) -> Campaign:
        """Take back the caller's own decisions by `Campaign.withdraw`.

        Raises InroadsError TOO_MANY_DECISIONS.
        """
        if len(decisions) > MAX_FIRST:
            raise InroadsError(
                f"there are {len(decisions)} decisions; the limit is {MAX_FIRST}",
                "TOO_MANY_DECISIONS",
            )
        who = self._named(by)
        with self._writing() as ledger:
            found = review.campaign(ledger, name)
            found.withdraw(decisions, by=who, now=self.reviews.now())
        self.done.append(Done("withdrawReview", found.id, len(decisions)))
        return found

    def sign_off(self, name: str, by: str | None, *, partial: bool) -> Campaign:
        """Close a campaign by `report.sign_off`."""
        who = self._named(by)
        with self._writing() as ledger:
            closed = report.sign_off(
                review.campaign(ledger, name), by=who, now=self.reviews.now(), partial=partial
            )
        self.done.append(Done("signOffReview", closed.id))
        return closed

    def _named(self, by: str | None) -> str:
        """The name of the reviewer: of the token, or on a server without tokens of the request."""
        if self.who is None:
            return by or ""
        if by is not None:
            raise InroadsError("the token names the reviewer: leave out `by`", "BAD_REVIEWER")
        return self.who

    @contextmanager
    def _writing(self) -> Iterator[Ledger]:
        if not self.deciding:
            raise InroadsError(
                "this server does not accept review decisions", "OPERATION_NOT_SUPPORTED"
            )
        with self.reviews.writing() as ledger:
            yield ledger
        self._close()  # later reads see the write
