"""A claim set as tables of printed names; `parsing` is the way back.

Whole columns are converted at once: each name is made once, and rows take it by number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from inroads.columns.arrays import Ints, Texts, firsts
from inroads.columns.claimset import (
    ATTRIBUTES,
    DOCUMENT_KINDS,
    IS_WORD,
    KIND_BITS,
    KINDS,
    MOMENT_SOURCES,
    NONE,
    RELATIONS,
    ROLES,
    SCOPES,
    SECTIONS,
    SLOTS,
    TEXT_ATTRIBUTES,
    ClaimSet,
)
from inroads.columns.fold import kind_starts
from inroads.model import NodeKind
from inroads.spark import tables

ACCOUNT: Final = KINDS.index(NodeKind.ACCOUNT)
PREFIXES: Final = [f"{kind.value.lower()}:" for kind in KINDS]
EMAIL_KEY: Final = ATTRIBUTES.index("email_key")
_HEX: Final = np.frombuffer(b"0123456789abcdef", np.uint8)

RELATION_WORDS: Final = [each.value for each in RELATIONS]
ROLE_WORDS: Final = [each.value for each in ROLES]
SECTION_WORDS: Final = [each.name.lower() for each in SECTIONS]
SOURCE_WORDS: Final = [each and each.value for each in MOMENT_SOURCES]


def _scope_words() -> list[str]:
    """Return the word of each scope by kind and place; a place of 0 begins the next kind."""
    words = [""] * (len(KINDS) * SLOTS)
    kind = -1
    for word, slot in SCOPES.items():
        kind += slot == 0
        words[kind * SLOTS + slot] = word
    return words


_SCOPE_WORDS: Final = _scope_words()


class Printed:
    """Columns of a claim set in which nodes have their printed ids. The claim set is a union."""

    def __init__(self, said: ClaimSet) -> None:
        self.said = said
        self.starts = kind_starts(said.nodes)
        self.names = pa.concat_arrays(
            [self._names(kind, *self.starts[kind : kind + 2]) for kind in range(len(KINDS))]
        )
        self.hashes = hexadecimal(said.documents.sha256)
        self.moments = moments_of(said.documents.moment)

    def _names(self, kind: int, start: int, stop: int) -> Any:
        native = self.said.nodes[start:stop] & ((1 << KIND_BITS) - 1)
        if kind == ACCOUNT:
            names = pa.array(self.said.accounts[native], pa.binary()).cast(pa.string())
        else:
            names = pa.array(native, pa.int64()).cast(pa.string())
        return pc.binary_join_element_wise(PREFIXES[kind], names, "")

    def nodes(self, numbers: Ints) -> Any:
        """Return the printed ids of nodes, null for NONE."""
        return taken(self.names, numbers)

    def scopes(self, scopes: Ints) -> Any:
        """Return the names of scopes, null for NONE."""
        different, place = np.unique(scopes, return_inverse=True)
        node, slot = np.divmod(different, SLOTS)
        kind = np.searchsorted(self.starts, node, side="right") - 1
        words = taken(pa.array(_SCOPE_WORDS), np.where(node < 0, NONE, kind * SLOTS + slot))
        return taken(pc.binary_join_element_wise(words, self.nodes(node), " "), place)

    def document(self, rows: Ints) -> dict[str, Any]:
        """Return the columns that name documents."""
        return {"observed_at": taken(self.moments, rows), "document": taken(self.hashes, rows)}

    def claims(self) -> pa.Table:
        """Return the claims."""
        rows, documents = self.said.claims, self.said.documents
        columns = {
            **self.document(rows.document),
            "principal": self.nodes(rows.principal),
            "relation": worded(RELATION_WORDS, rows.relation),
            "resource": self.nodes(rows.resource),
            "scope": self.scopes(rows.scope),
            "other_scope": self.scopes(rows.other_scope),
            "owner": self.nodes(rows.owner),
            "role": worded(ROLE_WORDS, rows.role),
            "word": taken(strings(self.said.words), rows.word),
            "client_role": pa.array(rows.client_role != 0),
            "client": nullable(rows.client),
            "active": pa.array(rows.active != 0),
            "section": worded(SECTION_WORDS, rows.section),
            "row": rows.row,
            "sub": rows.sub,
            "record": nullable(rows.record),
            "contested": rows.contested,
            "wrapped": pa.array(documents.wrapped[rows.document] != 0),
            "nested": pa.array(documents.nested[rows.document] != 0),
        }
        return table(tables.CLAIMS, columns)

    def covers(self) -> pa.Table:
        """Return the covers."""
        rows = self.said.covers
        columns = {"scope": self.scopes(rows.scope), **self.document(rows.document)}
        return table(tables.COVERS, columns)

    def keepers(self) -> pa.Table:
        """Return the keepers of accounts."""
        rows = self.said.keepers
        ends = {"account": self.nodes(rows.account), "business": self.nodes(rows.business)}
        return table(tables.KEEPERS, ends | self.document(rows.document))

    def groups(self) -> pa.Table:
        """Return the groups of whole businesses."""
        rows = self.said.groups
        ends = {"group": self.nodes(rows.group), "business": self.nodes(rows.business)}
        return table(tables.GROUPS, ends)

    def attributes(self) -> pa.Table:
        """Return the attributes, and with them the keys of former emails."""
        rows, former = self.said.attributes, self.said.emails
        begins = np.flatnonzero(firsts(rows.node, rows.name, rows.document))
        sizes = np.diff(begins, append=len(rows.node))
        ordinal = np.arange(len(rows.node)) - np.repeat(begins, sizes)
        is_text, is_word = TEXT_ATTRIBUTES[rows.name], IS_WORD[rows.name]
        value = rows.value
        text = pa.concat_arrays([strings(self.said.texts), strings(self.said.words)])
        shifted = np.where(is_word & (value != NONE), value + self.said.texts.size, value)
        document = np.concatenate([rows.document, former.document])
        number = np.where(is_text | is_word, NONE, value).astype(np.int64)
        subject = self.said.documents.subject[document]
        place = np.where(is_text | is_word, shifted, NONE)
        more = len(former.node)
        columns = {
            "node": self.nodes(np.concatenate([rows.node, former.node])),
            "name": worded(ATTRIBUTES, np.append(rows.name, np.full(more, EMAIL_KEY))),
            "text": taken(text, np.append(place, np.full(more, NONE))),
            "number": nullable(np.append(number, former.value)),
            **self.document(document),
            "subject": self.nodes(subject),
            "ordinal": np.append(ordinal, np.zeros(more, np.int64)),
        }
        return table(tables.ATTRIBUTES, columns)

    def named(self) -> pa.Table:
        """Return all nodes."""
        return table(tables.NAMED, {"node": self.names})

    def documents(self) -> pa.Table:
        """Return the documents, without their bodies."""
        rows = self.said.documents
        columns = {
            "observed_at": self.moments,
            "document": self.hashes,
            "source": strings(rows.source),
            "kind": worded(DOCUMENT_KINDS, rows.kind),
            "subject": self.nodes(rows.subject),
            "unreadable": rows.unreadable,
            "wrapped": pa.array(rows.wrapped != 0),
            "nested": pa.array(rows.nested != 0),
            "moment_source": worded(SOURCE_WORDS, rows.moment_source),
        }
        return table(tables.DOCUMENTS, columns)

    def issues(self) -> pa.Table:
        """Return the issues of documents that were taken."""
        rows = self.said.issues
        columns = {
            **self.document(rows.document),
            "source": taken(strings(self.said.documents.source), rows.document),
            "pointer": strings(rows.pointer),
            "code": strings(rows.code),
            "message": strings(rows.message),
            "place": pa.nulls(len(rows.document), pa.int64()),
        }
        return table(tables.ISSUES, columns)


def tables_of(said: ClaimSet) -> dict[str, pa.Table]:
    """Return a claim set as the tables of `tables.SAID`. It is a union, so that its rows are sorted."""
    printed = Printed(said)
    return {name: getattr(printed, name)() for name in tables.SAID}


def table(schema: pa.Schema, columns: Mapping[str, Any]) -> pa.Table:
    """Return columns as a table; those that are no Arrow arrays are cast."""
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column).cast(field.type)
        for field, column in zip(schema, map(columns.__getitem__, schema.names), strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def taken(values: Any, numbers: Ints) -> Any:
    """Return the values at these indices, null for NONE."""
    mask = numbers < 0
    return values.take(pa.array(numbers, mask=mask if mask.any() else None))


def worded(words: Sequence[str | None], numbers: Ints) -> Any:
    """Return the words of numbers, null for NONE."""
    return taken(pa.array(words, pa.string()), numbers)


def nullable(numbers: Ints) -> Any:
    """Return numbers, null for NONE."""
    return pa.array(numbers.astype(np.int64), mask=numbers == NONE)


def strings(texts: Texts) -> Any:
    """Return texts as an Arrow array, without looking at each."""
    starts = np.ascontiguousarray(texts.starts, np.int64)
    data = np.ascontiguousarray(texts.data)
    buffers = [None, pa.py_buffer(starts), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_string(), texts.size, buffers).cast(pa.string())


def hexadecimal(hashes: npt.NDArray[np.bytes_]) -> Any:
    """Return hashes of 32 bytes as hexadecimal digits."""
    raw = np.ascontiguousarray(hashes).view(np.uint8).reshape(-1, 32)
    digits = np.empty((len(raw), 64), np.uint8)
    digits[:, 0::2], digits[:, 1::2] = _HEX[raw >> 4], _HEX[raw & 15]
    starts = np.arange(len(raw) + 1, dtype=np.int64) * 64
    return strings(Texts(starts, digits.reshape(-1)))


def moments_of(numbers: Ints) -> Any:
    """Return microseconds since 1970 as moments."""
    return pa.array(np.asarray(numbers, np.int64), pa.int64()).cast(tables.MOMENT)
