"""Coverage: what an answer rests on, and how old that is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from inroads.columns.claimset import NONE
from inroads.documents.claims import SECTIONS_OF_ME
from inroads.documents.reader import read
from inroads.explorer import Explorer
from inroads.model import Coverage, Mode, MomentSource, NodeKind
from inroads.reach import limits
from strategies import worlds
from worlds import World, explore

JANUARY, FEBRUARY, MARCH, JUNE = (
    dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (1, 2, 3, 6)
)
UNRELATED = ({"id": 3, "business_memberships": [{"role": "owner", "business": {"id": 9}}]}, JUNE)


def me(number: int, role: str, **business: Any) -> dict[str, Any]:
    row = {"id": number, "role": role, "business": {"id": 1, **business}}
    return {"id": number, "business_memberships": [row], "groups": [], "roles": []}


TEAM = {
    "id": 1,
    "business_group": {
        "id": 5,
        "members": [
            {"id": number, "identity_id": number, "role": "manager", "business_id": 1}
            for number in (1, 2)
        ],
    },
}


def ends(coverage: Coverage) -> tuple[dt.datetime | None, dt.datetime | None]:
    return coverage.oldest, coverage.newest


def test_the_age_is_of_what_the_answer_rests_on() -> None:
    """Documents about something else make an answer neither older nor newer."""
    world: World = [(me(1, "owner"), JANUARY), (me(2, "manager"), FEBRUARY), UNRELATED]
    graph = explore(world)
    assert ends(graph.coverage()) == (JANUARY, JUNE)
    assert ends(graph.reach("identity:1").coverage) == (JANUARY, JANUARY)
    assert ends(graph.reach("identity:2").coverage) == (FEBRUARY, FEBRUARY)
    assert ends(graph.reached_by("business:1").coverage) == (JANUARY, FEBRUARY)
    access = graph.access("identity:2", "business:1")
    assert access
    assert ends(graph.coverage_of_access(access)) == (FEBRUARY, FEBRUARY)


def test_a_newer_team_takes_the_place_of_older_rows() -> None:
    """Once a team says who is in it, that is the evidence; what was asked has its own newest document, too."""
    graph = explore(
        [(me(1, "owner"), JANUARY), (me(2, "manager"), FEBRUARY), (TEAM, MARCH), UNRELATED]
    )
    assert ends(graph.reached_by("business:1").coverage) == (MARCH, MARCH)
    assert ends(graph.reach("identity:1").coverage) == (JANUARY, MARCH)


def test_the_keeper_of_an_account_is_evidence() -> None:
    """A step over KEEPS rests on the document that says who keeps the account, for few paths and for many."""
    world: World = [
        (me(1, "owner"), JANUARY),
        (me(2, "manager", account_id="shop"), MARCH),
        UNRELATED,
    ]
    graph = explore(world)
    found = [
        ends(graph.reach("identity:1").coverage),
        ends(graph.reached_by("account:shop").coverage),
    ]
    assert found == [(JANUARY, MARCH)] * 2


def test_the_way_back_is_no_evidence() -> None:
    """A business is a client of the account it keeps: whoever came by the account does not go back to it."""
    row = {"id": 7, "account_id": "shop", "account_business": {"account_business_id": 2}}
    owner = {"id": 3, "role": "owner", "business": {"id": 2, "account_id": "shop"}}
    itself = {"id": 4, "role": "owner", "business": {"id": 2, "business_clients": [row]}}
    world: World = [
        (me(1, "owner", account_id=None, business_clients=[row]), FEBRUARY),
        ({"id": 2, "business_memberships": [owner], "groups": [], "roles": []}, MARCH),
        ({"id": 4, "business_memberships": [itself], "groups": [], "roles": []}, JANUARY),
    ]
    graph = explore(world)
    assert "account:shop#CLIENT@business:2" in graph.grants
    answer = graph.reach("identity:1", set(NodeKind), Mode.ASSOCIATION)
    assert [each.resource for each in answer] == ["business:1", "account:shop", "business:2"]
    assert ends(answer.coverage) == (FEBRUARY, MARCH)


def test_no_document_has_no_age() -> None:
    """Without documents there is no age; with one of the identity alone, the age is its own."""
    assert ends(explore([]).coverage()) == (None, None)
    graph = explore([({"id": 1, "business_memberships": []}, JANUARY)])
    assert ends(graph.reach("identity:1").coverage) == (JANUARY, JANUARY)


@pytest.mark.parametrize("vectorised", [limits.VECTORISED, 0])
@given(world=worlds())
@settings(max_examples=25, deadline=None)
def test_the_age_is_that_of_the_steps(vectorised: int, world: World) -> None:
    """Of every identity, oldest and newest are those of its own newest documents and of all steps' records."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(limits, "VECTORISED", vectorised)
        graph = explore(world)
        for number in range(graph.fold.kind_starts[1]):
            identity = graph.index.name(number)
            for mode in Mode:
                answer = graph.reach(identity, set(NodeKind), mode)
                told = {
                    evidence.document
                    for access in answer
                    for path in access.paths
                    for step in path.steps
                    for evidence in graph.grants[step.grant].evidence
                }
                own = {
                    graph._measured._latest(identity, each) for each in ("me", *SECTIONS_OF_ME)
                } - {NONE}
                moments = [graph.documents[each].observed_at for each in told | own]
                wanted = (min(moments), max(moments)) if moments else (None, None)
                found = ends(answer.coverage)
                if mode is Mode.ACCESS and not vectorised:
                    assert (found[0] is None) == (wanted[0] is None)
                    assert not moments or (found[0] <= wanted[0] and found[1] >= wanted[1])  # type: ignore[operator]  # none of them is None
                elif not answer.truncated:
                    assert found == wanted


def test_moments_of_files_are_told_once() -> None:
    """One note counts the documents behind the answer whose moment is that of a file, and no others."""

    def observed(body: dict[str, Any], moment: dt.datetime, how: MomentSource) -> Any:
        return read(msgspec.json.encode(body), moment, "somewhere", how)

    graph = Explorer.observe(
        [
            observed(me(1, "owner"), JANUARY, MomentSource.FILE),
            observed(me(2, "manager"), FEBRUARY, MomentSource.FILE),
            observed(*UNRELATED, MomentSource.GIVEN),
        ]
    )

    def told(coverage: Coverage) -> list[str]:
        return [note for note in coverage.notes if "date of" in note]

    one = "1 document has no date of its own; the date of its file was used"
    two = "2 documents have no date of their own; the dates of their files were used"
    assert told(graph.coverage()) == told(graph.reached_by("business:1").coverage) == [two]
    assert told(graph.reach("identity:2").coverage) == [one]
    assert told(graph.reach("identity:3").coverage) == []
    assert graph.reach("identity:1").coverage.complete, "the note does not make it incomplete"
