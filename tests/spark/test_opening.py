"""A neighbourhood out of a folder answers for what was asked as the whole graph does."""

from __future__ import annotations

import pickle
import random
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

import inroads
from inroads.errors import BadId, InroadsError
from inroads.explorer import Explorer
from inroads.model import Access, Coverage
from inroads.network.coverage import NO_GRANTS
from inroads.policy.loading import load_policy
from inroads.reach.answers import AccessAnswers
from inroads.reach.questions import access, reach, reached_by
from inroads.spark.folder import MARKER, Marker, marker
from lake import folder_of, people, written
from strategies import random_world
from worlds import explore, observations


def told(graph: Explorer, each: Access | None) -> Any:
    """All that an access says, with documents by their hashes."""
    if each is None:
        return None
    contradictions = [
        (one.code, one.sentence, {place(graph, evidence) for evidence in one.evidence})
        for one in each.contradictions
    ]
    grants = {step.grant for path in each.paths for step in path.steps}
    records = {
        grant: [place(graph, evidence) for evidence in graph.grants[grant].evidence]
        for grant in grants
    }
    return msgspec.structs.replace(each, contradictions=()), contradictions, records


def place(graph: Explorer, evidence: Any) -> tuple[Any, ...]:
    return graph.documents[evidence.document].sha256, *evidence[1:]


def seen(coverage: Coverage) -> tuple[Any, ...]:
    """A coverage but for how much was observed of everything."""
    return coverage.complete, coverage.notes, coverage.oldest, coverage.newest


def same(
    whole: Explorer, part: Explorer, ours: AccessAnswers[Access], theirs: AccessAnswers[Access]
) -> None:
    """Both answers are the same, with what they rest on."""
    assert [told(part, each) for each in ours] == [told(whole, each) for each in theirs]
    assert seen(ours.coverage) == seen(theirs.coverage)


def kinds(graph: Explorer, kind: str) -> list[str]:
    return [node for node in graph.nodes if node.startswith(kind)]


def test_random_worlds(tmp_path: Path) -> None:
    """Of random worlds, for each business and identity, and for some of both."""
    unlike = 0
    for seed in range(8):
        whole = explore(random_world(random.Random(seed), 10 + seed % 20))
        folder = folder_of(whole, tmp_path / str(seed))
        businesses, identities = kinds(whole, "business")[:4], people(whole)[:4]
        for business in businesses:
            part = inroads.load(folder, businesses=[business])
            same(whole, part, reached_by(part, business), reached_by(whole, business))
            for account in whole.kept(business):
                same(whole, part, reached_by(part, account), reached_by(whole, account))
            for other in reached_by(whole, business).summaries[:3]:
                ours, theirs = (access(each, other.other, business) for each in (part, whole))
                assert told(part, ours) == told(whole, theirs)
                assert ours is not None
                assert seen(part.coverage_of_access(ours)) == seen(whole.coverage_of_access(ours))
            unlike += check_border(whole, part)
        for identity in identities:
            part = inroads.load(folder, identities=[identity.removeprefix("identity:")])
            same(whole, part, reach(part, identity), reach(whole, identity))
            unlike += check_border(whole, part)
        part = inroads.load(folder, businesses=businesses, identities=identities)
        for business in businesses:
            same(whole, part, reached_by(part, business), reached_by(whole, business))
        for identity in identities:
            same(whole, part, reach(part, identity), reach(whole, identity))
    assert unlike > 20


def check_border(whole: Explorer, part: Explorer) -> int:
    """Beyond the border every answer is incomplete, and nothing is made up; how many are less than all."""
    assert part.known is not None
    assert not part.coverage().complete
    less = 0
    for node in people(part):
        if node not in part.known:
            coverage = part.coverage_of_reach(node, NO_GRANTS)
            assert not coverage.complete
            assert any("neighbourhood" in note for note in coverage.notes)
            ours, theirs = (
                {(each.other, each.roles) for each in reach(graph, node).summaries}
                for graph in (part, whole)
            )
            assert {other for other, _ in ours} <= {other for other, _ in theirs}
            less += ours != theirs
    for node in (*kinds(part, "business"), *kinds(part, "account")):
        if node not in part.known:
            assert not part.coverage_of_reached_by(node).complete
    return less


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a world."""
    graph = explore(random_world(random.Random(1), 12))
    return folder_of(graph, tmp_path_factory.mktemp("run") / "folder")


def test_a_copy_knows_its_border(folder: Path) -> None:
    """A pickled neighbourhood is one still, and nothing can be added to it."""
    part = inroads.load(folder, identities=["1"])
    assert pickle.loads(pickle.dumps(part)).known == part.known == {"identity:1"}  # noqa: S301  # our own
    with pytest.raises(InroadsError) as caught:
        part.adding(observations(random_world(random.Random(2), 3)))
    assert caught.value.code == "PARTIAL"


def test_what_if_knows_its_border(folder: Path) -> None:
    """An imagined version is complete where this one is; with an imagined grant it is so nowhere."""
    part = inroads.load(folder, identities=["1"])
    own = next(each for each in part.grants.values() if each.principal == "identity:1")
    assert part.without(own.id).graph.known == part.known
    added = f"{next(iter(kinds(part, 'business')))}#MEMBER@identity:1=MANAGER"
    assert part.without(add=added).graph.known == frozenset()


def test_bodies_are_not_there(folder: Path) -> None:
    """A record cannot be shown, and the error says why."""
    part = inroads.load(folder, identities=["1"])
    with pytest.raises(InroadsError, match="bodies of documents") as caught:
        _ = part.documents[0].body
    assert caught.value.code == "BODY_GONE"


def test_what_cannot_be_opened(folder: Path, tmp_path: Path) -> None:
    """A folder without a marker, unknown and malformed nodes, and a folder of which nothing is asked."""
    for given, code in (
        ({"identities": ["999999"]}, "NOT_FOUND"),
        ({}, "TOO_MUCH"),
    ):
        with pytest.raises(InroadsError) as caught:
            inroads.load(folder, **given)
        assert caught.value.code == code
    with pytest.raises(BadId):
        inroads.load(folder, businesses=["nonsense"])
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InroadsError) as caught:
            inroads.load(place, businesses=["1"])
        assert caught.value.code == "NO_MARKER"
    with pytest.raises(InroadsError) as caught:
        inroads.load(folder, inroads.EXAMPLE, businesses=["1"])
    assert caught.value.code == "TOO_MUCH"


def test_a_run_of_another_kind_is_refused(folder: Path, tmp_path: Path) -> None:
    """Tables of another format are not opened, and neither are those of another policy."""
    made = marker(str(folder))
    other = load_policy("[subscriptions]\nalive = ['cancelled']\n")
    with pytest.raises(InroadsError, match="under another policy") as caught:
        inroads.load(folder, identities=["1"], policy=other)
    assert caught.value.code == "OTHER_POLICY"
    assert inroads.load(folder, identities=["1"]).known
    for name, asked in (("newer", made.asked), ("nameless", {})):
        place = tmp_path / name
        shutil.copytree(folder, place)
        shutil.rmtree(place / MARKER)
        written(place, {}, Marker(made.format + (name == "newer"), asked, made.rows))
    for name, code in (("newer", "OTHER_FORMAT"), ("nameless", "OTHER_POLICY")):
        with pytest.raises(InroadsError) as caught:
            inroads.load(tmp_path / name, identities=["1"])
        assert caught.value.code == code
