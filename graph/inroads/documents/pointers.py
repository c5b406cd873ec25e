"""JSON pointers into stored documents."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from inroads.model import Document, Section


def pointer(document: Document, section: Section, index: int, sub: int) -> str:
    """The JSON pointer of a record in a document, e.g. `/response/business_memberships/1`."""
    if section is Section.TEAM_BUSINESS:
        return document.prefix + document.business
    inside = document.business if section is Section.TEAM_CLIENT else ""
    if section is Section.MEMBERSHIP and index < 0:
        return document.prefix + section.removesuffix("/{}")  # the section itself
    return document.prefix + inside + section.format(index, sub)


def record(document: Document, place: str) -> Any:
    """The redacted JSON value at a JSON pointer of a document. Raises LookupError when there is none."""
    value = _value(document)
    root, *tokens = place.split("/")
    if root:
        raise LookupError(place)
    for token in tokens:
        if isinstance(value, list) and re.fullmatch(r"0|[1-9][0-9]{0,9}", token, re.ASCII):
            value = value[int(token)]
        elif isinstance(value, dict):
            value = value[token.replace("~1", "/").replace("~0", "~")]
        else:
            raise LookupError(place)
    return value


@lru_cache(maxsize=16)
def _value(document: Document) -> Any:
    return msgspec.json.decode(
        document.body
    )  # many records of one large document are often asked for together


def escape(key: str) -> str:
    """A key as one token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
