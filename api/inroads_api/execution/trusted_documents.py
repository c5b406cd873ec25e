"""Trusted documents: GraphQL documents that are known before they are asked, each by an id that is its digest.

As the appendix "Persisted Documents" of GraphQL over HTTP has it: a request names one by `documentId`, in place of a
`query`. A server may be told to answer no others.
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
"""The most documents of a folder."""


@dataclass(unsafe_hash=True)  # not frozen: contextlib and pickle assign to exceptions
class BadDocuments(InroadsError):
    """Documents that cannot be trusted, with all their `problems`, one sentence each."""

    code: str = "BAD_DOCUMENTS"
    problems: tuple[str, ...] = ()


class Trusted:
    """The documents that a server knows by their ids: the package's own, and those given by their files' names.

    With `only`, no others are answered.
    """

    def __init__(
        self, given: Mapping[str, str] = MappingProxyType({}), *, only: bool = False
    ) -> None:
        self.given, self.only = given, only
        self._texts = {document_id(each): each for each in (*_own().values(), *given.values())}

    def check(self, schema: GraphQLSchema) -> None:
        """Raises BadDocuments where the schema refuses what was given."""
        _raise(
            f"{name}: {each}"
            for name, text in self.given.items()
            for each in _problems(text, schema)
        )

    def text(self, query: str | None, identifier: str | None) -> str:
        """The document of a request.

        Raises InroadsError DOCUMENT_NOT_FOUND for an id that is not known, DOCUMENT_REQUIRED for a text where only
        ids are taken, and BAD_REQUEST for neither and for both.
        """
        if identifier is not None and query is None:
            if identifier in self._texts:
                return self._texts[identifier]
            raise InroadsError("no document of this id is known here", "DOCUMENT_NOT_FOUND")
        if query is None or identifier is not None:
            raise InroadsError("give a `query` or a `documentId`, one of them")
        if self.only:
            raise InroadsError(
                "only trusted documents are answered here: give a `documentId`", "DOCUMENT_REQUIRED"
            )
        return query


def document_id(text: str) -> str:
    """The id of a document to its last blank: `sha256:` and the digits that `sha256sum` gives for its file.

    >>> document_id("query ($id: ID!) {\\n  user(id: $id) {\\n    name\\n  }\\n}")
    'sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e'
    """
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@cache
def _own() -> Mapping[str, str]:
    return read_folder(OWN)


def read_folder(folder: Path) -> Mapping[str, str]:
    """The text of each `.graphql` file in a folder and those below it, by its path there.

    Raises BadDocuments.
    """
    paths = sorted(each for each in folder.rglob("*.graphql") if each.is_file())
    if not 1 <= len(paths) <= MAX_TRUSTED:
        raise BadDocuments(
            f"{folder} has {len(paths):,} .graphql files: it can be 1 to {MAX_TRUSTED:,}"
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
    """The text as it stands: with other line ends it would be another document."""
    with path.open("rb") as stream:
        # What is longer is too long, however it is encoded.
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
