"""Review campaigns: frozen lists of accesses in a ledger's file, and the decisions about them.

Decisions are only added; the last one about an item counts. Each decision is committed and synced
when the call returns. Nothing here has a clock: moments are passed in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from inroads.analysis.explain import explain
from inroads.network.access_graph import AccessGraph
from inroads.reach.questions import access
from inroads.review.frozen_access import Freezer, Pair, difference, frozen, pairs, selected
from inroads.review.items import ITEMS, find_item, numbered, numbers_of, part_of, read_item
from inroads.review.rows import DECISION, find_campaign, has_reviews, insert_decision, read_decision
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
    Progress,
    ReviewError,
    Signed,
    Standing,
    Verdict,
    checked_line,
    rfc3339,
)
from inroads.store.ledger import Ledger
from inroads.text import printable

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
            where, given = part_of(chosen, after, limit, before, backwards)
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

    def count(self, chosen: Filter = ALL) -> int:
        """Count the items."""
        query, given = numbered(self.id, chosen)
        with self.ledger.looking() as rows:
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
            query = """
                SELECT i.principal, i.resource, i.number, i.fingerprint FROM review_items i WHERE i.campaign = ?"""
            kept = {Pair(*row[:2]): row[2:] for row in rows.execute(query, (self.id,))}
            stands = {Pair(each.principal, each.resource): each for each in frozen(graph, kept)}
            differing = [pair for pair, each in stands.items() if each.fingerprint != kept[pair][1]]
            changed = sorted(
                (
                    kept[pair][0],
                    pair,
                    difference(find_item(rows, self.id, kept[pair][0]).access, stands[pair]),
                )
                for pair in differing
            )
        gone = sorted((row[0], pair) for pair, row in kept.items() if pair not in stands)
        unseen = tuple(
            each for each in gone if each[1].principal not in graph or each[1].resource not in graph
        )
        known = set(unseen)
        appeared = tuple(
            sorted(set(pairs(graph, selected(graph, self.head.scope))).difference(kept))
        )
        ended = tuple(each for each in gone if each not in known)
        same = len(stands) - len(changed)
        return self.revoked(Drift(graph.version, same, tuple(changed), ended, unseen, appeared))

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
        ends = item.access.principal, item.access.resource
        found = access(graph, *ends) if all(each in graph for each in ends) else None
        if found is None:
            return Standing(None, None)
        return Standing(
            difference(item.access, Freezer(graph).freeze(found)), explain(graph, found)
        )

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
        ReviewError, with the code of its first problem and all of them in `problems`.
        """
        by, moment = checked_line(by, "who decides", 200), rfc3339(now)
        with self.ledger.changing() as rows:
            row = self._row(rows)
            request = _Request.of(rows, self.id, by, key, answers) if key is not None else None
            if request and (before := request.before(rows)):
                return before
            if Campaign(self.ledger, *row).signed:
                raise ReviewError(f"the campaign {self.name!r} was signed off", "CAMPAIGN_CLOSED")
            query = """
                SELECT i.fingerprint, d.verdict, d.decider, d.why, d.origin FROM review_items i
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
                _, verdict, decider, said, origin = row
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
                    f"{undecided} items are undecided; decide them, or sign off partially",
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


class _Request(NamedTuple):
    """The identity of a request to decide: salted marks of its sender and its content."""

    mark: bytes
    asked: bytes

    @classmethod
    def of(
        cls, rows: sqlite3.Connection, campaign_: int, by: str, key: str, answers: Sequence[Answer]
    ) -> _Request:
        if not 1 <= len(key) <= 200:
            raise ReviewError("a key must have 1 to 200 characters")
        (salt,) = rows.execute("SELECT value FROM salt").fetchone()
        asked = [(each.item, each.verdict.value, each.why, each.expect) for each in answers]
        # This encoding accepts any text.
        said = (repr(each).encode() for each in ((campaign_, by, key), asked))
        return cls(*(hashlib.blake2b(each, key=salt, digest_size=16).digest() for each in said))

    def before(self, rows: sqlite3.Connection) -> Decided | None:
        """Return the earlier result. Raises ReviewError KEY_REUSED for a different request."""
        query = "SELECT asked, new, known FROM review_requests WHERE mark = ?"
        found = rows.execute(query, (self.mark,)).fetchone()
        if found and found[0] != self.asked:
            raise ReviewError("this key was used for other decisions", "KEY_REUSED")
        return Decided(found[1], found[2], again=True) if found else None


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


def _verdict(word: str) -> Verdict:
    try:
        return Verdict(word.strip().upper())
    except ValueError:
        raise ReviewError(
            f"{printable(word)!r} is not one of keep, revoke, unsure", "BAD_DECISION"
        ) from None
