"""Filters of the queue are typed as words, and told as words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroads.errors import InroadsError
from inroads.model import AccessState, Certainty, Role
from inroads.review import Filter
from inroads_api.cli.worklist.filtering import parsed, written

TEXT = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters=":"), min_size=1).filter(
        lambda word: word.split() == [word]
    )
).map(" ".join)


@given(
    st.builds(
        Filter,
        of=st.sampled_from([None, "business:1", "account:zDmNq", "identity:712052"]),
        role=st.sampled_from([None, *Role]),
        certainty=st.sampled_from([None, Certainty.STATED, Certainty.INFERRED]),
        state=st.sampled_from([None, *AccessState]),
        contested=st.sampled_from([None, True, False]),
        text=st.none() | TEXT.filter(bool),
    )
)
def test_there_and_back(chosen: Filter) -> None:
    """The words of a filter are read as that filter."""
    assert parsed(written(chosen)) == chosen


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rol:owner", "rol:owner: did you mean role:?"),
        ("role:king", "role: 'king' is not one of owner, admin"),
        ("contested:maybe", "contested: 'maybe' is not one of yes, no"),
        ("qqqqq:1", "it is one of business, account"),
        ("business:1 account:A", "account: say it once"),
        ("business:x", "business:x"),
        ("certainty:associated", "is not one of stated, inferred"),
        ("state:\x1b[2J", "state: '\ufffd[2J' is not one of active, latent"),
    ],
)
def test_what_is_wrong(text: str, told: str) -> None:
    """A word that is none of a filter is refused with what was expected, in printable characters."""
    with pytest.raises(InroadsError) as caught:
        parsed(text)
    assert told in caught.value.message
    assert caught.value.message.isprintable()
