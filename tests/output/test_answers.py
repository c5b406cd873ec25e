"""Answers in a notebook: one line for a terminal, an image and a table that are never too much."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest

import inroads
from inroads.explorer import Explorer
from records import DAY, client, me, membership
from worlds import explore

MOST = 200_000
"""The most bytes of an answer's HTML."""


@pytest.fixture(scope="module")
def hub() -> Explorer:
    """A vendor, and 600 people who each own a business that is its client."""
    worlds = [
        (
            me(
                number,
                business_memberships=[
                    membership(number, 5_000 + number, business_clients=[client(number, "Hub", 7)])
                ],
            ),
            DAY[0],
        )
        for number in range(1, 601)
    ]
    return explore(worlds)


def drawn(html: str) -> list[str]:
    """The pictures in HTML, as SVG."""
    return [
        b64decode(data).decode()
        for data in re.findall(r'src="data:image/svg\+xml;base64,(.*?)"', html)
    ]


def test_a_hub_is_one_box_with_its_number(hub: Explorer) -> None:
    """The picture of 600 people tells their number, fits a screen, and nothing is left out silently."""
    answer = hub.reached_by("account:Hub")
    html = answer._repr_html_()
    assert html.startswith("<img alt=")
    assert "<svg" not in html
    (picture,) = drawn(html)
    assert "600 businesses" in picture
    assert "600 more beyond" in picture
    (height,) = re.findall(r'<svg [^>]*height="(\d+)"', picture)
    assert int(height) < 900
    assert "600 accesses to account Hub: 600 inferred, 600 active" in html
    assert "… 580 more" in html


ANSWERS: dict[str, Callable[[Explorer], Any]] = {
    "graph": lambda g: g,
    "reach": lambda g: g.reach("identity:1"),
    "reached by": lambda g: g.reached_by("account:Hub"),
    "access": lambda g: g.access("identity:1", "account:Hub"),
    "census": inroads.census,
    "plan": lambda g: g.plan("identity:1", "account:Hub"),
    "what-if": lambda g: g.without("client 1"),
    "findings": lambda g: g.findings(),
    "changes": lambda g: inroads.changes(explore([]), g),
}


@pytest.mark.parametrize("ask", ANSWERS.values(), ids=ANSWERS)
def test_every_answer_has_a_short_repr_and_html(
    ask: Callable[[Explorer], Any], hub: Explorer
) -> None:
    """No repr is longer than a screen, and no HTML heavier than its limit; both say the total."""
    found = ask(hub)
    assert len(repr(found).splitlines()) <= 45
    assert len(repr(found)) < 10_000
    assert len(found._repr_html_()) < MOST
    assert re.search(r"\d", repr(found))


def test_what_a_frozen_graph_refuses_is_not_offered(hub: Explorer) -> None:
    """Completion of names offers questions, and not the ways of networkx to change a graph."""
    offered = set(dir(hub))
    assert {"reach", "nodes", "to_networkx"} <= offered
    assert not {"add_node", "remove_edge", "clear", "node_dict_factory"} & offered
    assert all(hasattr(hub, name) for name in offered)


FRAMES: dict[str, Callable[[Explorer], Any]] = {
    name: ANSWERS[name] for name in ("reach", "census", "findings", "changes", "what-if")
}


@pytest.mark.parametrize("ask", FRAMES.values(), ids=FRAMES)
def test_frames_agree(ask: Callable[[Explorer], Any], hub: Explorer) -> None:
    """pandas, polars and Arrow hold the same rows, and no cell is a list."""
    found = ask(hub)
    pandas, polars, arrow = found.to_pandas(), found.to_polars(), found.to_arrow()
    assert list(pandas.columns) == polars.columns == arrow.column_names
    assert len(pandas) == len(polars) == len(arrow) > 0
    assert not [
        cell for row in pandas.to_dict("records") for cell in row.values() if isinstance(cell, list)
    ]
    name = pandas.columns[0]
    assert list(pandas[name]) == polars[name].to_list() == arrow[name].to_pylist()


def test_other_paths_are_counted() -> None:
    """A row of a table in a notebook tells the first path of an access, and how many others there are."""
    told = inroads.load(inroads.EXAMPLE).reach("b@example.com")._repr_html_()
    assert "is a client of account Xr82w. And by 1 more path.<" in told
    assert "b@example.com owns BillSpring (77128).<" in told
