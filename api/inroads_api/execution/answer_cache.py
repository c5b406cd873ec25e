"""A cache of answers that depend only on a version and a question.

Only answers to documents that come again are cached, since most documents come once.
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
"""The most bytes of cached answers of one version, the least recently used leave first."""

SETTLED: Final = frozenset(
    {
        *("__typename", "__schema", "__type", "rules"),
        *("node", "nodes", "identity", "business", "account", "group", "search", "access"),
        *("largestBlastRadius", "mostExposed", "whatIf", "plan", "chokePoints", "dutyConflicts"),
    }
)
"""The root fields that depend on the version alone, not on a clock, a ledger or other versions."""

_A = TypeVar("_A")


class Question(NamedTuple):
    """The key of an answer: the text of a query, and its variables in canonical JSON."""

    query: str
    operation: str | None
    variables: bytes


class _SizedAnswer(NamedTuple, Generic[_A]):
    """A cached answer, and its size in bytes with its question."""

    answer: _A
    size: int


class AnswerCache(Generic[_A]):
    """The most recent answers of each version that is still referenced. Safe for threads."""

    def __init__(self, most: int = MAX_BYTES) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._of: WeakKeyDictionary[Version, LRUCache[Question, _SizedAnswer[_A]]] = (
            WeakKeyDictionary()
        )

    def find(self, version: Version, question: Question) -> _A | None:
        """The cached answer of a version to a question, if any."""
        with self._lock:
            answers = self._of.get(version)
            kept = answers.get(question) if answers is not None else None
            return kept.answer if kept else None

    def keep(self, version: Version, question: Question, answer: _A, size: int) -> None:
        """Cache an answer of a size in bytes, unless it needs a large part of the cache."""
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
    """The key of a query whose answer depends on the version alone; None for other operations."""
    if document.operation(name) is not OperationType.QUERY or not document.roots(name) <= SETTLED:
        return None
    return Question(
        document.text, name, msgspec.json.encode(variables or {}, order="deterministic")
    )
