"""From `grants` and `nodes` to `accesses`: each bucket is answered by the code that answers one graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from inroads.columns.arrays import Ints
from inroads.model import NodeKind
from inroads.policy.tables import STOCK, Policy
from inroads.reach.answers import CERTAINTY_BY_RANK, STATE_BY_RANK
from inroads.reach.contested import contested_roles
from inroads.spark import tables
from inroads.spark.reaching.excerpts import Excerpt, excerpt
from inroads.spark.reaching.neighbourhoods import BUCKET, gathered
from inroads.spark.reaching.witnesses import Reasons, StepRows, Witnesses, witnesses
from inroads.spark.rows import RELATION_WORDS, table, worded

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def accesses(
    grants: DataFrame, nodes: DataFrame, policy: Policy = STOCK, *, buckets: int | None = None
) -> DataFrame:
    """Return every access of everyone, in the columns of `tables.ACCESSES`.

    `buckets` is the number of parts in which identities are answered; without it, it follows from
    how many there are.
    """
    from inroads.spark.gathering import applied  # noqa: PLC0415  # workers need none

    count = buckets or buckets_of(nodes)
    rows = gathered(grants, nodes, policy, count)
    return applied(rows, answered(policy), tables.ACCESSES, count)


def buckets_of(nodes: DataFrame) -> int:
    """Return how many buckets the identities among some nodes make."""
    return -(-nodes.where(f"kind = '{NodeKind.IDENTITY}'").count() // BUCKET) or 1


def answered(policy: Policy) -> Callable[[pa.Table], pa.Table]:
    """Return the function that a worker applies to the rows of a bucket."""

    def answer(rows: pa.Table) -> pa.Table:
        part = excerpt(rows, policy)
        found = [_written(part, *each) for each in witnesses(part.graph)]
        return pa.concat_tables([tables.ACCESSES.empty_table(), *found])

    return answer


def _written(part: Excerpt, found: Witnesses, steps: StepRows, reasons: Reasons) -> pa.Table:
    """Return accesses by number as rows of the table."""
    graph = part.graph
    pairs, which = np.unique([found.roles, found.sound], axis=1, return_inverse=True)
    both = [tuple(pair) for pair in pairs.T.tolist()]
    doubtful = [contested_roles(graph, *pair) for pair in both]
    held = [graph.roles_of(roles) for roles, _ in both]
    why, cause = np.unique(found.reasons, return_inverse=True)
    told = [
        [word for bit, word in enumerate(reasons.words) if int(each) >> bit & 1]
        for each in why.tolist()
    ]
    columns = {
        "identity": part.names.take(pa.array(found.principal)),
        "resource": part.names.take(pa.array(found.resource)),
        "roles": _lists(held, which),
        "capabilities": _lists(list(map(graph.capabilities, held)), which),
        "certainty": worded(CERTAINTY_BY_RANK, found.certainty),
        "state": worded(STATE_BY_RANK, found.state),
        "state_reasons": _lists(told, cause),
        "contested": pa.array(np.array(list(map(bool, doubtful)), np.bool_)[which]),
        "contested_roles": _lists(doubtful, which),
        "distance": found.distance,
        "paths": found.paths,
        "truncated": pa.array(found.truncated.astype(np.bool_)),
        "witness": _witness(part, found.size, steps),
    }
    return table(tables.ACCESSES, columns)


def _lists(values: Sequence[Sequence[str]], which: Ints) -> Any:
    """Return a list of words for each number of one."""
    words = [list(map(str, each)) for each in values]
    return pa.array(words, pa.list_(pa.string())).take(pa.array(which.reshape(-1)))


def _witness(part: Excerpt, size: Ints, steps: StepRows) -> Any:
    grant = pa.array(steps.grant)
    relation = part.graph.fold.grants.relation[steps.grant]
    fields = {
        "from": part.names.take(pa.array(steps.here)),
        "relation": worded(RELATION_WORDS, relation),
        "to": part.names.take(pa.array(steps.there)),
        "grant": _plain(part.grants["grant"]).take(grant),
        "evidence": first_records(part).take(grant),
    }
    kinds = tables.ACCESSES.field("witness").type.value_type
    arrays = [fields[kinds.field(place).name] for place in range(kinds.num_fields)]
    whole = pa.StructArray.from_arrays(arrays, fields=list(kinds))
    starts = np.concatenate([[0], np.cumsum(size)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(starts), whole)


def first_records(part: Excerpt) -> Any:
    """Return the first record of each grant, in the very types of the table: an engine names UTC in a
    way of its own.
    """
    column = _plain(part.grants["evidence"])
    fields = list(tables.EVIDENCE)
    arrays = [pc.struct_field(column, each.name).cast(each.type) for each in fields]
    return pa.StructArray.from_arrays(arrays, fields=fields, mask=column.is_null())


def _plain(column: Any) -> Any:
    """Return a column as one array."""
    return pa.concat_arrays([*column.chunks, pa.array([], column.type)])
