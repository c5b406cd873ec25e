"""The columns through networkx's own mapping protocols: what `_node`, `_adj` and `_pred` are of an
AccessGraph.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence, ValuesView
from functools import partial
from itertools import groupby, islice
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from networkx.classes import reportviews
from networkx.classes.coreviews import MultiAdjacencyView
from networkx.classes.function import frozen  # type: ignore[attr-defined]  # the stub leaves it out

from inroads.columns.adjacency import Adjacency
from inroads.columns.arrays import Ints, Lazily
from inroads.columns.claimset import RELATIONS
from inroads.model import Document, Grant, GrantFacts, NodeKind
from inroads.policy.grammar import Conveys

_V = TypeVar("_V")

PART: Final = 256
"""So many names are made at a time, so that they take no memory that grows with the graph."""

FEW: Final = 1_000
"""So many nodes are looked at one by one; who goes further is given the rest in bulk."""


PLAIN: Final = {
    NodeKind.IDENTITY: ("email", "first_name", "last_name", "confirmed_at"),
    NodeKind.BUSINESS: ("name", "active"),
    NodeKind.ACCOUNT: ("subscription_status", "business_status", "system_id"),
    NodeKind.GROUP: (),
}
"""The attributes of the nodes of each kind that are plain values."""


class Hop(NamedTuple):
    """An edge in walking order, with the facts of its grant and the class of the step."""

    principal: str
    resource: str
    grant: GrantFacts
    conveys: Conveys


class Data(dict[str, Any]):
    """The attributes of a node or an edge, which many may look at: to write into them raises.

    Copies of it, pickled and deep ones too, are plain dicts.
    """

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = frozen

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


class _Paired(Mapping[str, _V]):
    """A mapping that goes through its values in one pass, without looking each key up again, as a
    dict does.

    Copied, pickled and printed it is a dict.
    """

    def each(self) -> Iterator[_V]:
        """The values, in the order of the keys."""
        raise NotImplementedError

    def items(self) -> ItemsView[str, _V]:
        return _Items(self)

    def values(self) -> ValuesView[_V]:
        return _Values(self)

    def copy(self) -> dict[str, _V]:
        """A dict with the same values."""
        return dict(self.items())

    def __reduce__(self) -> Any:
        return dict, (self.copy(),)

    def __repr__(self) -> str:
        return repr(self.copy())


class _Items(ItemsView[str, _V]):
    _mapping: _Paired[_V]

    def __iter__(self) -> Iterator[tuple[str, _V]]:
        return zip(self._mapping, self._mapping.each(), strict=True)


class _Values(ValuesView[_V]):
    _mapping: _Paired[_V]

    def __iter__(self) -> Iterator[_V]:
        return self._mapping.each()


def _absent(key: object) -> KeyError:
    """The error for a key that is not there. Raises TypeError for what could not be one, as a dict
    does.
    """
    hash(key)
    return KeyError(key)


class _ByName(_Paired[_V]):
    """A mapping from the printed ids of all nodes; `home` is the graph and the attribute of it that
    this is.
    """

    def __init__(
        self, index: Adjacency, value: Callable[[int], _V], home: tuple[object, str]
    ) -> None:
        self._index, self._value, self._home = index, value, home

    def __getitem__(self, name: str) -> _V:
        number = self._index.number(name)
        if number is None:
            raise _absent(name)
        return self._value(number)

    def __iter__(self) -> Iterator[str]:
        yield from map(self._index.name, range(min(FEW, len(self))))
        for start in range(FEW, len(self), PART):
            yield from self._index.names(start, start + PART)

    def __len__(self) -> int:
        return self._index.size

    def __contains__(self, name: object) -> bool:
        if self._index.number(name) is None:
            _absent(name)
            return False
        return True

    def each(self) -> Iterator[_V]:
        return map(self._value, range(len(self)))

    def __reduce__(self) -> Any:
        return getattr, self._home


class Nodes(_ByName[dict[str, Any]]):
    """A mapping of nodes to their attributes."""


class Neighbours(_ByName[Mapping[str, Mapping[str, dict[str, str]]]]):
    """A mapping of nodes to their neighbours at one end of their hops.

    Each neighbour maps to its parallel edges by grant id.
    """

    def __init__(self, index: Adjacency, home: tuple[object, str], *, forward: bool) -> None:
        super().__init__(index, partial(_Neighbourhood, index, forward), home)
        self._forward = forward

    def each(self) -> Iterator[Mapping[str, Mapping[str, dict[str, str]]]]:
        yield from map(self._value, range(min(FEW, len(self))))
        if len(self) > FEW:
            yield from self._in_bulk(FEW)

    def _in_bulk(self, start: int) -> Iterator[Data]:
        """Yield the neighbours of each node from a number on, as dicts that cannot be changed."""
        index, names, put = self._index, self._index.names(), dict.__setitem__
        starts, hops = index.out_entries if self._forward else index.in_entries
        known: dict[int, Data] = {}
        for first in range(start, len(self), PART):
            near = starts[first : first + PART + 1]
            rows = self._rows(hops[near[0] : near[-1]])
            for size in np.diff(near).tolist():
                found, last = Data(), None
                for grant, principal, resource, other, word, facts, doubted in islice(rows, size):
                    data = known.get(facts)
                    if data is None or doubted:
                        data = Data(index.data(grant))
                        # Which of several roles speaks first, the evidence of each grant tells.
                        if index.roles[grant].bit_count() < 2 and not doubted:
                            known[facts] = data
                    if other != last:  # hops come sorted by it
                        last, edges = other, Data()
                        put(found, names[other], edges)
                    put(edges, f"{names[resource]}{_WORDS[word]}{names[principal]}", data)
                yield found

    def _rows(self, hops: Ints) -> Iterator[tuple[Any, ...]]:
        """Yield of each hop its grant, the ends of it and the far one, and its facts as numbers."""
        rows, grant = self._index.fold.grants, np.maximum(hops, ~hops)
        principal, resource = rows.principal[grant], rows.resource[grant]
        other = np.where((hops >= 0) == self._forward, resource, principal)
        relation = rows.relation[grant].astype(np.int64)
        word, facts = relation * 2 + rows.client_role[grant], relation << 32 | rows.roles[grant]
        columns = grant, principal, resource, other, word, facts, rows.contested[grant]
        return zip(*(each.tolist() for each in columns), strict=True)


_WORDS: Final = [f"#{each}{client}@" for each in RELATIONS for client in ("", "/CLIENT")]
"""What stands between the ends of a grant in its id, by relation and by being a client's role."""


class Adjacent(MultiAdjacencyView[str, str, dict[str, Any]]):
    """The `adj` of a graph, whose items are mappings that cannot be changed: they need no views."""

    _atlas: Neighbours

    def items(self) -> ItemsView[str, Any]:
        return self._atlas.items()


class NodeView(reportviews.NodeView[str, dict[str, Any], dict[str, Any]]):
    """The `nodes` of a graph, whose items are not looked up one by one; printed as networkx's are."""

    _nodes: Nodes

    def items(self) -> ItemsView[str, Any]:
        return self._nodes.items()


class _Neighbourhood(_Paired[Mapping[str, dict[str, str]]]):
    """The neighbours of one node; its hops come sorted by them."""

    def __init__(self, index: Adjacency, forward: bool, node: int) -> None:
        self._index = index
        starts, self._hops = (
            (index.out_starts, index.out_hops) if forward else (index.in_starts, index.in_hops)
        )
        ends = index.resource, index.principal
        self._far, self._near = ends if forward else ends[::-1]
        self._places = range(starts[node], starts[node + 1])

    def _other(self, place: int) -> int:
        hop: int = self._hops[place]
        end: int = self._far[hop] if hop >= 0 else self._near[~hop]
        return end

    def __getitem__(self, name: str) -> Mapping[str, dict[str, str]]:
        number = self._index.number(name)
        if number is not None:
            first = bisect_left(self._places, number, key=self._other)
            last = bisect_right(self._places, number, first, key=self._other)
            if first < last:
                return _Parallel(
                    self._index, self._hops[self._places.start + first : self._places.start + last]
                )
        raise _absent(name)

    def __iter__(self) -> Iterator[str]:
        return (self._index.name(other) for other, _ in groupby(self._places, self._other))

    def __len__(self) -> int:
        return sum(1 for _ in groupby(self._places, self._other))

    def each(self) -> Iterator[Mapping[str, dict[str, str]]]:
        for _, places in groupby(self._places, self._other):
            first, *more = places
            yield _Parallel(self._index, self._hops[first : first + 1 + len(more)])


class _Parallel(_Paired[dict[str, str]]):
    """The edges from one node to another by grant id."""

    def __init__(self, index: Adjacency, hops: Sequence[int]) -> None:
        self._index, self._hops = index, hops

    def __getitem__(self, name: str) -> dict[str, str]:
        for grant in self._grants():
            if self._index.grant_name(grant) == name:
                return Data(self._index.data(grant))
        raise _absent(name)

    def __iter__(self) -> Iterator[str]:
        return map(self._index.grant_name, self._grants())

    def __len__(self) -> int:
        return len(self._hops)

    def each(self) -> Iterator[dict[str, str]]:
        return map(Data, map(self._index.data, self._grants()))

    def _grants(self) -> Iterator[int]:
        return (hop if hop >= 0 else ~hop for hop in self._hops)


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
    """The documents in their total order, each made when it is looked at; its body is read when
    that is.
    """

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(map(Document.__eq__, self, other))
        )

    __hash__ = None  # type: ignore[assignment]  # as any other sequence that compares by what is in it


def _missing(place: int) -> Document:
    raise IndexError(place)


NO_DOCUMENTS: Final = Documents(0, _missing)
