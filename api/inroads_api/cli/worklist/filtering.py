"""Filters of items, typed as words: `role:owner state:latent bakery`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from inroads.errors import InroadsError
from inroads.model import AccessState, Certainty, Role, node_id
from inroads.review import Filter
from inroads.text import printable

_WORDS: Final[dict[str, Iterable[StrEnum]]] = {
    "role": Role,
    "certainty": (Certainty.STATED, Certainty.INFERRED),
    "state": AccessState,
}
_NODES: Final = ("business", "account", "identity")
_ANSWERS: Final = {"yes": True, "no": False}

KEYS: Final = (*_NODES, *_WORDS, "contested")
"""The words before a colon; any other word is a part of a name, an email or an id."""


def parsed(text: str) -> Filter:
    """Read a filter. Raises InroadsError BAD_FILTER, which says what was expected."""
    given: dict[str, object] = {}
    plain: list[str] = []
    for word in text.split():
        key, colon, value = word.partition(":")
        if not colon:
            plain.append(word)
            continue
        name = "of" if key.lower() in _NODES else key.lower()
        if name in given:
            raise InroadsError(f"{key}: say it once", "BAD_FILTER")
        given[name] = _value(key, value, word)
    if plain:
        given["text"] = " ".join(plain)
    return Filter(**given)  # type: ignore[arg-type]  # each value has the type of its field


def _value(key: str, value: str, word: str) -> object:
    key = key.lower()
    if key in _NODES:
        return node_id(f"{key}:{value}")
    if key in _WORDS:
        allowed = {each.value.lower(): each for each in _WORDS[key]}
        return _one_of(key, value, allowed)
    if key == "contested":
        return _one_of(key, value, _ANSWERS)
    near = get_close_matches(key, KEYS, 1)
    meant = f"did you mean {near[0]}:?" if near else f"it is one of {', '.join(KEYS)}"
    raise InroadsError(f"{printable(word)}: {meant}", "BAD_FILTER")


def _one_of(key: str, value: str, allowed: Mapping[str, object]) -> object:
    if value.lower() not in allowed:
        raise InroadsError(
            f"{key}: {printable(value)!r} is not one of {', '.join(allowed)}", "BAD_FILTER"
        )
    return allowed[value.lower()]


def written(chosen: Filter) -> str:
    """Return the words of a filter; `parsed` reads them back."""
    words = [chosen.of] if chosen.of else []
    words += [f"{key}:{value.lower()}" for key in _WORDS if (value := getattr(chosen, key))]
    if chosen.contested is not None:
        words.append(f"contested:{'yes' if chosen.contested else 'no'}")
    return " ".join([*words, *([chosen.text] if chosen.text else [])])
