"""Topics: which findings are told together, and in which order."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from inroads.analysis.findings.topics import topics
from inroads.explorer import Explorer, load
from inroads.sources.synthetic import population

NOW = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Explorer:
    file: Path = tmp_path_factory.mktemp("people") / "people.ndjson"
    file.write_bytes(b"\n".join(map(msgspec.json.encode, population(200, 3))))
    return load(file)


def test_each_finding_is_in_one_topic(graph: Explorer) -> None:
    """Topics are a partition of the findings; all of one topic have its rule and severity."""
    found = graph.findings(now=NOW)
    told = topics(found)
    assert sorted(place for each in told for place in each.places) == list(range(len(found)))
    for each in told:
        of = {(found[place].rule, found[place].severity) for place in each.places}
        assert of == {(each.rule, each.severity)}
    assert len(told) < len(found)


def test_an_account_and_its_keeper_are_one_topic(graph: Explorer) -> None:
    """A topic is about a subject of each of its findings, or about the business that keeps it."""
    found = graph.findings(now=NOW)
    for each in topics(found):
        for place in each.places:
            subjects = set(found[place].subjects)
            kept = {f"account:{graph.kept(each.about)[0]}"} if graph.kept(each.about) else set()
            kept |= set(graph.kept(each.about))
            assert subjects & {each.about, *kept}


def test_the_worst_are_first_and_rules_take_turns(graph: Explorer) -> None:
    """Severities never rise, and no rule has a second topic before each of its severity has one."""
    told = topics(graph.findings(now=NOW))
    ranks = [each.severity.rank for each in told]
    assert ranks == sorted(ranks, reverse=True)
    for rank in set(ranks):
        rules = [each.rule for each in told if each.severity.rank == rank]
        assert len(set(rules[: len(set(rules))])) == len(set(rules))
    for rule in {each.rule for each in told}:
        sizes = [len(each.places) for each in told if each.rule == rule]
        assert sizes == sorted(sizes, reverse=True)
