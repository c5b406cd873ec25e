"""The coverage of a graph: how much was observed of what an answer is about."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from inroads.columns.claimset import DOCUMENT_KINDS, NONE, latest_covers
from inroads.documents.claims import SECTIONS_OF_ME
from inroads.model import Coverage, NodeKind, kind_of
from inroads.moments import rfc3339

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
        """Return the coverage of an identity's reach.

        It is complete when its newest `me` document has every section, and each record was read.
        """
        gaps = [*self._limits, *self._unread(identity), *self._older_sections(identity)]
        if not self.graph.fold.observed[self.graph.number(identity)]:
            gaps.append(
                f"no document of {identity} itself was read: what it reaches is a lower bound"
            )
        clients = "whose client a business is, is known only from documents that show that business"
        return self._coverage(not gaps, [*gaps, clients])

    def of_reached_by(self, resource: str) -> Coverage:
        """Return the coverage of the identities that reach a resource.

        It is complete when the `team` document of its business was read, or a whole listing of its
        members, with each record.
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
        complete = not notes
        notes += [note for business in businesses for note in self._listed(business)]
        notes.append(
            "clients are known only from documents of those clients, so there may be more of them"
        )
        return self._coverage(complete, notes)

    @property
    def _limits(self) -> list[str]:
        return (
            [f"this is only what concerns {self.graph.limited} business(es)"]
            if self.graph.limited
            else []
        )

    def _latest(self, node: str, scope: str) -> int:
        """Return the number of the latest document that covers a scope of a node, or NONE."""
        said, number = self.graph.fold.said, self.graph.number(node)
        return int(latest_covers(said, np.array([number]), scope)[0])

    def _older_sections(self, identity: str) -> Iterable[str]:
        """Yield notes on the sections that the newest document of an identity does not have."""
        documents, newest = self.graph.documents, self._latest(identity, "me")
        if newest == NONE:
            return
        now, missing = documents[newest].observed_at, defaultdict(list)
        for scope, section in SECTIONS_OF_ME.items():
            latest = self._latest(identity, scope)
            if latest == NONE or documents[latest].observed_at != now:
                missing[latest].append(section)
        for latest, sections in missing.items():
            names = ", ".join(sections)
            if latest == NONE:
                yield f"no document of {identity} has its {names}: there may be more"
            else:
                older = rfc3339(documents[latest].observed_at)
                yield (
                    f"the newest document of {identity}, of {rfc3339(now)}, lacks {names}: "
                    f"what stands is of {older}"
                )

    def _unread(self, subject: str) -> Iterable[str]:
        if count := self._unreadable.get(subject):
            records = "1 record" if count == 1 else f"{count} records"
            yield f"{records} of the newest documents of {subject} could not be read"

    @cached_property
    def _unreadable(self) -> Mapping[str, int]:
        """The number of unreadable records in the documents that decide, by subject."""
        rows, found = self.graph.fold.said.documents, Counter[str]()
        for number in np.flatnonzero(rows.unreadable).tolist():
            subject = self.graph.index.name(rows.subject[number])
            if self._is_newest(number, subject):
                found[subject] += int(rows.unreadable[number])
        return found

    def _is_newest(self, number: int, subject: str) -> bool:
        """Return whether a document is among the newest of its subject."""
        rows = self.graph.fold.said.documents
        kind, moment = DOCUMENT_KINDS[rows.kind[number]], rows.moment[number]
        scopes = ("me", *SECTIONS_OF_ME) if kind == "me" else ("team",)
        latest = [self._latest(subject, each) for each in scopes]
        moments = [rows.moment[each] for each in latest if each != NONE]
        # A part of a listing covers no scope: it counts until a whole team is newer.
        return all(each <= moment for each in moments) if kind == "members" else moment in moments

    def _listed(self, business: str) -> Iterable[str]:
        """Yield notes on the newest listing of a business's team, if no whole team is newer."""
        rows, number = self.graph.fold.said.documents, self.graph.stating(business, "listed")
        if number is None or not self._is_newest(number, business):
            return
        place = self.graph.number(business) - self.graph.fold.kind_starts[1]
        listed, total, without = (
            int(self.graph.fold.attributes[each][place])
            for each in ("listed", "listed_of", "without_login")
        )
        team = self._latest(business, "team")
        if team == NONE or rows.moment[team] != rows.moment[number]:
            if total == NONE:
                unknown = "which does not say how many there are"
                yield f"a listing of {listed} members of {business} was read, {unknown}"
            else:
                yield f"a listing of {listed} of {total} members of {business} was read"
        if without:
            yield (
                f"{without} of {listed} listed members of {business} have no login, and no access"
            )

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
