"""Trusted documents: GraphQL documents that a server knows in advance, by their digests.

They follow the appendix "Persisted Documents" of GraphQL over HTTP: a request names a document by
`documentId` instead of `query`. A server can be limited to trusted documents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, validate

from inroads.errors import InroadsError
from inroads_api.execution.cost import parsed
from inroads_api.limits import MAX_QUERY

OWN: Final = Path(__file__).parent / "operations"
"""The folder of the documents that come with the package."""

MAX_TRUSTED: Final = 10_000
"""The most documents in a folder."""


@dataclass(unsafe_hash=True)  # not frozen: contextlib and pickle assign to exceptions
class BadDocuments(InroadsError):
    """Documents that cannot be trusted, with one sentence per problem."""

    code: str = "BAD_DOCUMENTS"
    problems: tuple[str, ...] = ()


class Trusted:
    """The trusted documents of a server by id: the package's own, and those of its files.

    With `only`, the server answers no other documents.
    """

    def __init__(
        self, given: Mapping[str, str] = MappingProxyType({}), *, only: bool = False
    ) -> None:
        self.given, self.only = given, only
        self._texts = {document_id(each): each for each in (*_own().values(), *given.values())}

    def check(self, schema: GraphQLSchema) -> None:
        """Raise BadDocuments if the schema rejects a document of the files."""
        _raise(
            f"{name}: {each}"
            for name, text in self.given.items()
            for each in _problems(text, schema)
        )

    def text(self, query: str | None, identifier: str | None) -> str:
        """The document of a request.

        Raises InroadsError DOCUMENT_NOT_FOUND for an unknown id, DOCUMENT_REQUIRED for a text if
        only ids are accepted, and BAD_REQUEST for neither or both.
        """
        if identifier is not None and query is None:
            if identifier in self._texts:
                return self._texts[identifier]
            raise InroadsError("this server knows no document with this id", "DOCUMENT_NOT_FOUND")
        if query is None or identifier is not None:
            raise InroadsError("a request must have either a `query` or a `documentId`")
        if self.only:
            raise InroadsError(
                "this server answers only trusted documents: send a `documentId`",
                "DOCUMENT_REQUIRED",
            )
        return query


def document_id(text: str) -> str:
    """The id of a document: `sha256:` and the output of `sha256sum` for its file.

    >>> document_id("query ($id: ID!) {\\n  user(id: $id) {\\n    name\\n  }\\n}")
    'sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e'
    """
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@cache
def _own() -> Mapping[str, str]:
    return read_folder(OWN)


def read_folder(folder: Path) -> Mapping[str, str]:
    """The text of each `.graphql` file below a folder, by its relative path.

    Raises BadDocuments.
    """
    if not folder.is_dir():
        raise BadDocuments(f"{folder} is not a folder; it should hold .graphql files")
    paths = sorted(each for each in folder.rglob("*.graphql") if each.is_file())
    if not 1 <= len(paths) <= MAX_TRUSTED:
        raise BadDocuments(
            f"{folder} has {len(paths):,} .graphql files; expected 1 to {MAX_TRUSTED:,}"
        )
    found, problems = dict[str, str](), []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            found[name] = _read(path)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{name}: {error}")
    _raise(problems)
    return found


def _read(path: Path) -> str:
    """Read a text in binary mode, since converted line ends would change its digest."""
    with path.open("rb") as stream:
        # A longer file is over the limit in any encoding.
        return stream.read(4 * MAX_QUERY + 4).decode()


def _problems(text: str, schema: GraphQLSchema) -> Iterator[str]:
    try:
        document = parsed(text).tree
    except GraphQLError as error:
        yield error.message
        return
    if not any(isinstance(each, OperationDefinitionNode) for each in document.definitions):
        yield "it has no operation"
    yield from (each.message for each in validate(schema, document))


def _raise(problems: Iterable[str]) -> None:
    if found := tuple(problems):
        raise BadDocuments("these documents cannot be trusted", problems=found)
