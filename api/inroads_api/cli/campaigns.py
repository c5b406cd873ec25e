"""Campaigns and their items as the command line prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any, Final

import msgspec

from inroads.explorer import Explorer
from inroads.network.wording import MORE_PATHS, grant_label
from inroads.review import Campaign, Drift, Item, Progress, report
from inroads.review.summary import Summary, scope_in_words, summary
from inroads.text import SHOWN, many, more, shortened
from inroads_api.cli.printing.lines import print_line
from inroads_api.cli.terminal import (
    Format,
    default_format,
    now,
    print_rows,
    say,
    write_json,
)

GRANTS: Final = 8
"""The most grants of an item of which the records are shown."""

LISTED: Final = 5
"""The most lines of each list in a summary."""


RELATION: Final = 8
"""The width of the relation in front of a record."""

SUMMARISED: Final = len("certainty  ")
"""How far a line of a summary that wraps goes on to the right."""


def row_of(campaign: Campaign) -> dict[str, Any]:
    """Return a campaign as a row of a list of campaigns."""
    head, signed = campaign.head, campaign.signed
    state = (
        "open" if signed is None else "signed off, partial" if signed.undecided else "signed off"
    )
    return {
        "campaign": campaign.id,
        "name": campaign.name,
        "state": "overdue" if campaign.overdue(now()) else state,
        **msgspec.to_builtins(campaign.whole()),
        "by": head.by,
        "started": head.started,
        "due": head.due,
        "version": head.version,
    }


def short_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a row of a list that people look at."""
    return {
        "name": row["name"],
        "state": row["state"],
        "decided": f"{row['total'] - row['undecided']:,} of {row['total']:,}",
        "due": row["due"] and row["due"][:10],
    }


def print_status(campaign: Campaign, output: Format | None) -> None:
    """Print the progress of a campaign: in summary for people, by business for programs."""
    if (output or default_format()) is Format.TABLE:
        for line in _summary_lines(campaign, summary(campaign, LISTED)):
            print_line(line, SUMMARISED if line.startswith("  ") else 0)
    else:
        rows = [
            {"business": business or "(all)", **msgspec.to_builtins(each)}
            for business, each in campaign.progress().items()
        ]
        print_rows(rows, output)
    if campaign.overdue(now()):
        say(f"overdue since {campaign.head.due}")
    if campaign.signed:
        rest = (
            f", {many(campaign.signed.undecided, 'item')} undecided"
            if campaign.signed.undecided
            else ""
        )
        say(f"signed off by {campaign.signed.by} at {campaign.signed.moment}{rest}")
    if campaign.forgotten:
        say(f"{many(campaign.forgotten, 'item')} went with persons who were forgotten")


def _summary_lines(campaign: Campaign, told: Summary) -> Iterator[str]:
    progress = told.progress
    yield f"{campaign.name}: {many(progress.total, 'item')}, {progress.undecided:,} undecided"
    yield f"  scope      {scope_in_words(campaign.head.scope)}"
    kinds = {name.lower(): count for name, count in told.kinds.items()}
    yield f"  kinds      {_counts(kinds)}"
    yield f"  roles      {_counts(told.roles)}"
    sure = {**told.certainty, **told.state} | (
        {"CONTESTED": told.contested} if told.contested else {}
    )
    yield f"  certainty  {_counts(sure)}"
    yield f"  decided    {_decided(progress)}"
    if told.first:
        yield "Riskiest first:"
        yield from (f"  item {each.number}: {each.access.sentence}" for each in told.first)
        rest = progress.undecided - len(told.first)
        begin = f"  {more(rest)}; " if rest else "  "
        way = (
            "work {} --by WHO"
            if find_spec("textual")
            else "next {}` and `inroads review decide {} …"
        )
        yield f"{begin}decide them with `inroads review {way.replace('{}', campaign.name)}`"
    if told.parts:
        yield "Left to decide:"
        yield from (
            f"  {part.progress.undecided:,} of {part.progress.total:,}: {part.name}"
            for part in told.parts
        )
        if told.open_parts > len(told.parts):
            left = progress.undecided - sum(part.progress.undecided for part in told.parts)
            rest = told.open_parts - len(told.parts)
            yield f"  … {left:,} in {many(rest, 'more business', 'es')}"
    if told.deciders:
        yield "Decided by:"
        some = list(told.deciders.items())
        yield from (f"  {count:,}: {who}" for who, count in some[:LISTED])
        if len(some) > LISTED:
            yield f"  … {len(some) - LISTED} more"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _decided(progress: Progress) -> str:
    carried = f"; {progress.carried:,} carried over" if progress.carried else ""
    return (
        f"keep {progress.keep:,}, revoke {progress.revoke:,}, unsure {progress.unsure:,}{carried}"
    )


def say_drift(campaign: Campaign, seen: Drift, output: Format | None) -> None:
    """Print what differs from the freeze; people see the first lines of each list with names."""
    most = LISTED if (output or default_format()) is Format.TABLE else None
    say(
        f"since it was frozen: {seen.same:,} the same, {len(seen.changed):,} changed,"
        f" {len(seen.ended):,} ended, {len(seen.unseen):,} no longer seen,"
        f" {len(seen.appeared):,} appeared in its scope"
    )

    def named(number: int, pair: Iterable[str]) -> str:
        if most is None:
            return f"item {number} {' -> '.join(pair)}"
        access = campaign.item(number).access
        return f"item {number} {access.who} -> {access.what}"

    def listed(word: str, rows: Iterable[Any], line: Callable[[Any], str]) -> None:
        every = list(rows)
        for row in every[:most]:
            say(f"  {word}: {line(row)}")
        if most is not None and len(every) > most:
            say(f"  {word}: … {len(every) - most:,} more")

    listed("changed", seen.changed, lambda row: f"{named(*row[:2])}: {'; '.join(row[2].lines())}")
    listed("ended", seen.ended, lambda row: named(*row))
    listed("no longer seen", seen.unseen, lambda row: named(*row))
    listed("appeared", seen.appeared, " -> ".join)
    done, standing = len(seen.revoked_ended), len(seen.revoked_standing)
    say(f"revocations: {done:,} in effect, {standing:,} not yet")
    listed("still there", seen.revoked_standing, lambda row: named(*row))


def print_item(campaign: Campaign, item: Item, graph: Explorer, output: Format | None) -> None:
    """Print an item as it was frozen, and its access in a graph."""

    standing = campaign.standing(item, graph)
    explanation, history = standing.explanation, campaign.history(item.number)
    now_ = (
        "ended"
        if explanation is None
        else "; ".join(standing.difference.lines())
        if standing.difference
        else ""
    )
    if (output or default_format()) is not Format.TABLE:
        told = {
            **report.named(item),
            "history": msgspec.to_builtins(history),
            "since": now_ or None,
            "explanation": explanation
            and {
                "sentence": explanation.sentence,
                "independent_routes": explanation.independent_routes,
                "cut": [grant_label(grant) for grant in explanation.cut],
            },
        }
        write_json(told, pretty=output is Format.JSON)
        return

    lines = [
        f"item {item.number}: {item.access.sentence}  [{item.opened}, fingerprint {item.fingerprint}]"
    ]
    if item.kept:
        lines.append(
            f"the same access to {item.kept.what}, which this business keeps: one decision for both"
        )
    paths = [f"{path.sentence}  [{path.certainty}, {path.state}]" for path in item.access.paths]
    lines += shortened([f"{number}. {each}" for number, each in enumerate(paths, 1)])
    lines += [MORE_PATHS] * item.access.truncated
    for grant in item.grants[:GRANTS]:
        records = [f"{each.label}: {each.source} {each.pointer}" for each in grant.records]
        lines += [f"     {grant.relation:<{RELATION}} {line}" for line in shortened(records, SHOWN)]
    if (left := len(item.grants) - GRANTS) > 0:
        lines.append(f"     … {many(left, 'more grant')}")
    if item.previous:
        lines.append(f"before: {item.previous.verdict} by {item.previous.by}: {item.previous.why}")
    lines += [
        f"changed since: {line}" for line in (item.difference.lines() if item.difference else [])
    ]
    lines += [
        f"decided: {each.verdict} by {each.by} at {each.moment}: {each.why}" for each in history
    ]
    lines.append(f"since frozen: {now_}" if now_ else "since frozen: the same")
    lines += [explanation.sentence] if explanation else []
    for line in lines:
        print_line(
            line,
            RELATION + 1 if line.startswith("     ") else len("1. ") if line[:1].isdigit() else 0,
        )
