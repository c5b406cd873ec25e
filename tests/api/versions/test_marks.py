"""Marks of versions: a text that is read as it was written, and ids that are told apart."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroads.errors import BadId
from inroads.moments import moment_number
from inroads_api.versions.marks import NOTHING, Imagined, Mark, Past, own, parse, plain, split
from records import DAY, me
from worlds import explore

MARKS = st.one_of(
    st.builds(
        Past,
        st.none() | st.integers(1, 10**15),
        st.integers(-(2**57), 2**57),
        st.from_regex("[0-9a-f]{8}", fullmatch=True),
    ),
    st.builds(Imagined, st.from_regex("[0-9a-f]{16}", fullmatch=True)),
)
ACCOUNTS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64)
"""The service's own ids of accounts: whatever can be seen in ASCII."""


@given(MARKS)
def test_read_as_written(mark: Mark) -> None:
    """A mark is short, of letters that URLs leave alone, and read as it was written."""
    assert parse(str(mark)) == mark
    assert re.fullmatch(r"@~[0-9a-z-]{9,36}", str(mark))


@given(st.text("0123456789abcdefz-~@X", max_size=30))
def test_one_text_for_a_mark(text: str) -> None:
    """No two texts are one mark, or a cache would have an object twice."""
    try:
        mark = parse(f"@~{text}")
    except BadId:
        return
    assert str(mark) == f"@~{text}"


@given(ACCOUNTS | st.builds("{}{}".format, ACCOUNTS, MARKS), MARKS)
def test_ids_are_told_apart(native: str, mark: Mark) -> None:
    """Whatever an account is called, its id is split into what it was made of, with a mark and without."""
    key = f"account:{native}"
    assert split(plain(key)) == (key, "")
    assert split(f"{key}{mark}") == (key, str(mark))
    assert (plain(key) == key) or re.search("@~[0-9a-z-]*$", key)


@pytest.mark.parametrize(
    "key", ["business:10", "account:a@b", "account:~", "account:V@~X", "i@x.example"]
)
def test_plain_ids(key: str) -> None:
    """What does not end like a mark is an id as it stands."""
    assert (plain(key), split(key)) == (key, (key, ""))


def test_what_a_mark_says() -> None:
    """It has the newest moment of a version and the beginning of its name, and a position with a ledger alone."""
    graph = explore([(me(1), DAY[3]), (me(2), DAY[1])])
    mark = parse(own(graph))
    assert mark == Past(None, moment_number(DAY[3]), graph.version[:8])
    assert own(explore([])) == ""
    assert NOTHING.name == ""
