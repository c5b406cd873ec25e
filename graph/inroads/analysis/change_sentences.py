"""Changes and their causes in plain English."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from inroads.analysis.causes import Cause, NodeCause
from inroads.analysis.changes import Change, Kind
from inroads.model import Grant, NodeKind, Relation, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import grant_label, label, reasons_of
from inroads.text import printable

_K = TypeVar("_K")
_V = TypeVar("_V")

CAUSES_TOLD: Final = 3
"""The most causes that a sentence names."""


def sentence(before: AccessGraph, after: AccessGraph, change: Change) -> str:
    """A change in plain English with its first causes, given the two graphs that were compared."""
    return ChangeWriter(before, after).sentence(change)


_SAID: Final = {
    Kind.GAINED: "gained access to {what} as {now}",
    Kind.OBSERVED: "is observed for the first time to reach {what} as {now}",
    Kind.LOST: "lost access to {what}, held as {then}",
    Kind.UNOBSERVED: "is no longer observed to reach {what} as {then}, which need not have ended",
    Kind.RAISED: "was raised from {then} to {now}",
    Kind.LOWERED: "was lowered from {then} to {now}",
    Kind.CHANGED: "changed from {then} to {now}",
    Kind.TURNED_ACTIVE: "turned active",
    Kind.TURNED_LATENT: "turned latent ({reasons})",
    Kind.NOW_STATED: "is now stated by a record",
    Kind.NOW_INFERRED: "is now inferred only",
    Kind.TURNED_CONTESTED: "turned contested",
    Kind.SETTLED: "is no longer contested",
}


KEPT: Final = 4096
"""Sentences, labels and causes that a writer keeps of each."""


class ChangeWriter:
    """A writer of the changes between two graphs, which keeps what it has written. Safe for threads."""

    def __init__(self, before: AccessGraph, after: AccessGraph) -> None:
        self.before, self.after = before, after
        self._labels: dict[str, str] = {}
        self._causes: dict[tuple[int, str], str] = {}
        self._sentences: dict[tuple[str, str], str] = {}

    def sentence(self, change: Change) -> str:
        """Return a change in plain English with its first causes."""
        # An access has one change.
        key = change.principal, change.resource
        return _kept(self._sentences, key, self._sentence, change)

    def _sentence(self, change: Change) -> str:
        text = f"{self.label(change.principal)} {self.what(change)}"
        told = [self.cause(cause) for cause in change.causes[:CAUSES_TOLD]]
        if more := len(change.causes) - len(told):
            told.append(f"{more} more")
        return f"{text}: {'; '.join(told)}."

    def label(self, node: str) -> str:
        """Return the label of a node, as the later graph knows it if it does."""
        return _kept(self._labels, node, self._label, node)

    def _label(self, node: str) -> str:
        return label(self.after if node in self.after else self.before, node)

    def what(self, change: Change) -> str:
        """Return the predicate of a change: `gained access to BillSpring (77128) as OWNER`."""
        then, now = (
            " and ".join(facts.roles) if facts else "" for facts in (change.before, change.after)
        )
        reasons = reasons_of(change.after.reasons) if change.after else ""
        what = self.label(change.resource)
        words = [
            _SAID[kind].format(what=what, then=then, now=now, reasons=reasons)
            for kind in change.kinds
        ]
        if change.before is None:
            return words[0] + (f" (latent: {reasons})" if reasons else "")
        return (
            words[0]
            if change.after is None
            else f"still reaches {what}, and the access {' and '.join(words)}"
        )

    def cause(self, cause: Cause) -> str:
        """Return a cause in plain English."""
        return _kept(self._causes, cause.key, self._cause, cause)

    def _cause(self, cause: Cause) -> str:
        if isinstance(cause, NodeCause):
            then, now = (
                printable(word) if word else "not known" for word in (cause.before, cause.after)
            )
            of = "the subscription of " if kind_of(cause.id) is NodeKind.ACCOUNT else ""
            return f"{of}{self.label(cause.id)} was {then} and is {now}"
        grant = cause.after or cause.before
        name = self._grant(grant) if grant else cause.id
        if cause.before is None:
            return f"{name} {'was added' if cause.witnessed else 'was observed for the first time'}"
        if cause.after is None:
            return f"{name} {'was removed' if cause.witnessed else 'is no longer observed'}"
        if cause.before.roles != cause.after.roles:
            then, now = (" and ".join(each.roles) for each in (cause.before, cause.after))
            return f"{name} changed from {then} to {now}"
        if cause.before.contested is not cause.after.contested:
            doubts = [printable(each.sentence) for each in cause.after.contradictions]
            return f"{name} is {'contested: ' + '; '.join(doubts) if doubts else 'settled'}"
        return f"{name} turned {'active' if cause.after.active else 'inactive'}"

    def _grant(self, grant: Grant) -> str:
        if grant.relation is Relation.KEEPS:
            return f"{self.label(grant.resource)} as the account of {self.label(grant.principal)}"
        return f"{printable(grant_label(grant))} of {self.label(grant.principal)}"


def _kept(texts: dict[_K, str], key: _K, write: Callable[[_V], str], value: _V) -> str:
    """Return the text of a key, written if it is not kept; a full dict begins anew."""
    text = texts.get(key)
    if text is None:
        if len(texts) >= KEPT:
            texts.clear()
        text = texts[key] = write(value)
    return text
