"""Search against a plain look at every node."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroads.explorer import Explorer
from inroads.model import NodeKind, fold_text, kind_of, native_id
from inroads.network.search import Match, MatchField, MatchPlace
from records import DAY, me, membership
from worlds import explore

PARTS: Final = (*"aAk07: \t@ßİ\u212aéy\0", "ab", "10", "  ", "ss", "t:", "")
TEXTS: Final = st.lists(st.sampled_from(PARTS), max_size=4).map("".join)
NUMBERS: Final = st.sampled_from((0, 1, 7, 10, 70, 100, 107, 710, 7107, 2**31, 10**17))
PEOPLE: Final = st.lists(st.tuples(NUMBERS, TEXTS, TEXTS, TEXTS, NUMBERS, TEXTS, TEXTS), max_size=5)


KINDS: Final = tuple(NodeKind)
FIELDS, PLACES = tuple(MatchField), tuple(MatchPlace)


def plainly(graph: Explorer, text: str) -> list[Match]:
    """What search should find, in order."""
    wanted = fold_text(text)
    if not wanted:
        return []
    ranked = []
    for node, data in graph.nodes(data=True):
        first, last = data.get("first_name"), data.get("last_name")
        words = [
            (MatchField.ID, node),
            (MatchField.ID, native_id(node)),
            (MatchField.EMAIL, data.get("email")),
            (MatchField.NAME, " ".join(filter(None, (first, last)))),
            (MatchField.NAME, data.get("name")),
        ]
        places = [
            (_place(wanted, fold_text(word)), FIELDS.index(field)) for field, word in words if word
        ]
        if first and last and fold_text(last).startswith(wanted):
            places.append((1, FIELDS.index(MatchField.NAME)))
        place, field = min(places)
        if place < len(PLACES):
            ranked.append((place, field, KINDS.index(kind_of(node)), node))
    if len(wanted.encode("utf-8", "surrogatepass")) <= 2 and min(ranked, default=(2,))[0] < 2:
        ranked = [each for each in ranked if each[0] < 2]
    return [Match(row[3], FIELDS[row[1]], PLACES[row[0]]) for row in sorted(ranked)]


def _place(wanted: str, word: str) -> int:
    if wanted not in word:
        return len(PLACES)
    return 0 if word == wanted else 1 if word.startswith(wanted) else 2


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
        found = plainly(graph, wanted)
        assert list(graph.matches(wanted)) == found, wanted
        assert graph.search(wanted, first) == [each.node for each in found[:first]]
        matches = graph.matches(wanted)
        keys = [matches.key(place) for place in range(len(matches))]
        assert keys == sorted(keys)
        for kinds in ({NodeKind.IDENTITY}, {NodeKind.ACCOUNT, NodeKind.GROUP}):
            some = [each.node for each in graph.matches(wanted, kinds)]
            kept = [each.node for each in found if kind_of(each.node) in kinds]
            assert some == kept or len(fold_text(wanted).encode()) <= 2, wanted


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada lo", ["identity:2", "identity:1"]),
        ("DA LOVE", ["identity:1"]),
        ("love", ["identity:1"]),
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


def test_people_come_before_ids() -> None:
    """An email that begins with the text comes before a name, and both before a hit inside an id."""
    graph = explore(
        [
            (
                me(
                    number,
                    email=email,
                    first_name=first,
                    last_name=last,
                    business_memberships=[
                        membership(number, 70 + number, account_id=account, name=name)
                    ],
                ),
                DAY[number],
            )
            for number, email, first, last, account, name in (
                (1, "a@example.com", "Ali", "Khan", "xkhan", "Bakery of Khan"),
                (2, "khan@example.com", None, None, "b", "Khan Tours"),
                (3, "c.khan@example.com", "Cy", "Other", "c", None),
            )
        ]
    )
    assert [(match.node, match.field, match.place) for match in graph.matches("khan")] == [
        ("identity:2", "EMAIL", "PREFIX"),
        ("identity:1", "NAME", "PREFIX"),
        ("business:72", "NAME", "PREFIX"),
        ("identity:3", "EMAIL", "WITHIN"),
        ("business:71", "NAME", "WITHIN"),
        ("account:xkhan", "ID", "WITHIN"),
    ]
    people = graph.matches("khan", {NodeKind.IDENTITY})
    assert [match.node for match in people] == ["identity:2", "identity:1", "identity:3"]
    assert [match.node for match in people[1:9]] == ["identity:1", "identity:3"]


def test_many_are_found_in_order() -> None:
    """More matches than are chosen without sorting all come in the same order, ids of any length."""
    rows = [membership(number, number, name="Khan") for number in (*range(95, 1300), 7, 20_000)]
    graph = explore([(me(1, business_memberships=rows), DAY[0])])
    found = [match.node for match in graph.matches("khan")]
    assert found == sorted(f"business:{row['business']['id']}" for row in rows)
    assert graph.search("khan", 5) == found[:5]
