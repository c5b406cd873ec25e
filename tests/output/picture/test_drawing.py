"""The picture: what it shows, what it escapes, where it stops."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from contested import MARKUP, STEERING, graph_of, moved, moved_documents
from inroads import EXAMPLE
from inroads.explorer import load
from records import DAY, me, membership
from worlds import explore

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str, tag: str = "text") -> list[str]:
    return [each.text or "" for each in ET.fromstring(picture).iter(f"{SVG}{tag}")]  # noqa: S314  # our own output


def test_the_example() -> None:
    """Every node once, roles on the edges, the evidence in tooltips, latent nodes dashed."""
    picture = load(EXAMPLE).reach("b@example.com")._repr_svg_()
    shown = texts(picture)
    for name in (
        "b@example.com",
        "BillSpring (77128)",
        "account Xr82w",
        "business 363103",
        "account e6Wmk",
    ):
        assert shown.count(name) == 1
    assert {"OWNER", "MANAGER", "CLIENT", "keeps", "account · trial_expired"} <= set(shown)
    tips = "\n".join(texts(picture, "title"))
    assert "membership 168372 = group row 168372 = role 682608" in tips
    assert "/response/roles/2" in tips
    assert "stroke-dasharray" in picture
    assert not any(text.startswith("…") for text in shown)


def test_documents_cannot_inject() -> None:
    """Names with markup, scripts and control characters come out as text."""
    name = "<script>alert(1)</script>&\"'\x1b[31m\u202e]]>"
    graph = explore(
        [
            (
                me(
                    business_memberships=[
                        membership(1, 10, "<b>") | {"business": {"id": 10, "name": name}}
                    ]
                ),
                DAY[0],
            )
        ]
    )
    picture = graph.reach("identity:1")._repr_svg_()
    assert "<script" not in picture
    assert "\x1b" not in picture
    assert any("<script>alert" in text for text in texts(picture, "title"))


def test_no_access_is_said() -> None:
    """An empty answer draws the words instead of nothing."""
    picture = explore([(me(), DAY[0])]).reach("identity:1")._repr_svg_()
    assert texts(picture) == ["no access"]


def test_a_contested_step() -> None:
    """It is a double line with the word, and its tooltip says why; the other two are single."""
    picture = moved().reach("xi@example.com")._repr_svg_()
    assert texts(picture).count("contested") == 2  # on the line, and in the legend
    lines = [
        (path.get("stroke"), path.get("stroke-width"))
        for path in ET.fromstring(picture).iter(f"{SVG}path")  # noqa: S314  # our own output
        if path.get("stroke")
    ]
    single, double = ("#1f2937", "1.6"), [("#1f2937", "6"), ("#ffffff", "2.8")]
    keys = [single, *double]  # of the legend
    assert sorted(lines) == sorted([single, single, *double, *keys])
    (tip,) = [tip for tip in texts(picture, "title") if "account_moved" in tip]
    assert tip.splitlines()[0] == "role 11"


def test_a_contested_step_that_is_latent() -> None:
    """Both of its lines are dashed."""
    graph = moved()
    assert "stroke-dasharray" not in graph.reach("xi@example.com")._repr_svg_()
    line, key = [
        path
        for path in ET.fromstring(_latent()).iter(f"{SVG}path")  # noqa: S314  # our own output
        if path.get("stroke-width") == "6"
    ]
    assert (line.get("stroke-dasharray"), key.get("stroke-dasharray")) == ("5 4", None)


def _latent() -> str:
    documents = moved_documents()
    documents[0]["document"]["response"]["confirmed_at"] = None
    return graph_of(documents).reach("xi@example.com")._repr_svg_()


def test_contradictions_cannot_inject() -> None:
    """Ids and sources in a contradiction come out as text."""
    picture = moved(MARKUP, STEERING).reach("xi@example.com")._repr_svg_()
    assert "<script" not in picture
    assert "\x1b" not in picture
    assert any(MARKUP in tip and "account_moved" in tip for tip in texts(picture, "title"))
