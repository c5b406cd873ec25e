"""Accesses that end, stay and change if grants were revoked or made. Nothing is written.

**What is removed.** A grant is removed with every standing record that states it, in every dialect
and document. A role row that two memberships merge (their businesses keep one account) goes from
both. Facts in the removed records stay known: which account a business keeps, whose client it is,
which group is a whole business's, names and statuses. So the result is the graph after newer
documents that lack these records and still show everything else. Documents that never had the
records would give another graph: without the last client row they would not name the vendor.

**What it costs.** Only identities that can use a grant are asked. While grants are only removed,
`reach` without them answers for the nodes behind them, whatever the size of the graph. Otherwise
the claims about the touched nodes are taken out of the columns and folded alone. Only `graph` folds
all claims anew; no document is read.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import Final, Generic, Self, TypeVar

import msgspec
import numpy as np

from inroads.analysis.changes import COLUMNS, Kind, row_of
from inroads.analysis.edits import (
    FACT_RELATIONS,
    Addition,
    addition,
    claim,
    grants_of_evidence,
    imagined_document,
    named_record,
    revocable,
    stating,
)
from inroads.analysis.outcome import BETTER, WORSE, Fate, Outcome, outcome_of
from inroads.analysis.remediation import Remedy, remedies
from inroads.cancellation import long_work
from inroads.columns.arrays import Flags, Ints, ranges, take
from inroads.columns.builder import claim_set
from inroads.columns.claimset import LISTED, NONE, SECTIONS, ClaimRows, ClaimSet
from inroads.columns.fold import fold
from inroads.columns.subset import excerpt
from inroads.columns.union import union
from inroads.documents.claims import Statement
from inroads.errors import InroadsError
from inroads.markup import table
from inroads.model import Access, Coverage, Grant, Relation, Section
from inroads.network import frames
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import grant_label, label, path_sentence, record_label
from inroads.policy.grammar import ACTING, CONVEYS, FORWARD, OUTSIDE, PHASES, Conveys
from inroads.reach.answers import RESOURCES
from inroads.reach.filters import ALL, AccessFilter
from inroads.reach.questions import reach
from inroads.reach.states import acting_for, closure
from inroads.text import more, shortened

_G = TypeVar("_G", bound=AccessGraph)

_CONTROL: Final = CONVEYS.index(Conveys.CONTROL)

PRINTED: Final = 20
"""The most outcomes that are printed, since a grant may end thousands of accesses."""

MAX_EDITS: Final = 100
"""The most grants that one question may remove, and the most that it may add."""


class WhatIf(Generic[_G], frames.Framed):
    """The graph without some grants, and with others.

    `removed` are the grants to remove, `records` single records to remove, `added` the imagined
    grants, at most `most` of each. Raises InroadsError TOO_MANY_GRANTS, and BAD_GRANT, NOT_FOUND,
    AMBIGUOUS_GRANT or NOT_REVOCABLE for a text that names no revocable grant of the graph.
    """

    def __init__(
        self,
        graph: _G,
        remove: Iterable[str] = (),
        add: Iterable[str] = (),
        records: Iterable[str] = (),
        *,
        most: int = MAX_EDITS,
    ) -> None:
        if "fold" not in vars(graph):
            raise InroadsError(
                "the question needs the whole graph, not a view or a copy of it", "NOT_WHOLE"
            )
        self.base, self._cut = graph, False
        self.removed = tuple(
            {grant.id: grant for text in remove for grant in [revocable(graph, text)]}.values()
        )
        self.records = tuple({each: None for text in records for each in named_record(graph, text)})
        self.added = tuple(dict.fromkeys(addition(graph, text) for text in add))
        if not (self.removed or self.records or self.added) and most:
            raise InroadsError("name at least one grant to remove or add", "BAD_GRANT")
        if max(len(self.removed), len(self.added)) > most:
            raise InroadsError(
                f"a question may remove or add at most {most} grants",
                "TOO_MANY_GRANTS",
            )

    @cached_property
    def version(self) -> str:
        """The name of the hypothetical version: its base, and a hash of the edits."""
        imagined = [
            sorted(each.id for each in self.removed),
            sorted(self.records),
            sorted(self.added),
        ]
        mark = hashlib.sha256(msgspec.json.encode(imagined)).hexdigest()[:8]
        return f"{self.base.version}-hypothetical-{mark}"

    @cached_property
    def graph(self) -> _G:
        """The hypothetical version of the graph, which answers every question."""
        return self._imagined(self.base.fold.said)

    @cached_property
    def standing(self) -> _G:
        """The graph that has all later paths: the base, or only the part that edits touch.

        The base is enough while grants are only removed.
        """
        if self._simple:
            return self.base
        long_work()
        return self._imagined(
            excerpt(self.base.fold.said, np.array(sorted(self._touched), np.int64))
        )

    def _imagined(self, said: ClaimSet) -> _G:
        """Fold a part of the claims without the removed records and with the imagined grants."""
        said = said._replace(claims=_without(said.claims, _dropped(self.base, said, self.dropped)))
        if self.added:
            said = union([said, claim_set(map(self._statement, self.added))])
        ours, policy = self.base.fold, self.base.policy
        # Imagined grants observe nobody, and nothing contradicts them.
        observed = ours.observed[np.searchsorted(ours.said.nodes, said.nodes)]
        made = fold(said, policy)
        digests = [bytes.fromhex(imagined_document(self.base, each).sha256) for each in self.added]
        imagined = np.flatnonzero(np.isin(said.documents.sha256, digests))
        rows = np.flatnonzero(np.isin(made.evidence.document, imagined))
        contested = made.grants.contested.copy()
        contested[np.searchsorted(made.evidence_of, rows, "right") - 1] = 0
        made = made._replace(
            version=self.version,
            observed=observed,
            grants=made.grants._replace(contested=contested),
        )
        graph, known = type(self.base).build(made, policy), self.base.known
        # Of a neighbourhood, an imagined grant may lead to what is not in it.
        graph.known = known if known is None or not self.added else frozenset()
        return graph

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every access that changes or loses a path, in the order of fates and ends."""
        return tuple(sorted(self._outcomes(), key=lambda each: each.key))

    def answer(self) -> Self:
        """Compute the outcomes now instead of on first use, and return this what-if."""
        len(self.outcomes)
        return self

    @property
    def ended(self) -> tuple[Outcome, ...]:
        """The accesses that end."""
        return tuple(each for each in self.outcomes if each.after is None)

    @property
    def kept(self) -> tuple[Outcome, ...]:
        """The accesses that stay after losing a path; some of them are also `lowered`."""
        return tuple(each for each in self.outcomes if each.after and each.gone)

    @property
    def lowered(self) -> tuple[Outcome, ...]:
        """The accesses that stay with fewer or other capabilities, latent, inferred or contested."""
        return tuple(
            each for each in self.outcomes if each.after and not WORSE.isdisjoint(each.kinds)
        )

    @property
    def raised(self) -> tuple[Outcome, ...]:
        """The accesses that stay with more or other capabilities, turn active, stated or settled."""
        return tuple(
            each for each in self.outcomes if each.before and not BETTER.isdisjoint(each.kinds)
        )

    @property
    def gained(self) -> tuple[Outcome, ...]:
        """The accesses that are new."""
        return tuple(each for each in self.outcomes if each.before is None)

    @property
    def truncated(self) -> bool:
        """Return whether a limit cut off the paths of an access; `gone` may then be incomplete."""
        return self.answer()._cut

    @property
    def coverage(self) -> Coverage:
        """The coverage: unobserved identities may also lose access, or keep it."""
        return self.base.coverage()

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """The records that must go, and how: all records of each removed grant."""
        return tuple(each for grant in self.removed for each in remedies(self.base, grant))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Warnings to read before acting on the result."""
        return tuple(dict.fromkeys(_notes(self)))

    # ---- the accesses

    def __str__(self) -> str:
        told = self.outcomes[:PRINTED]
        said = [f"{each.fate}  {outcome_sentence(self, each)}" for each in told]
        said += [more(len(self.outcomes) - len(told))] * (len(self.outcomes) > len(told))
        cut = ["… a limit cut the paths of an access short"] if self.truncated else []
        return "\n".join([*(said or ["no access changes"]), *shortened(self.notes), *cut])

    def __repr__(self) -> str:
        fates = Counter(each.fate for each in self.outcomes)
        told = ", ".join(f"{fates[fate]:,} {fate}" for fate in Fate if fates[fate])
        cut = "; a limit cut the paths of an access short" * self.truncated
        return f"WhatIf: {told or 'no access changes'}{cut}"

    def _repr_html_(self) -> str:
        rows = (
            {"outcome": each.fate, "how": outcome_sentence(self, each)} for each in self.outcomes
        )
        told = table(repr(self), rows, len(self.outcomes))
        return "\n".join([told, *(table(each, (), 0) for each in self.notes)])

    def columns_of_frame(self) -> dict[str, frames.Column]:
        """Return the outcomes as columns, with the roles before and after."""
        rows = ({"outcome": each.fate, **row_of(each)} for each in self.outcomes)
        return frames.columns({"outcome": frames.Kind.CATEGORY, **COLUMNS}, rows)

    @cached_property
    def dropped(self) -> frozenset[tuple[int, Section, int, int]]:
        """The places of the records to remove."""
        return frozenset(each[:4] for grant in self.removed for each in grant.evidence) | frozenset(
            each[:4] for each in self.records
        )

    @property
    def _simple(self) -> bool:
        """Return whether avoiding the removed grants is enough: no record states others."""
        return not self.added and not self.records and not self.shared

    @cached_property
    def shared(self) -> tuple[Grant, ...]:
        """Other grants that a record of a removed grant also states."""
        index, ids = self.base.index, {each.id for each in self.removed}
        members = {each.principal for each in self.removed if each.relation is Relation.MEMBER}
        hops = (index.hops_from(self.base.number(each)) for each in sorted(members))
        held = (index.grant(grant) for _, grant in chain.from_iterable(hops))
        return tuple(
            grant
            for grant in held
            if grant.id not in ids and any(each[:4] in self.dropped for each in grant.evidence)
        )

    def _outcomes(self) -> Iterator[Outcome]:
        after, chosen = self.standing, ALL
        behind: set[int] | None = None
        ids = frozenset(each.id for each in self.removed)
        if self._simple:
            numbers = map(self.base.index.grant_number, ids)
            behind = _behind(self.base, [number for number in numbers if number is not None])
            chosen = AccessFilter(avoid=ids)
        for identity in sorted(self._people):
            old = _reached(self.base, identity, behind, ALL)
            ended = self._simple and all(_ends(each, ids) for each in old.values())
            new = {} if ended else _reached(after, identity, behind, chosen)
            self._cut |= any(each.truncated for each in (*old.values(), *new.values()))
            for resource in {**old, **new}:
                outcome = outcome_of(identity, resource, old.get(resource), new.get(resource))
                if outcome.kinds or outcome.gone:
                    yield outcome

    @cached_property
    def _people(self) -> list[str]:
        """The identities whose accesses may differ: principals, and identities acting for them."""
        index = self.base.index
        states = [(self.base.number(principal), ACTING) for principal in self._principals]
        return list(map(index.name, acting_for(index, states)))

    @property
    def _touched(self) -> set[int]:
        """The nodes that these identities reach, and the nodes behind imagined grants.

        The grants count whatever they convey.
        """
        imagined = (node for each in self.added for node in (each.principal, each.resource))
        states = [(self.base.number(node), ACTING) for node in (*self._people, *imagined)]
        return {node for node, _ in closure(self.base.index, states, forward=True)}

    @property
    def _principals(self) -> set[str]:
        """The principals whose grants may differ.

        A record states grants of one principal, and facts.
        """
        holders = {grant.principal for grant in self.removed} | {
            each.principal for each in self.added
        }
        return holders | {
            grant.principal for each in self.records for grant in stating(self.base, each)
        }

    def _statement(self, added: Addition) -> Statement:
        """Return the statement of a document with this record alone.

        It is observed with the newest document and covers nothing.
        """
        return Statement(imagined_document(self.base, added), (claim(added),), (), (), (), (), ())


def _reached(
    graph: AccessGraph, identity: str, behind: set[int] | None, chosen: AccessFilter
) -> dict[str, Access]:
    """Return the accesses of an identity to the nodes `behind`; to all if it is None."""
    answer = reach(graph, identity, RESOURCES, chosen)
    summaries = answer.summaries if behind is None else answer.summaries_of(behind)
    return {each.other: answer.write(each) for each in summaries}


def _ends(access: Access, removed: frozenset[str]) -> bool:
    """Return whether all paths of an access pass one of these grants."""
    left = (path for path in access.paths if removed.isdisjoint(step.grant for step in path.steps))
    return not access.truncated and not any(left)


def _behind(graph: AccessGraph, grants: Iterable[int]) -> set[int]:
    """Return the nodes that any identity reaches over these grants, by number."""
    index = graph.index
    entered = (
        (index.resource[grant], FORWARD[phase][index.conveys[grant]])
        for grant in grants
        for phase in range(len(PHASES))
    )
    states = [state for state in entered if state[1] != OUTSIDE]
    return {node for node, _ in closure(index, states, forward=True)}


def _without(claims: ClaimRows, gone: Flags) -> ClaimRows:
    """Return the claims without those of dropped records.

    The row of a listing stays without a role, and states nothing: what older records say of its
    identity and business is as overruled as before.
    """
    hollow = gone & (claims.section == LISTED)
    claims = claims._replace(role=np.where(hollow, NONE, claims.role).astype(np.int8))
    left: ClaimRows = take(claims, np.flatnonzero(hollow | ~gone))
    return left


def _dropped(
    graph: AccessGraph, said: ClaimSet, dropped: Iterable[tuple[int, Section, int, int]]
) -> Flags:
    """Return a mask of the claims that the dropped records make.

    Facts stay, whichever record states them.
    """
    claims, names = said.claims, said.documents.sha256
    moments, ours = said.documents.moment, graph.fold.said.documents
    gone = np.zeros(len(claims.document), np.bool_)
    for number, where, index, inside in dropped:
        # A part of the claims has its own document numbers, and may lack some documents.
        documents = np.flatnonzero(
            (names == ours.sha256[number]) & (moments == ours.moment[number])
        )
        places = np.flatnonzero(np.isin(claims.document, documents))
        alike = (claims.section[places] == SECTIONS.index(where)) & (claims.row[places] == index)
        alike &= (claims.sub[places] == inside) & ~np.isin(claims.relation[places], FACT_RELATIONS)
        gone[places[alike]] = True
    return gone


# ---- in words


def outcome_sentence(what: WhatIf[_G], each: Outcome) -> str:
    """Return an outcome in plain English."""
    graph = what.base
    who, where = label(graph, each.principal), label(graph, each.resource)
    if each.after is None:
        roles = " and ".join(each.before.roles) if each.before else ""
        return f"{who} no longer reaches {where}, held as {roles}."
    after = " and ".join(each.after.roles)
    count = len(each.after.paths)
    route = f"by {count} path{'s' * (count > 1)}: {path_sentence(graph, each.after.paths[0])}"
    if each.before is None:
        return f"{who} gains {where} as {after}, {route}"
    before = " and ".join(each.before.roles)
    said = f"{who} still reaches {where} as {after}, {route}"
    changed = [_ALTERED[kind].format(before=before, after=after) for kind in each.kinds]
    return f"{said[:-1]}; {', '.join(changed)}." if changed else said


_ALTERED: Final = {
    Kind.RAISED: "raised from {before}",
    Kind.LOWERED: "lowered from {before}",
    Kind.CHANGED: "changed from {before}",
    Kind.TURNED_ACTIVE: "turned active",
    Kind.TURNED_LATENT: "turned latent",
    Kind.NOW_STATED: "now stated by a record",
    Kind.NOW_INFERRED: "now inferred only",
    Kind.TURNED_CONTESTED: "now contested",
    Kind.SETTLED: "no longer contested",
}


def _notes(what: WhatIf[_G]) -> Iterator[str]:
    graph, told = what.base, set[frozenset[str]]()
    for grant in what.removed:
        names = list(dict.fromkeys(map(record_label, grant.evidence)))
        if len(names) > 1:
            yield f"{_whose(graph, grant)} ends only when all of its records go: {', '.join(shortened(names))}."
        if grant.relation is Relation.MEMBER and _headless(what, grant):
            yield f"Nobody who was observed is left in control of {label(graph, grant.resource)}."
        if grant.relation is Relation.GROUP:
            yield f"{_whose(graph, grant)} is an association and conveys no access."
        for other, number in _shared_clients(graph, grant):
            pair = frozenset({grant.id, other.id})
            if pair not in told:
                yield (
                    f"{_whose(graph, grant)} and {_whose(graph, other)} both name client {number} of"
                    f" {label(graph, grant.resource)}:"
                    " removing that client on the vendor's side may end both."
                )
            told.add(pair)
    for other in what.shared:
        yield (
            f"A role row that goes also states {grant_label(other)} of"
            f" {label(graph, other.principal)}, which stays."
        )
    for record in what.records:
        for grant in stating(graph, record):
            left = dict.fromkeys(
                record_label(each) for each in grant.evidence if each[:4] not in what.dropped
            )
            if left:
                yield (
                    f"{record_label(record)} of {label(graph, grant.principal)} alone does not end"
                    f" its grant on {label(graph, grant.resource)}:"
                    f" {', '.join(shortened([*left]))} still states it."
                )


def _whose(graph: AccessGraph, grant: Grant) -> str:
    """Return a grant by its records, and whose it is: `role 994207 of b@example.com`."""
    return f"{grant_label(grant)} of {label(graph, grant.principal)}"


def _headless(what: WhatIf[_G], grant: Grant) -> bool:
    """Return whether a business has controlling members, and none without the removed grants."""
    index = what.base.index
    gone = {index.grant_number(each.id) for each in what.removed}
    hops = index.hops_to(what.base.number(grant.resource))
    left = {held for _, held in hops if index.conveys[held] == _CONTROL}
    imagined = [each for each in what.added if each.resource == grant.resource]
    return (
        bool(left)
        and left <= gone
        and not any(what.base.policy.roles[each.role].controls for each in imagined)
    )


def _shared_clients(graph: AccessGraph, grant: Grant) -> Iterator[tuple[Grant, str]]:
    """Yield other grants on a vendor's account that name a client of this grant."""
    numbers = dict.fromkeys(each for each in grant.clients if each is not None)
    rows = _evidence_into(graph, grant.resource) if numbers else np.zeros(0, np.int64)
    for number in numbers:
        places = rows[graph.fold.evidence.client[rows] == int(number)]
        for other in map(
            graph.index.grant, dict.fromkeys(grants_of_evidence(graph, places).tolist())
        ):
            if other.id != grant.id:
                yield other, number


def _evidence_into(graph: AccessGraph, resource: str) -> Ints:
    """Return the rows of evidence of all grants on a node, in the order of their principals."""
    starts, hops = graph.index.in_entries
    node = graph.number(resource)
    grants = hops[starts[node] : starts[node + 1]].astype(np.int64)
    grants = grants[grants >= 0]  # the others are KEEPS that are walked from the account
    first = graph.fold.evidence_of[grants].astype(np.int64)
    return ranges(first, graph.fold.evidence_of[grants + 1] - first)
