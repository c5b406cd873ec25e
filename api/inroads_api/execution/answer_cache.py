"""A cache of answers that depend only on a version and a question.

Only answers to documents that come again are cached, since most documents come once.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar
from weakref import WeakSet, ref

import msgspec
from graphql import OperationType

from inroads_api.execution.cost import ENTRY
from inroads_api.execution.documents import PreparedDocument
from inroads_api.execution.weighed_cache import WeighedCache
from inroads_api.versions.versions import Version

MAX_ANSWER: Final = 2 * 2**20
"""The most bytes of an answer that is cached."""

BASE_BYTES: Final = 1_000
"""The measured bytes of a cached answer without its texts: keys, entries and tuples."""

SETTLED: Final = frozenset(
    {
        *("__typename", "__schema", "__type", "rules"),
        *("node", "nodes", "identity", "business", "account", "group", "search", "access"),
        *("accesses", "neighbours", "allIdentities", "allBusinesses", "formerEmails", "grant"),
        *("largestBlastRadius", "mostExposed", "whatIf", "plan", "chokePoints", "dutyConflicts"),
        "findings",
    }
)
"""The root fields that depend on the version alone, not on a clock, a ledger or other versions.

They are settled inside a `graph` without arguments, too.
"""

FACTS: Final = frozenset(
    {
        *("version", "builtAt", "position", "documents", "identities", "businesses", "accounts"),
        *("groups", "grants", "policy", "issueCount", "issues", "coverage"),
        *("identityCount", "businessCount", "accountCount", "groupCount"),
        *("grantCount", "documentCount"),
    }
)
"""The fields of GraphInfo that it does not share with the root; all depend on the version alone."""

TELLING: Final = frozenset({"largestBlastRadius", "mostExposed", "findings", "whatIf"})
"""Settled root fields that tell an event loop before they begin what takes long; see `long_work`."""

BRIEF: Final = (
    TELLING | {"changes"} | {name for name in SETTLED | FACTS if ENTRY.get(name, 1) < 1_000}
)
"""Root fields that an event loop can begin; changes tell as those above do, but are of two versions."""

_A = TypeVar("_A")


class Question(NamedTuple):
    """The key of an answer: the text of a query, and its variables in canonical JSON."""

    query: str
    operation: str | None
    variables: bytes


class _Key(NamedTuple):
    """The key of an answer in the cache, which does not keep its version alive."""

    version: ref[Version]
    question: Question


class AnswerCache(Generic[_A]):
    """The answers in a cache, each of one version. Safe for threads.

    When the first answer of another version is cached, those of versions that have ended are
    dropped.
    """

    def __init__(self, kept: WeighedCache, most: int = MAX_ANSWER) -> None:
        self._kept, self._most = kept, most
        self._versions: WeakSet[Version] = WeakSet()
        self._lock = threading.Lock()

    def find(self, version: Version, question: Question) -> _A | None:
        """The cached answer of a version to a question, if any."""
        answer: _A | None = self._kept.find(_Key(ref(version), question))
        return answer

    def keep(self, version: Version, question: Question, answer: _A, size: int) -> None:
        """Cache an answer of a size in bytes, unless it is large."""
        if size > self._most:
            return
        with self._lock:
            if version not in self._versions:
                self._versions.add(version)
                self._kept.drop_where(_has_ended)
        weight = BASE_BYTES + size + len(question.query) + len(question.variables)
        self._kept.keep(_Key(ref(version), question), answer, weight)


def _has_ended(key: object) -> bool:
    return isinstance(key, _Key) and key.version() is None


def question(
    document: PreparedDocument, variables: Mapping[str, Any] | None, name: str | None
) -> Question | None:
    """The key of a query whose answer depends on the version alone; None for other operations."""
    if not is_settled(document, name):
        return None
    return Question(
        document.text, name, msgspec.json.encode(variables or {}, order="deterministic")
    )


def is_settled(document: PreparedDocument, name: str | None) -> bool:
    """Return whether an operation is a query whose answer depends on the version alone."""
    return _asks(document, name, SETTLED | FACTS)


def is_brief(document: PreparedDocument, name: str | None) -> bool:
    """Return whether a query can be begun in an event loop."""
    return _asks(document, name, BRIEF)


def _asks(document: PreparedDocument, name: str | None, fields: frozenset[str]) -> bool:
    query = document.operation(name) is OperationType.QUERY
    return query and document.entries(name) <= fields
