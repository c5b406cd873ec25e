"""Parameters that take one of some words: their refusals, which name the nearest, and completion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import Any, Final

import typer

from inroads_api.cli.printing.lines import say

USAGE: Final = 2
"""The exit code of a wrong request."""

FEW: Final = 4
"""So many words are the metavar of their option; more are in its help."""


def choice_option(*names: str, of: Iterable[str], told: str, **settings: Any) -> Any:
    """Return an option that takes one of these words, in any case, with `_` or `-` between parts.

    Of an Enum it returns a member. More words than FEW need a metavar; `{}` in the help is
    replaced by them.
    """
    words = tuple(of)
    settings = _completed(words) | {"metavar": _metavar(words)} | settings
    option: Any = typer.Option  # which takes more settings than can be typed here
    return option(*names, parser=_parser(names[0], words), help=_told(told, words), **settings)


def choice_argument(name: str, *, of: Iterable[str], told: str, **settings: Any) -> Any:
    """Return an argument that takes one of these words."""
    words = tuple(of)
    argument: Any = typer.Argument
    settings = _completed(words) | {"metavar": name, "help": _told(told, words)} | settings
    return argument(parser=_parser(name, words), **settings)


def _told(text: str, words: Iterable[str]) -> str:
    return text.replace("{}", _listed(words))


def _metavar(words: Sequence[str]) -> str | None:
    return "|".join(map(_spelled, words)) if len(words) <= FEW else None


def _listed(words: Iterable[str]) -> str:
    return ", ".join(map(_spelled, words))


def _spelled(word: str) -> str:
    return _folded(str(word))


def _folded(word: str) -> str:
    return word.strip().lower().replace("_", "-")


def _parser(name: str, words: Sequence[str]) -> Callable[[Any], Any]:
    known = {_spelled(word): word for word in words}

    def parser(given: Any) -> Any:
        word = known.get(_folded(str(given)))
        if word is None:
            line = f"{name} {str(given)!r} is not one of {', '.join(known)}{_nearest(given)}"
            say(f"error: {line}")
            raise typer.Exit(USAGE)
        return word

    def _nearest(given: str) -> str:
        near = get_close_matches(_folded(given), known, 1)
        return f"; did you mean {near[0]}?" if near else ""

    return parser


def _completed(words: Sequence[str]) -> dict[str, Any]:
    def complete(incomplete: str) -> list[str]:
        spelled = map(_spelled, words)
        return [word for word in spelled if word.startswith(_folded(incomplete))]

    return {"autocompletion": complete}
