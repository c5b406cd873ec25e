"""Excerpts: a graph of the grants and nodes of one bucket, without the claims behind them.

Whatever needs no more than grants and nodes is answered by it as by the whole graph: accesses, their
paths, and rules that look at no document.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from inroads.columns.adjacency import Adjacency
from inroads.columns.arrays import Ints, firsts
from inroads.columns.claimset import (
    ATTRIBUTES,
    KINDS,
    NONE,
    SECTIONS,
    ClaimSet,
    edge_keys,
)
from inroads.columns.contradictions import GrantRows
from inroads.columns.fold import HOLDERS, INACTIVE, EvidenceRows, Fold, kind_starts
from inroads.model import CONTRADICTIONS, Contradiction, Grant, GrantFacts, Relation, Role, Section
from inroads.network.access_graph import AccessGraph
from inroads.policy.tables import Policy
from inroads.spark.parsing import claim_set_of, flags_of, numbers_of, texts_of
from inroads.spark.rows import RELATION_WORDS, ROLE_WORDS, Printed

_TEXTS: Final = ("email", "name", "subscription_status")
"""The attributes that are texts."""

_GROUP_ROW: Final = "^(/response)?/groups/[0-9]+$"
"""The pointers of rows of groups."""


class Excerpt(NamedTuple):
    """A graph, the printed ids of its nodes, and its grants as a table, both in the order of numbers."""

    graph: AccessGraph
    names: Any
    grants: pa.Table


def excerpt(rows: pa.Table, policy: Policy) -> Excerpt:
    """Return the graph of the rows of one bucket; see `neighbourhoods.ROWS`."""
    is_node = pc.is_valid(rows["node"])
    nodes, grants = rows.filter(is_node), rows.filter(pc.invert(is_node))
    said = claim_set_of({"named": nodes.select(["node"])})
    names = Printed(said).names
    place = _numbers(nodes["node"], names)
    held = _grant_rows(grants, names)
    keys = edge_keys(held, len(names))
    order = np.argsort(keys, kind="stable")
    order = order[firsts(keys[order])]
    held = GrantRows(*(column[order] for column in held))
    grants = grants.take(pa.array(order))
    fold = _fold(said, held, nodes, place)
    fold = fold._replace(
        evidence_of=np.arange(len(order) + 1), evidence=_first_records(grants["evidence"])
    )
    return Excerpt(AccessGraph.of(_Stated(fold, policy, grants)), names, grants)


def _numbers(column: Any, names: Any) -> Ints:
    return numbers_of(pc.index_in(column, value_set=names))


def _grant_rows(grants: pa.Table, names: Any) -> GrantRows:
    roles = _bits(grants["roles"], ROLE_WORDS).astype(np.int16)
    inactive = _bits(grants["inactive"], INACTIVE).astype(np.int8)
    return GrantRows(
        _numbers(grants["principal"], names).astype(np.int32),
        _numbers(grants["resource"], names).astype(np.int32),
        _numbers(grants["relation"], pa.array(RELATION_WORDS)).astype(np.int8),
        flags_of(grants["client_role"]),
        roles,
        (inactive == 0).astype(np.int8),
        inactive,
        _bits(grants["contested"], CONTRADICTIONS).astype(np.int8),
    )


def _first_records(evidence: Any) -> EvidenceRows:
    """Return the first record of each grant as a row of evidence.

    Only its section is told, and only of rows of groups, which speak after all that a membership is.
    """
    pointer = _plain(pc.struct_field(_plain(evidence), "pointer"))
    is_group = pc.fill_null(pc.match_substring_regex(pointer, _GROUP_ROW), False)
    section = np.where(is_group.to_numpy(zero_copy_only=False), SECTIONS.index(Section.GROUP), NONE)
    nothing = np.full(len(section), NONE, np.int32)
    columns = dict.fromkeys(EvidenceRows._fields, nothing)
    return EvidenceRows(**columns)._replace(section=section)


def _bits(lists: Any, words: Any) -> Ints:
    """Return lists of words as bits."""
    found = np.zeros(len(lists), np.int64)
    row = numbers_of(pc.list_parent_indices(lists))
    word = _numbers(pc.list_flatten(lists), pa.array(words))
    np.bitwise_or.at(found, row, 1 << word)
    return found


def _fold(said: ClaimSet, held: GrantRows, nodes: pa.Table, place: Ints) -> Fold:
    """Return the fold of grants and of nodes, of which `place` has the numbers."""
    starts = kind_starts(said.nodes)
    columns = {
        name: _column(nodes[name], name, place, starts)
        for name in ("active", "email", "name", "subscription_status")
    }
    texts = {name: _plain(nodes[name]).dictionary_encode() for name in _TEXTS}
    sizes = len(texts["email"].dictionary)
    columns["name"] = np.where(columns["name"] == NONE, NONE, columns["name"] + sizes)
    said = said._replace(
        words=texts_of(texts["subscription_status"].dictionary),
        texts=texts_of(pa.concat_arrays([texts[name].dictionary for name in ("email", "name")])),
    )
    nothing = np.zeros(0, np.int32)
    empty = {name: _unknown(name, starts) for name in ATTRIBUTES}
    places = {f"{name}_index": empty[name] for name in ("record", "permissions")}
    observed = np.zeros(len(said.nodes), np.bool_)
    observed[place] = flags_of(nodes["observed"]) != 0
    unconfirmed = np.zeros(len(said.nodes), np.bool_)
    unconfirmed[place] = flags_of(nodes["unconfirmed"]) != 0
    return Fold(
        said,
        held,
        np.zeros(len(held.principal) + 1, np.int32),
        EvidenceRows(*[nothing] * len(EvidenceRows._fields)),
        starts,
        empty | places | columns,
        unconfirmed[: starts[1]],
        observed,
        nothing,
        nothing,
        "",
    )


def _unknown(name: str, starts: tuple[int, ...]) -> Ints:
    """Return the column of an attribute of which nothing is known."""
    if name not in HOLDERS:
        return np.full(starts[-1], NONE)
    kind = KINDS.index(HOLDERS[name])
    return np.full(starts[kind + 1] - starts[kind], NONE)


def _column(values: Any, name: str, place: Ints, starts: tuple[int, ...]) -> Ints:
    """Return the values of an attribute by node: flags, or numbers of texts."""
    if name in _TEXTS:
        values = _plain(values).dictionary_encode().indices
    numbers = numbers_of(values)
    kind = KINDS.index(HOLDERS[name])
    here = (starts[kind] <= place) & (place < starts[kind + 1])
    column = _unknown(name, starts)
    column[place[here] - starts[kind]] = numbers[here]
    return column


def _plain(column: Any) -> Any:
    """Return a column as one array."""
    if isinstance(column, pa.Array):
        return column
    return pa.concat_arrays([*column.chunks, pa.array([], column.type)])


class _Stated(Adjacency):
    """The grants of a table by number. Their records are not there, but what they say together is."""

    def __init__(self, fold: Fold, policy: Policy, grants: pa.Table) -> None:
        super().__init__(fold, policy)
        self.table = grants

    def _facts(self, number: int) -> GrantFacts:
        row = self.table.slice(number, 1).drop_columns(["evidence"]).to_pylist()[0]
        return GrantFacts(
            number,
            row["grant"],
            Relation(row["relation"]),
            row["principal"],
            row["resource"],
            tuple(map(Role, row["roles"])),
            None,
            not row["inactive"],
            tuple(row["inactive"]),
            bool(row["contested"]),
        )

    def _grant(self, number: int) -> Grant:
        facts = self.facts(number)
        codes = self.table["contested"][number].as_py()
        contradictions = tuple(Contradiction(each, "", ()) for each in codes)
        return facts.grant(tuple(None for _ in facts.roles), contradictions=contradictions)
