"""A neighbourhood out of the folder of a run, as a graph on this machine: no Spark is needed.

The neighbourhood of a business holds the identities that hold anything on it, on what it keeps, or
on a business that is its client, with all claims of theirs; of an identity it holds what it holds,
what these businesses are clients of, and who keeps what of all that. So these are answered as by the
whole: who reaches the business and the accounts of its cluster, what the identity reaches, and the
access of any two of which one was asked for, with paths, evidence and contradictions.

It cannot see further. What the members of the business reach elsewhere, and who else reaches what
the identity reaches, is a lower bound; `coverage` says so and is never complete there. Findings,
counts and plans are of what is in it. Associations end at its border. The bodies of the documents
stay in the lake: whatever shows a record raises InroadsError BODY_GONE.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from inroads.columns.claimset import KINDS, SCOPES, ClaimSet
from inroads.columns.fold import fold
from inroads.columns.union import union
from inroads.documents.claims import TABLES_OF_ME
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.model import NodeKind, Relation, kind_of, node_id
from inroads.policy.tables import STOCK, Policy
from inroads.spark import tables
from inroads.spark.folder import readable
from inroads.spark.parsing import claim_set_of

Names = frozenset[str]


def opened(
    place: str | os.PathLike[str],
    businesses: Iterable[str] = (),
    identities: Iterable[str] = (),
    policy: Policy = STOCK,
) -> Explorer:
    """Return the neighbourhood of some businesses and identities, which are ids.

    `place` is a path, or an address that Arrow can read, such as s3://…; `policy` is that of the run.
    Raises BadId, and InroadsError NO_MARKER if there is no folder of a finished run, OTHER_FORMAT and
    OTHER_POLICY if the run was of another kind, NOT_FOUND for a node that no document names.
    """
    folder = _Folder(os.fspath(place), policy.digest)
    wanted = [frozenset(node_id(each, NodeKind.BUSINESS) for each in businesses)]
    wanted.append(frozenset(node_id(each, NodeKind.IDENTITY) for each in identities))
    folder.check(wanted[0] | wanted[1])
    around = folder.cluster(wanted[0])
    principals = folder.behind(around) | folder.ahead(wanted[1])
    known = around | wanted[1]
    said = union([folder.said(principals, known)])
    graph = Explorer.build(fold(said, policy), policy)
    graph.known = known
    return graph


class _Folder:
    """The tables of a run, of which only the rows that are asked for are read."""

    def __init__(self, place: str, policy: str) -> None:
        self.place, self.count = place.rstrip("/"), readable(place, policy).rows
        self.dataset = cache(self._dataset)

    def _dataset(self, name: str) -> Any:
        if not self.count[name]:  # an engine may write no file for no rows
            return ds.dataset(tables.TABLES[name][0].empty_table())
        return ds.dataset(f"{self.place}/{name}", format="parquet")

    def rows(self, name: str, chosen: Any) -> pa.Table:
        """Return the rows of a table of claims that a filter chooses."""
        schema = tables.SAID[name]
        return self.dataset(name).to_table(columns=schema.names, filter=chosen).cast(schema)

    def column(self, name: str, column: str, chosen: Any) -> Names:
        """Return the different values of a column of a table, in the rows that a filter chooses."""
        found = self.dataset(name).to_table(columns=[column], filter=chosen)[column]
        return frozenset(pc.unique(found).drop_null().to_pylist())

    def check(self, nodes: Names) -> None:
        """Raise NOT_FOUND for a node that is not there."""
        unknown = nodes - self.column("nodes", "node", _among("node", nodes))
        if unknown:
            raise InroadsError(f"no document names {', '.join(sorted(unknown))}", "NOT_FOUND")

    def cluster(self, nodes: Names) -> Names:
        """Return nodes with all businesses and accounts in their clusters."""
        named = self.column("nodes", "cluster", _among("node", nodes))
        return nodes | self.column("nodes", "node", _among("cluster", named))

    def behind(self, around: Names) -> Names:
        """Return the principals whose claims decide who reaches the nodes of some clusters."""
        clients = _relation(Relation.CLIENT) & _among("resource", around)
        near = around | self.cluster(self.column("claims", "principal", clients))
        owned = _relation(Relation.GROUP_OF) & _among("resource", near)
        groups = self.column("groups", "group", _among("business", near))
        groups |= self.column("claims", "principal", owned)
        held = ds.field("relation").isin([Relation.MEMBER, Relation.ROLE, Relation.GROUP])
        holding = held & _among("resource", near | groups)
        return near | groups | self.column("claims", "principal", holding)

    def ahead(self, identities: Names) -> Names:
        """Return the principals whose claims decide what some identities reach."""
        held = self.column("claims", "resource", _among("principal", identities))
        held |= self.column("groups", "business", _among("group", held))
        near = self.cluster(held)
        clients = _relation(Relation.CLIENT) & _among("principal", near)
        vendors = self.column("claims", "resource", clients)
        return identities | near | self.cluster(vendors)

    def said(self, principals: Names, known: Names) -> ClaimSet:
        """Return all that is said of what some principals hold, with what decides it."""
        claims = self.rows("claims", _among("principal", principals))
        held = principals | known | _values(claims, "resource")
        groups = self.rows("groups", _among("group", held))
        held |= _values(groups, "business")
        near = held | self.cluster(held)
        kept = _relation(Relation.KEEPS) & _among("principal", near - principals)
        claims = pa.concat_tables([claims, self.rows("claims", kept)])
        keepers = self.rows("keepers", _among("account", near))
        attributes = self.rows("attributes", _among("node", near))
        # A hub is spoken of in thousands of documents: of what these are about, only the scopes
        # that decide are read.
        is_status = pc.is_in(attributes["name"], value_set=pa.array([*TABLES_OF_ME]))
        spoken = _values(keepers, "business") | _values(attributes.filter(is_status), "subject")
        scopes = _scopes(near | spoken) | _values(claims, "scope", "other_scope")
        covers = self.rows("covers", _among("scope", scopes))
        parts = {"claims": claims, "keepers": keepers, "attributes": attributes, "covers": covers}
        hashes = frozenset[str]().union(*(_values(each, "document") for each in parts.values()))
        about = _among("subject", principals | known)
        documents = self.rows("documents", _among("document", hashes) | about)
        issues = self.rows("issues", _among("document", _values(documents, "document")))
        named = pa.table([pa.array(sorted(near), pa.string())], schema=tables.NAMED)
        more = {"groups": groups, "documents": documents, "issues": issues, "named": named}
        return claim_set_of(parts | more)


def _among(column: str, values: Names) -> Any:
    """Return a filter: the column has one of these values."""
    return ds.field(column).isin(pa.array(sorted(values), pa.string()))


def _relation(relation: Relation) -> Any:
    return ds.field("relation") == relation.value


def _values(rows: pa.Table, *columns: str) -> Names:
    """Return the different values in some columns."""
    return frozenset(
        value
        for column in columns
        for value in pc.unique(rows[column]).to_pylist()
        if value is not None
    )


def _scopes(nodes: Names) -> Names:
    """Return the names of all scopes of some nodes."""
    return frozenset(f"{word} {node}" for node in nodes for word in _WORDS.get(kind_of(node), ()))


def _words() -> dict[NodeKind, list[str]]:
    """Return the words of scopes by the kind of their nodes; a place of 0 begins the next kind."""
    found: dict[NodeKind, list[str]] = {}
    kinds = iter(KINDS)
    for word, slot in SCOPES.items():
        if slot == 0:
            words = found[next(kinds)] = []
        words.append(word)
    return found


_WORDS: Final = _words()
