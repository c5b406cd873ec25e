"""The media types of GraphQL over HTTP, and how an Accept header chooses among them."""

from __future__ import annotations

from typing import Final

MODERN: Final = "application/graphql-response+json"
"""The media type in which a refused request has an error status."""

LEGACY: Final = "application/json"
"""The media type in which every well-formed request is answered with status 200."""

EVENTS: Final = "text/event-stream"
"""The media type of streams."""


def acceptable(accept: str) -> str | None:
    """The media type of an answer that an Accept header prefers; None if it accepts neither.

    At equal quality a media type that is named wins over a wildcard. If both are named, the modern
    one wins; if neither is, the legacy one (GraphQL over HTTP, "Legacy watershed").

    >>> acceptable("application/graphql-response+json, */*")
    'application/graphql-response+json'
    >>> acceptable("*/*"), acceptable("text/html")
    ('application/json', None)
    """
    if not accept.strip():
        return LEGACY
    ranges = [parse_media_type(text) for text in accept.split(",")]
    best: tuple[float, int, bool] | None = None
    chosen = None
    for media_type in (LEGACY, MODERN):
        matching = [
            (specificity, _quality(parameters))
            for wanted, parameters in ranges
            for specificity, pattern in enumerate(("*/*", "application/*", media_type))
            if wanted == pattern and is_utf8(parameters)
        ]
        if matching:
            specificity, quality = max(matching)  # the most specific range decides
            rank = quality, specificity, specificity == 2 and media_type == MODERN
            if quality > 0 and (best is None or rank > best):
                best, chosen = rank, media_type
    return chosen


def accepts_events(accept: str) -> bool:
    """Return whether an Accept header names the media type of streams; `*/*` does not.

    >>> accepts_events("application/json, text/event-stream")
    True
    >>> accepts_events("text/event-stream;q=0, */*")
    False
    """
    if EVENTS not in accept.lower():
        return False
    ranges = [parse_media_type(text) for text in accept.split(",")]
    return any(wanted == EVENTS and _quality(parameters) > 0 for wanted, parameters in ranges)


def parse_media_type(text: str) -> tuple[str, dict[str, str]]:
    """Split a media type from its parameters, in lower case."""
    first, *rest = (part.strip().lower() for part in text.split(";"))
    pairs = (part.partition("=") for part in rest)
    return first, {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def _quality(parameters: dict[str, str]) -> float:
    try:
        return min(float(parameters.get("q", "1")), 1.0)
    except ValueError:
        return 0.0


def is_utf8(parameters: dict[str, str]) -> bool:
    return parameters.get("charset", "utf-8") in ("utf-8", "utf8")
