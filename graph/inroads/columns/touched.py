"""The claims that new documents touch, cut out of a baseline with all that decides them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from inroads.columns.adjacency import Derived, Entries
from inroads.columns.arrays import Flags, Ints, Texts, contained, distinct, ranges, take
from inroads.columns.claimset import (
    ACCOUNTS,
    GROUP,
    KEEPS,
    KIND_BITS,
    KINDS,
    NONE,
    ROLE,
    SCOPES,
    SLOTS,
    TABLE_SLOTS,
    TEXT_ATTRIBUTES,
    AttributeRows,
    ClaimSet,
    recoded,
)
from inroads.columns.contradictions import GrantRows
from inroads.columns.fold import Fold, kind_starts
from inroads.columns.overlay import (
    STILL,
    OverlayColumn,
    Renumbering,
    Replacement,
    replaced,
    whole,
)
from inroads.columns.subset import selected_rows
from inroads.model import NodeKind

_ACCOUNT: Final = KINDS.index(NodeKind.ACCOUNT)

_FEW: Final = 12
"""Up to this many values are searched one by one, which is faster than looking each row up."""

_PIECE: Final = 2**15
"""How many rows are searched at a time, so that they stay in the processor's cache."""


def places_of(column: Ints, wanted: Ints, size: int) -> Ints:
    """Return the indices at which a column has any of some numbers, all below `size`."""
    if not len(wanted):
        return np.zeros(0, np.int64)
    flags = np.zeros(size + 1, np.bool_)  # the last is for NONE
    flags[wanted] = True
    few = wanted.tolist() if len(wanted) <= _FEW else []
    found = []
    for first in range(0, len(column), _PIECE):
        piece = column[first : first + _PIECE]
        here = np.zeros(len(piece), np.bool_) if few else flags[piece]
        for each in few:
            here |= piece == each
        found.append(np.flatnonzero(here) + first)
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def search_in(column: Ints, numbers: Ints) -> Ints:
    """Return the indices of numbers in an ascending column, without widening the column."""
    return np.searchsorted(column, numbers.astype(column.dtype))


def _rows(column: Ints, numbers: Ints, each: int = 1) -> Ints:
    """Return the indices of rows with these numbers in an ascending column.

    With `each`, the rows from `number * each` up to `(number + 1) * each`.
    """
    starts = search_in(column, numbers * each)
    return ranges(starts, search_in(column, (numbers + 1) * each) - starts)


class MergedNodes(NamedTuple):
    """The nodes of the whole, and the numbers of a part's nodes in it.

    `inserted` are the numbers of new nodes, and `shift` moves old numbers. `old_of_part` has the
    old numbers of the part's nodes, NONE for a new one.
    """

    codes: Any
    accounts: npt.NDArray[np.bytes_]
    inserted: Ints
    shift: Renumbering
    of_part: Ints
    old_of_part: Ints

    def before(self, numbers: Ints) -> tuple[Ints, Ints]:
        """Return the old range of rows of each node: start and stop, equal for a new node."""
        place = numbers - np.searchsorted(self.inserted, numbers)
        return place, place + ~contained(numbers, self.inserted)


def merged_nodes(said: ClaimSet, part: ClaimSet) -> MergedNodes:
    found = np.searchsorted(said.accounts, part.accounts)
    unknown = ~_matching(part.accounts, said.accounts, found)
    cut = Replacement(found[unknown], found[unknown], np.ones(int(unknown.sum()), np.int64))
    accounts, moves = said.accounts, STILL
    if unknown.any():
        accounts = whole(replaced(said.accounts, cut, part.accounts[unknown]))
        # Up to the next kind, whose codes do not go on with the number of an account.
        moves = Renumbering(
            np.append(cut.shift.starts + ACCOUNTS, _ACCOUNT + 1 << KIND_BITS),
            np.append(cut.shift.by, 0),
        )
    sought = recoded(part, said.accounts)
    places = np.searchsorted(said.nodes, sought)
    new = ~_matching(sought, said.nodes, places)
    starts = kind_starts(part.nodes)
    here = slice(starts[_ACCOUNT], starts[_ACCOUNT + 1])
    new[here] |= unknown[part.nodes[here] - ACCOUNTS]
    cut = Replacement(places[new], places[new], np.ones(int(new.sum()), np.int64))
    codes = (
        OverlayColumn(said.nodes, cut, recoded(part, accounts)[new], moves)
        if new.any()
        else said.nodes
    )
    of_part = places + np.cumsum(new) - new
    shift = Renumbering(cut.starts, np.arange(1, len(cut.starts) + 1))
    return MergedNodes(codes, accounts, of_part[new], shift, of_part, np.where(new, NONE, places))


def _matching(wanted: npt.NDArray[Any], column: npt.NDArray[Any], places: Ints) -> Flags:
    """Return a mask of the values that equal a column at these indices."""
    if not len(column):
        return np.zeros(len(wanted), np.bool_)
    found: Flags = column[np.minimum(places, len(column) - 1)] == wanted
    return found


def places_of_documents(said: ClaimSet, part: ClaimSet) -> tuple[Ints, Flags]:
    """Return the index of each of a part's documents in the order of known ones.

    The second value is a mask of those that are known already.
    """
    rows, places, known = said.documents, [], []
    for moment, sha256 in zip(part.documents.moment, part.documents.sha256, strict=True):
        first, last = (
            np.searchsorted(rows.moment, moment),
            np.searchsorted(rows.moment, moment, side="right"),
        )
        place = first + np.searchsorted(rows.sha256[first:last], sha256)
        places.append(place)
        known.append(place < last and rows.sha256[place] == sha256)
    return np.array(places, np.int64), np.array(known, np.bool_)


def touched_principals(before: Fold, derived: Derived, part: ClaimSet, nodes: MergedNodes) -> Ints:
    """Return the old numbers of the principals with a grant that may differ.

    They are the principals of the part's own claims; of claims in a scope that a document of the
    part covers at the latest moment, and the identities with such a scope; of rows of a group that
    comes to belong to a business; of memberships in a business with a newer team; and of roles and
    KEEPS on an account of which a keeper, or the team of one, may differ.
    """
    said, size, grants = before.said, len(before.said.nodes), before.grants
    claims, old = said.claims, nodes.old_of_part
    # `scope`: covered scopes of known nodes, in old numbers; `latest`: their old rows.
    node, kind = np.divmod(part.covers.scope, SLOTS)
    known = old[node] != NONE
    scope = (old[node] * SLOTS + kind)[known]
    latest = search_in(said.covers.scope, scope)
    covered = np.zeros(len(scope), np.bool_)
    inside = np.flatnonzero(latest < len(said.covers.scope))
    covered[inside] = said.covers.scope[latest[inside]] == scope[inside]
    here = part.documents.moment[part.covers.document[known]]
    newer = np.ones(len(scope), np.bool_)
    newer[covered] = said.documents.moment[said.covers.document[latest[covered]]] <= here[covered]
    scope = scope[newer]
    falling = [places_of(each, scope, size * SLOTS) for each in (claims.scope, claims.other_scope)]
    stating = old[distinct(part.claims.principal)]
    node, slot = np.divmod(scope, SLOTS)
    first, last = before.kind_starts[1:3]
    principals = distinct(
        np.concatenate(
            [
                *(claims.principal[each] for each in falling),
                stating[stating != NONE],
                node[node < first],
            ]
        )
    )

    is_team = (slot == SCOPES["team"]) | (slot == SCOPES["keyless_team"])
    teams = distinct(node[is_team & (first <= node) & (node < last)])
    members = grants.principal[_grants_at(derived.in_entries, teams)]
    rows = _rows(claims.principal, principals)
    keeping = claims.resource[rows[claims.relation[rows] == KEEPS]]
    kept = grants.resource[keeps_at(derived.out_entries, teams, grants)]
    coming = old[part.claims.resource[part.claims.relation == KEEPS]]
    # `pairs`: (group, business) as one integer, of the old rows and of the part.
    pairs = [each.astype(np.int64) * size for each in (said.groups.group, old[part.groups.group])]
    known = contained(pairs[1] + old[part.groups.business], pairs[0] + said.groups.business)
    groups = old[part.groups.group[~known]]
    wanted = distinct(np.concatenate([keeping, kept, coming, groups]))
    held = places_of(claims.resource, wanted[wanted != NONE], size)
    relation = claims.relation[held]
    is_role = (relation == ROLE) & (claims.client_role[held] == 0)
    held = held[(relation == GROUP) | (relation == KEEPS) | is_role]
    return distinct(np.concatenate([principals, members, claims.principal[held]]))


def _grants_at(entries: Entries, numbers: Ints) -> Ints:
    """Return the grants at some nodes, in whichever direction they are walked."""
    starts = entries.starts[numbers].astype(np.int64)
    hops = entries.hops[ranges(starts, entries.starts[numbers + 1] - starts)]
    return grants_of_hops(hops)


def ending(before: Fold, part: ClaimSet, nodes: MergedNodes) -> Ints:
    """Return the old numbers of the accounts of which a status or permission may end.

    Older documents state it, of identities of which the part has a table.
    """
    said = before.said
    node, slot = np.divmod(part.covers.scope, SLOTS)
    person = nodes.old_of_part[distinct(node[np.isin(slot, TABLE_SLOTS[TABLE_SLOTS != NONE])])]
    person = person[(person != NONE) & (person < before.kind_starts[1])]
    documents = places_of(said.documents.subject, person, len(said.nodes))
    rows = places_of(said.attributes.document, documents, len(said.documents.moment))
    return distinct(said.attributes.node[rows[TABLE_SLOTS[said.attributes.name[rows]] != NONE]])


def cut_out(
    before: Fold,
    derived: Derived,
    part: ClaimSet,
    nodes: MergedNodes,
    principals: Ints,
    ended: Ints,
) -> tuple[ClaimSet, Ints, Ints, AttributeRows]:
    """Return the claims of these principals with all that decides them, and the old numbers used.

    The values are a claim set, the old numbers of its nodes and of its documents, and the known
    attributes of the nodes that the part describes or `ended` has, with their old numbers.
    """
    said, starts = before.said, before.kind_starts
    claims, old = said.claims, nodes.old_of_part[nodes.old_of_part != NONE]
    rows = _rows(claims.principal, principals)
    named = np.concatenate([old, claims.resource[rows]])
    accounts = distinct(named[(starts[_ACCOUNT] <= named) & (named < starts[_ACCOUNT + 1])])
    keepers = distinct(before.grants.principal[_grants_at(derived.out_entries, accounts)])
    around = _rows(claims.principal, keepers)
    rows = distinct(np.concatenate([rows, around[claims.relation[around] == KEEPS]]))
    chosen = take(claims, rows)
    groups = take(
        said.groups, _rows(said.groups.group, distinct(named[named >= starts[_ACCOUNT + 1]]))
    )
    scopes = (
        np.where(each == NONE, NONE, each // SLOTS) for each in (chosen.scope, chosen.other_scope)
    )
    held = distinct(chosen.resource)
    shown = take(said.keepers, _rows(said.keepers.account, distinct(np.concatenate([old, held]))))
    stated = distinct(
        np.concatenate([part.documents.subject, part.attributes.node, part.emails.node])
    )
    stating = nodes.old_of_part[stated]
    stating = distinct(np.concatenate([stating[stating != NONE], ended]))
    attributes = take(said.attributes, _rows(said.attributes.node, stating))
    around = np.concatenate(
        [
            *(old, chosen.principal, held, chosen.owner, *scopes),
            *(groups.business, shown.account, shown.business),
            *(ended, said.documents.subject[attributes.document]),
        ]
    )
    around = distinct(around[around != NONE])
    covers = take(said.covers, _rows(said.covers.scope, around, SLOTS))
    emails = take(said.emails, _rows(said.emails.node, stating))
    tables = chosen, covers, attributes, shown, emails
    documents = distinct(np.concatenate([table.document for table in tables]))
    everything = distinct(np.concatenate([around, groups.group, said.documents.subject[documents]]))
    return (
        selected_rows(
            said, everything, documents, chosen, attributes, covers, groups, shown, emails
        ),
        everything,
        documents,
        attributes,
    )


def sharing_texts(
    part: ClaimSet, known: AttributeRows, said: ClaimSet, nodes: Ints
) -> tuple[ClaimSet, list[int]]:
    """Return the part with the numbers that its texts have in the whole, and the new ones of its
    texts.

    A text that an attribute has already is not stored again. `nodes` are the old numbers of the
    part's nodes, as in the known rows.
    """
    found: dict[tuple[int, int, str], int] = {}
    is_text = TEXT_ATTRIBUTES[known.name] & (known.value != NONE)
    columns = (each[is_text].tolist() for each in (known.node, known.name, known.value))
    for node, name, value in zip(*columns, strict=True):
        found[node, name, said.texts.text(value)] = value
    rows, values = part.attributes, part.attributes.value.copy()
    new: list[int] = []
    for row in np.flatnonzero(TEXT_ATTRIBUTES[rows.name] & (rows.value != NONE)).tolist():
        place = int(rows.value[row])
        key = int(nodes[rows.node[row]]), int(rows.name[row]), part.texts.text(place)
        if key not in found:
            found[key] = said.texts.size + len(new)
            new.append(place)
        values[row] = found[key]
    return part._replace(texts=Texts.of(()), attributes=rows._replace(value=values)), new


def grants_of_hops(hops: Ints) -> Ints:
    grants: Ints = np.where(hops < 0, ~hops, hops)
    return grants


def keeps_at(entries: Entries, nodes: Ints, grants: GrantRows) -> Ints:
    found: Ints = _grants_at(entries, nodes)
    keeps: Ints = found[grants.relation[found] == KEEPS]
    return keeps
