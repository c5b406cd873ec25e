"""Former emails: whose an email was, and since when it is not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroads.analysis.changes import changes
from inroads.columns.arrays import Ints
from inroads.columns.builder import claim_set
from inroads.columns.union import union
from inroads.documents.claims import state
from inroads.documents.reader import Observation, read
from inroads.errors import NotFound
from inroads.explorer import Explorer, load
from inroads.model import fold_email
from inroads.network.limited.view import portion
from inroads.network.names.former_emails import EmailChange, FormerEmail
from inroads.policy.tables import STOCK
from inroads.sources.synthetic import population
from inroads.store import snapshot
from inroads.store.ledger import Ledger
from worlds import World, explore, observations

DAY = [dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in range(1, 9)]


def me(number: int, email: str | None, *businesses: int) -> dict[str, Any]:
    rows = [{"id": each, "role": "owner", "business": {"id": each}} for each in businesses]
    return {"id": number, "email": email, "business_memberships": rows}


OLD: World = [
    (me(9, "Old@example.com", 1), DAY[0]),
    (me(9, "old@example.com", 1), DAY[1]),
    (me(9, "new@example.com", 1), DAY[2]),
    (me(9, "NEW@example.com", 1), DAY[3]),
    (me(8, "same@example.com", 2), DAY[0]),
    (me(8, "same@example.com", 2), DAY[3]),
]


def test_a_former_email_names_its_identity() -> None:
    """It was the email until the first document that states another one, however it is spelled."""
    graph = explore(OLD)
    (found,) = graph.formerly(" OLD@example.COM")
    assert found == FormerEmail("identity:9", DAY[2], "NEW@example.com")
    assert graph.formerly("new@example.com") == graph.formerly("same@example.com") == ()
    assert graph.formerly("never@example.com") == ()
    with pytest.raises(NotFound) as caught:
        graph.reach("old@example.com")
    assert caught.value.message == (
        "old@example.com was the email of identity:9 until 2026-01-03T00:00:00Z"
        " (now NEW@example.com)"
    )
    assert caught.value.code == "NOT_FOUND"
    with pytest.raises(NotFound, match="no document names"):
        graph.reach("never@example.com")


def test_an_email_that_was_given_up_or_taken_back() -> None:
    """An identity may have no email now; one that it has again is not a former one; a newcomer is found first."""
    gone = explore([(me(1, "a@x.org"), DAY[0]), (me(1, None), DAY[1])])
    (found,) = gone.formerly("a@x.org")
    assert (found, found.sentence("a@x.org")) == (
        FormerEmail("identity:1", DAY[1], None),
        "a@x.org was the email of identity:1 until 2026-01-02T00:00:00Z (now it has none)",
    )
    back = explore(
        [(me(1, each), DAY[n]) for n, each in enumerate(["a@x.org", "b@x.org", "a@x.org"])]
    )
    assert back.formerly("a@x.org") == ()
    assert [each.until for each in back.formerly("b@x.org")] == [DAY[2]]
    passed = explore([*OLD, (me(7, "old@example.com"), DAY[4])])
    assert passed.find("old@example.com") == "identity:7"


def test_a_limited_view_tells_no_former_email() -> None:
    """Who may see one business learns of no former email, neither of others nor of its own people."""
    graph = explore(OLD)
    for business in ("1", "2"):
        view = portion(graph, [business], b"k" * 32)
        assert view.formerly("old@example.com") == ()


def test_an_email_that_changed_between_two_moments() -> None:
    """It is told with the old and the new one, unless it is only spelled differently or was unknown."""
    before = explore(
        [(me(9, "Old@example.com"), DAY[0]), (me(8, "A@x.org"), DAY[0]), (me(7, None), DAY[0])]
    )
    after = explore(
        [(me(9, "new@example.com"), DAY[1]), (me(8, "a@x.org"), DAY[1]), (me(7, "c@x.org"), DAY[1])]
    )
    found = changes(before, after)
    assert found.emails == (EmailChange("identity:9", "Old@example.com", "new@example.com"),)
    assert changes(after, before).emails == (
        EmailChange("identity:9", "new@example.com", "Old@example.com"),
    )
    assert found.changes == ()


def test_identities_that_were_observed_once_cost_nothing() -> None:
    """Where each document is of an identity of its own, no row is kept; teams that repeat an email add few."""
    found = [read(msgspec.json.encode(each), DAY[0], "p") for each in population(100, 1)]
    own = {
        each.document.subject: each
        for each in found
        if isinstance(each, Observation) and each.document.kind == "me"
    }
    alone = list(own.values())
    assert len(alone) > 50
    assert columns(Explorer.observe(alone)) == [[], [], []]
    assert len(columns(Explorer.observe(found))[0]) < len(alone) / 2


def test_a_snapshot_keeps_former_emails(tmp_path: Path) -> None:
    """A graph that is opened from a snapshot knows the former emails of the graph that was saved."""
    path = tmp_path / "documents.ledger"
    with Ledger(path) as ledger:
        ledger.add(each.document for each in observations(OLD))
        graph = load(path)
        assert snapshot.save(graph.index, ledger, ledger.sequence, ledger.forgetting)
        kept = snapshot.find(ledger, STOCK)
    assert kept
    opened = Explorer.of(kept.columns)
    assert opened.formerly("old@example.com") == graph.formerly("old@example.com") != ()


def columns(graph: Explorer) -> list[list[int]]:
    rows: tuple[Ints, ...] = graph.fold.said.emails
    return [np.asarray(each).tolist() for each in rows]


@given(
    st.lists(
        st.tuples(
            st.integers(1, 2),
            st.sampled_from(["a@x.org", "A@x.org", "b@x.org", None]),
            st.integers(0, 4),
        ),
        min_size=1,
        max_size=8,
    ),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_in_any_order_and_grouping(
    stated: list[tuple[int, str | None, int]], data: st.DataObject
) -> None:
    """What is kept of former emails does not depend on how documents are put together, and is enough."""
    world: World = [(me(number, email), DAY[day]) for number, email, day in stated]
    whole = explore(world)
    seen = data.draw(st.permutations(observations(world)))
    parts = [claim_set([state(each, STOCK)]) for each in seen]
    while len(parts) > 1 and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(parts) - 2))
        parts[at : at + 2] = [union(parts[at : at + 2])]
    together = union([*parts, *parts])
    assert [each.tolist() for each in together.emails] == columns(whole)
    grown = Explorer.observe(seen[:1])
    for each in seen[1:]:
        grown = grown.adding([each])
    assert columns(grown) == columns(whole)
    for email in ("a@x.org", "b@x.org"):
        assert whole.formerly(email) == grown.formerly(email)
        told = {each.identity: each.until for each in whole.formerly(email)}
        for number in {number for number, _, _ in stated}:
            now = whole.nodes[f"identity:{number}"].get("email")
            mine = [(day, each) for one, each, day in stated if one == number]
            last = max(
                (day for day, each in mine if each and fold_email(each) == email), default=None
            )
            later = [day for day, each in mine if last is not None and day > last]
            is_former = bool(later) and (now is None or fold_email(now) != email)
            assert (f"identity:{number}" in told) == is_former
            if is_former:
                assert DAY[min(later)] <= told[f"identity:{number}"] <= DAY[max(later)]
