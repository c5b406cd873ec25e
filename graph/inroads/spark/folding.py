"""The fold of each bucket in a worker: the grants that stand, and the nodes.

Workers call the very `union` and `fold` that one machine calls on everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from inroads.columns.arrays import Ints, ranges
from inroads.columns.claimset import COUNTS, KINDS, NONE, SECTIONS, WORD_ATTRIBUTES
from inroads.columns.fold import HOLDERS, INACTIVE, Fold, fold
from inroads.columns.union import union
from inroads.model import CONTRADICTIONS, Relation, Section
from inroads.policy.tables import STOCK, Policy
from inroads.spark import tables
from inroads.spark.parsing import claim_set_of, numbers_of, plain
from inroads.spark.rows import RELATION_WORDS, ROLE_WORDS, Printed, nullable, strings, table, taken

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SHOWN: Final = 3
"""How many records of a grant are told."""

Stage = Callable[[str, "DataFrame"], "DataFrame"]
"""Writes a DataFrame under a name and returns it as read from there."""


class Folded(NamedTuple):
    """The tables GRANTS, NODES and KEEPS."""

    grants: DataFrame
    nodes: DataFrame
    keeps: DataFrame


def folded(
    given: Mapping[str, DataFrame],
    stage: Stage,
    policy: Policy = STOCK,
    buckets: int | None = None,
    deep: bool | None = None,
) -> Folded:
    """Return the grants that stand and the nodes, from the tables of `tables.SAID`.

    A stage is written wherever a table is needed twice. There are so many `buckets`, by default as
    many as the number of claims needs. With `deep`, what newer documents replace is dropped first,
    by default where there are several documents of most subjects.
    """
    from inroads.spark import gathering  # noqa: PLC0415  # workers need none

    if gathering.is_deep(given["documents"]) if deep is None else deep:
        covers = stage("current_covers", gathering.current_covers(given["covers"]))
        claims = gathering.current_claims(given["claims"], covers)
        given = {**given, "covers": covers, "claims": stage("current_claims", claims)}
    count = buckets or gathering.bucket_count(given["claims"])
    found = gathering.clusters(given["claims"])

    def of(rows: DataFrame, *, of_identities: bool) -> DataFrame:
        act = grants_of_bucket(policy, of_identities=of_identities)
        return gathering.applied(rows, act, tables.GRANTS, count)

    keepers = gathering.of_keepers(given, found, count)
    kept = stage("grants_of_keepers", of(keepers, of_identities=False))
    keeping = kept.where(f"relation = '{Relation.KEEPS.value}'")
    moved = gathering.moved_keepers(given["keepers"], count)
    people = gathering.of_identities(given, keeping, moved, count)
    held = stage("grants_of_identities", of(people, of_identities=True))
    nodes = gathering.of_nodes(given, found, count)
    nodes = gathering.applied(nodes, nodes_of_bucket(policy), tables.NODES, count)
    return Folded(
        kept.unionAll(held),
        stage("nodes", nodes),
        keeping.selectExpr("principal AS business", "resource AS account"),
    )


def grants_of_bucket(policy: Policy, *, of_identities: bool) -> Callable[[pa.Table], pa.Table]:
    """Return the function that a worker applies to a bucket of `gathering.ROWS`."""

    def fold_bucket(rows: pa.Table) -> pa.Table:
        return grants_table(_fold(rows, policy), of_identities=of_identities)

    return fold_bucket


def nodes_of_bucket(policy: Policy) -> Callable[[pa.Table], pa.Table]:
    """Return the function that a worker applies to a bucket of `gathering.NODE_ROWS`."""

    def fold_bucket(rows: pa.Table) -> pa.Table:
        named, clusters = (
            rows.filter(pc.equal(rows["table"], name)) for name in ("named", "clusters")
        )
        return nodes_table(_fold(rows, policy), pc.unique(plain(named["node"])), clusters)

    return fold_bucket


_ENDS: Final = {
    "groups": {"group": "principal", "business": "resource"},
    "keepers": {"account": "resource", "business": "principal"},
}


def _fold(rows: pa.Table, policy: Policy) -> Fold:
    """Fold the rows of a bucket."""
    given = {}
    for name, schema in tables.SAID.items():
        here = rows.filter(pc.equal(rows["table"], name))
        if len(here):
            named = _ENDS.get(name, {})
            columns = [
                here[named.get(column, column)].cast(schema.field(column).type)
                for column in schema.names
            ]
            given[name] = pa.Table.from_arrays(columns, names=schema.names)
    return fold(union([claim_set_of(given)]), policy)


def grants_table(folded: Fold, *, of_identities: bool) -> pa.Table:
    """Return the grants whose principals are identities, or those whose principals are not."""
    printed = Printed(folded.said)
    grants, starts = folded.grants, np.asarray(folded.evidence_of, np.int64)
    is_own = (grants.principal < folded.kind_starts[1]) == of_identities
    own = np.flatnonzero(is_own)
    principal, resource = (printed.nodes(each[own]) for each in (grants.principal, grants.resource))
    relation, client = (
        taken(pa.array(RELATION_WORDS), grants.relation[own]),
        grants.client_role[own] != 0,
    )
    word = pc.binary_join_element_wise(
        "#", relation, pc.if_else(pa.array(client), "/CLIENT@", "@"), ""
    )
    count = np.diff(starts)[own]
    shown = np.minimum(count, SHOWN)
    columns = {
        "grant": pc.binary_join_element_wise(resource, word, principal, ""),
        "principal": principal,
        "relation": relation,
        "resource": resource,
        "client_role": pa.array(client),
        "roles": _roles(folded, own),
        "active": pa.array(grants.active[own] != 0),
        "inactive": words_of_bits(grants.inactive[own], INACTIVE),
        "contested": words_of_bits(grants.contested[own], CONTRADICTIONS),
        "records": count,
        "evidence": pa.ListArray.from_arrays(
            pa.array(np.append(0, np.cumsum(shown)), pa.int32()),
            evidence(folded, printed, ranges(starts[:-1][own], shown)),
        ),
    }
    return table(tables.GRANTS, columns)


def _roles(folded: Fold, own: Ints) -> Any:
    """Return the roles of these grants, those whose records speak first before the others."""
    starts = np.asarray(folded.evidence_of, np.int64)
    count = np.diff(starts)[own]
    grant = np.repeat(np.arange(len(own)), count)
    role = folded.evidence.role[ranges(starts[:-1][own], count)].astype(np.int64)
    bits = folded.grants.roles[own][grant].astype(np.int64)
    rows = np.flatnonzero((role != NONE) & (bits >> np.maximum(role, 0) & 1 != 0))
    _, first = np.unique(grant[rows] * len(ROLE_WORDS) + role[rows], return_index=True)
    rows = rows[np.sort(first)]
    sizes = np.bincount(grant[rows], minlength=len(own))
    offsets = pa.array(np.append(0, np.cumsum(sizes)), pa.int32())
    return pa.ListArray.from_arrays(offsets, taken(pa.array(ROLE_WORDS), role[rows]))


def words_of_bits(bits: Ints, words: tuple[str, ...] | list[str]) -> Any:
    """Return the words whose bits are set, as a list for each row."""
    flags = np.asarray(bits, np.int64)[:, None] >> np.arange(len(words)) & 1
    offsets = np.append(0, np.cumsum(flags.sum(axis=1)))
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), taken(pa.array(words, pa.string()), np.nonzero(flags)[1])
    )


def evidence(folded: Fold, printed: Printed, rows: Ints) -> Any:
    """Return these rows of evidence as structs."""
    given = folded.evidence
    document = given.document[rows]
    arrays = [
        *printed.document(document).values(),
        pointers(folded, rows),
        nullable(given.record[rows]),
    ]
    return pa.StructArray.from_arrays(arrays, fields=list(tables.EVIDENCE))


def pointers(folded: Fold, rows: Ints) -> Any:
    """Return the JSON pointers of rows of evidence; `documents.pointers` says how they are made."""
    given, documents = folded.evidence, folded.said.documents
    section, document = given.section[rows], given.document[rows]
    form = (section.astype(np.int64) * 2 + documents.wrapped[document]) * 2 + documents.nested[
        document
    ]
    pieces = [_pieces(number) for number in range(len(SECTIONS) * 4)]
    row, sub = (
        pa.array(each[rows], pa.int64()).cast(pa.string()) for each in (given.row, given.sub)
    )
    index = np.array([len(each) for each in pieces])[form]
    first, second, third = (
        taken(pa.array([each[place] if place < len(each) else "" for each in pieces]), form)
        for place in range(3)
    )
    return pc.binary_join_element_wise(
        first,
        pc.if_else(pa.array(index > 1), row, ""),
        second,
        pc.if_else(pa.array(index > 2), sub, ""),
        third,
        "",
    )


def _pieces(form: int) -> list[str]:
    """Return the pieces of a pointer between its indices, of a section in a kind of document."""
    section, wrapped, nested = SECTIONS[form >> 2], form >> 1 & 1, form & 1
    prefix, business = "/response" * wrapped, "/business" * nested
    if section is Section.TEAM_BUSINESS:
        return [prefix + business]
    inside = business if section is Section.TEAM_CLIENT else ""
    return (prefix + inside + section).split("{}")


def nodes_table(folded: Fold, named: Any, clusters: pa.Table) -> pa.Table:
    """Return these nodes with their attributes, and with the clusters that are known."""
    said, starts = folded.said, np.array(folded.kind_starts)
    printed = Printed(said)
    number = numbers_of(pc.index_in(named, value_set=printed.names))
    kind = np.searchsorted(starts, number, side="right") - 1
    person = np.append(folded.unconfirmed, False)[np.minimum(number, starts[1])]
    cluster = pc.index_in(named, value_set=plain(clusters["node"]))
    columns = {
        "node": named,
        "kind": taken(pa.array([each.value for each in KINDS]), kind),
        "observed": pa.array(folded.observed[number]),
        "unconfirmed": pa.array(person),
        "cluster": plain(clusters["text"]).take(cluster),
    }
    texts, words = strings(said.texts), strings(said.words)
    for name in tables.NODES.names:
        if name in HOLDERS:
            held = KINDS.index(HOLDERS[name])
            value = np.full(len(number), NONE, np.int64)
            here = np.flatnonzero(kind == held)
            value[here] = folded.attributes[name][number[here] - starts[held]]
            if name in COUNTS:
                columns[name] = nullable(value)
            elif name == "active":
                columns[name] = pa.array(value == 1, mask=value == NONE)
            else:
                columns[name] = taken(words if name in WORD_ATTRIBUTES else texts, value)
    return table(tables.NODES, columns)
