"""The work of one reviewer on a campaign: the current item, decisions, and how to take them back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from msgspec.structs import replace

from inroads.review import ALL, Answer, Campaign, Filter, Item, ReviewError, Verdict


class Session:
    """A place in the queue of the undecided items of a campaign, in the order of review.

    Each decision is committed and synced when its method returns, and only then is there a next
    item. A decision about an item that somebody else decided since it was shown is refused with
    DECIDED_SINCE, and `item` then has that decision. `total` counts the items of the campaign,
    `marks` are the items to be decided together.
    """

    def __init__(
        self,
        campaign: Campaign,
        by: str,
        now: Callable[[], dt.datetime],
        chosen: Filter = ALL,
    ) -> None:
        self.campaign, self.by, self._now = campaign, by, now
        self.chosen = chosen
        self.total = campaign.count()
        self.marks: set[int] = set()
        self._done: list[dict[int, int]] = []
        self.item: Item | None = None
        self.skip()

    # ---- reading

    @property
    def undecided(self) -> int:
        """The number of its undecided items, without those that others have decided."""
        return self.campaign.count(Filter(decided=False))

    @property
    def left(self) -> int:
        """The number of undecided items that match the filter."""
        return self.campaign.count(self._undecided)

    @property
    def peers(self) -> int:
        """The number of others in the campaign who hold one of the item's roles at its business."""
        return self.campaign.peers(self.item) if self.item else 0

    def targets(self) -> list[int]:
        """Return the items that one decision about many covers: the marked ones, else all left."""
        return sorted(self.marks) or self.campaign.numbers(self._undecided)

    @property
    def _undecided(self) -> Filter:
        return replace(self.chosen, decided=False)

    # ---- moving

    def skip(self) -> None:
        """Go to the next undecided item, and after the last one to the first."""
        after = self.item.number if self.item else 0
        self.item = self._first(after) or self._first(0)

    def _first(self, after: int) -> Item | None:
        # Exhausting the iterator closes its snapshot.
        return next(iter([*self.campaign.items(self._undecided, after, 1)]), None)

    def narrow(self, chosen: Filter) -> None:
        """Work on other items: those that match a filter, from the first one."""
        self.chosen, self.item = chosen, None
        self.marks.clear()
        self.skip()

    def mark(self) -> None:
        """Mark the item, or take its mark away, and go to the next."""
        if self.item:
            self.marks ^= {self.item.number}
            self.skip()

    # ---- deciding

    def decide(self, verdict: Verdict, why: str = "") -> None:
        """Decide the item and go to the next."""
        if self.item is None:
            return
        seen = self.item.decision.number if self.item.decision else 0
        number, print_ = self.item.number, self.item.fingerprint
        try:
            self._take({number: seen}, verdict, why, print_)
        except ReviewError as error:
            if error.code == "DECIDED_SINCE":
                self.item = self.campaign.item(number)
            raise
        self.marks.discard(number)
        self.skip()

    def decide_many(self, numbers: list[int], verdict: Verdict, why: str = "") -> int:
        """Decide several items for one reason, all or none, and return how many were decided.

        Items that somebody has decided since they were chosen are left as they are.
        """
        seen = self.campaign.counting(numbers)
        open_ = {number: 0 for number, decision in seen.items() if not decision}
        if open_:
            self._take(open_, verdict, why)
        self.marks -= set(numbers)
        self.item = None if self.item and self.item.number in seen else self.item
        if self.item is None:
            self.skip()
        return len(open_)

    def _take(self, seen: dict[int, int], verdict: Verdict, why: str, expect: str = "") -> None:
        answers = [Answer(item, verdict, why, expect, seen=before) for item, before in seen.items()]
        self.campaign.answer(answers, by=self.by, now=self._now())
        now = self.campaign.counting(seen)
        taken = {item: decision for item, decision in now.items() if decision != seen[item]}
        if taken:
            self._done.append(taken)

    def undo(self) -> int:
        """Take back the last decision of this session, and show its item.

        Return how many items it was about, 0 if there is nothing left to take back. Where somebody
        has decided one of them since, ReviewError DECIDED_SINCE is raised and nothing is changed.
        """
        if not self._done:
            return 0
        last = self._done.pop()
        self.campaign.withdraw(last, by=self.by, now=self._now())
        self.item = self.campaign.item(min(last))
        return len(last)
