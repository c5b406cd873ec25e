"""The folded grants as two compressed adjacency structures, with nodes and grants as numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from inroads.columns.arrays import Flags, Ints, at_once, distinct, narrow, offsets
from inroads.columns.claimset import (
    KEEPS,
    KIND_BITS,
    KINDS,
    NONE,
    RELATIONS,
    ROLES,
    SECTIONS,
    edge_keys,
    recoded,
)
from inroads.columns.contradictions import contradictions
from inroads.columns.fold import INACTIVE, Fold
from inroads.columns.overlay import view
from inroads.model import Evidence, Grant, GrantFacts, NodeKind, Role, grant_id
from inroads.policy.grammar import CONVEYS
from inroads.policy.tables import Policy

_NATIVE: Final = (1 << KIND_BITS) - 1
_ACCOUNT: Final = KINDS.index(NodeKind.ACCOUNT)
_PREFIXES: Final = tuple(f"{kind.lower()}:" for kind in KINDS)
_NUMBERS: Final = {kind.lower(): number for number, kind in enumerate(KINDS)}
KEPT: Final = 4096
"""How many values are cached of those that answers name repeatedly: nodes, grants, documents."""
_POWERS: Final = 10 ** np.arange(18)
_DIGITS: Final = 5
"""How many bits the number of digits of a native id takes."""
_PRINTED: Final = np.argsort(np.argsort(_PREFIXES))


_WORDS: Final = {
    f"{relation}{client}": (number, bool(client))
    for number, relation in enumerate(RELATIONS)
    for client in ("", "/CLIENT")
}
"""The relation of a grant, and whether it is a client's role, by the word in its printed id."""


_ALONE: Final = {0: ()} | {1 << place: (role,) for place, role in enumerate(ROLES)}
"""The roles of a grant by their bits, where there is no more than one."""


class Entries(NamedTuple):
    """The hops at one end of each node: those of node `n` are `hops[starts[n] : starts[n + 1]]`.

    A hop is the number of its grant, or `~grant` where a KEEPS is walked from the account.
    """

    starts: Ints
    hops: Ints


class Derived(NamedTuple):
    """Columns derived from a fold under a policy, ready for walking.

    `conveys` (see CONVEYS) has a row for each grant. `failing` marks the nodes that make a path
    latent by themselves, `dead` those that do so together with what they keep or are kept by.
    `email_order` has the identities ordered by the keys of their emails.
    """

    conveys: Ints
    failing: Flags
    dead: Flags
    out_entries: Entries
    in_entries: Entries
    email_order: Ints


def derive(fold: Fold, policy: Policy) -> Derived:
    """Derive the columns that walking needs, in time linear in the grants, except for sorting."""
    grants, failing = fold.grants, _failing(fold, policy)
    out_entries, in_entries = at_once(
        len(grants.principal),
        lambda: _entries(fold, grants.principal, grants.resource),
        lambda: _entries(fold, grants.resource, grants.principal),
    )
    return Derived(
        _conveys(fold, policy),
        failing,
        _dead(fold, failing),
        out_entries,
        in_entries,
        narrow(np.argsort(fold.attributes["email_key"], kind="stable")),
    )


def _entries(fold: Fold, here: Ints, there: Ints) -> Entries:
    """Return the hops by their near end: each grant, and each KEEPS from its other end as well."""
    keeps, size = np.flatnonzero(fold.grants.relation == KEEPS), len(fold.said.nodes)
    near = np.concatenate([here, there[keeps]])
    far = np.concatenate([there, here[keeps]])
    hops = np.concatenate([np.arange(len(here)), ~keeps])
    order = np.argsort(
        near.astype(np.int64) * size + far, kind="stable"
    )  # the grants come in order: next to nothing
    return Entries(offsets(near[order], size), narrow(hops[order]))


class Adjacency:
    """A fold by number: who holds what, in both directions, with the names of nodes and grants.

    `conveys` (see CONVEYS), `roles` (bits) and `active` have a row for each grant; `dead` marks the
    nodes that make a path through them latent. Those are memory views, which yield Python integers
    quickly, except for the columns `failing` and `…_column`.
    """

    def __init__(self, fold: Fold, policy: Policy, derived: Derived | None = None) -> None:
        self.fold, self.policy, self.size = fold, policy, len(fold.said.nodes)
        self.derived = derived = derived or derive(fold, policy)
        grants = fold.grants
        self.conveys_column, self.failing, self.dead_column = (
            derived.conveys,
            derived.failing,
            derived.dead,
        )
        self.out_entries, self.in_entries = derived.out_entries, derived.in_entries
        self.codes_column = fold.said.nodes
        self.principal, self.resource = view(grants.principal), view(grants.resource)
        self.relation, self.roles = view(grants.relation), view(grants.roles)
        self.active, self.client_role = view(grants.active), view(grants.client_role)
        self.contested = view(grants.contested)
        self.conveys, self.dead = view(self.conveys_column), view(self.dead_column)
        self.out_starts, self.out_hops = map(view, self.out_entries)
        self.in_starts, self.in_hops = map(view, self.in_entries)
        self.codes = view(self.codes_column)
        self.evidence_of, said = view(fold.evidence_of), fold.evidence
        self.clients = view(said.client)
        self._records = tuple(
            map(view, (said.document, said.section, said.row, said.sub, said.record))
        )
        # Paths name the same few nodes and grants again and again.
        self.grant = lru_cache(KEPT)(self._grant)
        self.facts = lru_cache(KEPT)(self._facts)
        self.number = lru_cache(KEPT)(self._number)
        self.grant_number = lru_cache(KEPT)(self._grant_number)

    @cached_property
    def joined(self) -> Ints:
        """For each node the account that it keeps, or the business that keeps it, if any; else
        NONE.

        Of several, it is one.
        """
        business, account = self._keeps()
        joined = np.full(self.size, NONE, account.dtype)
        joined[business], joined[account] = account, business
        return joined

    @cached_property
    def contested_keeps(self) -> Flags | None:
        """A mask of the nodes at either end of a contested KEEPS; None if no grant is contested."""
        grants = self.fold.grants
        if not grants.contested.any():
            return None
        keeps = np.flatnonzero((grants.relation == KEEPS) & (grants.contested != 0))
        marks = np.zeros(self.size, np.bool_)
        marks[grants.principal[keeps]] = marks[grants.resource[keeps]] = True
        return marks

    @cached_property
    def entangled(self) -> Ints:
        """Nodes of businesses that keep several accounts, or of accounts kept by several,
        ascending.

        The other ends of these relations are included.
        """
        pairs = business, account = self._keeps()
        if np.array_equal(self.joined[business], account) and np.array_equal(
            self.joined[account], business
        ):
            return business[:0]
        several = [ordered[1:][ordered[1:] == ordered[:-1]] for ordered in map(np.sort, pairs)]
        astray = np.isin(business, several[0]) | np.isin(account, several[1])
        return distinct(np.concatenate([each[astray] for each in pairs]))

    def _keeps(self) -> tuple[Ints, Ints]:
        keeps = np.flatnonzero(self.fold.grants.relation == KEEPS)
        return self.fold.grants.principal[keeps], self.fold.grants.resource[keeps]

    def name(self, node: int) -> str:
        """Return the printed id of a node."""
        code = self.codes[node]
        kind, native = code >> KIND_BITS, code & _NATIVE
        if kind == _ACCOUNT:
            return f"account:{self.fold.said.accounts[native].decode()}"
        return f"{_PREFIXES[kind]}{native}"

    def names(self, first: int = 0, last: int | None = None) -> list[str]:
        """Return the printed ids of a range of nodes, in a third of the time that each alone takes."""
        starts, accounts = self.fold.kind_starts, np.asarray(self.fold.said.accounts)
        native = np.asarray(self.codes_column)[first:last] & _NATIVE
        names: list[str] = []
        for kind, prefix in enumerate(_PREFIXES):
            own = native[max(starts[kind] - first, 0) : max(starts[kind + 1] - first, 0)]
            if kind == _ACCOUNT:
                names += [f"{prefix}{each.decode()}" for each in accounts[own].tolist()]
            else:
                names += [f"{prefix}{each}" for each in own.tolist()]
        return names

    def kind(self, node: int) -> NodeKind:
        """Return the kind of a node."""
        kind: int = self.codes[node] >> KIND_BITS
        return KINDS[kind]

    def printed_order(self, nodes: Ints) -> tuple[Ints, ...]:
        """Return keys that order nodes as their printed ids, the last key first.

        `numpy.lexsort` takes them in this order.
        """
        codes = self.codes_column[nodes]
        kind, native = codes >> KIND_BITS, codes & _NATIVE
        digits = np.searchsorted(_POWERS, native, side="right")
        digits = np.where(
            (kind == _ACCOUNT) | (digits == 0), 1, digits
        )  # accounts are numbered in their order
        padded = np.where(kind == _ACCOUNT, native, native * 10 ** (18 - digits))
        return digits, padded, _PRINTED[kind]

    def printed_after(self, ranks: Ints, nodes: Ints) -> Ints:
        """Return the indices that sort ascending nodes by rank, then by printed id.

        Rank and id are packed into one integer where they fit.
        """
        codes = self.codes_column[nodes]
        kind, native = codes >> KIND_BITS, codes & _NATIVE
        numbered = np.flatnonzero(kind != _ACCOUNT)
        longest = len(str(native[numbered].max(initial=0)))
        bits = int(max(10**longest << _DIGITS, len(self.fold.said.accounts))).bit_length()
        if int(ranks.max(initial=0)).bit_length() + _DIGITS + bits > 63:
            return np.lexsort((*self.printed_order(nodes), ranks))
        for number in np.flatnonzero(np.bincount(kind, minlength=len(KINDS))).tolist():
            if number != _ACCOUNT:
                here = slice(*np.searchsorted(kind, (number, number + 1)))
                sizes = np.diff(
                    np.searchsorted(native[here], _POWERS[1:longest]),
                    prepend=0,
                    append=here.stop - here.start,
                )
                digits = np.repeat(np.arange(1, longest + 1), sizes)
                native[here] = native[here] * _POWERS[longest - digits] << _DIGITS | digits
        return np.argsort((ranks << 2 | _PRINTED[kind]) << bits | native)

    def _number(self, name: Hashable) -> int | None:
        """Return the number of a node by its printed id, or None if no document names it."""
        if not isinstance(name, str):
            return None
        prefix, _, native = name.partition(":")
        kind = _NUMBERS.get(prefix)
        if kind is None:
            return None
        if kind == _ACCOUNT:
            accounts, wanted = self.fold.said.accounts, native.encode("utf-8", "surrogatepass")
            if len(wanted) > accounts.itemsize:
                return None
            place = int(np.searchsorted(accounts, wanted))
            if place == len(accounts) or accounts[place] != wanted:
                return None
            number = place
        elif (
            native.isdecimal()
            and native.isascii()
            and len(native) <= 18
            and str(number := int(native)) == native
        ):
            pass
        else:
            return None
        code = kind << KIND_BITS | number
        node = bisect_left(self.codes, code)
        return node if node < self.size and self.codes[node] == code else None

    def hops_from(self, node: int) -> Iterator[tuple[int, int]]:
        """Yield the hops out of a node: the other end, and the grant."""
        for place in range(self.out_starts[node], self.out_starts[node + 1]):
            hop = self.out_hops[place]
            yield (self.resource[hop], hop) if hop >= 0 else (self.principal[~hop], ~hop)

    def hops_to(self, node: int) -> Iterator[tuple[int, int]]:
        """Yield the hops into a node: the other end, and the grant."""
        for place in range(self.in_starts[node], self.in_starts[node + 1]):
            hop = self.in_hops[place]
            yield (self.principal[hop], hop) if hop >= 0 else (self.resource[~hop], ~hop)

    def grants_between(self, near: int, far: int) -> Iterator[int]:
        """Yield the grants of the hops from one node to another, which lie together."""

        def end(place: int) -> int:
            hop: int = self.out_hops[place]
            end: int = self.resource[hop] if hop >= 0 else self.principal[~hop]
            return end

        places = range(self.out_starts[near], self.out_starts[near + 1])
        for place in places[bisect_left(places, far, key=end) :]:
            if end(place) != far:
                return
            hop = self.out_hops[place]
            yield hop if hop >= 0 else ~hop

    def grant_name(self, grant: int) -> str:
        """Return the printed id of a grant."""
        ends = self.name(self.principal[grant]), self.name(self.resource[grant])
        return grant_id(ends[0], self.relation_word(grant), ends[1])

    def relation_word(self, grant: int) -> str:
        """Return the relation of a grant as its printed id has it."""
        return f"{RELATIONS[self.relation[grant]]}{'/CLIENT' * self.client_role[grant]}"

    def _grant_number(self, name: Hashable) -> int | None:
        """Return the number of a grant by its printed id, or None if it does not stand."""
        if not isinstance(name, str):
            return None
        held, _, rest = name.rpartition("#")
        word, _, holder = rest.partition("@")
        wanted, principal, resource = _WORDS.get(word), self.number(holder), self.number(held)
        if wanted is None or principal is None or resource is None:
            return None
        for grant in self.grants_between(principal, resource):
            if wanted == (self.relation[grant], self.client_role[grant]):
                return grant if self.principal[grant] == principal else None
        return None

    def data(self, grant: int) -> dict[str, str]:
        """Return the attributes of a grant's edge."""
        data, bits = {"relation": RELATIONS[self.relation[grant]].value}, self.roles[grant]
        if bits:  # which of several speaks first, the evidence tells
            one = (
                ROLES[bits.bit_length() - 1]
                if bits.bit_count() == 1
                else self.grant(grant).roles[0]
            )
            data["role"] = one.value
        if self.contested[grant]:
            data["contested"] = " ".join(each.code for each in self.grant(grant).contradictions)
        return data

    def evidence(self, grant: int) -> tuple[Evidence, ...]:
        """Return the records behind a grant, in the order in which they speak."""
        return tuple(map(self.record, range(self.evidence_of[grant], self.evidence_of[grant + 1])))

    def record(self, place: int) -> Evidence:
        """Return the record of a row of the evidence."""
        document, section, row, sub, record = (column[place] for column in self._records)
        return Evidence(document, SECTIONS[section], row, sub, _id(record))

    def _evidence_of(self, grant: int, *columns: Ints) -> list[list[int]]:
        """Return the rows of a grant in some columns of the evidence."""
        rows = slice(self.evidence_of[grant], self.evidence_of[grant + 1])
        return [column[rows].tolist() for column in columns]

    def _facts(self, number: int) -> GrantFacts:
        relation, bits = RELATIONS[self.relation[number]], self.roles[number]
        principal, resource = self.name(self.principal[number]), self.name(self.resource[number])
        active = bool(self.active[number])
        # The first record's word is of a role only where a record has a role.
        word = int(self.fold.evidence.word[self.evidence_of[number]]) if bits else NONE
        return GrantFacts(
            number,
            grant_id(principal, relation + "/CLIENT" * self.client_role[number], resource),
            relation,
            principal,
            resource,
            self._spoken(number) if bits & bits - 1 else _ALONE[bits],
            None if word == NONE else self.fold.said.words.text(word),
            active,
            () if active else self._inactive(number),
            bool(self.contested[number]),
        )

    def _spoken(self, number: int) -> tuple[Role, ...]:
        """The roles of a grant in the order in which its records speak."""
        bits, [said] = self.roles[number], self._evidence_of(number, self.fold.evidence.role)
        wanted = (role for role in said if role != NONE and bits >> role & 1)
        return tuple(map(ROLES.__getitem__, dict.fromkeys(wanted)))

    def _inactive(self, number: int) -> tuple[str, ...]:
        bits = int(self.fold.grants.inactive[number])
        return tuple(reason for bit, reason in enumerate(INACTIVE) if bits >> bit & 1)

    def _grant(self, number: int) -> Grant:
        facts, evidence, text = self.facts(number), self.fold.evidence, self.fold.said.words.text
        words, clients = self._evidence_of(number, evidence.word, evidence.client)
        return facts.grant(
            tuple(None if word == NONE else text(word) for word in words),
            self.evidence(number),
            tuple(map(_id, clients)),
            contradictions(self, number) if facts.contested else (),
        )


def _id(number: Any) -> str | None:
    return None if number == NONE else str(number)


def _conveys(fold: Fold, policy: Policy) -> Ints:
    """Return the class of a step over each grant."""
    controlling = sum(1 << ROLES.index(role) for role, row in policy.roles.items() if row.controls)
    table = np.array(
        [
            [CONVEYS.index(row.otherwise), CONVEYS.index(row.controlling)]
            for row in (policy.relations[relation] for relation in RELATIONS)
        ],
        np.int8,
    )
    classes: Ints = table[
        fold.grants.relation, ((fold.grants.roles & controlling) != 0).astype(np.int8)
    ]
    return classes


def _failing(fold: Fold, policy: Policy) -> Flags:
    """Return a mask of the nodes that make a path latent by themselves."""
    failing = np.zeros(len(fold.said.nodes), np.bool_)
    starts, found = fold.kind_starts, fold.attributes
    business, account = KINDS.index(NodeKind.BUSINESS), _ACCOUNT
    failing[: starts[1]] = fold.unconfirmed
    failing[starts[business] : starts[business + 1]] = found["active"] == 0
    status = found["subscription_status"]
    lapsed = np.array([word not in policy.alive for word in fold.said.words.texts()] + [False])
    failing[starts[account] : starts[account + 1]] = lapsed[status]
    return failing


def _dead(fold: Fold, failing: Flags) -> Flags:
    """Return a mask of the nodes that make a path latent.

    A business counts together with the accounts that it keeps.
    """
    dead, keeps = failing.copy(), np.flatnonzero(fold.grants.relation == KEEPS)
    keep_together(dead, failing, fold.grants.principal[keeps], fold.grants.resource[keeps])
    return dead


def keep_together(dead: Flags, failing: Flags, keeper: Ints, kept: Ints) -> None:
    """Mark as dead every node that keeps a failing node or is kept by one."""
    np.logical_or.at(dead, keeper, failing[kept])
    np.logical_or.at(dead, kept, failing[keeper])


class Differing(NamedTuple):
    """The differences between two folds, by number.

    `before` and `after` are grants of the one and the other; `nodes` are those of both folds that
    fail in only one. `common` has for each fold the numbers of its nodes among those of both, and
    `pairs` the grants that both have, of each fold.
    """

    before: Ints
    after: Ints
    nodes: Ints
    common: tuple[Ints, Ints]
    pairs: tuple[Ints, Ints]


def differing(before: Adjacency, after: Adjacency) -> Differing:
    """Return the grants that are in only one fold, or differ in roles, activity or contradictions.

    Evidence is not compared. Nodes are numbered as in `after`.
    """
    accounts = distinct(np.concatenate([before.fold.said.accounts, after.fold.said.accounts]))
    old, new = (recoded(each.fold.said, accounts) for each in (before, after))
    nodes = distinct(np.concatenate([old, new]))
    old, new = np.searchsorted(nodes, old), np.searchsorted(nodes, new)
    old_keys, new_keys = _grant_keys(before, old, len(nodes)), _grant_keys(after, new, len(nodes))
    _, olds, news = np.intersect1d(old_keys, new_keys, assume_unique=True, return_indices=True)
    alike = np.logical_and.reduce(
        [
            getattr(before.fold.grants, name)[olds] == getattr(after.fold.grants, name)[news]
            for name in ("roles", "active", "contested")
        ]
    )
    gone, come = np.ones(len(old_keys), np.bool_), np.ones(len(new_keys), np.bool_)
    gone[olds[alike]] = come[news[alike]] = False
    _, here, there = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    turned = there[before.failing[here] != after.failing[there]]
    grants = np.flatnonzero(gone), np.flatnonzero(come)
    return Differing(*grants, turned, (old, new), (olds, news))


def _grant_keys(adjacency: Adjacency, numbers: Ints, size: int) -> Ints:
    rows = adjacency.fold.grants
    return edge_keys(
        rows._replace(principal=numbers[rows.principal], resource=numbers[rows.resource]), size
    )
