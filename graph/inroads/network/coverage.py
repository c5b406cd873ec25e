"""The coverage of a graph: how much was observed of what an answer is about."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from inroads.columns.claimset import NONE, SCOPES
from inroads.model import Coverage, NodeKind, kind_of

if TYPE_CHECKING:
    from inroads.network.access_graph import AccessGraph


class MeasuredCoverage:
    """Measures how much of a graph was observed; see the methods of `AccessGraph` of like names."""

    def __init__(self, graph: AccessGraph) -> None:
        self.graph = graph

    def of_all(self) -> Coverage:
        """Return the coverage of the whole graph.

        It is complete when every identity and business has its own document.
        """
        identities, _, teams, *_ = self._observed
        notes = [
            f"{observed} of {self.graph.counts[kind]} {plural} have a {document} document of their own"
            for observed, kind, plural, document in (
                (identities, NodeKind.IDENTITY, "identities", "me"),
                (teams, NodeKind.BUSINESS, "businesses", "team"),
            )
            if observed < self.graph.counts[kind]
        ]
        if not self.graph.documents:
            notes.append("no document was read")
        notes += self._limits
        return self._coverage(not notes, notes)

    def of_reach(self, identity: str) -> Coverage:
        """Return the coverage of an identity's reach: complete when its own `me` document was read."""
        complete = bool(self.graph.fold.observed[self.graph.number(identity)])
        notes = [*self._limits, *self._unread(identity)]
        if not complete:
            notes.append(
                f"no document of {identity} itself was read: what it reaches is a lower bound"
            )
        notes.append(
            "whose client a business is, is known only from documents that show that business"
        )
        return self._coverage(complete and not self.graph.limited, notes)

    def of_reached_by(self, resource: str) -> Coverage:
        """Return the coverage of the identities that reach a resource.

        It is complete when the `team` document of its business was read.
        """
        businesses = (
            [resource] if kind_of(resource) is NodeKind.BUSINESS else self.graph.kept(resource)
        )
        unseen = [
            business
            for business in businesses
            if not self.graph.fold.observed[self.graph.number(business)]
        ]
        notes = [note for business in businesses for note in self._unread(business)]
        if not businesses:
            notes.append(
                f"no business is known to keep {resource}: who reaches it is a lower bound"
            )
        notes += [
            f"no team document of {business} was read: who reaches it is a lower bound"
            for business in unseen
        ]
        notes.append(
            "clients are known only from documents of those clients, so there may be more of them"
        )
        return self._coverage(bool(businesses) and not unseen, notes)

    @property
    def _limits(self) -> list[str]:
        return (
            [f"this is only what concerns {self.graph.limited} business(es)"]
            if self.graph.limited
            else []
        )

    def _unread(self, subject: str) -> Iterable[str]:
        if rows := self._unreadable.get(subject):
            yield f"{rows} row(s) of the latest document of {subject} could not be read"

    @cached_property
    def _unreadable(self) -> Mapping[str, int]:
        """The number of unreadable rows in the latest documents, by subject."""
        rows, covers = self.graph.fold.said.documents, self.graph.fold.said.covers
        found: Counter[str] = Counter()
        for number in np.flatnonzero(rows.unreadable):
            scope = int(rows.subject[number]) * len(SCOPES) + SCOPES.index(
                "team" if rows.team[number] else "me"
            )
            latest = covers.document[np.searchsorted(covers.scope, scope)]
            if rows.moment[latest] == rows.moment[number]:
                found[self.graph.index.name(rows.subject[number])] += int(rows.unreadable[number])
        return found

    def _coverage(self, complete: bool, notes: list[str]) -> Coverage:
        return Coverage(complete, tuple(notes), *self._observed)

    @cached_property
    def _observed(self) -> tuple[int, int, int, dt.datetime | None, dt.datetime | None]:
        starts, seen = self.graph.fold.kind_starts, self.graph.fold.observed
        people, businesses = (slice(*starts[place : place + 2]) for place in (0, 1))
        moments = (
            (self.graph.documents[0].observed_at, self.graph.documents[-1].observed_at)
            if self.graph.documents
            else (None, None)
        )
        shown = int((self.graph.fold.attributes["record"][businesses] != NONE).sum())
        return int(seen[people].sum()), shown, int(seen[businesses].sum()), *moments
