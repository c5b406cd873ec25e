"""Answers that were given before: what follows from a version and a question alone is found once.

They are kept for documents that come again; one that comes for the first time seldom does.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

import msgspec
from graphql import OperationType

from inroads_api.execution.documents import PreparedDocument
from inroads_api.versions.versions import Version

MAX_BYTES: Final = 32 * 2**20
"""The most bytes of answers that are kept for one version: those given last."""

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
    """What is asked, to the letter: the variables in one spelling."""

    query: str
    operation: str | None
    variables: bytes


class AnswerCache(Generic[_A]):
    """The answers that were given last, for as long as somebody holds their version; for any thread."""

    def __init__(self, most: int = MAX_BYTES) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._of: WeakKeyDictionary[Version, _VersionAnswers[_A]] = WeakKeyDictionary()

    def find(self, version: Version, question: Question) -> _A | None:
        """The answer that a version gave to a question."""
        with self._lock:
            given = self._of.get(version)
            return given.find(question) if given else None

    def keep(self, version: Version, question: Question, answer: _A, size: int) -> None:
        """Keep an answer of so many bytes, unless it is a large part of all that can be kept."""
        if size <= self._most // 16:
            with self._lock:
                self._of.setdefault(version, _VersionAnswers()).keep(
                    question, answer, size, self._most
                )


class _VersionAnswers(Generic[_A]):
    """The answers of one version."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Question, tuple[_A, int]] = OrderedDict()
        self._size = 0

    def find(self, question: Question) -> _A | None:
        found = self._answers.get(question)
        if found is None:
            return None
        self._answers.move_to_end(question)
        return found[0]

    def keep(self, question: Question, answer: _A, size: int, most: int) -> None:
        if question in self._answers:
            return
        size += len(question.query) + len(question.variables)
        self._answers[question] = answer, size
        self._size += size
        while self._size > most:
            self._size -= self._answers.popitem(last=False)[1][1]


def question(
    document: PreparedDocument, variables: Mapping[str, Any] | None, name: str | None
) -> Question | None:
    """The question of a query whose answer follows from the version alone; None for any other operation."""
    if document.operation(name) is not OperationType.QUERY or not document.roots(name) <= SETTLED:
        return None
    return Question(
        document.text, name, msgspec.json.encode(variables or {}, order="deterministic")
    )
