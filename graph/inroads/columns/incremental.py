"""The fold of a few more documents: only what they touch is folded anew.

No rule of the fold is repeated here. The rows that new documents touch, and the rows that decide
them, are cut out as a `ClaimSet` of their own, which goes through the same union, fold and
derivation as the whole. The result replaces the old rows. Nodes, documents and grants are
renumbered where one is inserted before them; no column is copied for that (see `overlay`). Each
version is made from the same baseline and all claims added since, until these touch too much.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from inroads.columns.adjacency import Derived, Entries, derive, keep_together
from inroads.columns.arrays import Flags, Ints, Texts, contained, distinct, ranges, take
from inroads.columns.claimset import (
    ACCOUNTS,
    COUNTED,
    KIND_BITS,
    KINDS,
    NONE,
    SCOPES,
    TEXT_ATTRIBUTES,
    AttributeRows,
    ClaimSet,
    recoded,
    renumbered,
)
from inroads.columns.fold import (
    GROUP,
    HOLDERS,
    KEEPS,
    ROLE,
    Fold,
    GrantRows,
    fold,
    kind_starts,
    version,
)
from inroads.columns.overlay import (
    STILL,
    Numbering,
    OverlayColumn,
    Renumbering,
    Replacement,
    put_together,
    replaced,
    replaced_starts,
    whole,
)
from inroads.columns.subset import selected_rows, without
from inroads.columns.union import union
from inroads.model import NodeKind
from inroads.policy.tables import Policy

SHARE: Final = 16
"""If more than one in this many claims is touched, all are folded anew, which takes no longer."""

_ACCOUNT: Final = KINDS.index(NodeKind.ACCOUNT)
_TEAM: Final = SCOPES.index("team")
TOUCHED: Final = 2**16
"""If the claims since the baseline touch more claims than this, a new baseline is begun."""

STEP: Final = 2**26
"""How many bytes of a new baseline are materialised with each version, so that none takes long."""

_FEW: Final = 12
"""Up to this many values are searched one by one, which is faster than looking each row up."""

_PIECE: Final = 2**15
"""How many rows are searched at a time, so that they stay in the processor's cache."""


class Baseline(NamedTuple):
    """A materialised fold and its derivation, plus the claims added since.

    `coming` is the following baseline, while its columns are still being materialised.
    """

    fold: Fold
    derived: Derived
    since: ClaimSet | None = None
    coming: Baseline | None = None

    @classmethod
    def of(cls, fold: Fold, derived: Derived) -> Baseline:
        """Return the baseline of a version, materialised."""
        return cls(whole(fold), whole(derived))

    def with_(self, news: ClaimSet) -> Baseline:
        """Return the baseline with more claims added since."""
        return self._replace(since=union([self.since, news]) if self.since else news)

    def next(self, added: _Added, news: ClaimSet) -> Baseline:
        """Return the baseline of the next version.

        If much was added since this one, the version just made becomes the coming baseline, of
        which a step is materialised with each further version.
        """
        if self.coming is None:
            return (
                self._replace(coming=Baseline(added.fold, added.derived))
                if added.touched > TOUCHED
                else self
            )
        coming = self.coming.with_(news)
        if put_together((coming.fold, coming.derived), STEP):
            return coming._replace(fold=whole(coming.fold), derived=whole(coming.derived))
        return self._replace(coming=coming)


class NextFold(NamedTuple):
    """A version, and the baseline of the next one."""

    fold: Fold
    derived: Derived
    base: Baseline


def grown(
    before: Fold, derived: Derived, part: ClaimSet, policy: Policy, base: Baseline | None = None
) -> NextFold:
    """Return the fold and the derivation of a fold's documents together with a part's.

    They equal those of folding all documents at once.
    """
    news = _unknown(before.said, part)
    if news is None:
        return _folded(before, part, policy)
    base = base or Baseline.of(before, derived)
    if not len(news.documents.moment):
        return NextFold(before, derived, base)
    base = base.with_(news)
    added = _added(base, policy)
    if not added and base.since is not news:
        base = Baseline.of(before, derived).with_(news)
        added = _added(base, policy)
    return (
        NextFold(added.fold, added.derived, base.next(added, news))
        if added
        else _folded(before, part, policy)
    )


def _folded(before: Fold, part: ClaimSet, policy: Policy) -> NextFold:
    together = fold(union([whole(before.said), part]), policy)
    derived = derive(together, policy)
    return NextFold(together, derived, Baseline(together, derived))


def _unknown(said: ClaimSet, part: ClaimSet) -> ClaimSet | None:
    """Return the part without documents that are known.

    None if one of them comes from a source that is earlier by name, so that its row must be
    replaced.
    """
    places, known = _places_of_documents(said, part)
    sources = part.documents.source, said.documents.source
    if any(
        sources[0].text(row) < sources[1].text(int(places[row]))
        for row in np.flatnonzero(known).tolist()
    ):
        return None
    return without(part, known) if known.any() else part


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


def _search(column: Ints, numbers: Ints) -> Ints:
    """Return the indices of numbers in an ascending column, without widening the column."""
    return np.searchsorted(column, numbers.astype(column.dtype))


def _rows(column: Ints, numbers: Ints, each: int = 1) -> Ints:
    """Return the indices of rows with these numbers in an ascending column.

    With `each`, the rows from `number * each` up to `(number + 1) * each`.
    """
    starts = _search(column, numbers * each)
    return ranges(starts, _search(column, (numbers + 1) * each) - starts)


class _Nodes(NamedTuple):
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


def _nodes(said: ClaimSet, part: ClaimSet) -> _Nodes:
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
    return _Nodes(codes, accounts, of_part[new], shift, of_part, np.where(new, NONE, places))


def _matching(wanted: npt.NDArray[Any], column: npt.NDArray[Any], places: Ints) -> Flags:
    """Return a mask of the values that equal a column at these indices."""
    if not len(column):
        return np.zeros(len(wanted), np.bool_)
    found: Flags = column[np.minimum(places, len(column) - 1)] == wanted
    return found


def _places_of_documents(said: ClaimSet, part: ClaimSet) -> tuple[Ints, Flags]:
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


def _touched(before: Fold, derived: Derived, part: ClaimSet, nodes: _Nodes) -> Ints:
    """Return the old numbers of the principals with a grant that may differ.

    They are the principals of the part's own claims; of claims in a scope that is covered anew; of
    rows of a group that comes to belong to a business; of memberships in a business with a newer
    team; and of roles on an account of which a keeper, or the team of one, may differ.
    """
    said, size, grants = before.said, len(before.said.nodes), before.grants
    claims, old = said.claims, nodes.old_of_part
    # `scope`: covered scopes of known nodes, in old numbers; `latest`: their old rows.
    node, kind = np.divmod(part.covers.scope, len(SCOPES))
    known = old[node] != NONE
    scope = (old[node] * len(SCOPES) + kind)[known]
    latest = _search(said.covers.scope, scope)
    covered = np.zeros(len(scope), np.bool_)
    inside = np.flatnonzero(latest < len(said.covers.scope))
    covered[inside] = said.covers.scope[latest[inside]] == scope[inside]
    here = part.documents.moment[part.covers.document[known]]
    newer = np.ones(len(scope), np.bool_)
    newer[covered] = said.documents.moment[said.covers.document[latest[covered]]] < here[covered]
    scope = scope[newer]
    falling = [
        places_of(each, scope, size * len(SCOPES)) for each in (claims.scope, claims.other_scope)
    ]
    stating = old[distinct(part.claims.principal)]
    principals = distinct(
        np.concatenate([*(claims.principal[each] for each in falling), stating[stating != NONE]])
    )

    teams = scope[scope % len(SCOPES) == _TEAM] // len(SCOPES)
    members = grants.principal[_grants_at(derived.in_entries, teams)]
    rows = _rows(claims.principal, principals)
    keeping = claims.resource[rows[claims.relation[rows] == KEEPS]]
    kept = grants.resource[_keeps_at(derived.out_entries, teams, grants)]
    coming = old[part.claims.resource[part.claims.relation == KEEPS]]
    # `pairs`: (group, business) as one integer, of the old rows and of the part.
    pairs = [each.astype(np.int64) * size for each in (said.groups.group, old[part.groups.group])]
    known = contained(pairs[1] + old[part.groups.business], pairs[0] + said.groups.business)
    groups = old[part.groups.group[~known]]
    wanted = distinct(np.concatenate([keeping, kept, coming, groups]))
    held = places_of(claims.resource, wanted[wanted != NONE], size)
    relation = claims.relation[held]
    held = held[(relation == GROUP) | ((relation == ROLE) & (claims.client_role[held] == 0))]
    return distinct(np.concatenate([principals, members, claims.principal[held]]))


def _grants_at(entries: Entries, numbers: Ints) -> Ints:
    """Return the grants at some nodes, in whichever direction they are walked."""
    starts = entries.starts[numbers].astype(np.int64)
    hops = entries.hops[ranges(starts, entries.starts[numbers + 1] - starts)]
    return _grants_of(hops)


def _cut_out(
    before: Fold, derived: Derived, part: ClaimSet, nodes: _Nodes, principals: Ints
) -> tuple[ClaimSet, Ints, Ints, AttributeRows]:
    """Return the claims of these principals with all that decides them, and the old numbers used.

    The values are a claim set, the old numbers of its nodes and of its documents, and the known
    attributes of the nodes that the part describes, with their old numbers.
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
        np.where(each == NONE, NONE, each // len(SCOPES))
        for each in (chosen.scope, chosen.other_scope)
    )
    around = np.concatenate(
        [old, chosen.principal, chosen.resource, chosen.owner, *scopes, groups.business]
    )
    around = distinct(around[around != NONE])
    covers = take(said.covers, _rows(said.covers.scope, around, len(SCOPES)))
    stating = nodes.old_of_part[
        distinct(np.concatenate([part.documents.subject, part.attributes.node]))
    ]
    attributes = take(said.attributes, _rows(said.attributes.node, stating[stating != NONE]))
    documents = distinct(np.concatenate([chosen.document, covers.document, attributes.document]))
    everything = distinct(np.concatenate([around, groups.group, said.documents.subject[documents]]))
    return (
        selected_rows(said, everything, documents, chosen, attributes, covers, groups),
        everything,
        documents,
        attributes,
    )


def _sharing_texts(
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


class _Added(NamedTuple):
    fold: Fold
    derived: Derived
    touched: int


def _added(base: Baseline, policy: Policy) -> _Added | None:
    """Return the version with the claims added since the baseline, or None if they touch too much.

    The documents of these claims must all be new to the baseline.
    """
    before, derived, part = base.fold, base.derived, base.since
    said = before.said
    if (
        part is None
        or not len(said.nodes)
        or len(part.claims.document) * SHARE > len(said.claims.document)
    ):
        return None
    if (
        said.texts.size > 2 * len(said.attributes.node) + _FEW
    ):  # most are used no more: the union lets go of them
        return None
    places, _ = _places_of_documents(said, part)
    nodes = _nodes(said, part)
    principals = _touched(before, derived, part, nodes)
    old, old_nodes, old_documents, stating = _cut_out(before, derived, part, nodes, principals)
    touched = len(old.claims.document) + len(part.claims.document)
    if touched * SHARE > len(said.claims.document):
        return None
    shared, new_texts = _sharing_texts(part, stating, said, nodes.old_of_part)
    anew = union([old, shared])
    small = fold(anew, policy)
    inserted = Replacement(places, places, np.ones(len(places), np.int64))
    coming = places + np.arange(len(places))
    splice = _Merge(
        nodes,
        distinct(np.concatenate([nodes.shift.of(old_nodes), nodes.of_part])),
        distinct(np.concatenate([inserted.shift.of(old_documents), coming])),
        Numbering(inserted.shift, len(said.documents.moment) + len(places)),
    )
    principals = distinct(
        np.concatenate([nodes.shift.of(principals), nodes.of_part[part.claims.principal]])
    )
    next_said = ClaimSet(
        nodes.codes,
        nodes.accounts,
        anew.words,
        replaced(
            said.texts,
            _end(said.texts.size, len(new_texts)),
            part.texts.take(np.array(new_texts, np.int64)),
        ),
        splice.table(
            said.documents,
            anew.documents,
            inserted,
            np.searchsorted(splice.document_numbers, coming),
        ),
        splice.by(said.claims, anew.claims, "principal", principals),
        splice.by(said.attributes, anew.attributes, "node", nodes.of_part[part.attributes.node]),
        splice.by(
            said.covers,
            anew.covers,
            "scope",
            nodes.of_part[part.covers.scope // len(SCOPES)],
            len(SCOPES),
        ),
        splice.by(said.groups, anew.groups, "group", nodes.of_part[part.groups.group]),
        splice.table(
            said.issues,
            anew.issues,
            _end(len(said.issues.document), len(anew.issues.document)),
            np.arange(len(anew.issues.document)),
        ),
        anew.stores,
    )
    return _Added(*splice.put(before, derived, next_said, small, part, principals, policy), touched)


def _end(size: int, more: int) -> Replacement:
    return Replacement(*(np.array([each]) for each in (size, size, more)))


class _Merge(NamedTuple):
    """Replaces rows of a baseline by rows that were folded anew.

    `numbers` and `document_numbers` are the numbers in the whole of the nodes and documents that
    were folded anew; `documents` is the way from old documents to the whole.
    """

    nodes: _Nodes
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
        each = len(SCOPES) if counted == "scope" else 1
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
        first = _search(new, place * each)
        sizes = _search(new, (place + 1) * each) - first
        return Replacement(_search(old, before * each), _search(old, after * each), sizes), ranges(
            first, sizes
        )

    def put(
        self,
        before: Fold,
        derived: Derived,
        said: ClaimSet,
        small: Fold,
        part: ClaimSet,
        principals: Ints,
        policy: Policy,
    ) -> tuple[Fold, Derived]:
        """Return the fold of the whole and its derivation."""
        cut, rows = self.cut(before.grants.principal, small.grants.principal, principals)
        counts = np.diff(small.evidence_of)[rows]
        evidence_of, inner = replaced_starts(before.evidence_of, cut, counts)
        subjects = self.nodes.of_part[part.documents.subject]
        stated = distinct(
            np.concatenate(
                [self.nodes.inserted, subjects, self.nodes.of_part[part.attributes.node]]
            )
        )
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
            of_nodes.observed(before.observed, subjects),
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
        grant = _grants_of(hops)
        moved = grants.cut.shift.of(grant)
        kept = np.where(hops < 0, ~moved, moved)[~contained(grant, grants.gone)]
        hops = np.concatenate(
            [kept, grants.come, ~grants.come[rows.relation[grants.come] == KEEPS]]
        )
        grant = _grants_of(hops)
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
        keeps = _keeps_at(entries, nodes, rows)
        nodes = distinct(np.concatenate([nodes, rows.principal[keeps], rows.resource[keeps]]))
        keeps = _keeps_at(entries, nodes, rows)
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

    splice: _Merge
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


def _grants_of(hops: Ints) -> Ints:
    grants: Ints = np.where(hops < 0, ~hops, hops)
    return grants


def _keeps_at(entries: Entries, nodes: Ints, grants: GrantRows) -> Ints:
    found: Ints = _grants_at(entries, nodes)
    keeps: Ints = found[grants.relation[found] == KEEPS]
    return keeps
