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
from inroads.review.frozen_access import Difference, Frozen, Pair, Scope
from inroads.text import printable

LONGEST: Final = 10_000
"""The most characters of a reason; a name of a campaign or a reviewer has at most 200."""


class Verdict(StrEnum):
    """A verdict about an access. UNSURE is a decision too: the next campaign asks again."""

    KEEP = "KEEP"
    REVOKE = "REVOKE"
    UNSURE = "UNSURE"


class Opened(StrEnum):
    """The reason why an item is in a campaign: as the campaign before left it, if there was one."""

    NEW = "NEW"
    CARRIED = "CARRIED"
    CHANGED = "CHANGED"
    STILL_THERE = "STILL_THERE"
    UNSURE = "UNSURE"
    UNDECIDED = "UNDECIDED"


class Gone(StrEnum):
    """The fate of an access of the campaign before that is not in this one.

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
    """The frozen facts of a campaign as a whole; moments are RFC 3339 in UTC.

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
    """The number of decisions that were new, and of those that stood already.

    `again` tells that the request had been taken before; then the figures are those of that time.
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
    """The differences of the accesses of another graph from what was frozen.

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
    """The standing of one item in a graph: the difference, None without access; and the explanation of its end."""

    difference: Difference | None
    explanation: Explanation | None


class Filter(msgspec.Struct, frozen=True):
    """A filter of the items of a campaign; everything not given is allowed.

    `of` is an identity, a business with the accounts that it keeps, or an account. `decided` asks
    for items with a decision, or for those without.
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


def checked_line(text: str, what: str, longest: int, *, needed: bool = True) -> str:
    """A text as one line that can be shown anywhere. Raises ReviewError."""
    line = one_line(text)
    if needed and not line:
        raise ReviewError(f"{what} is needed")
    if len(line) > longest:
        raise ReviewError(f"{what} has {len(line)} characters: the most is {longest}")
    return line


def one_line(text: str) -> str:
    return printable(" ".join(text.split()))


def rfc3339(moment: dt.datetime) -> str:
    if moment.tzinfo is None:
        raise InroadsError("a moment has an offset", "BAD_MOMENT")
    return moments.rfc3339(moment)
