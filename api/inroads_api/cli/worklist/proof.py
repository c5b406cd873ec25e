"""An item of a review in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from inroads.model import Certainty
from inroads.network.wording import MORE_PATHS
from inroads.review import Decision, Item
from inroads.text import many, printable

SHOWN: Final = 3
"""The paths, records and changes that are shown until the reader asks for all."""

_OPENED: Final = {
    "CARRIED": "kept in the campaign before, and nothing has changed",
    "CHANGED": "kept in the campaign before; something has changed since",
    "STILL_THERE": "it was to be revoked, and is still there",
    "UNSURE": "in the campaign before nobody could tell",
    "UNDECIDED": "the campaign before left it undecided",
}


class Line(NamedTuple):
    """One line of an item. `kind` is title, plain, doubt, head, path, record or more."""

    kind: str
    text: str


def lines(item: Item, peers: int, *, whole: bool = False) -> Iterator[Line]:
    """Yield the access of an item and its proof, with `whole` every path and record."""
    for line in _lines(item, peers, None if whole else SHOWN):
        yield line._replace(text=printable(line.text))


def _lines(item: Item, peers: int, most: int | None) -> Iterator[Line]:
    access = item.access
    yield Line("title", access.sentence)
    if item.kept:
        yield Line("plain", f"This includes {item.kept.what}, which the business keeps.")
    sure = (
        "a record states it"
        if access.certainty is Certainty.STATED
        else "no record states it: it follows from a business under control"
    )
    yield Line("plain", f"{access.certainty.capitalize()}: {sure}. {access.state.capitalize()}.")
    others = many(peers, "other") if peers else "Nobody else"
    holds = "holds" if peers < 2 else "hold"
    yield Line("plain", f"{others} {holds} {' or '.join(access.roles)} here.")
    if access.contested_roles:
        roles = ", ".join(access.contested_roles)
        yield Line("doubt", f"Contested: records contradict each other about {roles}.")
    if item.opened in _OPENED:
        yield Line("doubt", f"Before: {_OPENED[item.opened]}.")
    if item.previous:
        yield Line("plain", f"Before, {_decided(item.previous)}")
    if item.difference:
        yield from _cut("record", item.difference.lines(), most, "change")
    if item.decision:
        yield Line("doubt", f"Now, {_decided(item.decision)}")
    yield Line("head", "How")
    paths = [f"{each.sentence} {each.certainty}, {each.state}" for each in access.paths]
    yield from _cut("path", paths, most, "path")
    if access.truncated:
        yield Line("more", MORE_PATHS)
    yield Line("head", "Records")
    records = [
        f"{each.label}, in {each.source} {each.pointer}"
        for grant in item.grants
        for each in grant.records
    ]
    yield from _cut("record", dict.fromkeys(records), most, "record")


def _decided(decision: Decision) -> str:
    why = f": {decision.why}" if decision.why else ""
    return f"{decision.by} decided {decision.verdict} on {decision.moment[:10]}{why}"


def _cut(kind: str, texts: Iterable[str], most: int | None, noun: str) -> Iterator[Line]:
    every = list(texts)
    yield from (Line(kind, text) for text in every[:most])
    rest = len(every[most:]) if most is not None else 0
    if rest:
        yield Line("more", f"… {many(rest, f'more {noun}')} (e shows all)")
