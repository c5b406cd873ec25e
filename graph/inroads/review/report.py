"""The report of a campaign, line by line, with a SHA-256 that reveals later changes.

The canonical report is NDJSON: a line for the campaign, one for each item and each ending, and last
a line with the SHA-256 of all bytes before it. The Markdown report has the same content for people,
and ends likewise.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from inroads.errors import InroadsError
from inroads.network.wording import MORE_PATHS, coverage_words
from inroads.review.campaign import Campaign
from inroads.review.frozen_access import Frozen
from inroads.review.values import Ending, Head, Item, Progress, Signed, Verdict
from inroads.text import many, printable

FORMAT: Final = "inroads review 1"
"""The format name in a report."""


class Whole(msgspec.Struct, frozen=True):
    """The first line of a report; `signed` is None for a draft.

    `signed` is without the SHA-256, which a report cannot contain of itself.
    """

    format: str
    campaign: str
    head: Head
    signed: Signed | None
    forgotten: int
    progress: Progress


def whole(campaign: Campaign) -> Whole:
    """Return the facts of the campaign as a whole."""
    signed = campaign.signed and msgspec.structs.replace(campaign.signed, sha256="")
    return Whole(FORMAT, campaign.name, campaign.head, signed, campaign.forgotten, campaign.whole())


def ndjson(campaign: Campaign) -> Iterator[str]:
    """The canonical report, its last line included."""
    return _sealed(_lines(campaign), '{{"sha256":"{}"}}\n')


def sign_off(campaign: Campaign, *, by: str, now: dt.datetime, partial: bool = False) -> Campaign:
    """Close a campaign with the SHA-256 of its canonical report; see `Campaign.sign_off`."""
    return campaign.sign_off(
        lambda closed: _digest(_lines(closed)), by=by, now=now, partial=partial
    )


def _lines(campaign: Campaign) -> Iterator[str]:
    encoder = msgspec.json.Encoder(order="deterministic")
    yield f"{encoder.encode(whole(campaign)).decode()}\n"
    for item in campaign.items():
        yield f"{encoder.encode({'item': named(item)}).decode()}\n"
    for ending in campaign.endings():
        yield f"{encoder.encode({'ending': ending}).decode()}\n"


def named(item: Item) -> dict[str, object]:
    """Return an item as plain values with the names of its fields.

    An item of one access has no field `kept`, so that older reports keep their digest.
    """
    plain: dict[str, object] = msgspec.to_builtins(item)
    kept = plain.pop("kept") and _named(item.accesses[1])
    return plain | {"access": _named(item.access)} | ({"kept": kept} if kept else {})


def _named(access: Frozen) -> dict[str, object]:
    """Return an access with the names of its fields, which the ledger omits.

    An access that is not contested has no fields about it, so that reports that were signed off
    before there were any keep their digest.
    """
    plain = {
        name: getattr(access, name)
        for name in access.__struct_fields__
        if access.contested_roles or name not in ("contested_roles", "contradictions")
    }
    paths = [
        {name: getattr(path, name) for name in path.__struct_fields__} for path in access.paths
    ]
    grants = [
        {name: getattr(grant, name) for name in grant.__struct_fields__}
        | {
            "records": [
                {name: getattr(each, name) for name in each.__struct_fields__}
                for each in grant.records
            ]
        }
        for grant in access.grants
    ]
    return {**plain, "paths": paths, "grants": grants}


def markdown(campaign: Campaign) -> Iterator[str]:
    """The report for eyes, its last line included."""
    return _sealed(_paragraphs(campaign), "\nSHA-256 of all above: {}\n")


def _paragraphs(campaign: Campaign) -> Iterator[str]:
    said, head = whole(campaign), campaign.head
    yield f"# Access review: {_text(campaign.name)}\n\n"
    if campaign.signed:
        rest = (
            f", PARTIAL: {many(campaign.signed.undecided, 'item')} undecided"
            if campaign.signed.undecided
            else ""
        )
        yield f"Signed off by {_text(campaign.signed.by)} at {campaign.signed.moment}{rest}.\n"
        yield f"SHA-256 of the canonical report: {campaign.signed.sha256}\n\n"
    else:
        yield "A draft: it is not signed off.\n\n"
    yield f"- started by {_text(head.by)} at {head.started}{f', due {head.due}' if head.due else ''}\n"
    asked = f", as of {head.as_of}" if head.as_of else ""
    yield f"- graph {head.version}{asked}; policy {head.policy}\n"
    yield f"- scope: {_text(msgspec.json.encode(head.scope, order='deterministic').decode())}\n"
    yield f"- items: {said.progress.total}; " + ", ".join(
        f"{name} {getattr(said.progress, name)}"
        for name in ("keep", "revoke", "unsure", "undecided", "carried")
    )
    yield f"{f'; {campaign.forgotten} forgotten since' if campaign.forgotten else ''}\n"
    yield f"- {coverage_words(head.coverage)}\n"
    yield from (f"  - {_text(note)}\n" for note in head.coverage.notes)
    for item in campaign.items():
        yield "".join(_paragraph(item))
    endings = campaign.endings()
    if endings:
        yield "\n## No longer there\n\n"
    yield from map(_ending, endings)


def _paragraph(item: Item) -> Iterator[str]:
    yield f"\n## {item.number}. {_text(item.access.sentence)}\n\n"
    yield f"{item.opened}; {item.access.certainty}, {item.access.state}; {_text(item.access.principal)} -> "
    yield f"{_text(item.access.resource)}; fingerprint {item.fingerprint}\n\n"
    if item.kept:
        yield f"- and {_text(item.kept.what)}, which this business keeps\n"
    decision = item.decision
    if decision is None:
        yield "- **undecided**\n"
    else:
        carried = ", carried over" if decision.origin else ""
        why = f": {_text(decision.why)}" if decision.why else ""
        yield f"- **{decision.verdict}** by {_text(decision.by)} at {decision.moment}{carried}{why}\n"
    yield from (f"- path: {_text(path.sentence)}\n" for path in item.access.paths)
    if item.access.truncated:
        yield f"- {MORE_PATHS}\n"
    for grant in item.grants:
        for each in grant.records:
            yield f"- {_text(each.label)}: {_text(each.source)} {_text(each.pointer)} ({each.sha256[:12]})\n"
    if item.difference:
        yield from (f"- changed: {_text(line)}\n" for line in item.difference.lines())


def _ending(ending: Ending) -> str:
    before = f"; it was {ending.previous.verdict}" if ending.previous else ""
    done = (
        ", done"
        if ending.previous and ending.previous.verdict is Verdict.REVOKE and ending.kind == "ENDED"
        else ""
    )
    return f"- {_text(ending.principal)} -> {_text(ending.resource)}: {ending.kind}{before}{done}\n"


def _text(text: str) -> str:
    """A text that means nothing to Markdown or HTML."""
    return (
        re.sub(r"([\\`*_\[\]<>&#|~!])", r"\\\1", printable(text))
        .replace("\\<", "&lt;")
        .replace("\\&", "&amp;")
    )


def _sealed(lines: Iterable[str], last: str) -> Iterator[str]:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode())
        yield line
    yield last.format(digest.hexdigest())


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode())
    return digest.hexdigest()


class Seal(NamedTuple):
    """The digest in the last line of a report, and the digest of its bytes."""

    said: str
    found: str

    @property
    def holds(self) -> bool:
        """Return whether the report is unchanged."""
        return self.said == self.found


_LAST: Final = re.compile(
    rb'(?:^|\n)(\{"sha256":"([0-9a-f]{64})"\}|\nSHA-256 of all above: ([0-9a-f]{64}))\n?\Z'
)


def seal(data: bytes) -> Seal:
    """Return the seal of a report, NDJSON or Markdown. Raises InroadsError BAD_REPORT."""
    found = _LAST.search(data)
    if found is None:
        raise InroadsError(
            "the last line is not that of a report: the file may be cut off", "BAD_REPORT"
        )
    return Seal((found[2] or found[3]).decode(), hashlib.sha256(data[: found.start(1)]).hexdigest())


def is_signed(campaign: Campaign, data: bytes) -> bool:
    """Return whether a report, NDJSON or Markdown, is that of the campaign as it was signed off.

    A Markdown report is compared with the ledger of today, so it differs if a person was forgotten
    since.
    """
    found = seal(data).found
    return campaign.signed is not None and found in (
        campaign.signed.sha256,
        _digest(_paragraphs(campaign)),
    )
