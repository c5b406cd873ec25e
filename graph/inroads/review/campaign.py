"""Review campaigns: frozen lists of accesses in a ledger's file, and the decisions about them.

Decisions are only added; the last one about an item that was not withdrawn counts. Each decision is
committed and synced when the call returns. Nothing here has a clock: moments are passed in.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from inroads.markup import table
from inroads.network.access_graph import AccessGraph
from inroads.review.drift import drift_of, standing_of
from inroads.review.frozen_access import Pair
from inroads.review.items import (
    ITEMS,
    find_item,
    items_of,
    numbered,
    numbers_by,
    numbers_of,
    part_of,
    read_item,
)
from inroads.review.rows import (
    DECISION,
    Request,
    find_campaign,
    has_reviews,
    insert_decision,
    point_to,
    read_decision,
    standing_decisions,
)
from inroads.review.values import (
    ALL,
    LONGEST,
    Answer,
    Decided,
    Decision,
    Drift,
    Ending,
    Filter,
    Gone,
    Head,
    Item,
    Order,
    Progress,
    ReviewError,
    Signed,
    Standing,
    Verdict,
    checked_line,
    rfc3339,
)
from inroads.store.ledger import Ledger
from inroads.text import many, printable

# Made here, since msgspec crashes if two threads use a struct for the first time at once.
_HEAD: Final = msgspec.json.Decoder(Head)
_SIGNED: Final = msgspec.json.Decoder(Signed)


def campaigns(ledger: Ledger) -> list[Campaign]:
    """Return all campaigns of a ledger, oldest first; none if its format predates them."""
    with ledger.looking() as rows:
        if not has_reviews(rows):
            return []
        found = rows.execute(
            "SELECT id, name, head, signed, forgotten FROM campaigns ORDER BY id"
        ).fetchall()
    return [Campaign(ledger, *row) for row in found]


def campaign(ledger: Ledger, name: str | int) -> Campaign:
    """Return a campaign by its name or number. Raises ReviewError CAMPAIGN_UNKNOWN."""
    with ledger.looking() as rows:
        found = find_campaign(rows, str(name)) if has_reviews(rows) else None
    if found is None:
        raise ReviewError(f"the ledger has no campaign {str(name)!r}", "CAMPAIGN_UNKNOWN")
    return Campaign(ledger, *found)


class Campaign:
    """One campaign of a ledger.

    `head` holds the frozen facts, `signed` the sign-off that closed it, `forgotten` the number of
    items that were removed with the persons they were about.
    """

    def __init__(
        self,
        ledger: Ledger,
        id: int,  # noqa: A002  # its name
        name: str,
        head: bytes,
        signed: bytes | None,
        forgotten: int,
    ) -> None:
        self.ledger, self.id, self.name, self.forgotten = ledger, id, name, forgotten
        self.head = _HEAD.decode(head)
        self.signed = _SIGNED.decode(signed) if signed else None

    def __repr__(self) -> str:
        done = self.whole()
        told = f"{done.total - done.undecided:,} of {many(done.total, 'item')} decided"
        return f"Campaign {self.name!r}: {told}{', signed off' * bool(self.signed)}"

    def _repr_html_(self) -> str:
        """The progress of the businesses with most left to decide."""
        parts = [(name, each) for name, each in self.progress().items() if name]
        rows = ({"business": name, **msgspec.structs.asdict(each)} for name, each in parts)
        return table(repr(self), rows, len(parts))

    # ---- reading

    def items(
        self,
        chosen: Filter = ALL,
        after: int = 0,
        limit: int | None = None,
        *,
        before: int | None = None,
        backwards: bool = False,
    ) -> Iterator[Item]:
        """Yield the items between two numbers, in the order of review or reversed.

        All items are of one state of the file.
        """
        with self.ledger.looking() as rows:
            where, given = part_of(rows, self.id, chosen, after, limit, before, backwards)
            for row in rows.execute(f"{ITEMS}{where}", (self.id, *given)):
                yield read_item(row)

    def numbers(
        self,
        chosen: Filter = ALL,
        after: int = 0,
        limit: int | None = None,
        before: int | None = None,
    ) -> list[int]:
        """Return the numbers of the items that `items` yields."""
        with self.ledger.looking() as rows:
            return numbers_of(rows, self.id, chosen, after, limit, before)

    def ordered(self, chosen: Filter = ALL, order: Order = Order.RISK, most: int = -1) -> list[int]:
        """Return the numbers of items in an order, the first `most` of them; -1 for all."""
        with self.ledger.looking() as rows:
            return numbers_by(rows, self.id, chosen, order, most)

    def picked(self, numbers: Sequence[int]) -> dict[int, Item]:
        """Return items by their numbers, without those that are not there."""
        with self.ledger.looking() as rows:
            return {each.number: each for each in items_of(rows, self.id, numbers)}

    def count(self, chosen: Filter = ALL) -> int:
        """Count the items."""
        with self.ledger.looking() as rows:
            query, given = numbered(rows, self.id, chosen)
            counted: int = rows.execute(f"SELECT count(*) FROM ({query})", given).fetchone()[0]  # noqa: S608  # ours
            return counted

    def item(self, key: int | Pair) -> Item:
        """Return an item by its number, or by its access. Raises ReviewError ITEM_UNKNOWN."""
        with self.ledger.looking() as rows:
            return find_item(rows, self.id, key)

    def next(self, chosen: Filter = ALL) -> Item | None:
        """Return the first item without a decision, in the order of `frozen_access.Risk`; or None."""
        undecided = msgspec.structs.replace(chosen, decided=False)
        # Exhausting the iterator closes its snapshot.
        return next(iter([*self.items(undecided, limit=1)]), None)

    def peers(self, item: Item) -> int:
        """Count the other people who hold one of an item's roles at its business, in the campaign."""
        held = " OR ".join(["instr(roles, ?)"] * len(item.access.roles)) or "0"
        query = f"""
            SELECT count(DISTINCT principal) FROM review_items
            WHERE campaign = ? AND business = ? AND principal != ? AND ({held})"""  # noqa: S608  # ours
        roles = [f" {role} " for role in item.access.roles]
        with self.ledger.looking() as rows:
            given = (self.id, item.business, item.access.principal, *roles)
            counted: int = rows.execute(query, given).fetchone()[0]
            return counted

    def history(self, number: int) -> list[Decision]:
        """Every decision about an item, oldest first."""
        query = f"SELECT d.{DECISION.format('d')} FROM review_decisions d WHERE campaign = ? AND item = ? ORDER BY 1"  # noqa: S608  # ours
        with self.ledger.looking() as rows:
            found = rows.execute(query, (self.id, number)).fetchall()
        return [Decision(place, Verdict(verdict), *rest) for place, verdict, *rest in found]

    def endings(self) -> list[Ending]:
        """Return the fate of the previous campaign's accesses that are not in this one."""
        query = f"""
            SELECT e.principal, e.resource, e.kind, p.{DECISION.format("p")} FROM review_endings e
            LEFT JOIN review_decisions p ON p.sequence = e.previous WHERE e.campaign = ? ORDER BY 1, 2"""  # noqa: S608  # our own names
        with self.ledger.looking() as rows:
            found = rows.execute(query, (self.id,)).fetchall()
        return [
            Ending(who, what, Gone(kind), read_decision(*row)) for who, what, kind, *row in found
        ]

    def progress(self) -> dict[str, Progress]:
        """Return the progress by business, most undecided first; `""` is the whole campaign."""
        made = self.parts()
        columns = (
            [getattr(each, name) for each in made.values()] for name in Progress.__struct_fields__
        )
        ranked = sorted(made.items(), key=lambda each: (-each[1].undecided, each[0]))
        return {"": Progress(*map(sum, columns)), **dict(ranked)}

    def whole(self) -> Progress:
        """Return the progress of the whole campaign."""
        query = """
            SELECT '', coalesce(d.verdict, ''), d.origin IS NOT NULL, count(*) FROM review_items i
            LEFT JOIN review_decisions d ON d.sequence = i.decision WHERE i.campaign = ? GROUP BY 2, 3"""
        with self.ledger.looking() as rows:
            return _counted(rows.execute(query, (self.id,))).get("", Progress(0, 0, 0, 0, 0, 0))

    def parts(self, start: str | None = None, end: str | None = None) -> dict[str, Progress]:
        """Return the progress by business node id, of all or of a range of ids."""
        query = """
            SELECT i.business, coalesce(d.verdict, ''), d.origin IS NOT NULL, count(*) FROM review_items i
            LEFT JOIN review_decisions d ON d.sequence = i.decision
            WHERE i.campaign = ? AND i.business >= ? AND i.business <= ? GROUP BY 1, 2, 3"""
        with self.ledger.looking() as rows:
            return _counted(
                rows.execute(query, (self.id, start or "", _LAST if end is None else end))
            )

    def businesses(self) -> list[str]:
        """Return the node ids of the businesses that the campaign has items about."""
        query = "SELECT DISTINCT business FROM review_items WHERE campaign = ? ORDER BY business"
        with self.ledger.looking() as rows:
            return [each for (each,) in rows.execute(query, (self.id,))]

    def overdue(self, now: dt.datetime) -> bool:
        """Return whether the campaign is open and its due day has passed."""
        return not self.signed and self.head.due is not None and self.head.due < rfc3339(now)

    def drift(self, graph: AccessGraph) -> Drift:
        """Compare the accesses of a graph, such as the newest, with the frozen ones.

        The cost is that of freezing the same accesses again, unless it is the graph that was
        frozen. Raises ReviewError POLICY_DIFFERS.
        """
        self._check_policy(graph)
        if graph.version == self.head.version:
            return self.revoked(Drift(graph.version, self.count(), (), (), (), ()))
        with self.ledger.looking() as rows:
            return self.revoked(drift_of(rows, self.id, self.head.scope, graph))

    def revoked(self, drift: Drift) -> Drift:
        """Update the revocations of a drift that was computed before."""
        query = """
            SELECT i.number, i.principal, i.resource FROM review_decisions d
            JOIN review_items i ON i.campaign = d.campaign AND i.number = d.item AND i.decision = d.sequence
            WHERE d.campaign = ? AND d.verdict = 'REVOKE' ORDER BY i.number"""
        with self.ledger.looking() as rows:
            found = [(number, Pair(*ends)) for number, *ends in rows.execute(query, (self.id,))]
        ended, unseen = set(drift.ended), set(drift.unseen)
        return msgspec.structs.replace(
            drift,
            revoked_standing=tuple(
                each for each in found if each not in ended and each not in unseen
            ),
            revoked_ended=tuple(each for each in found if each in ended),
        )

    def standing(self, item: Item, graph: AccessGraph) -> Standing:
        """Return the standing of an item in a graph. Raises ReviewError POLICY_DIFFERS."""
        self._check_policy(graph)
        return standing_of(item, graph)

    def _check_policy(self, graph: AccessGraph) -> None:
        if graph.policy.digest != self.head.policy:
            raise ReviewError("the campaign was started under another policy", "POLICY_DIFFERS")

    # ---- writing

    def decide(
        self,
        items: Iterable[int],
        verdict: Verdict | str,
        *,
        by: str,
        now: dt.datetime,
        why: str = "",
        expect: str = "",
    ) -> Decided:
        """Take one decision about several items, all or none; otherwise as `answer`."""
        said = _verdict(verdict)
        return self.answer([Answer(number, said, why, expect) for number in items], by=by, now=now)

    def answer(
        self,
        answers: Sequence[Answer],
        *,
        by: str,
        now: dt.datetime,
        keeping: bool = False,
        key: str | None = None,
    ) -> Decided:
        """Take decisions, all of them or none.

        Repeating a decision changes nothing: the same verdict and reason by the same person, or
        with `keeping` by anybody. A request with a `key` that the same person has used in this
        campaign is taken once, whatever was decided since, and gets its first result. Raises
        ReviewError, with the code of its first problem and all of them in `problems`; DECIDED_SINCE
        where the decision that counts is not the one that was `seen`.
        """
        by, moment = checked_line(by, "who decides", 200), rfc3339(now)
        with self.ledger.changing() as rows:
            row = self._row(rows)
            request = Request.of(rows, self.id, by, key, answers) if key is not None else None
            if request and (before := request.before(rows)):
                return before
            if Campaign(self.ledger, *row).signed:
                raise ReviewError(f"the campaign {self.name!r} was signed off", "CAMPAIGN_CLOSED")
            query = """
                SELECT i.fingerprint, coalesce(i.decision, 0), d.verdict, d.decider, d.why, d.origin FROM review_items i
                LEFT JOIN review_decisions d ON d.sequence = i.decision WHERE i.campaign = ? AND i.number = ?"""
            problems: list[tuple[str, str]] = []
            new = 0
            for each in answers:
                row = rows.execute(query, (self.id, each.item)).fetchone()
                where = each.where or f"item {each.item}"
                try:
                    why = checked_line(
                        each.why, "the reason", LONGEST, needed=each.verdict is not Verdict.KEEP
                    )
                    _check(each, row)
                except ReviewError as error:
                    problems.append((error.code, f"{where}: {error.message}"))
                    continue
                _, _, verdict, decider, said, origin = row
                same = (verdict, said) == (each.verdict, why) and (
                    keeping or (decider == by and origin is None)
                )
                if not same:
                    insert_decision(rows, self.id, each.item, each.verdict, by, moment, why, None)
                    new += 1
            if problems:
                told = tuple(message for _, message in problems)
                more = f"; and {len(told) - 1} more" if len(told) > 1 else ""
                raise ReviewError(f"{told[0]}{more}", problems[0][0], told)
            done = Decided(new, len(answers) - new)
            if request:
                rows.execute(
                    "INSERT INTO review_requests VALUES (?, ?, ?, ?)",
                    (*request, done.new, done.known),
                )
        return done

    def withdraw(self, decisions: Mapping[int, int], *, by: str, now: dt.datetime) -> None:
        """Take back one's own decisions, all of them or none.

        `decisions` has the number of the decision that counts, by item. The decision before counts
        again, or the item is undecided. History keeps the withdrawn decision, and who withdrew it.
        Raises ReviewError CAMPAIGN_CLOSED, and DECIDED_SINCE where another decision counts by now.
        """
        by, moment = checked_line(by, "who decides", 200), rfc3339(now)
        with self.ledger.changing() as rows:
            if Campaign(self.ledger, *self._row(rows)).signed:
                raise ReviewError(f"the campaign {self.name!r} was signed off", "CAMPAIGN_CLOSED")
            for item, decision in decisions.items():
                counting = standing_decisions(rows, self.id, item)
                if not counting or counting[-1] != (decision, by):
                    who = counting[-1][1] if counting else "somebody"
                    raise ReviewError(f"item {item}: {who} decided since", "DECIDED_SINCE")
                said = (item, Verdict.WITHDRAWN, by, moment, "", None)
                insert_decision(rows, self.id, *said)
                before = counting[-2][0] if len(counting) > 1 else None
                point_to(rows, self.id, item, before)

    def counting(self, items: Iterable[int]) -> dict[int, int]:
        """Return the number of the decision that counts, 0 for none, by item."""
        query = "SELECT coalesce(decision, 0) FROM review_items WHERE campaign = ? AND number = ?"
        with self.ledger.looking() as rows:
            found = {item: rows.execute(query, (self.id, item)).fetchone() for item in items}
        return {item: row[0] for item, row in found.items() if row}

    def sign_off(
        self, digest: Callable[[Campaign], str], *, by: str, now: dt.datetime, partial: bool = False
    ) -> Campaign:
        """Close the campaign with the SHA-256 of its report, and return it closed.

        The report is that of `report.sign_off`. Raises ReviewError CAMPAIGN_CLOSED, and UNDECIDED
        if items are undecided, unless the sign-off is `partial`: then the report says so.
        """
        by, moment = checked_line(by, "who signs it off", 200), rfc3339(now)
        with self.ledger.changing() as rows:
            current = Campaign(self.ledger, *self._row(rows))
            if current.signed:
                raise ReviewError(
                    f"the campaign {self.name!r} was signed off already", "CAMPAIGN_CLOSED"
                )
            undecided = len(numbers_of(rows, self.id, Filter(decided=False)))
            if undecided and not partial:
                raise ReviewError(
                    f"{many(undecided, 'item')} undecided; decide what is left, or sign off with `partial`",
                    "UNDECIDED",
                )
            # Nobody else can write until this is committed.
            current.signed = Signed(by, moment, undecided, "")
            current.signed = msgspec.structs.replace(current.signed, sha256=digest(current))
            encoded = msgspec.json.encode(current.signed)
            rows.execute("UPDATE campaigns SET signed = ? WHERE id = ?", (encoded, self.id))
        return current

    def _row(self, rows: sqlite3.Connection) -> tuple[Any, ...]:
        found = find_campaign(rows, str(self.id))
        if found is None:
            raise ReviewError(f"the ledger has no campaign {self.name!r}", "CAMPAIGN_UNKNOWN")
        return found


_LAST: Final = "\U0010ffff"
"""A text that sorts after every node id."""


def _counted(rows: Iterable[tuple[str, str, int, int]]) -> dict[str, Progress]:
    """Count progress from rows of (business, verdict or "", carried over, items)."""
    counted: dict[str, Counter[str]] = {}
    for name, verdict, carried, number in rows:
        counts = counted.setdefault(name, Counter())
        counts[verdict] += number
        counts["carried"] += number * carried
    return {
        name: Progress(
            sum(counts[each] for each in ("", *Verdict)),
            counts[""],
            counts[Verdict.KEEP],
            counts[Verdict.REVOKE],
            counts[Verdict.UNSURE],
            counts["carried"],
        )
        for name, counts in counted.items()
    }


def _check(answer: Answer, row: tuple[Any, ...] | None) -> None:
    if row is None:
        raise ReviewError("the campaign has no such item", "ITEM_UNKNOWN")
    if answer.expect and not row[0].hex().startswith(answer.expect.strip().lower()):
        raise ReviewError("the item's fingerprint is not the expected one", "STALE_DECISION")
    if answer.verdict is Verdict.WITHDRAWN:
        raise ReviewError("a decision is keep, revoke or unsure")
    if answer.seen is not None and answer.seen != row[1]:
        _, _, verdict, decider, *_ = row
        now = f"{decider} decided {verdict}" if verdict else "its decision was withdrawn"
        raise ReviewError(f"{now} since it was shown", "DECIDED_SINCE")


def _verdict(word: str) -> Verdict:
    try:
        return Verdict(word.strip().upper())
    except ValueError:
        raise ReviewError(
            f"{printable(word)!r} is not one of keep, revoke, unsure", "BAD_DECISION"
        ) from None
