"""The picture as a widget: the scene that the image shows, and what is picked comes back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import inroads
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.output.picture import widget as module
from inroads.output.picture.scenes import of_answer


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A built script, whatever this installation has."""
    (tmp_path / "widget.js").write_text("export default {};", encoding="utf-8")
    (tmp_path / "widget.css").write_text(".ir-host {}", encoding="utf-8")
    monkeypatch.setattr(module, "BUILT", tmp_path)


@pytest.fixture(scope="module")
def g() -> Explorer:
    return inroads.load(inroads.EXAMPLE)


def spots(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in told["spots"]}


def test_an_answer_has_the_boxes_and_lines_of_its_image(g: Explorer, built: None) -> None:
    answer = g.reach("b@example.com")
    scene, told = of_answer(answer), answer.widget().scene
    assert list(spots(told)) == list(scene.boxes)
    assert [(each["from"], each["to"]) for each in told["lines"]] == list(scene.lines)
    assert [each["label"] for each in told["lines"]] == [
        each.words for each in scene.lines.values()
    ]
    assert (told["root"], told["inverse"]) == ("identity:712052", False)
    assert [key for key, each in spots(told).items() if each["end"]] == ["identity:712052"]


def test_who_reaches_a_resource_stands_to_its_left(g: Explorer, built: None) -> None:
    told = g.reached_by("account:Xr82w").widget().scene
    assert (told["root"], told["inverse"]) == ("account:Xr82w", True)


def test_one_access_has_both_of_its_ends(g: Explorer, built: None) -> None:
    told = g.access("b@example.com", "account:Xr82w").widget().scene
    ends = [key for key, each in spots(told).items() if each["end"]]
    assert sorted(ends) == ["account:Xr82w", "identity:712052"]
    assert {each["certainty"] for each in told["lines"]} <= {"STATED", "INFERRED", "ASSOCIATED"}


def test_an_answer_of_nothing_says_so(g: Explorer, built: None) -> None:
    told = g.reach("b@example.com", roles="STAFF").widget().scene
    assert (told["spots"], told["note"]) == ([], "no access")


def test_what_is_picked_on_the_page_comes_back(g: Explorer, built: None) -> None:
    shown = g.reach("b@example.com").widget()
    told: list[str] = []
    shown.observe(lambda change: told.append(change["new"]), "picked")
    shown.set_state({"picked": "business:77128"})  # as a message of the page does
    assert (shown.picked, told) == ("business:77128", ["business:77128"])


def test_without_its_script_or_its_extra_it_says_what_to_install(
    g: Explorer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = g.reach("b@example.com")
    monkeypatch.setattr(module, "BUILT", tmp_path)
    with pytest.raises(InroadsError, match="built without") as missing:
        answer.widget()
    assert missing.value.code == "NOT_BUILT"
    monkeypatch.delitem(sys.modules, "inroads.output.picture.widget")
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(InroadsError, match=r"inroads\[widget\]"):
        answer.widget()
