"""The evidence of findings, written out where it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np

from inroads.analysis.causes import NodeCause, stated
from inroads.analysis.findings.finding import LineEvidence, Proof, Source, Spot, Stated, Ways
from inroads.columns.claimset import ATTRIBUTES, NONE
from inroads.documents.pointers import escape, pointer, record
from inroads.model import Access, Document, Evidence, NodeKind, Section, kind_of, native_id
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import own_first, record_label
from inroads.reach.answers import AccessAnswers
from inroads.reach.questions import reach


class _Statement(NamedTuple):
    """The statement of an attribute of a node by a document, by number."""

    document: int
    node: str
    attribute: str


Place = Evidence | Spot | LineEvidence | _Statement
"""A place of a proof, before it is written out."""


class FindingWriter:
    """A writer of the evidence of findings, which looks up where the facts behind one are stated.

    Of each finding it writes `most` proofs, or all for None.
    """

    def __init__(self, graph: AccessGraph, most: int | None) -> None:
        self.graph, self.most = graph, most
        self.reached = lru_cache(4)(self._reached)
        self.records = lru_cache(2**12)(self._records)

    def proofs(self, sources: Iterable[Source]) -> tuple[tuple[Proof, ...], int]:
        """Return the proofs to show, and the number of all.

        The first of each source come before all others, and the own record of a thing is its first.
        """
        places = [self.places(source) for source in dict.fromkeys(sources)]
        heads, tails = (each[:1] for each in places), (each[1:] for each in places)
        together = dict.fromkeys(chain.from_iterable(chain(heads, tails)))
        shown = islice(together, self.most)
        return tuple(map(self.proof, shown)), len(together)

    def places(self, source: Source) -> Sequence[Place]:
        """Return the places of the proofs of a source, none of which is written out."""
        if isinstance(source, int):
            return self.records(source)
        if isinstance(source, Ways):
            grants = map(self.graph.index.grant_number, self.ways(source))
            return [each for grant in grants if grant is not None for each in self.records(grant)]
        if isinstance(source, Stated):
            return list(self.stated(source))
        if isinstance(source, Spot) and not source.inside:
            record = Evidence(*source[:4], source.record_id)
            return [record if record_label(record) == source.label else source]
        return [source]

    def _records(self, grant: int) -> Sequence[Evidence]:
        index = self.graph.index
        ends = index.principal[grant], index.resource[grant]
        return own_first(self.graph, index.evidence(grant), ends)

    def proof(self, place: Place) -> Proof:
        """Write the proof of a place."""
        if isinstance(place, Evidence):
            return self.said(place)
        if isinstance(place, LineEvidence):
            document = self.graph.documents[place.document]
            return _proof(document, place.label, None, place.pointer)
        if isinstance(place, _Statement):
            return self.statement(place)
        return self.spot(place)

    def said(self, each: Evidence) -> Proof:
        return _proof(
            self.graph.documents[each.document],
            record_label(each),
            each.record_id,
            self.place(each),
        )

    def spot(self, each: Spot) -> Proof:
        document = self.graph.documents[each.document]
        place = pointer(document, each.section, each.row, each.sub) + each.inside
        return _proof(document, each.label, each.record_id, place)

    def ways(self, source: Ways) -> Iterator[str]:
        """Yield the grants on the paths of an access, without repetitions."""
        answer, places = self.reached(source.principal)
        if source.resource in places:
            paths = answer[places[source.resource]].paths
            yield from dict.fromkeys(step.grant for path in paths for step in path.steps)

    def _reached(self, principal: str) -> tuple[AccessAnswers[Access], dict[str, int]]:
        """Return an identity's reach, and the place of each resource in it.

        A small cache is enough, since findings come in the order of principals.
        """
        answer = reach(self.graph, principal)
        return answer, {summary.other: place for place, summary in enumerate(answer.summaries)}

    def stated(self, source: Stated) -> Iterator[Place]:
        """Yield the latest statements of an attribute, one a document, the node's own first."""
        node, attribute = source
        graph = self.graph
        if attribute == "permissions":
            document = int(graph.fold.attributes["permissions"][graph.number(node)])
            if document != NONE:
                inside = f"/permissions/{escape(native_id(node))}"
                yield Spot(document, Section.DOCUMENT, inside=inside, label=attribute)
            return
        subjects, own = graph.fold.said.documents.subject, graph.number(node)
        for number in sorted(
            self._stating(node, attribute), key=lambda each: int(subjects[each]) != own
        ):
            yield from self._statements(number, node, attribute)

    def _stating(self, node: str, attribute: str) -> list[int]:
        rows = self.graph.fold.said.attributes
        # Another integer type would convert the whole column.
        number = rows.node.dtype.type(self.graph.number(node))
        first, last = (
            np.searchsorted(rows.node, number),
            np.searchsorted(rows.node, number, "right"),
        )
        here = rows.name[first:last] == ATTRIBUTES.index(attribute)
        return [int(each) for each in rows.document[first:last][here]]

    def _statements(self, number: int, node: str, attribute: str) -> Iterator[Place]:
        """Yield the places where one document states an attribute of a node.

        Only of rows that may repeat the document is read.
        """
        if attribute == "system_id":
            rows = _rows(self.graph.documents[number], "roles")
            for row, each in enumerate(rows):
                if each.get("accountid") == native_id(node) and each.get("systemid") is not None:
                    yield Spot(number, Section.ROLE, row, inside="/systemid", label=attribute)
            return
        if attribute == "email":
            document = self.graph.documents[number]
            if document.kind == "team" and node != document.subject:
                members, section = _rows(document, "business_group", "members"), Section.TEAM_MEMBER
            elif document.kind == "members":
                members, section = _rows(document, "response"), Section.LISTED_MEMBER
            else:
                yield _Statement(number, node, attribute)
                return
            for row, each in enumerate(members):
                if str(each.get("identity_id")) == native_id(node) and each.get("email"):
                    yield Spot(number, section, row, inside="/email", label=attribute)
            return
        yield _Statement(number, node, attribute)

    def statement(self, said: _Statement) -> Proof:
        """Write the proof of an attribute that a document states once."""
        document = self.graph.documents[said.document]
        cause = NodeCause(said.node, said.attribute, None, None)
        place = self.record_of(said.document, said.node)
        if place is None or not _has(document, self.place(place) + cause.pointer):
            # One document may have a record twice.
            place = stated(self.graph, cause)
        if place is None or place.document != said.document:
            return _proof(document, said.attribute, None, document.prefix)
        where = self.place(place) + cause.pointer
        return _proof(document, said.attribute, place.record_id, where)

    def place(self, each: Evidence) -> str:
        """The pointer of a record."""
        return pointer(self.graph.documents[each.document], each.section, each.index, each.sub)

    def record_of(self, number: int, node: str) -> Evidence | None:
        """Return the record of a node in a document as far as the columns have it."""
        document, kind = self.graph.documents[number], kind_of(node)
        if kind is not NodeKind.BUSINESS:
            return Evidence(number, Section.DOCUMENT, -1, -1, None)
        fold, place = self.graph.fold, self.graph.number(node)
        if fold.attributes["record"][place] != number:
            return None
        section = Section.TEAM_BUSINESS if document.kind == "team" else Section.BUSINESS
        return Evidence(
            number, section, int(fold.attributes["record_index"][place]), -1, native_id(node)
        )


def _has(document: Document, place: str) -> bool:
    try:
        record(document, place)
    except LookupError:
        return False
    return True


def _rows(document: Document, *keys: str) -> list[dict[str, Any]]:
    """Return the rows of a section of a document; an empty row where a row is no object."""
    value = record(document, "/".join((document.prefix, *keys)))
    return [each if isinstance(each, dict) else {} for each in value]


def _proof(document: Document, label: str, record_id: str | None, place: str) -> Proof:
    return Proof(label, record_id, document.source, place, document.observed_at, document.sha256)
