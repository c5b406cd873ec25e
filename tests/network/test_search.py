"""Search against a plain look at every node."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroads.explorer import Explorer
from inroads.model import fold_text, native_id
from records import DAY, me, membership
from worlds import explore

PARTS: Final = (*"aAk07: \t@ßİ\u212aéy\0", "ab", "10", "  ", "ss", "t:", "")
TEXTS: Final = st.lists(st.sampled_from(PARTS), max_size=4).map("".join)
NUMBERS: Final = st.sampled_from((0, 1, 7, 10, 70, 100, 107, 710, 7107, 2**31, 10**17))
PEOPLE: Final = st.lists(st.tuples(NUMBERS, TEXTS, TEXTS, TEXTS, NUMBERS, TEXTS, TEXTS), max_size=5)


def plainly(graph: Explorer, text: str, first: int) -> list[str]:
    """Up to `first` nodes as search should find them."""
    wanted = fold_text(text)
    if not wanted:
        return []
    ranked = []
    for node, data in graph.nodes(data=True):
        name = " ".join(filter(None, (data.get("first_name"), data.get("last_name"))))
        words = [
            fold_text(each)
            for each in (node, native_id(node), data.get("email"), name, data.get("name"))
            if each
        ]
        if any(wanted in word for word in words):
            rank = (
                0 if wanted in words else 1 if any(word.startswith(wanted) for word in words) else 2
            )
            ranked.append((rank, node))
    return [node for _, node in sorted(ranked)[:first]]


@given(PEOPLE, TEXTS, st.sampled_from((1, 3, 100)))
@settings(max_examples=60, deadline=None)
def test_any_text_finds_what_a_plain_look_finds(
    people: list[tuple[int, str, str, str, int, str, str]], text: str, first: int
) -> None:
    """Ids, emails and names of any shape are found in the same order, whatever is searched."""
    graph = explore(
        [
            (
                me(
                    number,
                    email=email,
                    first_name=given_name,
                    last_name=family_name,
                    business_memberships=[
                        membership(number, business, account_id=account, name=name)
                    ],
                ),
                DAY[place],
            )
            for place, (
                number,
                email,
                given_name,
                family_name,
                business,
                account,
                name,
            ) in enumerate(people)
        ]
    )
    for wanted in (
        text,
        *(each for person in people for each in person[1:4]),
        *(f"{p[2]} {p[3]}"[1:-1] for p in people),
    ):
        assert graph.search(wanted, first) == plainly(graph, wanted, first), wanted


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada lo", ["identity:2", "identity:1"]),
        ("DA LOVE", ["identity:1"]),
        ("identity:1", ["identity:1", "identity:10"]),
        ("ty:1", ["identity:1", "identity:10"]),
        ("0", ["identity:10"]),
        ("strasse", ["identity:10"]),
        ("lovelace ada", []),
    ],
)
def test_what_is_found(text: str, found: list[str]) -> None:
    """A name goes across its two parts; case and the folding of letters do not matter; no more is found."""
    graph = explore(
        [
            (me(1, first_name="Ada", last_name="Lovelace"), DAY[0]),
            (me(2, first_name=" ADA", last_name="Lo"), DAY[1]),
            (me(10, first_name="Straße", last_name=""), DAY[2]),
        ]
    )
    assert graph.search(text) == found
