"""Rows that were folded anew, put in the place of a baseline's rows."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, NamedTuple

import numpy as np

from inroads.columns.adjacency import Derived, Entries, derive, keep_together
from inroads.columns.arrays import Flags, Ints, contained, distinct, ranges, take
from inroads.columns.claimset import COUNTED, KEEPS, KINDS, NONE, SLOTS, ClaimSet, renumbered
from inroads.columns.contradictions import GrantRows
from inroads.columns.fold import HOLDERS, Fold, kind_starts, own_subjects, version
from inroads.columns.overlay import (
    Numbering,
    Replacement,
    replaced,
    replaced_starts,
)
from inroads.columns.touched import MergedNodes, grants_of_hops, keeps_at, search_in
from inroads.policy.tables import Policy


class Merge(NamedTuple):
    """Replaces rows of a baseline by rows that were folded anew.

    `numbers` and `document_numbers` are the numbers in the whole of the nodes and documents that
    were folded anew; `documents` is the way from old documents to the whole.
    """

    nodes: MergedNodes
    numbers: Ints
    document_numbers: Ints
    documents: Numbering

    def moved(self, name: str) -> Numbering | None:
        """Return the way of the old numbers in a column, or None if they do not change."""
        counted = COUNTED.get(name)
        if counted == "document":
            return self.documents
        if counted not in ("node", "scope"):
            return None
        each = SLOTS if counted == "scope" else 1
        return Numbering(self.nodes.shift.times(each), len(self.nodes.codes) * each)

    def column(self, name: str, old: Any, new: Any, cut: Replacement, rows: Ints) -> Any:
        """Return the old column with rows of the new one, in the numbers of the whole."""
        numbers = {"node": self.numbers, "document": self.document_numbers}
        ended = {counted: np.append(each, NONE) for counted, each in numbers.items()}
        return replaced(old, cut, renumbered(name, new.take(rows), ended), self.moved(name))

    def table(self, old: Any, new: Any, cut: Replacement, rows: Ints) -> Any:
        """Return the old table with rows of the new one, in the numbers of the whole."""
        columns = zip(old._fields, old, new, strict=True)
        return type(old)(
            *(self.column(name, here, there, cut, rows) for name, here, there in columns)
        )

    def by(self, old: Any, new: Any, name: str, numbers: Ints, each: int = 1) -> Any:
        """Return a table with the new rows of these nodes in place of the old ones.

        The table is sorted by the column of that name.
        """
        return self.table(
            old, new, *self.cut(getattr(old, name), getattr(new, name), distinct(numbers), each)
        )

    def cut(self, old: Ints, new: Ints, numbers: Ints, each: int = 1) -> tuple[Replacement, Ints]:
        """Return the replacement of the old rows of ascending nodes, and the indices of the new
        rows.
        """
        before, after = self.nodes.before(numbers)
        place = np.searchsorted(self.numbers, numbers)
        first = search_in(new, place * each)
        sizes = search_in(new, (place + 1) * each) - first
        return Replacement(
            search_in(old, before * each), search_in(old, after * each), sizes
        ), ranges(first, sizes)

    def put(
        self,
        before: Fold,
        derived: Derived,
        said: ClaimSet,
        small: Fold,
        part: ClaimSet,
        principals: Ints,
        stated: Ints,
        policy: Policy,
    ) -> tuple[Fold, Derived]:
        """Return the fold of the whole and its derivation.

        Attributes may differ of the nodes that are `stated`.
        """
        cut, rows = self.cut(before.grants.principal, small.grants.principal, principals)
        counts = np.diff(small.evidence_of)[rows]
        evidence_of, inner = replaced_starts(before.evidence_of, cut, counts)
        subjects = self.nodes.of_part[part.documents.subject]
        stated = distinct(np.concatenate([self.nodes.inserted, subjects, stated]))
        starts = kind_starts(said.nodes)
        of_nodes = _OfNodes(self, stated, (before.kind_starts, small.kind_starts, starts))
        groups = distinct(self.nodes.of_part[part.groups.group])
        grouped = self.cut(before.business_groups, small.business_groups, groups)
        after = Fold(
            said,
            self.table(before.grants, small.grants, cut, rows),
            evidence_of,
            self.table(
                before.evidence, small.evidence, inner, ranges(small.evidence_of[rows], counts)
            ),
            starts,
            {
                name: of_nodes.put(old, small.attributes[name], name)
                for name, old in before.attributes.items()
            },
            of_nodes.put(before.unconfirmed, small.unconfirmed, "confirmed_at"),
            of_nodes.observed(
                before.observed,
                self.nodes.of_part[own_subjects(part.covers, kind_starts(part.nodes))],
            ),
            self.column("group", before.business_groups, small.business_groups, *grouped),
            self.column("business", before.group_owners, small.group_owners, *grouped),
            version(said, policy),
        )
        bits = derive(small, policy)
        failing = of_nodes.put(derived.failing, bits.failing)
        grants = _Changed(before.grants, after.grants, cut)
        out_entries = self._entries(derived.out_entries, grants, "principal", "resource")
        return after, Derived(
            replaced(derived.conveys, cut, bits.conveys[rows]),
            failing,
            self._dead(derived.dead, failing, grants, out_entries, stated),
            out_entries,
            self._entries(derived.in_entries, grants, "resource", "principal"),
            self._email_order(derived.email_order, before, after, stated),
        )

    def _entries(self, old: Entries, grants: _Changed, near: str, far: str) -> Entries:
        """Return the hops at each node, with those over replaced grants exchanged for new ones."""
        rows = grants.after

        def ends(rows: GrantRows, places: Ints) -> Ints:
            """Return the near ends of grants, and of KEEPS walked from the other end."""
            keeps = places[rows.relation[places] == KEEPS]
            return np.concatenate([getattr(rows, near)[places], getattr(rows, far)[keeps]])

        # `nodes`: every node of which the hops change, in new numbers.
        gone = self.nodes.shift.of(ends(grants.before, grants.gone))
        nodes = distinct(np.concatenate([self.nodes.inserted, gone, ends(rows, grants.come)]))
        first, last = self.nodes.before(nodes)
        starts = old.starts[first].astype(np.int64)
        hops = old.hops[ranges(starts, old.starts[last] - starts)].astype(np.int64)
        grant = grants_of_hops(hops)
        moved = grants.cut.shift.of(grant)
        kept = np.where(hops < 0, ~moved, moved)[~contained(grant, grants.gone)]
        hops = np.concatenate(
            [kept, grants.come, ~grants.come[rows.relation[grants.come] == KEEPS]]
        )
        grant = grants_of_hops(hops)
        here, there = (getattr(rows, each)[grant] for each in (near, far))
        here, there = np.where(hops < 0, there, here), np.where(hops < 0, here, there)
        order = np.lexsort(
            (grant, hops < 0, there, here)
        )  # as a stable sort by the ends leaves them
        hops, here = hops[order], here[order]
        counts = np.searchsorted(here, nodes, side="right") - np.searchsorted(here, nodes)
        made, inner = replaced_starts(old.starts, _ones(first, last), counts)
        counted = Numbering(grants.cut.shift, len(rows.principal))
        return Entries(made, replaced(old.hops, inner, hops, counted, hops=True))

    def _dead(
        self, old: Flags, failing: Flags, grants: _Changed, entries: Entries, stated: Ints
    ) -> Flags:
        """Return the mask of dead nodes.

        It is recomputed for nodes that were stated anew or whose KEEPS changed, and for what they
        keep or are kept by.
        """
        rows = grants.after
        gone = take(grants.before, grants.gone[grants.before.relation[grants.gone] == KEEPS])
        come = take(rows, grants.come[rows.relation[grants.come] == KEEPS])
        ends = [self.nodes.shift.of(each) for each in (gone.principal, gone.resource)]
        nodes = distinct(np.concatenate([stated, *ends, come.principal, come.resource]))
        keeps = keeps_at(entries, nodes, rows)
        nodes = distinct(np.concatenate([nodes, rows.principal[keeps], rows.resource[keeps]]))
        keeps = keeps_at(entries, nodes, rows)
        ends = [rows.principal[keeps], rows.resource[keeps]]
        # What is beyond these stays as it was, but has to be there while they are looked at.
        around = distinct(np.concatenate([nodes, *ends]))
        fails = failing[around]
        dead = fails.copy()
        keep_together(dead, fails, *(np.searchsorted(around, each) for each in ends))
        made: Flags = replaced(
            old, _ones(*self.nodes.before(nodes)), dead[contained(around, nodes)]
        )
        return made

    def _email_order(self, order: Ints, before: Fold, after: Fold, stated: Ints) -> Ints:
        """Return the identities ordered by the keys of their emails.

        Identities that are new, or whose email changed, are moved to their new place.
        """
        stated = stated[stated < after.kind_starts[1]]
        first, last = self.nodes.before(stated)
        old, new = before.attributes["email_key"], after.attributes["email_key"]
        known = first != last
        same = np.zeros(len(stated), np.bool_)
        same[known] = old[first[known]] == new[stated[known]]

        def place(identity: int, key: int) -> int:
            return bisect_left(order, (key, identity), key=lambda each: (int(old[each]), int(each)))

        cuts = [(place(each, int(old[each])), 1, 0, 0, 0) for each in first[known & ~same].tolist()]
        for identity, at in zip(stated[~same].tolist(), first[~same].tolist(), strict=True):
            key = int(new[identity])
            cuts.append((place(at, key), 0, 1, key, identity))
        cuts.sort(key=lambda each: (each[0], each[1], each[3:]))
        # Rows of `cuts`: place in the old order, identities removed and added, key, identity.
        columns = np.array(cuts, np.int64).reshape(-1, 5).T
        rows = columns[4][columns[2] == 1]
        cut, counted = (
            Replacement(columns[0], columns[0] + columns[1], columns[2]),
            Numbering(self.nodes.shift, len(new)),
        )
        made: Ints = replaced(order, cut, rows, counted)
        return made


class _Changed(NamedTuple):
    """The grants before and after, and the replacement that leads from one to the other."""

    before: GrantRows
    after: GrantRows
    cut: Replacement

    @property
    def gone(self) -> Ints:
        """The old numbers of the grants that were replaced."""
        return ranges(self.cut.starts, self.cut.stops - self.cut.starts)

    @property
    def come(self) -> Ints:
        """The new numbers of the grants that replace them."""
        return ranges(self.cut.come, self.cut.sizes)


class _OfNodes(NamedTuple):
    """Replaces rows for some nodes in columns that have a row for each node.

    `starts` are the kind starts of the baseline, of the part folded anew, and of the whole.
    """

    splice: Merge
    nodes: Ints
    starts: tuple[tuple[int, ...], ...]

    def put(self, old: Any, new: Any, name: str = "") -> Any:
        """Return a column with a row for each node, or for each of the kind that has `name`."""
        nodes, bases = self.nodes, [0, 0]
        if name in HOLDERS:
            kind = KINDS.index(HOLDERS[name])
            bases = [each[kind] for each in self.starts]
            nodes = nodes[(bases[2] <= nodes) & (nodes < self.starts[2][kind + 1])]
        first, last = self.splice.nodes.before(nodes)
        rows = np.searchsorted(self.splice.numbers, nodes) - bases[1]
        counted_as = "document" if name in {"record", "permissions"} else ""
        return self.splice.column(
            counted_as, old, new, _ones(first - bases[0], last - bases[0]), rows
        )

    def observed(self, old: Flags, subjects: Ints) -> Flags:
        """Return a mask of the nodes that have a document of their own."""
        first, last = self.splice.nodes.before(self.nodes)
        seen = np.isin(self.nodes, subjects)
        known = first < last
        seen[known] |= old[first[known]]
        made: Flags = replaced(old, _ones(first, last), seen)
        return made


def _ones(first: Ints, last: Ints) -> Replacement:
    """Return a replacement by one row for each range, which has one row or none."""
    return Replacement(first, last, np.ones(len(first), np.int64))
