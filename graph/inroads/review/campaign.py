"""Review campaigns: frozen lists of accesses in a ledger's file, and what was decided about each of them.

Decisions are only ever added; the last one about an item counts. Whatever is decided is committed and synced when the
call returns. Nothing here has a clock: moments are passed in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

import msgspec

from inroads.analysis.explain import explain
from inroads.errors import InroadsError
from inroads.model import AccessState, Certainty, Coverage, Explanation, NodeKind, Role, kind_of, node_id
from inroads.network.access_graph import AccessGraph
from inroads.reach.questions import access
from inroads.review.frozen import (
    Difference,
    Freezer,
    Frozen,
    Pair,
    Risk,
    Scope,
    business_of,
    difference,
    frozen,
    pairs,
    resolved,
    risk,
    selected,
)
from inroads.store.ledger import Ledger
from inroads.text import printable

LONGEST: Final = 10_000
"""The most characters of a reason; a name of a campaign or a reviewer has at most 200."""


class Verdict(StrEnum):
    """What was decided about an access. UNSURE is a decision too: the next campaign asks again."""

    KEEP = "KEEP"
    REVOKE = "REVOKE"
    UNSURE = "UNSURE"


class Opened(StrEnum):
    """Why an item is in a campaign: as the campaign before left it, if there was one."""

    NEW = "NEW"
    CARRIED = "CARRIED"
    CHANGED = "CHANGED"
    STILL_THERE = "STILL_THERE"
    UNSURE = "UNSURE"
    UNDECIDED = "UNDECIDED"


class Gone(StrEnum):
    """What became of an access of the campaign before that is not in this one.

    ENDED: both ends are known and there is no access. OUT_OF_SCOPE: it stands, and this scope does not ask for it.
    UNSEEN: a document names one of its ends no longer.
    """

    ENDED = "ENDED"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    UNSEEN = "UNSEEN"


@dataclass(unsafe_hash=True)
class ReviewError(InroadsError):
    """A review that cannot go on as asked; nothing was changed. `problems` are all of them, one sentence each.

    `code` is CAMPAIGN_UNKNOWN, CAMPAIGN_EXISTS, CAMPAIGN_CLOSED, CAMPAIGN_EMPTY, CAMPAIGN_TOO_LARGE, ITEM_UNKNOWN,
    STALE_DECISION (the item is not the one that was decided on), BAD_DECISION, BAD_NAME, BAD_SHEET, KEY_REUSED (for
    another request), UNDECIDED (items that a sign-off would leave out), STALE_GRAPH or POLICY_DIFFERS.
    """

    code: str = "BAD_DECISION"
    problems: tuple[str, ...] = ()


class Head(msgspec.Struct, frozen=True):
    """What was frozen of a campaign as a whole; moments are RFC 3339 in UTC.

    `version` is the graph's, `policy` the digest of its policy, `as_of` the moment it was asked of, None for all that
    was observed. `coverage` is what could be seen. `previous` is the campaign that decisions were carried over from.
    """

    scope: Scope
    version: str
    policy: str
    as_of: str | None
    by: str
    started: str
    due: str | None
    coverage: Coverage
    items: int
    previous: int | None


class Signed(msgspec.Struct, frozen=True):
    """A sign-off: who, when, how many items it left undecided, and the SHA-256 of the report as it was then."""

    by: str
    moment: str
    undecided: int
    sha256: str


class Decision(msgspec.Struct, frozen=True):
    """One decision about one item; `origin` is the number of the decision that it was carried over from, if it was."""

    number: int
    verdict: Verdict
    by: str
    moment: str
    why: str
    origin: int | None


class Item(msgspec.Struct, frozen=True):
    """One access of a campaign as it was frozen; `previous` is what the campaign before decided about it.

    `difference` says what has changed since then, None where there is nothing to compare with.
    """

    number: int
    business: str
    opened: Opened
    fingerprint: str
    access: Frozen
    decision: Decision | None
    previous: Decision | None
    difference: Difference | None


class Ending(msgspec.Struct, frozen=True):
    """An access of the campaign before that is not in this one."""

    principal: str
    resource: str
    kind: Gone
    previous: Decision | None


class Answer(NamedTuple):
    """A decision that is asked for: the number of the item, and the beginning of the fingerprint it must have, if any.

    `where` says where it was asked for, as in `line 3`, for what is wrong with it.
    """

    item: int
    verdict: Verdict
    why: str = ""
    expect: str = ""
    where: str = ""


class Decided(NamedTuple):
    """How many decisions were new, and how many said what stood already; `again` if the request had been taken before,
    of which these are the figures.
    """

    new: int
    known: int
    again: bool = False


class Progress(msgspec.Struct, frozen=True):
    """How far a campaign, or the part of it about one business, is."""

    total: int
    undecided: int
    keep: int
    revoke: int
    unsure: int
    carried: int


class Drift(msgspec.Struct, frozen=True):
    """How the accesses of another graph differ from what was frozen.

    `ended` and `unseen` are items as in `Gone`; `changed` are items with what changed; `appeared` are accesses in the
    scope that are no items. `revoked_standing` and `revoked_ended` are the items whose last decision is REVOKE.
    """

    version: str
    same: int
    changed: tuple[tuple[int, Pair, Difference], ...]
    ended: tuple[tuple[int, Pair], ...]
    unseen: tuple[tuple[int, Pair], ...]
    appeared: tuple[Pair, ...]
    revoked_standing: tuple[tuple[int, Pair], ...] = ()
    revoked_ended: tuple[tuple[int, Pair], ...] = ()


class Standing(msgspec.Struct, frozen=True):
    """How one item stands in a graph: what differs, None where there is no access; and what would end it."""

    difference: Difference | None
    explanation: Explanation | None


def campaigns(ledger: Ledger) -> list[Campaign]:
    """All campaigns of a ledger, oldest first; none where its format is older than campaigns."""
    with ledger.looking() as rows:
        if not _has_reviews(rows):
            return []
        found = rows.execute("SELECT id, name, head, signed, forgotten FROM campaigns ORDER BY id").fetchall()
    return [Campaign(ledger, *row) for row in found]


def campaign(ledger: Ledger, name: str | int) -> Campaign:
    """A campaign by its name or number. Raises ReviewError CAMPAIGN_UNKNOWN."""
    with ledger.looking() as rows:
        found = _find(rows, str(name)) if _has_reviews(rows) else None
    if found is None:
        raise ReviewError(f"the ledger has no campaign {str(name)!r}", "CAMPAIGN_UNKNOWN")
    return Campaign(ledger, *found)


def start(
    ledger: Ledger,
    graph: AccessGraph,
    scope: Scope,
    name: str,
    *,
    by: str,
    now: dt.datetime,
    as_of: dt.datetime | None = None,
    due: dt.datetime | None = None,
    previous: Campaign | None = None,
    position: int | None = None,
    most: int | None = None,
) -> Campaign:
    """Freeze the accesses of a scope into a new campaign of a ledger.

    With a `previous` campaign its decisions are carried over: KEEP about an access that has not changed since counts
    again, everything else is opened again, and says what changed. `position` is how far of the ledger's log the graph
    holds, so that nobody who was forgotten since comes back with it; `most` is how many accesses it may have. Raises
    ReviewError CAMPAIGN_EXISTS, CAMPAIGN_EMPTY, CAMPAIGN_TOO_LARGE and STALE_GRAPH, NotFound for a scope that names
    what no document names.
    """
    name, by = _line(name, "the name", 200), _line(by, "who starts it", 200)
    if name.isdecimal():
        raise ReviewError("a campaign's name is more than a number, which would be another campaign's", "BAD_NAME")
    scope = resolved(graph, scope)
    chosen = pairs(graph, selected(graph, scope))
    if not chosen:
        raise ReviewError("there is no access in this scope", "CAMPAIGN_EMPTY")
    if most is not None and len(chosen) > most:
        raise ReviewError(f"there are {len(chosen)} accesses in this scope: the most is {most}", "CAMPAIGN_TOO_LARGE")
    made = [_Made.of(graph, each) for each in frozen(graph, chosen)]
    head = Head(
        scope,
        graph.version,
        graph.policy.digest,
        _moment(as_of) if as_of else None,
        by,
        _moment(now),
        _moment(due) if due else None,
        _coverage(graph, scope),
        len(made),
        previous.id if previous else None,
    )
    encoded = msgspec.json.encode(head)
    with ledger.changing() as rows:  # what was decided while the accesses were frozen is carried over, too
        if _find(rows, name) is not None:
            raise ReviewError(f"there is a campaign {name!r} already", "CAMPAIGN_EXISTS")
        if position is not None and ledger.forgetting > position:
            raise ReviewError("somebody was forgotten since the graph was made: ask again", "STALE_GRAPH")
        added = rows.execute("INSERT INTO campaigns (name, head, forgotten) VALUES (?, ?, 0)", (name, encoded))
        number = added.lastrowid or 0
        _open(rows, number, graph, made, _left(rows, previous.id) if previous else {})
    return Campaign(ledger, number, name, encoded, None, 0)


class _Made(NamedTuple):
    """An access as it is written down; the first fields order it."""

    risk: Risk
    fingerprint: bytes
    columns: tuple[str, ...]
    packed: bytes

    @classmethod
    def of(cls, graph: AccessGraph, each: Frozen) -> _Made:
        business = business_of(graph, each.resource)
        roles = f" {' '.join(each.roles)} "
        columns = each.principal, each.who, each.resource, business, roles, each.certainty, each.state
        return cls(risk(graph, each, business), each.fingerprint, columns, zlib.compress(msgspec.json.encode(each)))


def _open(
    rows: sqlite3.Connection, number: int, graph: AccessGraph, made: Sequence[_Made], before: dict[Pair, _Left]
) -> None:
    """Write the items of a campaign, in the order of review, with what the campaign before left of them."""
    lefts = [before.pop(Pair(each.risk.principal, each.risk.resource), None) for each in made]
    opened = [_opened(left, each.fingerprint) for each, left in zip(made, lefts, strict=True)]
    order = sorted(range(len(made)), key=lambda at: (opened[at] is not Opened.STILL_THERE, made[at].risk))
    rows.executemany(
        f"INSERT INTO review_items ({_COLUMNS}) VALUES ({', '.join('?' * 13)})",  # noqa: S608  # our own names
        (
            (
                number,
                place,
                *made[at].columns,
                opened[at],
                made[at].fingerprint,
                left and left.decision,
                made[at].packed,
            )
            for place, at in enumerate(order, 1)
            for left in (lefts[at],)
        ),
    )
    for place, at in enumerate(order, 1):
        left = lefts[at]
        if left and opened[at] is Opened.CARRIED:
            _insert(rows, number, place, *left.carried)
    endings = ((number, *pair, _gone(graph, pair), left.decision) for pair, left in before.items())
    rows.executemany("INSERT INTO review_endings VALUES (?, ?, ?, ?, ?)", endings)


_COLUMNS: Final = (
    "campaign, number, principal, label, resource, business, roles, certainty, state, opened, fingerprint, previous,"
    " frozen"
)


class _Left(NamedTuple):
    """What a campaign left of one access: its fingerprint, and the last decision about it, if any."""

    fingerprint: bytes
    decision: int | None
    verdict: str | None
    by: str | None
    moment: str | None
    why: str | None
    origin: int | None

    @property
    def carried(self) -> tuple[Any, ...]:
        """The decision for the next campaign: who, when and why remain, and so does the first one of a chain."""
        return self.verdict, self.by, self.moment, self.why, self.origin or self.decision


def _opened(left: _Left | None, fingerprint: bytes) -> Opened:
    """The one rule of carrying over: a KEEP holds for what it was given for, and for nothing else."""
    if left is None:
        return Opened.NEW
    if left.verdict is None:
        return Opened.UNDECIDED
    if left.verdict == Verdict.KEEP:
        return Opened.CARRIED if left.fingerprint == fingerprint else Opened.CHANGED
    return Opened.STILL_THERE if left.verdict == Verdict.REVOKE else Opened.UNSURE


def _gone(graph: AccessGraph, pair: Pair) -> Gone:
    if pair.principal not in graph or pair.resource not in graph:
        return Gone.UNSEEN
    return Gone.OUT_OF_SCOPE if access(graph, *pair) else Gone.ENDED


def _left(rows: sqlite3.Connection, number: int) -> dict[Pair, _Left]:
    """What a campaign leaves of each access for the one after it."""
    query = f"""
        SELECT i.principal, i.resource, i.fingerprint, d.{_DECISION.format("d")} FROM review_items i
        LEFT JOIN review_decisions d ON d.sequence = i.decision WHERE i.campaign = ?"""  # noqa: S608  # our own names
    return {Pair(*row[:2]): _Left(*row[2:]) for row in rows.execute(query, (number,))}


class Filter(msgspec.Struct, frozen=True):
    """Which items of a campaign; everything not given is allowed. `of` is an identity, a business with the accounts
    that it keeps, or an account. `decided` asks for those with a decision, or for those without.
    """

    of: str | None = None
    role: Role | None = None
    certainty: Certainty | None = None
    state: AccessState | None = None
    opened: Opened | None = None
    verdict: Verdict | None = None
    decided: bool | None = None

    def where(self) -> tuple[str, list[object]]:
        """The condition for the rows, and the values of its question marks."""
        asked: list[tuple[str, object]] = [
            (f"i.{name} = ?", value)
            for name in ("certainty", "state", "opened")
            if (value := getattr(self, name)) is not None
        ]
        if self.of is not None:
            node = node_id(self.of)
            ends = {NodeKind.IDENTITY: "i.principal = ?", NodeKind.BUSINESS: "i.business = ?"}
            asked.append((ends.get(kind_of(node), "i.resource = ?"), node))
        if self.role is not None:
            asked.append(("instr(i.roles, ?)", f" {self.role} "))
        if self.verdict is not None:
            asked.append(("d.verdict = ?", self.verdict))
        where = "".join(f" AND {condition}" for condition, _ in asked)
        if self.decided is not None:
            where += f" AND i.decision IS {'NOT ' * self.decided}NULL"  # for this there is an index
        return where, [value for _, value in asked]


ALL: Final = Filter()

_DECISION: Final = "sequence, {0}.verdict, {0}.decider, {0}.moment, {0}.why, {0}.origin"
_ITEMS: Final = f"""
    SELECT i.number, i.business, i.opened, i.fingerprint, i.frozen,
        d.{_DECISION.format("d")}, p.{_DECISION.format("p")}, q.frozen
    FROM review_items i
        LEFT JOIN review_decisions d ON d.sequence = i.decision
        LEFT JOIN review_decisions p ON p.sequence = i.previous
        LEFT JOIN review_items q ON q.campaign = p.campaign AND q.number = p.item AND i.opened != 'CARRIED'
    WHERE i.campaign = ?"""  # noqa: S608  # our own names


class Campaign:
    """One campaign of a ledger. `head` is what was frozen, `signed` the sign-off that closed it, `forgotten` how many
    of its items went with the persons they were about.
    """

    def __init__(self, ledger: Ledger, id: int, name: str, head: bytes, signed: bytes | None, forgotten: int) -> None:  # noqa: A002  # its name
        self.ledger, self.id, self.name, self.forgotten = ledger, id, name, forgotten
        self.head = msgspec.json.decode(head, type=Head)
        self.signed = msgspec.json.decode(signed, type=Signed) if signed else None

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
        """The items in the order of review between two numbers, or against that order; of one state of the file."""
        with self.ledger.looking() as rows:
            where, given = _part(chosen, after, limit, before, backwards)
            for row in rows.execute(f"{_ITEMS}{where}", (self.id, *given)):
                yield _to_item(row)

    def numbers(
        self, chosen: Filter = ALL, after: int = 0, limit: int | None = None, before: int | None = None
    ) -> list[int]:
        """The numbers of the same items."""
        with self.ledger.looking() as rows:
            return _numbers(rows, self.id, chosen, after, limit, before)

    def count(self, chosen: Filter = ALL) -> int:
        """How many items there are."""
        query, given = _numbered(self.id, chosen)
        with self.ledger.looking() as rows:
            counted: int = rows.execute(f"SELECT count(*) FROM ({query})", given).fetchone()[0]  # noqa: S608  # ours
            return counted

    def item(self, key: int | Pair) -> Item:
        """An item by its number, or by the ends of its access. Raises ReviewError ITEM_UNKNOWN."""
        with self.ledger.looking() as rows:
            return _item(rows, self.id, key)

    def next(self, chosen: Filter = ALL) -> Item | None:
        """The first item without a decision; None when there is none. The order is that of `frozen.Risk`."""
        undecided = msgspec.structs.replace(chosen, decided=False)
        return next(iter([*self.items(undecided, limit=1)]), None)  # to its end, so that nothing stays open

    def history(self, number: int) -> list[Decision]:
        """Every decision about an item, oldest first."""
        query = f"SELECT d.{_DECISION.format('d')} FROM review_decisions d WHERE campaign = ? AND item = ? ORDER BY 1"  # noqa: S608  # ours
        with self.ledger.looking() as rows:
            found = rows.execute(query, (self.id, number)).fetchall()
        return [Decision(place, Verdict(verdict), *rest) for place, verdict, *rest in found]

    def endings(self) -> list[Ending]:
        """What became of the accesses of the campaign before that are not in this one."""
        query = f"""
            SELECT e.principal, e.resource, e.kind, p.{_DECISION.format("p")} FROM review_endings e
            LEFT JOIN review_decisions p ON p.sequence = e.previous WHERE e.campaign = ? ORDER BY 1, 2"""  # noqa: S608  # our own names
        with self.ledger.looking() as rows:
            found = rows.execute(query, (self.id,)).fetchall()
        return [Ending(who, what, Gone(kind), _decision(*row)) for who, what, kind, *row in found]

    def progress(self) -> dict[str, Progress]:
        """How far each business is, those with most undecided first; `""` is the whole."""
        made = self.parts()
        columns = ([getattr(each, name) for each in made.values()] for name in Progress.__struct_fields__)
        ranked = sorted(made.items(), key=lambda each: (-each[1].undecided, each[0]))
        return {"": Progress(*map(sum, columns)), **dict(ranked)}

    def whole(self) -> Progress:
        """How far all of it is."""
        query = """
            SELECT '', coalesce(d.verdict, ''), d.origin IS NOT NULL, count(*) FROM review_items i
            LEFT JOIN review_decisions d ON d.sequence = i.decision WHERE i.campaign = ? GROUP BY 2, 3"""
        with self.ledger.looking() as rows:
            return _counted(rows.execute(query, (self.id,))).get("", Progress(0, 0, 0, 0, 0, 0))

    def parts(self, start: str | None = None, end: str | None = None) -> dict[str, Progress]:
        """How far each business is, by its node id: all of them, or those from one to another."""
        query = """
            SELECT i.business, coalesce(d.verdict, ''), d.origin IS NOT NULL, count(*) FROM review_items i
            LEFT JOIN review_decisions d ON d.sequence = i.decision
            WHERE i.campaign = ? AND i.business >= ? AND i.business <= ? GROUP BY 1, 2, 3"""
        with self.ledger.looking() as rows:
            return _counted(rows.execute(query, (self.id, start or "", _LAST if end is None else end)))

    def businesses(self) -> list[str]:
        """The node ids of the businesses that it has items about."""
        query = "SELECT DISTINCT business FROM review_items WHERE campaign = ? ORDER BY business"
        with self.ledger.looking() as rows:
            return [each for (each,) in rows.execute(query, (self.id,))]

    def overdue(self, now: dt.datetime) -> bool:
        """Whether it is open, and its day has passed."""
        return not self.signed and self.head.due is not None and self.head.due < _moment(now)

    def drift(self, graph: AccessGraph) -> Drift:
        """How the accesses of a graph, such as the newest, differ from what was frozen.

        The cost is that of freezing the same accesses again, unless it is the graph that was frozen. Raises ReviewError
        POLICY_DIFFERS.
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
                (kept[pair][0], pair, difference(_item(rows, self.id, kept[pair][0]).access, stands[pair]))
                for pair in differing
            )
        gone = sorted((row[0], pair) for pair, row in kept.items() if pair not in stands)
        unseen = tuple(each for each in gone if each[1].principal not in graph or each[1].resource not in graph)
        known = set(unseen)
        appeared = tuple(sorted(set(pairs(graph, selected(graph, self.head.scope))).difference(kept)))
        ended = tuple(each for each in gone if each not in known)
        same = len(stands) - len(changed)
        return self.revoked(Drift(graph.version, same, tuple(changed), ended, unseen, appeared))

    def revoked(self, drift: Drift) -> Drift:
        """A drift that was found before, with the revocations as they are decided now."""
        query = """
            SELECT i.number, i.principal, i.resource FROM review_decisions d
            JOIN review_items i ON i.campaign = d.campaign AND i.number = d.item AND i.decision = d.sequence
            WHERE d.campaign = ? AND d.verdict = 'REVOKE' ORDER BY i.number"""
        with self.ledger.looking() as rows:
            found = [(number, Pair(*ends)) for number, *ends in rows.execute(query, (self.id,))]
        ended, unseen = set(drift.ended), set(drift.unseen)
        return msgspec.structs.replace(
            drift,
            revoked_standing=tuple(each for each in found if each not in ended and each not in unseen),
            revoked_ended=tuple(each for each in found if each in ended),
        )

    def standing(self, item: Item, graph: AccessGraph) -> Standing:
        """How an item stands in a graph, and what would end the access there. Raises ReviewError POLICY_DIFFERS."""
        self._check_policy(graph)
        ends = item.access.principal, item.access.resource
        found = access(graph, *ends) if all(each in graph for each in ends) else None
        if found is None:
            return Standing(None, None)
        return Standing(difference(item.access, Freezer(graph).freeze(found)), explain(graph, found))

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
        """Decide the same about some items, all of them or none; otherwise as `answer`."""
        said = _verdict(verdict)
        return self.answer([Answer(number, said, why, expect) for number in items], by=by, now=now)

    def answer(
        self, answers: Sequence[Answer], *, by: str, now: dt.datetime, keeping: bool = False, key: str | None = None
    ) -> Decided:
        """Take decisions, all of them or none.

        What a decision says already changes nothing the second time: the same verdict and reason by the same person,
        or with `keeping` by anybody. A request with a `key` that the same person has used in this campaign is taken
        once, whatever was decided since, and gets the answer of the first time. Raises ReviewError, with the code of
        its first problem and all of them in `problems`.
        """
        by, moment = _line(by, "who decides", 200), _moment(now)
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
                    why = _line(each.why, "the reason", LONGEST, needed=each.verdict is not Verdict.KEEP)
                    _check(each, row)
                except ReviewError as error:
                    problems.append((error.code, f"{where}: {error.message}"))
                    continue
                _, verdict, decider, said, origin = row
                same = (verdict, said) == (each.verdict, why) and (keeping or (decider == by and origin is None))
                if not same:
                    _insert(rows, self.id, each.item, each.verdict, by, moment, why, None)
                    new += 1
            if problems:
                told = tuple(message for _, message in problems)
                more = f"; and {len(told) - 1} more" if len(told) > 1 else ""
                raise ReviewError(f"{told[0]}{more}", problems[0][0], told)
            done = Decided(new, len(answers) - new)
            if request:
                rows.execute("INSERT INTO review_requests VALUES (?, ?, ?, ?)", (*request, done.new, done.known))
        return done

    def sign_off(
        self, digest: Callable[[Campaign], str], *, by: str, now: dt.datetime, partial: bool = False
    ) -> Campaign:
        """Close the campaign with the SHA-256 of its report (see `report.sign_off`); gives it as it is then.

        Raises ReviewError CAMPAIGN_CLOSED, and UNDECIDED while items are, unless it is `partial`: the report says so.
        """
        by, moment = _line(by, "who signs it off", 200), _moment(now)
        with self.ledger.changing() as rows:
            current = Campaign(self.ledger, *self._row(rows))
            if current.signed:
                raise ReviewError(f"the campaign {self.name!r} was signed off already", "CAMPAIGN_CLOSED")
            undecided = len(_numbers(rows, self.id, Filter(decided=False)))
            if undecided and not partial:
                raise ReviewError(f"{undecided} items are undecided; a partial sign-off says so", "UNDECIDED")
            current.signed = Signed(by, moment, undecided, "")  # nobody else can write until this is committed
            current.signed = msgspec.structs.replace(current.signed, sha256=digest(current))
            encoded = msgspec.json.encode(current.signed)
            rows.execute("UPDATE campaigns SET signed = ? WHERE id = ?", (encoded, self.id))
        return current

    def _row(self, rows: sqlite3.Connection) -> tuple[Any, ...]:
        found = _find(rows, str(self.id))
        if found is None:
            raise ReviewError(f"the ledger has no campaign {self.name!r}", "CAMPAIGN_UNKNOWN")
        return found


class _Request(NamedTuple):
    """What a request to decide is known by when it comes again: marks, salted, of whose it is and of what it asks."""

    mark: bytes
    asked: bytes

    @classmethod
    def of(cls, rows: sqlite3.Connection, campaign_: int, by: str, key: str, answers: Sequence[Answer]) -> _Request:
        if not 1 <= len(key) <= 200:
            raise ReviewError("a key has 1 to 200 characters")
        (salt,) = rows.execute("SELECT value FROM salt").fetchone()
        asked = [(each.item, each.verdict.value, each.why, each.expect) for each in answers]
        said = (repr(each).encode() for each in ((campaign_, by, key), asked))  # which encodes any text
        return cls(*(hashlib.blake2b(each, key=salt, digest_size=16).digest() for each in said))

    def before(self, rows: sqlite3.Connection) -> Decided | None:
        """What became of it. Raises ReviewError KEY_REUSED where the key was for something else."""
        query = "SELECT asked, new, known FROM review_requests WHERE mark = ?"
        found = rows.execute(query, (self.mark,)).fetchone()
        if found and found[0] != self.asked:
            raise ReviewError("this key was used for other decisions", "KEY_REUSED")
        return Decided(found[1], found[2], again=True) if found else None


_LAST: Final = "\U0010ffff"
"""After every node id."""


def _counted(rows: Iterable[tuple[str, str, int, int]]) -> dict[str, Progress]:
    """From rows of a name, a verdict or nothing, whether it was carried over, and how many there are."""
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


def _insert(
    rows: sqlite3.Connection,
    campaign_: int,
    item: int,
    verdict: str,
    by: str,
    moment: str,
    why: str,
    origin: int | None,
) -> None:
    query = (
        "INSERT INTO review_decisions (campaign, item, verdict, decider, moment, why, origin)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
    )
    number = rows.execute(query, (campaign_, item, verdict, by, moment, why, origin)).lastrowid
    rows.execute("UPDATE review_items SET decision = ? WHERE campaign = ? AND number = ?", (number, campaign_, item))


def _verdict(word: str) -> Verdict:
    try:
        return Verdict(word.strip().upper())
    except ValueError:
        raise ReviewError(f"{printable(word)!r} is none of keep, revoke, unsure", "BAD_DECISION") from None


def _has_reviews(rows: sqlite3.Connection) -> bool:
    found = rows.execute("SELECT count(*) FROM sqlite_master WHERE name = 'campaigns'").fetchone()
    return bool(found[0])


def _find(rows: sqlite3.Connection, name: str) -> tuple[Any, ...] | None:
    number = int(name) if name.isdecimal() and name.isascii() and len(name) < 19 else 0
    query = "SELECT id, name, head, signed, forgotten FROM campaigns WHERE name = ? OR id = ? ORDER BY id LIMIT 1"
    found: tuple[Any, ...] | None = rows.execute(query, (_one_line(name), number)).fetchone()
    return found


def _part(
    chosen: Filter, after: int, limit: int | None, before: int | None, backwards: bool = False
) -> tuple[str, list[object]]:
    """The rest of a query of items, and the values of its question marks."""
    where, given = chosen.where()
    number = "+i.number" if chosen.of else "i.number"  # few items: their own index, not that of numbers, leads to them
    upto = "" if before is None else f" AND {number} < ?"
    order = " DESC" if backwards else ""
    ends = [after] if before is None else [after, before]
    values = [*ends, *given, -1 if limit is None else limit]
    return f" AND {number} > ?{upto}{where} ORDER BY {number}{order} LIMIT ?", values


def _numbered(
    campaign_: int, chosen: Filter, after: int = 0, limit: int | None = None, before: int | None = None
) -> tuple[str, list[object]]:
    """A query of numbers of items, and the values of its question marks."""
    where, given = _part(chosen, after, limit, before)
    joined = " LEFT JOIN review_decisions d ON d.sequence = i.decision" if chosen.verdict else ""
    return f"SELECT i.number FROM review_items i{joined} WHERE i.campaign = ?{where}", [campaign_, *given]  # noqa: S608  # ours


def _numbers(
    rows: sqlite3.Connection,
    number: int,
    chosen: Filter,
    after: int = 0,
    limit: int | None = None,
    before: int | None = None,
) -> list[int]:
    return [each for (each,) in rows.execute(*_numbered(number, chosen, after, limit, before))]


def _item(rows: sqlite3.Connection, number: int, key: int | Pair) -> Item:
    where = " AND i.principal = ? AND i.resource = ?" if isinstance(key, Pair) else " AND i.number = ?"
    row = rows.execute(_ITEMS + where, (number, *(key if isinstance(key, Pair) else (key,)))).fetchone()
    if row is None:
        shown = " ".join(key) if isinstance(key, Pair) else key
        raise ReviewError(f"the campaign has no item {shown}", "ITEM_UNKNOWN")
    return _to_item(row)


def _to_item(row: Sequence[Any]) -> Item:
    number, business, opened, print_, packed = row[:5]
    now, before = _unpack(packed), row[17]
    compared = difference(_unpack(before), now) if before is not None else None
    decisions = _decision(*row[5:11]), _decision(*row[11:17])
    return Item(number, business, Opened(opened), print_.hex(), now, *decisions, compared)


def _decision(number: int | None, verdict: str, *rest: Any) -> Decision | None:
    return None if number is None else Decision(number, Verdict(verdict), *rest)


def _unpack(packed: bytes) -> Frozen:
    try:
        return msgspec.json.decode(zlib.decompress(packed), type=Frozen)
    except (zlib.error, msgspec.DecodeError) as error:
        raise ReviewError(f"an item cannot be read: {error}", "LEDGER_CORRUPT") from error


def _coverage(graph: AccessGraph, scope: Scope) -> Coverage:
    """What could be seen of a scope, with the notes of each identity or resource that it names."""
    whole = graph.coverage()
    parts = [graph.coverage_of_reach(each) for each in scope.identities]
    if not parts:
        parts = [graph.coverage_of_reached_by(each) for each in scope.resources]
    if not parts:
        return whole
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    return msgspec.structs.replace(whole, complete=all(part.complete for part in parts), notes=notes)


def _line(text: str, what: str, longest: int, *, needed: bool = True) -> str:
    """A text as one line that can be shown anywhere. Raises ReviewError."""
    line = _one_line(text)
    if needed and not line:
        raise ReviewError(f"{what} is needed")
    if len(line) > longest:
        raise ReviewError(f"{what} has {len(line)} characters: the most is {longest}")
    return line


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))


def _moment(moment: dt.datetime) -> str:
    if moment.tzinfo is None:
        raise InroadsError("a moment has an offset", "BAD_MOMENT")
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
