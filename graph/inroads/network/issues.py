"""Issues of the documents that a user should know: those of each one, and contradictions between
several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from inroads.columns.adjacency import Adjacency
from inroads.columns.arrays import Flags, firsts, ranges
from inroads.columns.claimset import (
    ATTRIBUTES,
    GROUP,
    KEEPS,
    NONE,
    SECTIONS,
    TEXT_ATTRIBUTES,
    AttributeRows,
)
from inroads.documents.pointers import pointer
from inroads.errors import Issue
from inroads.model import Document
from inroads.network.mappings import Documents
from inroads.network.names.label import label

if TYPE_CHECKING:
    from inroads.network.access_graph import AccessGraph

_STATED = np.array([name not in {"email_key", "record", "permissions"} for name in ATTRIBUTES])


Naming = Callable[[int], str]
"""The name of a node for people, by its number."""


def issues(graph: AccessGraph) -> tuple[Issue, ...]:
    """All issues, each once, by source and place."""
    adjacency, documents = graph.index, graph.documents

    def name_of(number: int) -> str:
        return label(graph, adjacency.name(int(number)))

    found = {*_of_documents(adjacency, documents), *_of_grants(graph)}
    found.update(
        _of_groups(adjacency, documents, name_of), _of_hearsay(adjacency, documents, name_of)
    )
    found.update(_of_moves(adjacency, documents, name_of))
    return tuple(sorted(found.union(_of_attributes(adjacency, documents, name_of))))


def _issue(document: Document, where: str, code: str, message: str) -> Issue:
    return Issue(document.source, where, code, message, document.sha256)


def _of_documents(adjacency: Adjacency, documents: Documents) -> Iterator[Issue]:
    rows = adjacency.fold.said.issues
    texts = zip(rows.pointer.texts(), rows.code.texts(), rows.message.texts(), strict=True)
    for number, text in zip(rows.document.tolist(), texts, strict=True):
        yield _issue(documents[number], *text)


def _of_grants(graph: AccessGraph) -> Iterator[Issue]:
    """Yield the contradictions between the records of each grant."""
    adjacency, documents = graph.index, graph.documents
    for number in np.flatnonzero(adjacency.fold.grants.contested).tolist():
        grant = adjacency.grant(number)
        first = grant.evidence[0]
        document = documents[first.document]
        where = pointer(document, first.section, first.index, first.sub)
        ends = f"{label(graph, grant.principal)} → {label(graph, grant.resource)}"
        for each in grant.contradictions:
            # The reader has reported ids that disagree, with the field.
            if each.code != "reference_conflict":
                yield _issue(document, where, each.code, f"{ends}: {each.sentence}")


def _of_moves(adjacency: Adjacency, documents: Documents, name_of: Naming) -> Iterator[Issue]:
    """Yield what a move replaced: a keeper of an account, or the account of a business."""
    said, grants = adjacency.fold.said, adjacency.fold.grants
    keeps = np.flatnonzero(grants.relation == KEEPS)
    stands = grants.principal[keeps].astype(np.int64) * adjacency.size + grants.resource[keeps]
    rows = said.keepers
    pairs = rows.business.astype(np.int64) * adjacency.size + rows.account
    # The last document of each pair that no longer stands, while one of its ends is kept anew.
    newest = np.lexsort((rows.document, pairs))
    newest = newest[np.roll(firsts(pairs[newest]), -1)]
    gone = newest[~np.isin(pairs[newest], stands)]
    again = np.isin(rows.business[gone], grants.principal[keeps])
    again |= np.isin(rows.account[gone], grants.resource[keeps])
    for row in gone[again].tolist():
        document = documents[int(rows.document[row])]
        keeper, account = (name_of(end[row]) for end in (rows.business, rows.account))
        message = f"{keeper} kept {account}; a newer record says otherwise"
        yield _issue(document, document.prefix, "account_moved", message)


def _of_groups(adjacency: Adjacency, documents: Documents, name_of: Naming) -> Iterator[Issue]:
    """Yield rows of business-level groups that name another business than that of their group."""
    said = adjacency.fold.said
    first, last = adjacency.fold.kind_starts[3:5]
    shown = np.zeros(last - first, np.int64)
    np.add.at(shown, said.groups.group - first, 1)
    owner = np.full(last - first, NONE)
    owner[said.groups.group - first] = said.groups.business
    claims = said.claims
    rows = np.flatnonzero((claims.relation == GROUP) & (claims.owner != NONE))
    group = claims.resource[rows] - first
    foreign = (shown[group] > 1) | ((shown[group] == 1) & (owner[group] != claims.owner[rows]))
    for row in rows[foreign].tolist():
        document = documents[int(claims.document[row])]
        place = SECTIONS[claims.section[row]], int(claims.row[row]), int(claims.sub[row])
        name, count = name_of(claims.resource[row]), shown[claims.resource[row] - first]
        whose = f"that of {count} businesses" if count > 1 else "another business's own"
        message = f"{name} is {whose}: the row is an association, no membership"
        yield _issue(document, pointer(document, *place), "foreign_group", message)


def _of_hearsay(adjacency: Adjacency, documents: Documents, name_of: Naming) -> Iterator[Issue]:
    """Yield client rows that name a business as the keeper of an account, which does not count."""
    size, claims, grants = adjacency.size, adjacency.fold.said.claims, adjacency.fold.grants
    rows = np.flatnonzero((claims.relation == KEEPS) & (claims.owner != NONE))
    keeps = np.flatnonzero(grants.relation == KEEPS)
    named, kept = (
        table.principal[here].astype(np.int64) * size + table.resource[here]
        for table, here in ((claims, rows), (grants, keeps))
    )
    for row in rows[~np.isin(named, kept)].tolist():
        document = documents[int(claims.document[row])]
        place = SECTIONS[claims.section[row]], int(claims.row[row]), int(claims.sub[row])
        keeper, account = (name_of(end[row]) for end in (claims.principal, claims.resource))
        message = f"it names {keeper} as the keeper of {account}; other records say otherwise"
        yield _issue(document, pointer(document, *place), "hearsay_overruled", message)


def _of_attributes(adjacency: Adjacency, documents: Documents, name_of: Naming) -> Iterator[Issue]:
    """Attributes that are stated in two ways at their latest moment."""
    rows = adjacency.fold.said.attributes
    again = ~firsts(rows.node, rows.name) & _STATED[rows.name]
    for row in np.flatnonzero(again)[_differ(adjacency, rows, again)].tolist():
        document, name = documents[int(rows.document[row])], ATTRIBUTES[rows.name[row]]
        message = f"{name} of {name_of(rows.node[row])} is stated in two ways at one moment"
        yield _issue(document, document.prefix, "attribute_conflict", message)


def _differ(adjacency: Adjacency, rows: AttributeRows, again: Flags) -> Flags:
    """Return flags of the rows marked in `again` whose value differs from the row before."""
    here = np.flatnonzero(again)
    value, before = rows.value[here], rows.value[here - 1]
    differ: Flags = value != before
    both = TEXT_ATTRIBUTES[rows.name[here]] & (value != NONE) & (before != NONE)
    starts, data = adjacency.fold.said.texts
    places, value, before = np.flatnonzero(both), value[both], before[both]
    sizes = np.diff(starts)[value]
    equal = sizes == np.diff(starts)[before]
    differ[places] = ~equal
    places, value, before, sizes = places[equal], value[equal], before[equal], sizes[equal]
    unlike = data[ranges(starts[value], sizes)] != data[ranges(starts[before], sizes)]
    differ[np.repeat(places, sizes)[unlike]] = True
    return differ
