"""Values of review campaigns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from inroads import moments
from inroads.errors import InroadsError
from inroads.model import (
    AccessState,
    Certainty,
    Coverage,
    Explanation,
    NodeKind,
    Role,
    kind_of,
    node_id,
)
from inroads.review.frozen_access import Difference, Frozen, FrozenGrant, Pair, Scope
from inroads.text import printable

CONTESTED: Final = "CONTESTED"
"""The word beside the roles in the row of an item that is contested; no role has this name."""

LONGEST: Final = 10_000
"""The most characters of a reason; a name of a campaign or a reviewer has at most 200."""


class Verdict(StrEnum):
    """A verdict about an access. UNSURE is a decision too: the next campaign asks again.

    WITHDRAWN stands in histories alone: the decision before it was taken back.
    """

    KEEP = "KEEP"
    REVOKE = "REVOKE"
    UNSURE = "UNSURE"
    WITHDRAWN = "WITHDRAWN"


class Opened(StrEnum):
    """The reason why an item is in a campaign: how the previous campaign left it."""

    NEW = "NEW"
    CARRIED = "CARRIED"
    CHANGED = "CHANGED"
    STILL_THERE = "STILL_THERE"
    UNSURE = "UNSURE"
    UNDECIDED = "UNDECIDED"


class Order(StrEnum):
    """An order of the items of a campaign. Within a business or a person, it is that of risk."""

    RISK = "RISK"
    BUSINESS = "BUSINESS"
    PERSON = "PERSON"


class Gone(StrEnum):
    """The fate of an access of the previous campaign that is not in this one.

    ENDED: both ends are known and there is no access. OUT_OF_SCOPE: the access stands outside this
    scope. UNSEEN: no document names one of its ends any longer.
    """

    ENDED = "ENDED"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    UNSEEN = "UNSEEN"


@dataclass(unsafe_hash=True)
class ReviewError(InroadsError):
    """A review request that was refused; nothing was changed.

    `problems` are all problems, one sentence each. `code` is CAMPAIGN_UNKNOWN, CAMPAIGN_EXISTS,
    CAMPAIGN_CLOSED, CAMPAIGN_EMPTY, CAMPAIGN_TOO_LARGE, ITEM_UNKNOWN, STALE_DECISION (the item is
    not the one that was decided on), BAD_DECISION, BAD_NAME, BAD_SHEET, KEY_REUSED (for another
    request), UNDECIDED (items that a sign-off would leave out), STALE_GRAPH or POLICY_DIFFERS.
    """

    code: str = "BAD_DECISION"
    problems: tuple[str, ...] = ()


class Head(msgspec.Struct, frozen=True):
    """The frozen facts of a campaign as a whole; moments are RFC 3339 in UTC.

    `version` is the graph's, `policy` the digest of its policy. `as_of` is the moment of the graph,
    None for all observations. `coverage` is the extent of what was observed. `previous` is the
    campaign whose decisions were carried over.
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
    """A sign-off: person, moment, undecided items, and the SHA-256 of the report at that time."""

    by: str
    moment: str
    undecided: int
    sha256: str


class Decision(msgspec.Struct, frozen=True):
    """One decision about one item.

    `origin` is the number of the decision that it was carried over from, if any.
    """

    number: int
    verdict: Verdict
    by: str
    moment: str
    why: str
    origin: int | None


class Item(msgspec.Struct, frozen=True):
    """One thing to decide: an access of a campaign as it was frozen.

    `kept` is the access to the account that the business keeps, where one decision covers both; see
    `grouping.grouped`. `previous` is the previous campaign's decision about it. `difference` says
    what has changed since then, None if there is nothing to compare with.
    """

    number: int
    business: str
    opened: Opened
    fingerprint: str
    access: Frozen
    decision: Decision | None
    previous: Decision | None
    difference: Difference | None
    kept: Frozen | None = None

    @property
    def accesses(self) -> tuple[Frozen, ...]:
        """The accesses that the decision covers."""
        return (self.access, self.kept) if self.kept else (self.access,)

    @property
    def grants(self) -> tuple[FrozenGrant, ...]:
        """The grants on all paths of the accesses, each once."""
        return tuple({grant.id: grant for each in self.accesses for grant in each.grants}.values())


class Ending(msgspec.Struct, frozen=True):
    """An access of the previous campaign that is not in this one."""

    principal: str
    resource: str
    kind: Gone
    previous: Decision | None


class Answer(NamedTuple):
    """A requested decision: the item's number, and the start of its expected fingerprint, if any.

    `where` is the place of the request, such as `line 3`, for messages about it. `seen` is the
    number of the decision that counted when the item was shown, 0 for none; None does not ask.
    """

    item: int
    verdict: Verdict
    why: str = ""
    expect: str = ""
    where: str = ""
    seen: int | None = None


class Decided(NamedTuple):
    """The numbers of decisions that were new, and that stood already.

    `again` is true if the request had been taken before; then the numbers are those of the first
    time.
    """

    new: int
    known: int
    again: bool = False


class Progress(msgspec.Struct, frozen=True):
    """The progress of a campaign, or of the part of it about one business."""

    total: int
    undecided: int
    keep: int
    revoke: int
    unsure: int
    carried: int


class Drift(msgspec.Struct, frozen=True):
    """The differences between the accesses of another graph and the frozen ones.

    `ended` and `unseen` are items as in `Gone`; `changed` are items with their differences;
    `appeared` are accesses in the scope without an item. `revoked_standing` and `revoked_ended` are
    the items whose last decision is REVOKE.
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
    """The standing of one item in a graph: its difference, and the explanation of the access.

    Both are None if there is no access.
    """

    difference: Difference | None
    explanation: Explanation | None


class Filter(msgspec.Struct, frozen=True):
    """A filter of the items of a campaign; a field that is not set allows everything.

    `of` is an identity, a business with the accounts that it keeps, or an account. `decided` asks
    for items with a decision, or without one, `contested` for items with a contested role, or
    without one. `text` is a part of a name or id at either end, ASCII letters in either case;
    campaigns of older formats are searched by emails and ids alone.
    """

    of: str | None = None
    role: Role | None = None
    certainty: Certainty | None = None
    state: AccessState | None = None
    opened: Opened | None = None
    verdict: Verdict | None = None
    decided: bool | None = None
    contested: bool | None = None
    text: str | None = None

    def where(self, campaign: int, accesses: str) -> tuple[str, list[object]]:
        """Return the SQL condition for the rows of a campaign, and its parameters.

        `accesses` is the table of `rows.accesses_in`.
        """
        reached = (
            f"SELECT 1 FROM {accesses} a WHERE a.campaign = i.campaign"  # noqa: S608  # ours
            " AND a.principal = i.principal AND a.resource = ? AND a.item = i.number"
        )
        asked: list[tuple[str, object]] = [
            (f"i.{name} = ?", value)
            for name in ("certainty", "state", "opened")
            if (value := getattr(self, name)) is not None
        ]
        if self.of is not None:
            node = node_id(self.of)
            ends = {NodeKind.IDENTITY: "i.principal = ?", NodeKind.BUSINESS: "i.business = ?"}
            asked.append((ends.get(kind_of(node), f"EXISTS ({reached})"), node))
        if self.role is not None:
            asked.append(("instr(i.roles, ?)", f" {self.role} "))
        if self.verdict is not None:
            asked.append(("d.verdict = ?", self.verdict))
        if self.contested is not None:
            asked.append(
                (f"instr(i.roles, ?) {'>' if self.contested else '='} 0", f" {CONTESTED} ")
            )
        if self.text:
            ends_of = "i.label || char(10) || i.principal || char(10) || i.business"
            # This subquery does not depend on the item, so that SQLite reads the accesses once.
            reached = (
                f"SELECT a.item FROM {accesses} a WHERE a.campaign = {campaign:d}"  # noqa: S608  # ours
                " AND instr(lower(a.label || char(10) || a.resource), lower(?))"
            )
            text = one_line(self.text)
            asked.append((f"(instr(lower({ends_of}), lower(?)) OR i.number IN ({reached}))", text))
        where = "".join(f" AND {condition}" for condition, _ in asked)
        if self.decided is not None:
            # An index serves this condition.
            where += f" AND i.decision IS {'NOT ' * self.decided}NULL"
        return where, [value for condition, value in asked for _ in range(condition.count("?"))]


ALL: Final = Filter()


def checked_line(text: str, what: str, longest: int, *, needed: bool = True) -> str:
    """Return a text as one line that is safe to show. Raises ReviewError."""
    line = one_line(text)
    if needed and not line:
        raise ReviewError(f"{what} is needed")
    if len(line) > longest:
        raise ReviewError(f"{what} has {len(line)} characters; it may have at most {longest}")
    return line


def one_line(text: str) -> str:
    return printable(" ".join(text.split()))


def rfc3339(moment: dt.datetime) -> str:
    if moment.tzinfo is None:
        raise InroadsError("the moment needs a UTC offset", "BAD_MOMENT")
    return moments.rfc3339(moment)
