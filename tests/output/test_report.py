"""The HTML report: all that it says, nothing that it fetches, and no text of a document that becomes markup."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from contested import MARKUP, STEERING, leaver, moved, twice
from inroads import EXAMPLE, InroadsError, NotFound
from inroads.documents.pseudonyms import Pseudonyms
from inroads.documents.reader import read
from inroads.explorer import Explorer, load
from inroads.output.report import report
from inroads.sources.synthetic import population
from worlds import explore

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
HOSTILE = "</style></title><script>alert(1)</script><img src=//evil.example/x onerror=a()> \u202egnp {{ 7*7 }}"
VOID = {"meta", "link", "img", "br", "hr", "input"}


class _Parsed(HTMLParser):
    """The tags, attributes and text of a page; raises for a tag that closes another."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _page(graph: Explorer, subject: str | None = None, **chosen: Any) -> str:
    return "".join(report(graph, subject, now=NOON, **chosen))


def _assert_self_contained(page: str) -> _Parsed:
    parsed = _Parsed(page)
    assert not {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "image",
        "use",
    } & set(parsed.tags)
    anchors = {value for name, value in parsed.attributes if name == "id"}
    for name, value in parsed.attributes:
        if name == "href":  # only to a place in the page itself
            assert value.startswith("#")
            assert value[1:] in anchors
            continue
        assert name not in {"src", "xlink:href", "srcset", "action", "style", "data"}, (
            name,
            value,
        )
        assert not name.startswith("on")
        assert "url(" not in value or re.fullmatch(r"url\(#[\w-]+\)", value)
        assert "//" not in value or value == "http://www.w3.org/2000/svg"
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(styles) == 1
    assert "url(" not in styles[0]
    assert "@import" not in styles[0]
    return parsed


def test_the_example() -> None:
    """The report of the example tells its accesses, its latent one, its evidence and what was not seen."""
    parsed = _assert_self_contained(_page(load(EXAMPLE)))
    for words in (
        "BillSpring (77128)",
        "2 independent routes",
        "trial_expired",
        "role 994207",
        "bruce.json",
    ):
        assert words in parsed.text
    assert "Coverage is not complete" in parsed.text
    assert parsed.text.count("0 of 3 businesses have a team document") == 1
    policy = dict(parsed.attributes)["content"]
    assert (
        "content",
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    ) in parsed.attributes, policy


def test_hostile_texts_stay_texts() -> None:
    """Markup, templates and overrides of direction in a name are shown as they are, or as U+FFFD."""
    member = {"id": 5, "role": HOSTILE, "business": {"id": 2, "name": HOSTILE, "account_id": "<b>"}}
    body = {
        "id": 1,
        "email": HOSTILE,
        "business_memberships": [member],
        "subscription_statuses": {"<b>": HOSTILE},
    }
    taken = read(msgspec.json.encode(body), NOON, HOSTILE)
    page = _page(Explorer.observe([taken]))
    parsed = _assert_self_contained(page)
    assert "<script>alert(1)</script>" in parsed.text
    assert "{{ 7*7 }}" in parsed.text
    assert "\u202e" not in page


def test_pseudonyms() -> None:
    """The report of a graph of pseudonyms names nobody and says that it does so."""
    page = _page(load(EXAMPLE).pseudonymised(Pseudonyms(bytes(range(16)))))
    assert "shown by pseudonyms" in page
    assert not [
        each
        for each in ("712052", "77128", "zDmNq", "b@example", "BillSpring", "bruce.json")
        if each in page
    ]


def test_one_subject() -> None:
    """A report of one identity or business is of that one; what is unknown or neither is an error before any output."""
    graph = load(EXAMPLE)
    titles = "What this person reaches", "Who reaches this business"
    for subject, wanted in (("b@example.com", titles[0]), ("business:77128", titles[1])):
        page = _page(graph, subject)
        assert [each for each in titles if each in page] == [wanted]
        assert "reaches most" not in page
    for subject, error in (("identity:5", NotFound), ("account:zDmNq", InroadsError)):
        with pytest.raises(error):
            report(graph, subject)


def test_what_is_left_out_is_told() -> None:
    """A report of many stays small, and says how many people and businesses it does not show."""
    graph = Explorer.observe(
        read(msgspec.json.encode(each), NOON, "p") for each in population(80, 3)
    )
    page = _page(graph, top=2)
    people, businesses = (graph.counts[kind] - 2 for kind in ("IDENTITY", "BUSINESS"))
    assert f"Not shown: {people} identities" in page
    assert f"Not shown: {businesses} businesses" in page
    assert len(page) < len(_page(graph, top=4))


def test_nothing() -> None:
    """The report of no document says that there is none."""
    parsed = _assert_self_contained(_page(explore([])))
    assert "no document was read" in parsed.text


def test_each_fix_with_what_it_would_change() -> None:
    """A finding that one may revoke says which records must go, what would end, and what stays by which way."""
    text = _Parsed(_page(load(EXAMPLE))).text
    assert (
        "role 994207 (roles (deprecated)): destroy this role of b@example.com on account Xr82w"
        in text
    )
    assert "client 22347 (business_clients): remove client 74353 of account Xr82w" in text
    assert "b@example.com no longer reaches account Xr82w, held as CLIENT." in text
    assert (
        "b@example.com still reaches account Xr82w as CLIENT, by 1 path: b@example.com owns BillSpring (77128)"
        in text
    )
    assert "no longer reaches BillSpring" not in text


@pytest.mark.parametrize(
    ("graph", "email", "sentence", "count"),
    [
        (leaver(), "leaver@example.com", "membership_denied: a row of a group of", 2),
        (moved(), "xi@example.com", "account_moved: it is older than the move of", 2),
        (twice(), "o@example.com", "equal_moment: 1 of 2 documents of", 2),
    ],
)
def test_contested_accesses(graph: Explorer, email: str, sentence: str, count: int) -> None:
    """Each contested access has its mark, its contradiction and a marked path; the legend says so."""
    page = _page(graph, email)
    parsed = _assert_self_contained(page)
    assert parsed.text.count("STATED · contested: OWNER · ACTIVE") == count
    assert parsed.text.count("(contested)") == count
    assert page.count(f'<ul class="contested"><li>{sentence}') == count
    assert "a double line is contested" in parsed.text


def test_a_sound_access_has_no_mark() -> None:
    """Of three accesses, the one that no record contradicts has no mark."""
    parsed = _Parsed(_page(moved(), "xi@example.com"))
    assert parsed.text.count("OWNER · STATED · ACTIVE") == 1


def test_hostile_contradictions() -> None:
    """Markup in an id or a source is text."""
    page = _page(moved(MARKUP, STEERING), "xi@example.com")
    parsed = _assert_self_contained(page)
    assert f"account:{MARKUP}" in parsed.text
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_the_summary_of_many() -> None:
    """A plot has a bar for each business that is reached most, and one for each rule with findings."""
    graph = Explorer.observe(
        read(msgspec.json.encode(each), NOON, "p") for each in population(80, 3)
    )
    page = _page(graph)
    parsed = _assert_self_contained(page)
    found = graph.findings(now=NOON)
    shown = [value for name, value in parsed.attributes if name == "aria-label"]
    bars = [each for each in shown if re.fullmatch(r"\d+ \w+(, \d+ \w+)*", each)]
    assert len(bars) == 10 + len(found.by_rule())
    for name, part in found.by_rule().items():
        assert {each.rule for each in part} == {name}
        assert f'<section id="rule-{name}">' in page
        left = len(part) - 10
        assert left <= 0 or f"… {left:,} more of this rule" in page
    assert f"<dd>{len(found):,}</dd>" in page


def test_everything() -> None:
    """A full report lists each finding, each access and each identity."""
    graph = Explorer.observe(
        read(msgspec.json.encode(each), NOON, "p") for each in population(30, 3)
    )
    page = _page(graph, full=True)
    _assert_self_contained(page)
    assert "more of this rule" not in page
    assert "Not shown" not in page
    assert page.count('<section id="identity-') == graph.counts["IDENTITY"]
    found = graph.findings(now=NOON)
    assert sum(len(each.evidence) for each in found) <= page.count(", observed 20")


def test_its_scope() -> None:
    """The head names what was read, of when, about whom and how much; the title is as precise."""
    graph = load(EXAMPLE)
    whole = _Parsed(_page(graph, read=["march.db"])).text
    assert "Access review: 1 identity and 3 businesses, 2026-03-01" in whole
    assert "march.db, 1 document" in whole
    assert "all, 1 identity and 3 businesses" in whole
    assert "at most 10 of each list" in whole
    assert "as of2026-03-01T12:00:00Z: ages and expiries are for this moment" in whole.replace(
        "\n", ""
    )
    one = _Parsed(_page(graph, "b@example.com", top=2)).text
    assert "only b@example.com, among 1 identity and 3 businesses" in one
    assert "at most 2 of each list" in one


def test_no_folder_of_this_machine() -> None:
    """Sources are names of files, in the tooltips of pictures too."""
    page = _page(load(EXAMPLE))
    assert EXAMPLE.parent.as_posix() not in page
    assert "bruce.json /response/" in page


def test_severity_and_certainty_differ() -> None:
    """In neither theme does a colour stand for both, and each bar has its numbers in words beside it."""
    page = _page(load(EXAMPLE))
    themes = re.findall(r"--stated: (\S+); --inferred: (\S+); (--critical.*?) \}", page)
    assert len(themes) == 3
    for stated, inferred, severities in themes:
        assert {stated, inferred}.isdisjoint(re.findall(r"#\w+", severities))
    bars = re.findall(r'aria-label="([^"]*)".*?<span class="words">(.*?)</span>', page)
    assert bars
    assert all(label == words for label, words in bars)
