"""A cache of answers: those that follow from a version and a question alone.

They are kept for documents that come again; one that comes for the first time seldom does.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from operator import attrgetter
from typing import Any, Final, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

import msgspec
from cachetools import LRUCache
from graphql import OperationType

from inroads_api.execution.documents import PreparedDocument
from inroads_api.versions.versions import Version

MAX_BYTES: Final = 32 * 2**20
"""The most bytes of answers that are kept for one version: those used last."""

SETTLED: Final = frozenset(
    {
        *("__typename", "__schema", "__type", "rules"),
        *("node", "nodes", "identity", "business", "account", "group", "search", "access"),
        *("largestBlastRadius", "mostExposed", "whatIf", "plan", "chokePoints", "dutyConflicts"),
    }
)
"""The root fields whose values the version settles: no clock, no other version and no ledger has a part in them."""

_A = TypeVar("_A")


class Question(NamedTuple):
    """The key of an answer: a query to the letter, and its variables in one spelling."""

    query: str
    operation: str | None
    variables: bytes


class _SizedAnswer(NamedTuple, Generic[_A]):
    """A kept answer, and how many bytes it takes with its question."""

    answer: _A
    size: int


class AnswerCache(Generic[_A]):
    """The answers that were given last, for as long as somebody holds their version; for any thread."""

    def __init__(self, most: int = MAX_BYTES) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._of: WeakKeyDictionary[Version, LRUCache[Question, _SizedAnswer[_A]]] = (
            WeakKeyDictionary()
        )

    def find(self, version: Version, question: Question) -> _A | None:
        """The answer that a version gave to a question."""
        with self._lock:
            answers = self._of.get(version)
            kept = answers.get(question) if answers is not None else None
            return kept.answer if kept else None

    def keep(self, version: Version, question: Question, answer: _A, size: int) -> None:
        """Keep an answer of so many bytes, unless it is a large part of all that can be kept."""
        if size > self._most // 16:
            return
        size += len(question.query) + len(question.variables)
        with self._lock:
            answers = self._of.get(version)
            if answers is None:
                answers = self._of[version] = LRUCache(self._most, attrgetter("size"))
            answers[question] = _SizedAnswer(answer, size)


def question(
    document: PreparedDocument, variables: Mapping[str, Any] | None, name: str | None
) -> Question | None:
    """The question of a query whose answer follows from the version alone; None for any other operation."""
    if document.operation(name) is not OperationType.QUERY or not document.roots(name) <= SETTLED:
        return None
    return Question(
        document.text, name, msgspec.json.encode(variables or {}, order="deterministic")
    )
