"""Filters by keyword: what a type checker refuses, and what is refused at run time."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

import pytest
from mypy import api

import inroads
from inroads.errors import InroadsError, NotFound
from inroads.model import AccessState, Capability, Certainty, Mode, NodeKind, Relation, Role
from inroads.reach import filters

SETTINGS = Path(__file__).parents[2] / "pyproject.toml"
GOOD = """
import inroads
g = inroads.load(inroads.EXAMPLE)
g.reach("b@example.com", roles=["OWNER", inroads.Role.ADMIN], certainty="STATED", max_steps=2)
g.reached_by("77128", avoid=["BillSpring"], contested=False, mode="ASSOCIATION")
g.access("b@example.com", "77128", via=["MEMBER"], state=None)
g.reach("b@example.com", kinds="BUSINESS", roles="OWNER", capabilities=inroads.Capability.OPERATIONS)
"""
BAD = """
import inroads
g = inroads.load(inroads.EXAMPLE)
g.reach("b@example.com", rolez=["OWNER"])
g.reached_by("77128", roles=["OWNR"])
g.access("b@example.com", "77128", via="MEMBERS")
g.reach("b@example.com", max_steps="2")
"""


def test_a_type_checker_refuses_wrong_filters(tmp_path: Path) -> None:
    """Each wrong line is an error of the type checker, and no right line is.

    It takes the project's own settings, so that both use one cache.
    """
    for name, text in (("good.py", GOOD), ("bad.py", BAD)):
        (tmp_path / name).write_text(text)
    files = str(tmp_path / "good.py"), str(tmp_path / "bad.py")
    told, _, status = api.run([*files, "--no-error-summary", "--config-file", str(SETTINGS)])
    lines = [line.partition(": error")[0] for line in told.splitlines() if ": error" in line]
    assert status == 1
    assert {line.rpartition("/")[2] for line in lines} == {f"bad.py:{n}" for n in (4, 5, 6, 7)}


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (filters.RoleWord, Role),
        (filters.CapabilityWord, Capability),
        (filters.CertaintyWord, Certainty),
        (filters.StateWord, AccessState),
        (filters.RelationWord, Relation),
        (filters.KindWord, NodeKind),
        (filters.ModeWord, Mode),
    ],
)
def test_words_are_those_of_the_enums(words: Any, kind: type[StrEnum]) -> None:
    """The words that editors complete are the values of the enum, in its order."""
    assert get_args(words) == tuple(kind)


def test_fields_are_those_of_the_filter() -> None:
    """Every field of a filter is a keyword."""
    assert filters.Filters.__annotations__.keys() == set(filters.AccessFilter.__struct_fields__)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"rolez": ["OWNER"]}, "did you mean roles?"),
        ({"roles": ["OWNR"]}, "did you mean OWNER?"),
        ({"certainty": "stated"}, "did you mean STATED?"),
        ({"zzz": 1}, "filters are roles"),
        ({"max_steps": "2"}, "max_steps"),
    ],
)
def test_wrong_filters_at_run_time(given: dict[str, Any], meant: str) -> None:
    """A wrong filter is an error that says what was expected."""
    graph = inroads.load(inroads.EXAMPLE)
    with pytest.raises(InroadsError, match=meant.replace("?", r"\?")) as error:
        graph.reach("b@example.com", **given)
    assert error.value.code == "BAD_FILTER"


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ({"roles": "MANAGER"}, {"roles": ["MANAGER"]}),
        ({"roles": Role.OWNER}, {"roles": [Role.OWNER]}),
        ({"capabilities": "OPERATIONS"}, {"capabilities": ["OPERATIONS"]}),
        ({"via": "MEMBER"}, {"via": ["MEMBER"]}),
        ({"avoid": "BillSpring"}, {"avoid": ["BillSpring"]}),
        ({"kinds": "BUSINESS"}, {"kinds": ["BUSINESS"]}),
    ],
)
def test_one_word_stands_for_a_list_of_it(one: dict[str, Any], many: dict[str, Any]) -> None:
    """A single word filters as a list of it does, and is never read letter by letter."""
    graph = inroads.load(inroads.EXAMPLE)
    filtered = list(graph.reach("b@example.com", **one))
    assert filtered == list(graph.reach("b@example.com", **many))
    assert 0 < len(filtered) < len(graph.reach("b@example.com"))


def test_nodes_to_avoid_are_named() -> None:
    """A node to avoid is named as in any question; what is unknown is an error."""
    graph = inroads.load(inroads.EXAMPLE)
    by_id = graph.reach("b@example.com", avoid=["business:77128"])
    assert list(graph.reach("b@example.com", avoid=["BillSpring"])) == list(by_id)
    for unknown in ("business:1", "BilSpring"):
        with pytest.raises(NotFound):
            graph.reach("b@example.com", avoid=[unknown])


@pytest.mark.parametrize(
    ("name", "words"), [("roles", ["OWNER"]), ("via", ["MEMBER"]), ("capabilities", ["PROJECTS"])]
)
def test_iterators_are_read_once(name: str, words: list[str]) -> None:
    """A generator of words filters as a list of them: it is not read by the check of words alone."""
    graph = inroads.load(inroads.EXAMPLE)
    listed = graph.reach("b@example.com", **{name: words})  # type: ignore[misc]  # a name by turns
    assert len(listed) > 0
    for lazy in (iter(words), (each for each in words)):
        assert graph.reach("b@example.com", **{name: lazy}) == listed  # type: ignore[misc]


def test_a_word_where_words_are_wanted() -> None:
    """One text is not taken for its letters, and a direction that there is not is refused."""
    graph = inroads.load(inroads.EXAMPLE)
    assert [each.resource for each in graph.reach("b@example.com", "ACCOUNT")] == [
        each.resource for each in graph.reach("b@example.com", ["ACCOUNT"])
    ]
    with pytest.raises(InroadsError) as error:
        graph.neighbours("BillSpring", direction="UP")  # type: ignore[arg-type]
    assert error.value.code == "BAD_FILTER"
