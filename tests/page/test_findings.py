"""The findings of a review on the page: rules with their counts, one rule's findings, suppressions."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import inroads
from browsing import Served, asked_as
from commands import run
from inroads.analysis.findings import Findings
from inroads.policy.loading import load_policy

SUPPRESSING = """
[[suppressions]]
rule = "redundant-route"
subject = "account:Xr82w"
reason = "the vendor knows"
expires = 2100-01-01
"""


@pytest.fixture(scope="module")
def suppressing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    policy = tmp_path_factory.mktemp("policy") / "policy.toml"
    policy.write_text(SUPPRESSING, encoding="utf-8")
    return policy


def example(policy: str = "") -> Findings:
    return inroads.load(inroads.EXAMPLE, policy=load_policy(policy)).findings()


def test_rules(served: Served, page: Page) -> None:
    """Each rule with findings is a row with its count, the worst first; the others are told apart."""
    page.goto(served("--example") + "/#view=findings")
    rows = page.get_by_role("list", name="Rules with findings").get_by_role("listitem")
    found = example()
    counts = Counter(each.rule for each in found)
    expect(rows).to_have_count(len(counts))
    expect(page.get_by_role("heading", name=f"{len(found)} findings")).to_be_visible()
    assert "medium" in rows.first.inner_text()
    for row in rows.all():
        title, number = row.locator(".title").inner_text(), row.locator(".number").inner_text()
        assert int(number.split()[0]) == counts[title.lower().replace(" ", "-")]
    page.get_by_role("navigation", name="Least severity").get_by_role("link", name="medium").click()
    expect(rows).to_have_count(2)
    assert page.url.endswith("#view=findings&severity=MEDIUM")
    page.get_by_text("rules found nothing").click()
    expect(page.get_by_role("link", name="No owner")).to_be_visible()
    page.go_back()
    expect(rows).to_have_count(len(counts))


def test_one_rule(served: Served, page: Page) -> None:
    """A rule opens into its findings, which lead to their subjects, their proof and their records."""
    page.goto(served("--example") + "/#view=findings")
    page.get_by_role("link", name="Redundant route").click()
    items = page.locator(".finding")
    expected = [each for each in example() if each.rule == "redundant-route"]
    expect(items).to_have_count(len(expected))
    expect(items.first).to_contain_text("independent routes")
    who, to = expected[0].subjects
    proof = items.first.get_by_role("link", name="How")
    assert proof.get_attribute("href") == f"#who={who}&to={to}"
    subject = items.first.get_by_role("link", name="b@example.com")
    assert subject.get_attribute("href") == f"#who={who}"
    items.first.get_by_role("button", name="Records").click()
    expect(items.first.locator(".records li")).to_have_count(len(expected[0].evidence))
    expect(items.first.locator(".records")).to_contain_text(expected[0].evidence[0].pointer)


@pytest.mark.parametrize(
    "reason", ["the vendor knows", 'a "quoted" \\ one', "two\nlines\tand é 🙂", "'''\" # = [x]"]
)
def test_suppressing(served: Served, page: Page, tmp_path: Path, reason: str) -> None:
    """The lines to copy are a policy file by which the finding is suppressed, with that reason."""
    page.goto(served("--example") + "/#view=findings&rule=bridge")
    page.get_by_role("button", name="Suppress…").click()
    form = page.locator(".suppress")
    expect(form.get_by_role("status")).to_have_text("Say who answers for it, and why.")
    expect(form.locator("pre")).to_have_count(0)
    form.get_by_label("Reason").fill(reason)
    form.get_by_label("Last day").fill("2100-01-31")
    text = form.locator("pre").inner_text()
    assert tomllib.loads(text)["suppressions"][0]["reason"] == reason
    (hidden,) = [each for each in example(text) if each.suppressed]
    assert (hidden.rule, hidden.suppressed and hidden.suppressed.reason) == ("bridge", reason)
    form.get_by_label("What it suppresses").select_option("business:311394")
    (hidden,) = [each for each in example(form.locator("pre").inner_text()) if each.suppressed]
    assert hidden.rule == "bridge"
    policy = tmp_path / "policy.toml"
    policy.write_text(text, encoding="utf-8")
    done = run("findings", "--example", "--policy", str(policy), "--suppressed", "-f", "ndjson")
    assert len(done.stdout.splitlines()) == 1


def test_suppressed(served: Served, page: Page, suppressing: Path) -> None:
    """A suppressed finding stands apart, with its reason and its last day, and counts apart."""
    page.goto(
        served("--example", "--policy", str(suppressing)) + "/#view=findings&rule=redundant-route"
    )
    expect(page.get_by_role("heading", name="1 suppressed")).to_be_visible()
    expect(page.get_by_text("Suppressed until 2100-01-01: the vendor knows")).to_have_count(1)
    row = page.locator(".rule[aria-current]")
    expect(row).to_contain_text("1 suppressed")
    expect(page.locator(".finding")).to_have_count(2)


def test_suppressions_of_nothing(served: Served, page: Page, tmp_path: Path) -> None:
    """Those that have expired and those that are idle are listed with what they name and their last day."""
    policy = tmp_path / "policy.toml"
    policy.write_text(
        "".join(
            f'[[suppressions]]\nrule = "bridge"\nsubject = "{name}"\nreason = "r"\nexpires = {day}\n'
            for name, day in (
                ("identity:712052", "2100-01-01"),
                ("business:1", "2020-01-01"),
                ("business:2", "2100-01-01"),
            )
        )
    )
    page.goto(served("--example", "--policy", str(policy)) + "/#view=findings")
    expect(page.get_by_text("1 more is suppressed.")).to_be_visible()
    page.get_by_text("2 suppressions suppress nothing").click()
    for line in (
        "bridge of business:1, expired on 2020-01-01: r",
        "bridge of business:2, in force until 2100-01-01: r",
    ):
        expect(page.get_by_text(line)).to_be_visible()
    expect(page.get_by_text("bridge of identity:712052")).to_have_count(0)


def test_it_is_asked_for_elsewhere(served: Served, page: Page) -> None:
    """The command and the Python of the view are ones that run, and give these findings."""
    page.goto(served("--example") + "/#view=findings&rule=bridge&severity=LOW")
    asked_as(page, "Command")
    words = page.locator(".asked-as pre").inner_text().split()
    assert words == ["inroads", "findings", "--rule", "bridge", "--severity", "low"]
    done = run(*words[1:], "--example", "-f", "ndjson")
    assert len(done.stdout.splitlines()) == page.locator(".finding").count() == 1
    asked_as(page, "Python")
    last = page.locator(".asked-as pre").inner_text().splitlines()[-1]
    names = {"g": inroads.load(inroads.EXAMPLE)}
    assert len(eval(last, names)) == 1  # noqa: S307  # the line is what is tested


def test_csv(served: Served, page: Page) -> None:
    """What is shown is saved with a header, a line for each."""
    page.goto(served("--example") + "/#view=findings&rule=redundant-route")
    expect(page.locator(".finding")).to_have_count(2)
    with page.expect_download() as downloading:
        page.locator(".detail").get_by_role("button", name="CSV").click()
    text = Path(downloading.value.path()).read_text(encoding="utf-8")
    assert downloading.value.suggested_filename == "inroads-findings-redundant-route-2-of-2.csv"
    header, *lines = text.splitlines()
    assert header == "rule,severity,finding,subjects,sentence,suppressed"
    assert len(lines) == 2
    assert all(each.startswith("redundant-route,medium,") for each in lines)


def test_about_one_node(served: Served, page: Page) -> None:
    """An answer and a proof lead to the findings about their nodes, which a chip widens to all again."""
    base, found = served("--example"), example()
    page.goto(f"{base}/#who=account:Xr82w")
    mine = found.about("account:Xr82w")
    assert 1 < len(mine) < len(found)
    page.get_by_role("link", name=f"{len(mine)} findings").click()
    assert page.url.endswith("#view=findings&who=account:Xr82w")
    heading = page.get_by_role("heading", name=f"{len(mine)} findings about account Xr82w")
    expect(heading).to_be_visible()
    page.get_by_role("link", name="Redundant route").click()
    expect(page.locator(".finding")).to_have_count(1)
    page.get_by_role("button", name="Records").click()
    (one,) = [each for each in mine if each.rule == "redundant-route"]
    expect(page.locator(".records li")).to_have_count(len(one.evidence))
    asked_as(page, "Command")
    words = page.locator(".asked-as pre").inner_text().split()
    assert words[1:] == ["findings", "--rule", "redundant-route", "--about", "account:Xr82w"]
    asked_as(page, "Python")
    expect(page.locator(".asked-as pre")).to_contain_text('about="account:Xr82w")')
    page.keyboard.press("Escape")
    page.get_by_role("link", name="about account Xr82w").click()
    expect(page.get_by_role("heading", name=f"{len(found)} findings")).to_be_visible()
    assert page.url.endswith("#view=findings&rule=redundant-route")
    page.goto(f"{base}/#who=identity:712052&to=account:Xr82w")
    expect(
        page.get_by_role("link", name=f"{len(mine)} findings about account Xr82w")
    ).to_be_visible()
    theirs = len(found.about("identity:712052"))
    person = page.get_by_role("link", name=f"{theirs} findings about b@example.com")
    assert person.get_attribute("href") == "#view=findings&who=identity:712052"
    page.goto(f"{base}/#view=findings&who=business:1")
    page.get_by_role("link", name="show all again").click()
    expect(page.get_by_role("heading", name=f"{len(found)} findings")).to_be_visible()
