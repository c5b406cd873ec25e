"""The coverage of a graph: how much was observed of what an answer is about."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from inroads.columns.arrays import Ints, distinct, ranges
from inroads.columns.claimset import (
    DOCUMENT_KINDS,
    MOMENT_SOURCES,
    NONE,
    SCOPES,
    SLOTS,
    latest_covers,
)
from inroads.documents.claims import SECTIONS_OF_ME
from inroads.model import Coverage, MomentSource, NodeKind, kind_of
from inroads.moments import moment_of, rfc3339
from inroads.network.names.label import label
from inroads.text import many

if TYPE_CHECKING:
    from inroads.network.access_graph import AccessGraph


_FILE: Final = MOMENT_SOURCES.index(MomentSource.FILE)
NO_GRANTS: Final = np.zeros(0, np.int64)
_FEW: Final = 64
"""The evidence of up to so many grants is looked up one by one, which is faster."""


def file_moments(count: int) -> str:
    """Return a sentence about so many documents whose moment is that of a file."""
    if count == 1:
        return "1 document has no date of its own; the date of its file was used"
    return f"{count:,} documents have no date of their own; the dates of their files were used"


_BEARING: Final = tuple(SCOPES[each] for each in ("me", *SECTIONS_OF_ME))
"""The slots of the scopes of an identity that bear on its reach."""


class MeasuredCoverage:
    """Measures how much of a graph was observed; see the methods of `AccessGraph` of like names."""

    def __init__(self, graph: AccessGraph) -> None:
        self.graph = graph

    @cached_property
    def of_all(self) -> Coverage:
        """The coverage of the whole graph.

        It is complete when every identity and business has its own document.
        """
        identities, _, teams, *_ = self._observed
        notes = [
            f"{observed:,} of 1 {one} has {document} of its own"
            if self.graph.counts[kind] == 1
            else f"{observed:,} of {self.graph.counts[kind]:,} {some} have {document} of their own"
            for observed, kind, one, some, document in (
                (identities, NodeKind.IDENTITY, "identity", "identities", "a record (/me)"),
                (teams, NodeKind.BUSINESS, "business", "businesses", "a team document"),
            )
            if observed < self.graph.counts[kind]
        ]
        if not self.graph.documents:
            notes.append("no document was read")
        notes += self._limits
        if self.graph.known is not None:
            notes.append(
                f"only the neighbourhood of {many(len(self.graph.known), 'node')} was opened"
            )
        return self._coverage(not notes, notes, range(len(self.graph.documents)))

    def of_reach(
        self, identity: str, grants: Ints = NO_GRANTS, resource: str | None = None
    ) -> Coverage:
        """Return the coverage of an identity's reach, or of its access to one resource.

        It is complete when its newest `me` document has every section, and each record was read.
        `grants` are the numbers of the grants that the answer passes.
        """
        latest = self._covering(identity)
        border = self._border("what it reaches", identity, resource)
        gaps = [
            *self._limits,
            *border,
            *self._unread(identity),
            *self._older_sections(identity, latest),
        ]
        if not self.graph.fold.observed[self.graph.number(identity)]:
            gaps.append(
                f"no document of {label(self.graph, identity)} itself was read: "
                "what it reaches is a lower bound"
            )
        clients = "whose client a business is, is known only from documents that show that business"
        return self._coverage(not gaps, [*gaps, clients], self._behind(latest.values(), grants))

    def of_reached_by(self, resource: str, grants: Ints = NO_GRANTS) -> Coverage:
        """Return the coverage of the identities that reach a resource.

        It is complete when the `team` document of its business was read, or a whole listing of its
        members, with each record. `grants` are the numbers of the grants that the answer passes.
        """
        businesses = (
            [resource] if kind_of(resource) is NodeKind.BUSINESS else self.graph.kept(resource)
        )
        unseen = [
            business
            for business in businesses
            if not self.graph.fold.observed[self.graph.number(business)]
        ]
        notes = [*self._border("who reaches it", resource)]
        notes += [note for business in businesses for note in self._unread(business)]
        if not businesses:
            notes.append(
                f"no business is known to keep {label(self.graph, resource)}: "
                "who reaches it is a lower bound"
            )
        notes += [
            f"no team document of {label(self.graph, each)} was read: who reaches it is a lower bound"
            for each in unseen
        ]
        complete = not notes
        notes += [note for business in businesses for note in self._listed(business)]
        notes.append(
            "clients are known only from documents of those clients, so there may be more of them"
        )
        teams = [self._latest(each, "team") for each in businesses]
        own = [each for each in teams if each != NONE]
        return self._coverage(complete, notes, self._behind(own, grants))

    def _behind(self, own: Iterable[int], grants: Ints) -> Sequence[int] | Ints:
        """Return the documents that an answer rests on, by number, ascending.

        They are the latest ones about what was asked, and those that state the grants. If no moment
        is that of a file, only the first and the last are needed.
        """
        fold, index = self.graph.fold, self.graph.index
        if len(grants) <= _FEW:
            starts, stated = index.evidence_of, fold.evidence.document
            found = {
                int(stated[row])
                for grant in grants.tolist()
                for row in range(starts[grant], starts[grant + 1])
            }
            return sorted(found.union(own))
        first = fold.evidence_of[grants].astype(np.int64)
        documents = fold.evidence.document[ranges(first, fold.evidence_of[grants + 1] - first)]
        if not self._has_file_moments:
            documents = np.array([documents.min(), documents.max()])
        return distinct(np.concatenate([np.fromiter(own, np.int64), documents]))

    @property
    def _limits(self) -> list[str]:
        return (
            ["this is only what concerns " + many(self.graph.limited, "business", "es")]
            if self.graph.limited
            else []
        )

    def _border(self, asked: str, *nodes: str | None) -> list[str]:
        """Return a note where all that was said of any of these nodes is not in the graph."""
        if self.graph.known is None or not self.graph.known.isdisjoint(nodes):
            return []
        return [
            f"only a neighbourhood was opened, not that of {nodes[0]}: {asked} is a lower bound"
        ]

    def _latest(self, node: str, scope: str) -> int:
        """Return the number of the latest document that covers a scope of a node, or NONE."""
        said, number = self.graph.fold.said, self.graph.number(node)
        return int(latest_covers(said, np.array([number]), scope)[0])

    def _covering(self, node: str) -> Mapping[int, int]:
        """Return the number of the latest document that covers each scope of an identity that bears
        on its reach, by slot.
        """
        covers, first = self.graph.fold.said.covers, self.graph.number(node) * SLOTS
        type_ = covers.scope.dtype.type  # of its own type, or all of it would be widened
        here = slice(*np.searchsorted(covers.scope, (type_(first), type_(first + SLOTS))))
        scopes, documents = (each[here].tolist() for each in covers)
        found = {scope - first: each for scope, each in zip(scopes, documents, strict=True)}
        return {slot: found[slot] for slot in _BEARING if slot in found}

    def _older_sections(self, identity: str, covering: Mapping[int, int]) -> Iterable[str]:
        """Yield notes on the sections that the newest document of an identity does not have."""
        moments, newest = self.graph.fold.said.documents.moment, covering.get(SCOPES["me"], NONE)
        if newest == NONE:
            return
        now, missing = moments[newest], defaultdict(list)
        for scope, section in SECTIONS_OF_ME.items():
            latest = covering.get(SCOPES[scope], NONE)
            if latest == NONE or moments[latest] != now:
                missing[latest].append(section)
        for latest, sections in missing.items():
            names, name = ", ".join(sections), label(self.graph, identity)
            if latest == NONE:
                yield f"no document of {name} has its {names}: there may be more"
            else:
                newer, older = (rfc3339(moment_of(int(moments[each]))) for each in (newest, latest))
                yield (
                    f"the newest document of {name}, of {newer}, lacks {names}: "
                    f"what stands is of {older}"
                )

    def _unread(self, subject: str) -> Iterable[str]:
        if count := self._unreadable.get(subject):
            name = label(self.graph, subject)
            yield f"{many(count, 'record')} of the newest documents of {name} could not be read"

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
        team, name = self._latest(business, "team"), label(self.graph, business)
        if team == NONE or rows.moment[team] != rows.moment[number]:
            if total == NONE:
                unknown = "which does not say how many there are"
                yield f"a listing of {many(listed, 'member')} of {name} was read, {unknown}"
            else:
                yield f"a listing of {listed:,} of {many(total, 'member')} of {name} was read"
        if without:
            yield (
                f"without a login, and so without access: {without:,} of"
                f" {many(listed, 'listed member')} of {name}"
            )

    def _coverage(
        self, complete: bool, notes: list[str], documents: Sequence[int] | Ints
    ) -> Coverage:
        """Return the coverage of an answer that rests on these documents, ascending by moment."""
        rows = self.graph.fold.said.documents
        ends = (documents[0], documents[-1]) if len(documents) else ()
        oldest, newest = [moment_of(int(rows.moment[each])) for each in ends] or (None, None)
        if self._has_file_moments:
            count = int(
                np.count_nonzero(rows.moment_source[np.asarray(documents, np.int64)] == _FILE)
            )
            notes = [*notes, *([file_moments(count)] if count else [])]
        return Coverage(complete, tuple(notes), *self._observed, oldest, newest)

    @cached_property
    def _has_file_moments(self) -> bool:
        return bool((np.asarray(self.graph.fold.said.documents.moment_source) == _FILE).any())

    @cached_property
    def _observed(self) -> tuple[int, int, int]:
        starts, seen = self.graph.fold.kind_starts, self.graph.fold.observed
        people, businesses = (slice(*starts[place : place + 2]) for place in (0, 1))
        shown = int((self.graph.fold.attributes["record"][businesses] != NONE).sum())
        return int(seen[people].sum()), shown, int(seen[businesses].sum())
