"""Tables of printed names as a claim set: the way back of `rows`.

Each distinct name is looked at once, and rows only by number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from inroads.columns.arrays import Ints, Texts, firsts, take
from inroads.columns.claimset import (
    ATTRIBUTES,
    DOCUMENT_KINDS,
    IS_WORD,
    KIND_BITS,
    NONE,
    SCOPES,
    SLOTS,
    TEXT_ATTRIBUTES,
    WORD_ATTRIBUTES,
    AttributeRows,
    ClaimRows,
    ClaimSet,
    CoverRows,
    DocumentRows,
    GroupRows,
    IssueRows,
    KeeperRows,
    column_types,
)
from inroads.errors import InroadsError
from inroads.spark import tables
from inroads.spark.rows import (
    ACCOUNT,
    EMAIL_KEY,
    PREFIXES,
    RELATION_WORDS,
    ROLE_WORDS,
    SECTION_WORDS,
    SOURCE_WORDS,
    taken,
)


class Elsewhere(NamedTuple):
    """A store without bodies: they are where the documents were read."""

    def body(self, at: int, size: int) -> bytes:  # noqa: ARG002  # as stores have it
        """Raise InroadsError BODY_GONE; see `claimset.Store`."""
        raise InroadsError("the bodies of documents are where Spark has read them", "BODY_GONE")

    def bodies(self, at: Sequence[int], size: Sequence[int]) -> Iterator[bytes]:
        """Raise the same for the first of them."""
        return map(self.body, at, size)


ELSEWHERE: Final = Elsewhere()


class _Encoded(NamedTuple):
    """Columns of texts as numbers of their distinct values, NONE for null."""

    values: Any
    columns: list[Ints]

    @classmethod
    def of(cls, columns: Sequence[Any]) -> _Encoded:
        given = [plain(column) for column in columns]
        chunked = pa.chunked_array([each for each in given if len(each)], pa.string())
        if not chunked.num_chunks:
            return cls(pa.array([], pa.string()), [np.zeros(0, np.int64) for _ in given])
        chunks = iter(chunked.dictionary_encode().chunks)
        encoded = [next(chunks) if len(each) else None for each in given]
        values = next(each for each in encoded if each is not None).dictionary
        return cls(values, [numbers_of(each and each.indices) for each in encoded])


def plain(column: Any) -> Any:
    """Return a column as one array of plain strings."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # of older versions, where there is no row
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return column.cast(pa.string())


def numbers_of(column: Any) -> Ints:
    """Return a column of integers, NONE for null."""
    if column is None:
        return np.zeros(0, np.int64)
    if isinstance(column, pa.ChunkedArray):
        column = column.cast(pa.int64()).combine_chunks()
    found: Ints = pc.fill_null(column.cast(pa.int64()), NONE).to_numpy(zero_copy_only=False)
    return found


def flags_of(column: Any) -> Ints:
    """Return a column of flags as 0 and 1."""
    found: Ints = np.asarray(column.cast(pa.int8()).to_numpy(), np.int8)
    return found


def _indices(column: Any, words: Sequence[str | None]) -> Ints:
    """Return the indices of words in a list, NONE for null."""
    return numbers_of(pc.index_in(plain(column), value_set=pa.array(words, pa.string())))


class _Nodes:
    """The nodes that columns of printed ids name, numbered in the order of their codes."""

    def __init__(self, columns: Mapping[str, Any], scopes: Mapping[str, Any]) -> None:
        encoded = _Encoded.of(list(scopes.values()))
        parts = pc.split_pattern(encoded.values, " ", max_splits=1)
        kinds, nodes = (pc.list_element(parts, index) for index in range(2))
        slot = np.array([SCOPES[word] for word in plain(kinds).to_pylist()] or [0], np.int64)
        named = _Encoded.of([nodes, *columns.values()])
        codes, self.accounts = _codes(named.values)
        order = np.argsort(codes, kind="stable")
        number = np.full(len(codes) + 1, NONE, np.int64)  # the last is for NONE
        number[order] = np.arange(len(codes))
        self.codes = codes[order]
        of_scope = np.append(number[named.columns[0]] * SLOTS + slot[: len(nodes)], NONE)
        self.scopes = {
            name: of_scope[column] for name, column in zip(scopes, encoded.columns, strict=True)
        }
        self.columns = {
            name: number[column] for name, column in zip(columns, named.columns[1:], strict=True)
        }


def _codes(names: Any) -> tuple[Ints, npt.NDArray[np.bytes_]]:
    """Return the codes of distinct printed ids, and the accounts among them, ascending."""
    codes = np.empty(len(names), np.int64)
    accounts = np.zeros(0, "S1")
    for kind, prefix in enumerate(PREFIXES):
        here = pc.starts_with(names, prefix)
        native = pc.utf8_slice_codeunits(names.filter(here), len(prefix))
        if kind == ACCOUNT:
            if len(native):
                given = np.array(native.cast(pa.binary()).to_pylist(), "S")
                accounts, number = np.unique(given, return_inverse=True)
            else:
                number = np.zeros(0, np.int64)
        else:
            number = native.cast(pa.int64()).to_numpy()
        codes[here.to_numpy(zero_copy_only=False)] = (kind << KIND_BITS) + number
    return codes, accounts


class _Documents:
    """The documents that tables name, numbered by moment and hash."""

    def __init__(self, given: Mapping[str, pa.Table]) -> None:
        named = _Encoded.of([rows["document"] for rows in given.values()])
        moments = [numbers_of(rows["observed_at"]) for rows in given.values()]
        self.moments, rank = np.unique(
            np.concatenate([*moments, np.zeros(0, np.int64)]), return_inverse=True
        )
        # Names are numbered anew in their order, so that a key ascends as documents do.
        order = pc.sort_indices(named.values).to_numpy()
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        size = max(len(order), 1)
        key = rank * size + place[np.concatenate([*named.columns, np.zeros(0, np.int64)])]
        keys, number = np.unique(key, return_inverse=True)
        self.moment = self.moments[keys // size] if len(keys) else np.zeros(0, np.int64)
        self.sha256 = _hashes(named.values.take(pa.array(order[keys % size])))
        stops = np.cumsum([len(each) for each in moments])
        self.columns = dict(zip(given, np.split(number, stops[:-1]), strict=True))


def _hashes(digits: Any) -> npt.NDArray[np.bytes_]:
    """Return hexadecimal digits as hashes of 32 bytes."""
    text = np.frombuffer(pc.binary_join(_one_list(digits), "")[0].as_py().encode(), np.uint8)
    nibble = np.where(text >= ord("a"), text - ord("a") + 10, text - ord("0")).astype(np.uint8)
    return (nibble[0::2] << np.uint8(4) | nibble[1::2]).view("S32")


def _one_list(values: Any) -> Any:
    return pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)


_NODES_IN: Final = (
    ("claims", ("principal", "resource", "owner")),
    ("keepers", ("account", "business")),
    ("groups", ("group", "business")),
    ("attributes", ("node", "subject")),
    ("named", ("node",)),
    ("documents", ("subject",)),
)
_SCOPES_IN: Final = (("claims", ("scope", "other_scope")), ("covers", ("scope",)))
_DOCUMENTS_IN: Final = ("claims", "covers", "keepers", "attributes", "documents", "issues")


def claim_set_of(given: Mapping[str, pa.Table]) -> ClaimSet:
    """Return tables of `tables.SAID` as a part of a union, without bodies.

    A table that is left out has no rows. Rows of claims and attributes that stand in it twice,
    because two partitions read one document, are there once.
    """
    every = {name: given.get(name, schema.empty_table()) for name, schema in tables.SAID.items()}
    every["issues"] = every["issues"].filter(pc.is_valid(every["issues"]["document"]))
    return _Read(every).claim_set()


class _Read:
    """Tables, with the numbers of the nodes and documents that they name."""

    def __init__(self, given: Mapping[str, pa.Table]) -> None:
        self.given = given
        nodes, scopes = (
            {f"{name} {column}": given[name][column] for name, column in _each(wanted)}
            for wanted in (_NODES_IN, _SCOPES_IN)
        )
        self.nodes = _Nodes(nodes, scopes)
        self.documents = _Documents({name: given[name] for name in _DOCUMENTS_IN})

    def node(self, name: str, column: str) -> Ints:
        return self.nodes.columns[f"{name} {column}"].astype(np.int32)

    def scope(self, name: str, column: str) -> Ints:
        return self.nodes.scopes[f"{name} {column}"].astype(np.int32)

    def document(self, name: str) -> Ints:
        return self.documents.columns[name].astype(np.int32)

    def claim_set(self) -> ClaimSet:
        """Return what the tables say."""
        rows = self.given
        words = _Encoded.of([rows["claims"]["word"], _words(rows["attributes"])])
        attributes, texts = self._attributes(words.columns[1])
        return ClaimSet(
            self.nodes.codes,
            self.nodes.accounts,
            texts_of(words.values),
            texts,
            self._documents(),
            self._claims(words.columns[0]),
            attributes,
            CoverRows(self.scope("covers", "scope"), self.document("covers")),
            GroupRows(self.node("groups", "group"), self.node("groups", "business")),
            KeeperRows(
                self.node("keepers", "account"),
                self.node("keepers", "business"),
                self.document("keepers"),
            ),
            self._issues(),
            (ELSEWHERE,),
        )

    def _claims(self, word: Ints) -> ClaimRows:
        rows = self.given["claims"]
        stated = ClaimRows(
            self.document("claims"),
            self.node("claims", "principal"),
            _indices(rows["relation"], RELATION_WORDS),
            self.node("claims", "resource"),
            self.scope("claims", "scope"),
            self.scope("claims", "other_scope"),
            self.node("claims", "owner"),
            _indices(rows["role"], ROLE_WORDS),
            word,
            flags_of(rows["client_role"]),
            flags_of(rows["active"]),
            _indices(rows["section"], SECTION_WORDS),
            *(numbers_of(rows[name]) for name in ("row", "sub", "record", "client", "contested")),
        )
        columns: ClaimRows = _typed(ClaimRows, stated)
        key = columns.document.astype(np.int64) << 8 | columns.section << 3 | columns.relation
        place = (columns.row + np.int64(1)) << 32 | (columns.sub + np.int64(1))
        order = np.lexsort((place, key))
        columns, key, place = take(columns, order), key[order], place[order]
        # A record is told apart by its place, and KEEPS that stand for all their records by their ends.
        return take(columns, firsts(key, place, columns.principal, columns.resource))

    def _attributes(self, word: Ints) -> tuple[AttributeRows, Texts]:
        rows = self.given["attributes"]
        name = _indices(rows["name"], ATTRIBUTES)
        text = plain(pc.if_else(pa.array(TEXT_ATTRIBUTES[name]), rows["text"], None))
        shown = text.is_valid().to_numpy(zero_copy_only=False)
        value = np.where(IS_WORD[name], word, numbers_of(rows["number"]))
        value[shown] = np.arange(int(shown.sum()))
        stated = AttributeRows(
            self.document("attributes"), self.node("attributes", "node"), name, value
        )
        columns = _typed(AttributeRows, stated)
        key = columns.node.astype(np.int64) << 4 | columns.name
        # An email that is overruled is told by its key, which several of one document may have.
        several = np.where(columns.name == EMAIL_KEY, columns.value, 0)
        ordinal = numbers_of(rows["ordinal"])
        keys = key, columns.document, ordinal, several
        order = np.lexsort(keys[::-1])
        rows_once = take(take(columns, order), firsts(*(each[order] for each in keys)))
        return rows_once, texts_of(text.drop_null())

    def _documents(self) -> DocumentRows:
        size = len(self.documents.moment)
        # Of a document that stands here several times, the first source by name counts.
        order = pc.sort_indices(plain(self.given["documents"]["source"])).to_numpy()[::-1]
        rows, at = self.given["documents"].take(order), self.document("documents")[order]
        claims, of_claims = self.given["claims"], self.document("claims")
        subject = np.full(size, NONE, np.int32)
        subject[self.document("attributes")] = self.node("attributes", "subject")
        subject[at] = self.node("documents", "subject")[order]

        def spread(values: Ints, nothing: int = 0) -> Ints:
            column = np.full(size, nothing, np.int32)
            column[at] = values
            return column

        def flags(name: str) -> Ints:
            column = spread(flags_of(rows[name])).astype(np.int8)
            column[of_claims[flags_of(claims[name]) == 1]] = 1
            return column

        moment_source = np.zeros(size, np.int8)
        surest = numbers_of(pc.index_in(plain(rows["moment_source"]), pa.array(SOURCE_WORDS)))
        np.maximum.at(moment_source, at, surest.astype(np.int8))
        source = taken(plain(rows["source"]), spread(np.arange(len(at), dtype=np.int32), NONE))
        none = np.zeros(size, np.int32)
        return DocumentRows(
            self.documents.moment,
            self.documents.sha256,
            texts_of(pc.fill_null(source, "")),
            spread(_indices(rows["kind"], DOCUMENT_KINDS)).astype(np.int8),
            subject,
            flags("wrapped"),
            flags("nested"),
            none,
            none.astype(np.int64),
            none,
            spread(numbers_of(rows["unreadable"])),
            moment_source,
        )

    def _issues(self) -> IssueRows:
        rows = self.given["issues"]
        texts = (texts_of(plain(rows[name])) for name in ("pointer", "code", "message"))
        return IssueRows(self.document("issues"), *texts)


def _each(wanted: Sequence[tuple[str, Sequence[str]]]) -> Iterator[tuple[str, str]]:
    return ((name, column) for name, columns in wanted for column in columns)


def _words(attributes: pa.Table) -> Any:
    """Return the values of attributes that are words, null for others."""
    is_word = pc.is_in(attributes["name"], value_set=pa.array(sorted(WORD_ATTRIBUTES)))
    return pc.if_else(is_word, attributes["text"], pa.scalar(None, pa.string()))


def _typed(kind: Any, rows: Any) -> Any:
    """Return columns in the types that they have while a claim set is built."""
    types = column_types(kind)
    return kind(*(column.astype(each) for column, each in zip(rows, types, strict=True)))


def texts_of(column: Any) -> Texts:
    """Return texts without nulls in the layout of the engine."""
    whole = pa.concat_arrays([plain(column)])  # its offsets begin at 0
    _, starts, data = whole.buffers()
    size = len(whole)
    offsets = np.frombuffer(starts, np.int32, size + 1) if size else np.zeros(1, np.int32)
    return Texts(offsets, np.frombuffer(data or b"", np.uint8)[: offsets[-1]])
