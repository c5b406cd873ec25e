"""The fold of a few more documents: only what they touch is folded anew.

No rule of the fold is repeated here. The rows that new documents touch, and the rows that decide
them, are cut out as a `ClaimSet` of their own, which goes through the same union, fold and
derivation as the whole. The result replaces the old rows. Nodes, documents and grants are
renumbered where one is inserted before them; no column is copied for that (see `overlay`). Each
version is made from the same baseline and all claims added since, until these touch too much.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from inroads.columns.adjacency import Derived, derive
from inroads.columns.arrays import distinct
from inroads.columns.claimset import SLOTS, ClaimSet
from inroads.columns.fold import (
    Fold,
    fold,
)
from inroads.columns.merge import Merge
from inroads.columns.overlay import (
    Numbering,
    Replacement,
    put_together,
    replaced,
    whole,
)
from inroads.columns.subset import without
from inroads.columns.touched import (
    cut_out,
    ending,
    merged_nodes,
    places_of_documents,
    sharing_texts,
    touched_principals,
)
from inroads.columns.union import union
from inroads.policy.tables import Policy

SHARE: Final = 16
"""If more than one in this many claims is touched, all are folded anew, which takes no longer."""

TOUCHED: Final = 2**16
"""If the claims since the baseline touch more claims than this, a new baseline is begun."""

STEP: Final = 2**26
"""How many bytes of a new baseline are materialised with each version, so that none takes long."""


_SPARE: Final = 12
"""So many unused texts are never worth a whole fold."""


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

    None if one of them comes from a source that is earlier by name, or has a surer moment, so that
    its row must be replaced.
    """
    places, known = places_of_documents(said, part)
    new, old = part.documents, said.documents
    for row, place in zip(np.flatnonzero(known).tolist(), places[known].tolist(), strict=True):
        earlier = new.source.text(row) < old.source.text(place)
        if earlier or new.moment_source[row] > old.moment_source[place]:
            return None
    return without(part, known) if known.any() else part


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
    # Most texts are used no more: the union of a whole fold drops them.
    if said.texts.size > 2 * len(said.attributes.node) + _SPARE:
        return None
    places, _ = places_of_documents(said, part)
    nodes = merged_nodes(said, part)
    principals = touched_principals(before, derived, part, nodes)
    ended = ending(before, part, nodes)
    old, old_nodes, old_documents, stating = cut_out(
        before, derived, part, nodes, principals, ended
    )
    touched = len(old.claims.document) + len(part.claims.document)
    if touched * SHARE > len(said.claims.document):
        return None
    shared, new_texts = sharing_texts(part, stating, said, nodes.old_of_part)
    anew = union([old, shared])
    small = fold(anew, policy)
    inserted = Replacement(places, places, np.ones(len(places), np.int64))
    coming = places + np.arange(len(places))
    splice = Merge(
        nodes,
        distinct(np.concatenate([nodes.shift.of(old_nodes), nodes.of_part])),
        distinct(np.concatenate([inserted.shift.of(old_documents), coming])),
        Numbering(inserted.shift, len(said.documents.moment) + len(places)),
    )
    principals = distinct(
        np.concatenate([nodes.shift.of(principals), nodes.of_part[part.claims.principal]])
    )
    # An email that a known document of the part overruled is among the former ones alone.
    naming = np.concatenate([part.attributes.node, part.emails.node])
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
            nodes.of_part[part.covers.scope // SLOTS],
            SLOTS,
        ),
        splice.by(said.groups, anew.groups, "group", nodes.of_part[part.groups.group]),
        splice.by(said.keepers, anew.keepers, "account", nodes.of_part[part.keepers.account]),
        splice.table(
            said.issues,
            anew.issues,
            _end(len(said.issues.document), len(anew.issues.document)),
            np.arange(len(anew.issues.document)),
        ),
        anew.stores,
        splice.by(said.emails, anew.emails, "node", nodes.of_part[naming]),
    )
    stated = np.concatenate([nodes.of_part[part.attributes.node], nodes.shift.of(ended)])
    whole_ = splice.put(before, derived, next_said, small, part, principals, stated, policy)
    return _Added(*whole_, touched)


def _end(size: int, more: int) -> Replacement:
    return Replacement(*(np.array([each]) for each in (size, size, more)))
