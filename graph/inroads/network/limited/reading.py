"""Documents as limited views read them: parsed once for many views, their rows by place and node.

A document may be about a thousand businesses of which a view shows one, and it is cut for each of
many views: only what a view shows of it should take time there.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from cachetools import LRUCache

from inroads.documents.claims import Attribute, Claim, Place, state
from inroads.documents.reader import reread
from inroads.documents.records import Me, Members, Team
from inroads.errors import Issue
from inroads.model import Document
from inroads.policy.tables import Policy

MAX_BYTES: Final = 64 * 2**20
"""The most bytes of parsed documents."""

PARSED: Final = 12
"""The bytes that a parsed document takes for each of its bytes, as was measured with some to spare."""

_K = TypeVar("_K")
_R = TypeVar("_R")


class ReadDocument(NamedTuple):
    """A parsed document: its content, typed and as plain JSON values, and what it states.

    Claims are by their places, attributes and covers by their nodes.
    """

    content: Me | Team | Members
    value: dict[str, Any]
    claims: Mapping[Place, Sequence[Claim]]
    attributes: Mapping[str, Sequence[Attribute]]
    covers: Mapping[str, Sequence[str]]
    business_groups: Sequence[tuple[str, str]]
    keepers: Sequence[tuple[str, str]]
    issues: Sequence[Issue]
    size: int


class DocumentReader:
    """The documents that were read last. Safe for threads."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._lock = threading.Lock()
        self._read = LRUCache[tuple[Document, str], ReadDocument](max_bytes, lambda each: each.size)

    def read(self, document: Document, policy: Policy) -> ReadDocument:
        """Parse a document, unless it was parsed a short time ago."""
        key = document, policy.digest
        with self._lock:
            found = self._read.get(key)
        if found is None:
            found = _read(document, policy)
            with self._lock:
                if found.size <= self._read.maxsize:
                    self._read[key] = found
        return found


def _read(document: Document, policy: Policy) -> ReadDocument:
    observation, value = reread(document), msgspec.json.decode(document.body)
    said = state(observation, policy)
    return ReadDocument(
        observation.content,
        value["response"] if document.prefix else value,
        _by(said.claims, lambda claim: claim.place),
        _by(said.attributes, lambda attribute: attribute.node),
        _by(said.covers, lambda scope: scope.partition(" ")[2]),
        said.business_groups,
        said.keepers,
        said.issues,
        2_000 + PARSED * len(document.body),
    )


def _by(rows: Iterable[_R], key: Callable[[_R], _K]) -> Mapping[_K, Sequence[_R]]:
    found: defaultdict[_K, list[_R]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)
