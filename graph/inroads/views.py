"""The columns through networkx's own mapping protocols: what `_node`, `_adj` and `_pred` are of an AccessGraph."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence, ValuesView
from itertools import groupby
from typing import Any, Final, TypeVar

from inroads.adjacency import Adjacency
from inroads.columns import Lazily
from inroads.model import Document, Grant

_V = TypeVar("_V")
Hops = list[tuple[int, int]]


class _Paired(Mapping[str, _V]):
    """A mapping that goes through its items in one pass, without looking each key up again."""

    def pairs(self) -> Iterator[tuple[str, _V]]:
        raise NotImplementedError

    def items(self) -> ItemsView[str, _V]:
        return _Items(self)

    def values(self) -> ValuesView[_V]:
        return _Values(self)


class _Items(ItemsView[str, _V]):
    _mapping: _Paired[_V]

    def __iter__(self) -> Iterator[tuple[str, _V]]:
        return self._mapping.pairs()


class _Values(ValuesView[_V]):
    _mapping: _Paired[_V]

    def __iter__(self) -> Iterator[_V]:
        return (value for _, value in self._mapping.pairs())


class _ByName(_Paired[_V]):
    """A mapping from the printed ids of all nodes."""

    def __init__(self, adjacency: Adjacency, value: Callable[[int], _V]) -> None:
        self._adjacency, self._value = adjacency, value

    def __getitem__(self, name: str) -> _V:
        number = self._adjacency.number(name)
        if number is None:
            raise KeyError(name)
        return self._value(number)

    def __iter__(self) -> Iterator[str]:
        return map(self._adjacency.name, range(self._adjacency.size))

    def __len__(self) -> int:
        return self._adjacency.size

    def __contains__(self, name: object) -> bool:
        return self._adjacency.number(name) is not None

    def pairs(self) -> Iterator[tuple[str, _V]]:
        return ((self._adjacency.name(node), self._value(node)) for node in range(self._adjacency.size))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} nodes)"


class Nodes(_ByName[dict[str, Any]]):
    """Each node with what is known of it."""


class Neighbours(_ByName[Mapping[str, Mapping[str, dict[str, str]]]]):
    """Each node with its neighbours at one end of its hops, these with the parallel edges by grant id."""

    def __init__(self, adjacency: Adjacency, *, forward: bool) -> None:
        hops = adjacency.hops_from if forward else adjacency.hops_to
        super().__init__(adjacency, lambda node: _Neighbourhood(adjacency, list(hops(node))))


class _Neighbourhood(_Paired[Mapping[str, dict[str, str]]]):
    """The neighbours of one node; its hops come sorted by them."""

    def __init__(self, adjacency: Adjacency, hops: Hops) -> None:
        self._adjacency, self._hops = adjacency, hops

    def __getitem__(self, name: str) -> Mapping[str, dict[str, str]]:
        number = self._adjacency.number(name)
        found = [grant for other, grant in self._hops if other == number]
        if not found:
            raise KeyError(name)
        return self._edges(found)

    def pairs(self) -> Iterator[tuple[str, Mapping[str, dict[str, str]]]]:
        for other, hops in groupby(self._hops, lambda hop: hop[0]):
            yield self._adjacency.name(other), self._edges([grant for _, grant in hops])

    def __iter__(self) -> Iterator[str]:
        return (self._adjacency.name(other) for other, _ in groupby(self._hops, lambda hop: hop[0]))

    def __len__(self) -> int:
        return len({other for other, _ in self._hops})

    def _edges(self, grants: list[int]) -> dict[str, dict[str, str]]:
        return {self._adjacency.grant_name(grant): edge_data(self._adjacency, grant) for grant in grants}


def edge_data(adjacency: Adjacency, number: int) -> dict[str, str]:
    """The attributes of an edge."""
    grant = adjacency.grant(number)
    data = {"relation": grant.relation.value}
    if grant.roles:
        data["role"] = grant.roles[0].value
    return data


class Grants(Mapping[str, Grant]):
    """Every grant that stands, by its id."""

    def __init__(self, adjacency: Adjacency) -> None:
        self._adjacency = adjacency

    def __getitem__(self, name: str) -> Grant:
        number = self._adjacency.grant_number(name)
        if number is None:
            raise KeyError(name)
        return self._adjacency.grant(number)

    def __iter__(self) -> Iterator[str]:
        return map(self._adjacency.grant_name, range(len(self)))

    def __len__(self) -> int:
        return len(self._adjacency.principal)

    def __contains__(self, name: object) -> bool:
        return self._adjacency.grant_number(name) is not None

    def __repr__(self) -> str:
        return repr(dict(self)) if len(self) <= 100 else f"Grants({len(self)})"


class Documents(Lazily[Document]):
    """The documents in their total order, each made when it is looked at; its body is read when that is."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(Document.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]  # as any other sequence that compares by what is in it


def _missing(place: int) -> Document:
    raise IndexError(place)


NO_DOCUMENTS: Final = Documents(0, _missing)
