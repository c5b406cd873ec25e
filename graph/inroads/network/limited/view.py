"""A limited view of a graph: what concerns some businesses, as a graph of its own in which nothing else
is.

Who may see only these businesses is answered from it with the ordinary code. What is not there
cannot leak through a count, a cursor, an error or the time that an answer takes. What is there:

- The **allowed** businesses, the accounts they keep, their groups, and every grant on one of these.
- The identities that hold such a grant, or reach an allowed business or account by access through others: their
  ids, emails, names and confirmation. What else they hold is not there, nor that there is anything else.
- A business or account of others that is a step on the way to an allowed one, or a client of it, as an opaque
  **placeholder**: an id that is keyed by a secret and by the set of businesses, and no other attribute than that
  access through it is latent. The step says which role conveys it, and of a client its numbers in the allowed account.
- The documents of these identities and of the teams of these businesses, each **cut** to the records that state what
  is there. Their hashes are of what is left, since the hash of all of it would confirm guesses; sources, which may
  count lines, are left out. What only documents about others say is in one document that stands for all of them: how
  many say it, and when, is not told. Problems of single documents are not there.

Accesses to what is allowed are exactly those of the whole graph. So are their roles, certainty,
state and paths, but for the names of placeholders. Chains of mere association are followed no
further than a grant on what is allowed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec
import numpy as np

from inroads.columns.arrays import take
from inroads.columns.builder import claim_set
from inroads.columns.claimset import ATTRIBUTES, KEEPS, KIND_BITS, KINDS, NONE, latest_covers
from inroads.columns.fold import fold
from inroads.documents.claims import Attribute, Place, Statement
from inroads.documents.records import Me, Members
from inroads.errors import LEFT_OUT, Issue
from inroads.model import Grant, NodeKind
from inroads.moments import EPOCH
from inroads.network.access_graph import AccessGraph
from inroads.network.limited.documents import (
    HIDDEN,
    SOURCE,
    DocumentWriter,
    Remainder,
    Spot,
    _document,
    marks,
    merged_records,
    moved_place,
    spot_of,
)
from inroads.network.limited.reading import DocumentReader
from inroads.policy.grammar import ACTING, BACKWARD, OUTSIDE, PHASES

_G = TypeVar("_G", bound=AccessGraph)

_NEVER: Final = EPOCH
"""The moment of what no document says that is shown."""

_IDENTITY, _BUSINESS, _ACCOUNT, _GROUP = map(
    KINDS.index, (NodeKind.IDENTITY, NodeKind.BUSINESS, NodeKind.ACCOUNT, NodeKind.GROUP)
)


def portion(
    graph: _G, businesses: Collection[str], key: bytes, reader: DocumentReader | None = None
) -> _G:
    """Return the part of a graph that concerns these businesses, by native id; unknown ones are ignored.

    `key` is the secret behind the ids of placeholders. The cost is proportional to what is kept,
    and to the documents that the `reader` has not parsed lately.
    """
    return Selection(graph, frozenset(businesses), key, reader or DocumentReader()).graph()


class _Cut(NamedTuple):
    """A document that was cut: where its records stand now, and what it says of nodes that are
    shown.
    """

    statement: Statement
    places: Mapping[Place, Place]
    stated: frozenset[Attribute]


class Selection(Generic[_G]):
    def __init__(
        self, graph: _G, businesses: frozenset[str], key: bytes, reader: DocumentReader
    ) -> None:
        self.whole, self.index, self.reader = graph, graph.index, reader
        mark = msgspec.json.encode(sorted(businesses))
        self.mark = hashlib.sha256(mark).hexdigest()
        self.key = hmac.digest(key, b"portion\0" + mark, "sha256")
        self.count = len(businesses)
        found = {self.index.number(f"business:{each}") for each in businesses}
        self.businesses = sorted(each for each in found if each is not None)

    def graph(self) -> _G:
        """Return the limited view as a graph."""
        cuts = {number: self._cut(number) for number in sorted(self._documents)}
        statements = [*merged_records(each.statement for each in cuts.values())]
        rest = self._rest(
            cuts, max((each.document.observed_at for each in statements), default=_NEVER)
        )
        if rest:
            statements.append(rest)
        said, policy = claim_set(statements), self.whole.policy
        told = msgspec.json.encode(
            [self.mark, policy.digest, sorted(map(msgspec.json.encode, statements))]
        )
        version = hashlib.sha256(told).hexdigest()[:16]
        folded = fold(said, policy, marked=True)
        graph = type(self.whole).build(folded._replace(version=version), policy)
        graph.limited = self.count
        return graph

    # What is there

    @cached_property
    def allowed(self) -> frozenset[int]:
        """The businesses, the accounts that they keep, and their groups."""
        kinds = (_ACCOUNT, _GROUP)
        near = {
            other
            for each in self.businesses
            for other, _ in self.index.hops_to(each)
            if self._kind(other) in kinds
        }
        return frozenset((*self.businesses, *near, *(group for group, _ in self._level)))

    @cached_property
    def _level(self) -> list[tuple[int, int]]:
        """The groups that documents show to be these businesses' own, each with its business."""
        rows = self.whole.fold.said.groups
        rows = take(rows, np.isin(rows.business, self.businesses))
        return list(zip(rows.group.tolist(), rows.business.tolist(), strict=True))

    @cached_property
    def grants(self) -> frozenset[int]:
        """The grants on what is allowed and on the ways to it, and those that tell why one of these
        ways is latent.
        """
        kept = self._routes()
        for node in self.allowed:
            kept.update(grant for _, grant in self.index.hops_to(node))
        for node in self._others(kept, _ACCOUNT):
            kept.update(
                grant for keeper, grant in self._keeping(node) if self.index.failing[keeper]
            )
        for node in self._others(kept, _BUSINESS):
            if any(grant in kept for _, grant in self._keeping(node)):
                kept.update(
                    grant for account, grant in self._keeping(node) if self.index.failing[account]
                )
        return frozenset(kept)

    def _routes(self) -> set[int]:
        """The grants on the ways of access to what is allowed, found by walking back, never over
        one grant twice.

        Apart from `reach.states.closure`, which may go to a business's account and back: that would
        show accounts that are on no way.
        """
        starts = [node for node in self.allowed if self._kind(node) in (_BUSINESS, _ACCOUNT)]
        waiting = [(node, phase, NONE) for node in starts for phase in range(len(PHASES))]
        before: dict[tuple[int, int, int], list[tuple[tuple[int, int, int], int]]] = {
            each: [] for each in waiting
        }
        kept: set[int] = set()
        leading: list[tuple[int, int, int]] = []
        while waiting:
            here = waiting.pop()
            node, phase, came = here
            for other, grant in self.index.hops_to(node):
                entered = BACKWARD[phase][self.index.conveys[grant]]
                if entered == OUTSIDE or grant == came:
                    continue
                if self._kind(other) == _IDENTITY:
                    if entered == ACTING:
                        kept.add(grant)
                        leading.append(here)
                    continue
                there = other, entered, grant if self.index.relation[grant] == KEEPS else NONE
                if there not in before:
                    before[there] = []
                    waiting.append(there)
                before[there].append((here, grant))
        seen = set(leading)
        while leading:
            for then, grant in before[leading.pop()]:
                kept.add(grant)
                if then not in seen:
                    seen.add(then)
                    leading.append(then)
        return kept

    def _others(self, grants: Iterable[int], kind: int) -> list[int]:
        """The nodes of a kind that these grants name, and that are not allowed."""
        ends = {
            end
            for each in grants
            for end in (self.index.principal[each], self.index.resource[each])
        }
        return sorted(end for end in ends - self.allowed if self._kind(end) == kind)

    def _keeping(self, node: int) -> Iterator[tuple[int, int]]:
        return (
            (other, grant)
            for other, grant in self.index.hops_to(node)
            if self.index.relation[grant] == KEEPS
        )

    def _kind(self, node: int) -> int:
        return int(self.index.codes[node]) >> KIND_BITS

    @cached_property
    def visible(self) -> frozenset[str]:
        """The printed ids of what is shown as it is."""
        people = {self.index.principal[each] for each in self.grants}
        shown = self.allowed.union(each for each in people if self._kind(each) == _IDENTITY)
        return frozenset(map(self.index.name, shown))

    def sees(self, kind: NodeKind, native: object) -> bool:
        return f"{kind.lower()}:{native}" in self.visible

    def name(self, node: str) -> str:
        """The node, or the placeholder that stands for it."""
        if node in self.visible:
            return node
        mark = hmac.new(self.key, node.encode(errors="surrogatepass"), hashlib.sha256)
        if node.startswith("account:"):
            return f"account:hidden-{mark.hexdigest()[:32]}"
        return f"business:{10**17 + int.from_bytes(mark.digest()) % (9 * 10**17)}"

    # Documents that are shown

    @cached_property
    def _standing(self) -> list[Grant]:
        return [self.index.grant(each) for each in sorted(self.grants)]

    @cached_property
    def _spots(self) -> dict[int, dict[Spot, Grant]]:
        """The visible grants that documents about visible subjects state, by document and place."""
        found: dict[int, dict[Spot, Grant]] = defaultdict(dict)
        for grant in self._standing:
            if {grant.principal, grant.resource} <= self.visible:
                for each in grant.evidence:
                    if self.whole.documents[each.document].subject in self.visible:
                        found[each.document][spot_of(grant, each)] = grant
        return found

    @cached_property
    def _contested(self) -> dict[int, dict[Spot, int]]:
        """The contradictions of each record as bits: those that all grants share that it states.

        A role on an account that two businesses keep is a record of both memberships, of which
        one may be contested alone.
        """
        found: dict[int, dict[Spot, int]] = defaultdict(dict)
        for grant in self._standing:
            for each in grant.evidence:
                records, spot = found[each.document], spot_of(grant, each)
                records[spot] = records.get(spot, -1) & marks(grant)
        return found

    @cached_property
    def _documents(self) -> frozenset[int]:
        """The documents that are shown: they state a grant or an attribute, or are the latest of
        their subject, or the latest that has one of its sections.

        Where several are the latest all of them are: which of them decides would depend on what is
        hidden in them.
        """
        said, numbers = self.whole.fold.said, self._numbers
        stating = said.attributes.document[_rows(said.attributes.node, numbers)]
        own = np.flatnonzero(np.isin(said.documents.subject, numbers))
        subject, moment = said.documents.subject[own].astype(np.int64), said.documents.moment
        chosen = {*self._spots, *stating.tolist()}
        for scopes, documents in (
            (("me", "memberships", "groups", "roles"), said.documents.kind[own] == 0),
            (("team", "keyless_team", "team_group"), said.documents.kind[own] != 0),
        ):
            for name in scopes:
                covers = latest_covers(said, subject[documents], name)
                latest = (covers != NONE) & (moment[covers] == moment[own[documents]])
                chosen.update(own[documents][latest].tolist())
        return frozenset(
            each for each in chosen if self.whole.documents[each].subject in self.visible
        )

    def _cut(self, number: int) -> _Cut:
        """A document cut to what is shown of it."""
        document = self.whole.documents[number]
        said = self.reader.read(document, self.whole.policy)
        spots = self._spots.get(number, {})
        wanted = {place for place, _ in spots}
        content, writer = said.content, DocumentWriter(self, wanted)
        body = (
            writer.me(said.value, content)
            if isinstance(content, Me)
            else writer.members(said.value)
            if isinstance(content, Members)
            else writer.team(said.value, content, document.business)
        )
        cut = _document(
            body,
            document.observed_at,
            document.kind,
            document.subject,
            document.moment_source,
        )
        claims = (
            moved_place(claim, spots, writer.places, self._contested[number])
            for place in wanted
            for claim in said.claims.get(place, ())
        )
        statement = Statement(
            cut,
            tuple(each for each in claims if each),
            (),
            tuple(each for node in said.covers.keys() & self.visible for each in said.covers[node]),
            tuple(
                (group, business)
                for group, business in said.business_groups
                if business in self.visible and self.whole.business_groups.get(group) == business
            ),
            tuple(
                (account, business)
                for account, business in said.keepers
                if account in self.visible and business in self.visible
            ),
            tuple(
                Issue(
                    SOURCE, _ROWS[document.kind], each.code, "a row could not be read", cut.sha256
                )
                for each in said.issues
                if document.kind in _ROWS and each.code in LEFT_OUT
            ),
        )
        # Of two rows of one document about a node the last one counts, as in the whole graph.
        attributes = {
            (each.node, each.name): each
            for node in said.attributes.keys() & self.visible
            for given in said.attributes[node]
            if (each := self._attribute(number, given, writer.places))
        }.values()
        stated = frozenset(each for each in attributes if not isinstance(each.value, Place))
        return _Cut(statement._replace(attributes=tuple(attributes)), writer.places, stated)

    def _attribute(
        self, number: int, given: Attribute, places: Mapping[Place, Place]
    ) -> Attribute | None:
        """An attribute as a document states it, if that still counts, or is what is known now."""
        node, name, value = given.node, given.name, given.value
        if not self.whole.stands(number, name):
            return None
        counts = number in self._latest.get((node, name), ())
        if isinstance(value, Place):
            return Attribute(node, name, places[value]) if counts else None
        found = Attribute(
            node, name, value.isoformat() if isinstance(value, dt.datetime) else value
        )
        return found if counts or found in self._attributes else None

    @cached_property
    def _attributes(self) -> frozenset[Attribute]:
        """The attributes of the visible nodes."""
        found: list[Attribute] = []
        for node in self.visible:
            data = self.whole.nodes[node]
            found += [
                Attribute(node, name, value) for name, value in data.items() if name not in _DERIVED
            ]
            if data.get("unconfirmed"):
                found.append(Attribute(node, "confirmed_at", None))
        return frozenset(found)

    @cached_property
    def _latest(self) -> dict[tuple[str, str], set[int]]:
        """The documents that are shown and of the latest moment at which an attribute of a node is
        stated.
        """
        rows = self.whole.fold.said.attributes
        rows = take(rows, _rows(rows.node, self._numbers))
        found: dict[tuple[str, str], set[int]] = defaultdict(set)
        for document, node, name in zip(*(each.tolist() for each in rows[:3]), strict=True):
            if document in self._documents and self.whole.stands(document, ATTRIBUTES[name]):
                found[self.index.name(node), ATTRIBUTES[name]].add(document)
        return found

    def stated(self, node: str, name: str) -> list[tuple[int, int]]:
        """The documents that state an attribute of a node at its latest moment, and the values."""
        rows = self.whole.fold.said.attributes
        rows = take(rows, _rows(rows.node, np.array([self.whole.number(node)])))
        rows = take(rows, rows.name == ATTRIBUTES.index(name))
        return list(zip(rows.document.tolist(), rows.value.tolist(), strict=True))

    @cached_property
    def _numbers(self) -> Any:
        return np.array(sorted(self.whole.number(each) for each in self.visible), np.int64)

    # What only documents about others say

    def _rest(self, cuts: Mapping[int, _Cut], moment: dt.datetime) -> Statement | None:
        """Return one document that states everything visible that no other visible document states."""
        rest = Remainder(self)
        said = {
            grant.id
            for number, spots in self._spots.items()
            for (place, _), grant in spots.items()
            if place in cuts[number].places
        }
        for grant in self._standing:
            if grant.id not in said:
                rest.grant(grant)
        for number in self._others(self.grants, _BUSINESS):
            rest.state(self.index.name(number), "active", False, when=self._lapsed(number))
        for number in self._others(self.grants, _ACCOUNT):
            rest.state(
                self.index.name(number),
                "subscription_status",
                HIDDEN,
                when=bool(self.index.failing[number]),
            )
        stated = frozenset[Attribute]().union(*(each.stated for each in cuts.values()))
        for each in sorted(self._attributes - stated, key=repr):
            when = (each.node, each.name) not in self._latest
            rest.state(each.node, each.name, each.value, when=when)
        for name, node in (
            (name, node) for name in ("record", "permissions") for node in sorted(self.visible)
        ):
            known = self.whole.fold.attributes[name][self.whole.number(node)] != NONE
            if known and (node, name) not in self._latest:
                rest.located(node, name)
        named = {node for grant in self._standing for node in (grant.principal, grant.resource)}
        for node in map(self.index.name, self.businesses):
            rest.state(
                node, "name", None, when=node not in named and "name" not in self.whole.nodes[node]
            )
        shown = {each for cut in cuts.values() for each in cut.statement.business_groups}
        pairs = {
            (self.index.name(group), self.index.name(business)) for group, business in self._level
        }
        rest.level = tuple(sorted(pairs - shown))
        return rest.statement(moment) if self.businesses else None

    def _lapsed(self, business: int) -> bool:
        """Return whether access through a placeholder is latent for a reason that is not visible."""
        accounts = (node for node, grant in self._keeping(business) if grant not in self.grants)
        return bool(self.index.failing[business]) or any(
            self.index.failing[each] for each in accounts
        )


_ROWS: Final = {"team": "/business_group", "members": "/response"}
"""Where the rows of documents about a business stand."""

_DERIVED: Final = frozenset({"kind", "observed", "unconfirmed"})


def _rows(column: Any, wanted: Any) -> Any:
    """The rows of an ascending column that hold one of these ascending numbers."""
    first, last = (
        np.searchsorted(column, wanted.astype(column.dtype), side) for side in ("left", "right")
    )
    return np.concatenate(
        [np.arange(*pair) for pair in zip(first, last, strict=True)] or [np.zeros(0, np.int64)]
    )
