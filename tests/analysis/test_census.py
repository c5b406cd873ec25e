"""The census against reach and reached_by, asked one by one."""

from __future__ import annotations

import builtins
import csv
import io
import json
import random
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from pyarrow import parquet

import inroads
from counting import CONTROLLING, one_by_one
from inroads import census as count
from inroads.analysis.census import COLUMNS, FIGURES, SUBJECTS, Census, Counts, counts, made
from inroads.documents.reader import Observation, parse_moment, read
from inroads.errors import InroadsError
from inroads.explorer import Explorer, load
from inroads.model import NodeKind, kind_of
from inroads.policy.loading import load_policy
from inroads.policy.tables import STOCK, Policy
from inroads.reach import answers as answers_
from inroads.reach import closed_form, everyone, questions
from inroads.reach.questions import reached_by
from inroads.sources.synthetic import population
from records import DAY, client, me, membership
from strategies import random_world, worlds
from worlds import World, explore

FILES = sorted((Path(__file__).parents[1] / "worlds").glob("*.json"))
STATED_ONLY = load_policy(
    'relations.CLIENT.otherwise = "NONE"\nrelations.CLIENT.controlling = "NONE"'
)


def answers(graph: Explorer) -> Iterator[tuple[str, answers_.AccessAnswers]]:
    """Every identity with what it reaches, every business and account with who reaches it."""
    for node in graph:
        if kind_of(node) is NodeKind.IDENTITY:
            yield node, questions.reach(graph, node)
        elif kind_of(node) is not NodeKind.GROUP:
            yield node, reached_by(graph, node)


def check(graph: Explorer) -> Census:
    """Compare every figure of every node, counted together and alone; the first difference raises."""
    together = Census(graph)
    for node, answer in answers(graph):
        assert together.counts(node) == one_by_one(answer.summaries) == counts(graph, node), node
    assert made(graph) is None, "figures of one node need no census"
    transposed(together)
    return together


def transposed(found: Census) -> None:
    """Each access counts once for its identity and once for its business or account, in each figure."""
    who, *what = (found.of(kind) for kind in SUBJECTS)
    for name in FIGURES:
        assert who[name].sum() == sum(each[name].sum() for each in what), name


@pytest.mark.parametrize(
    "policy", [STOCK, CONTROLLING, STATED_ONLY], ids=["stock", "controlling", "no clients"]
)
@pytest.mark.parametrize("first", range(0, 200, 50))
def test_random_worlds(first: int, policy: Policy) -> None:
    """On random worlds, under several policies, every figure is what reach and reached_by give one by one."""
    for seed in range(first, first + 50):
        try:
            check(explore(random_world(random.Random(seed)), policy))
        except AssertionError as error:
            raise AssertionError(f"world of seed {seed}") from error


@given(worlds())
@settings(max_examples=30, deadline=None)
def test_drawn_worlds(world: World) -> None:
    """The same on worlds that Hypothesis draws, so that a failure shrinks."""
    check(explore(world, CONTROLLING))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_named_worlds(file: Path) -> None:
    """The same on the named worlds."""
    documents = json.loads(file.read_text())["documents"]
    check(explore([(each["document"], parse_moment(each["observed_at"])) for each in documents]))


@pytest.fixture(scope="module")
def people() -> Explorer:
    """A generated population with its hubs."""
    found = (read(msgspec.json.encode(each), DAY[0], "population") for each in population(300, 7))
    return Explorer.observe(each for each in found if isinstance(each, Observation))


@pytest.fixture
def bruce() -> Explorer:
    """The vendor's own example."""
    return load(inroads.EXAMPLE)


def test_a_population(people: Explorer) -> None:
    """The same on a generated population, whose figures are of all sorts."""
    found = check(people)
    for name in ("total", "stated", "inferred", "active", "latent", "owner", "client"):
        assert found.columns[name].any(), name


def test_the_example(bruce: Explorer) -> None:
    """b@example.com reaches six: two as owner, two as manager and latent, two as client, all of them stated."""
    found = check(bruce).counts("identity:712052")
    held = {role.value: number for role, number in found.roles.items()}
    assert found[:5] == (6, 6, 0, 4, 2)
    assert held == {"OWNER": 2, "MANAGER": 2, "CLIENT": 2}


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_what_is_cut_short_is_exactly_what_reach_gives(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has more paths than the limit counts as reach judges them."""
    monkeypatch.setattr("inroads.reach.limits.MAX_PATHS", limit)
    cut = 0
    rows = [
        membership(n, n, active=n == 19, business_clients=[client(n, "V", 900)])
        for n in range(1, 21)
    ]
    every = [random_world(random.Random(seed), size=10) for seed in range(100)]
    for world in [[(me(business_memberships=rows), DAY[0])], *every]:
        graph = explore(world, CONTROLLING)
        found = Census(graph)
        for node, answer in answers(graph):
            if kind_of(node) is NodeKind.IDENTITY:
                cut += answer.truncated
                assert found.counts(node) == one_by_one(answer.summaries)
    assert cut > 20 // limit  # the more paths are kept, the fewer are cut


@pytest.mark.parametrize("limits", [(1, 2**23), (7, 2**23), (300, 0), (300, 40)])
def test_how_many_are_walked_together_changes_nothing(
    people: Explorer, limits: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Identities one by one, some at a time, or halved again and again until there is little enough to look at."""
    whole = Census(people)
    for name, limit in zip(("TOGETHER", "MOST_AHEAD"), limits, strict=True):
        monkeypatch.setattr(everyone, name, limit)
    parts = Census(people)
    assert all((whole.columns[name] == parts.columns[name]).all() for name in FIGURES)


def test_nobody_is_walked_alone_without_need(
    people: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing is kept severally again and again, all are asked together: nothing is left to the exception."""

    def alone(*_: object) -> everyone.Accesses:
        raise AssertionError("walked alone")

    whole = Census(people)
    monkeypatch.setattr(everyone, "accesses_of", alone)
    assert (Census(people).columns["total"] == whole.columns["total"]).all()
    monkeypatch.setattr(closed_form, "ROUNDS", 0)
    with pytest.raises(AssertionError, match="walked alone"):
        Census(people)


def test_nobody() -> None:
    """An empty graph has an empty census, and an identity without access counts nothing."""
    assert list(Census(explore([])).rows()) == []
    assert Census(explore([(me(), DAY[0])])).counts("identity:1") == Counts(0, 0, 0, 0, 0, 0, {})


def test_two_maximal_roles_count_under_each() -> None:
    """An accountant who is a manager, too, is one access under both roles."""
    graph = explore(
        [
            (
                me(
                    business_memberships=[
                        membership(1, 9, "manager"),
                        membership(2, 9, "business_accountant"),
                    ]
                ),
                DAY[0],
            )
        ]
    )
    found = Census(graph).counts("identity:1")
    assert (found.total, sorted(found.roles.items())) == (1, [("ACCOUNTANT", 1), ("MANAGER", 1)])


def test_it_is_counted_once(bruce: Explorer) -> None:
    """A second question for the same graph is answered from the first census, and one node's figures, too."""
    found = count(bruce)
    assert count(bruce) is made(bruce) is found
    found.columns["total"][:] = 7
    assert counts(bruce, "identity:712052").total == 7


def test_what_is_not_counted(bruce: Explorer) -> None:
    """Groups, unknown figures, unknown nodes and parts of a graph are refused with a reason."""
    found = count(bruce)
    for ask, code in (
        (lambda: counts(bruce, "group:96277"), "WRONG_KIND"),
        (lambda: list(found.rows(["GROUP"])), "WRONG_KIND"),
        (lambda: list(found.rows(by="most")), "BAD_FIGURE"),
        (lambda: count(bruce.subgraph(["identity:712052"])), "NOT_WHOLE"),
    ):
        with pytest.raises(InroadsError) as error:
            ask()
        assert error.value.code == code
    with pytest.raises(KeyError):
        counts(bruce, "identity:1")


class TestRows:
    def test_the_order_is_total(self, people: Explorer) -> None:
        """Kind after kind, most first, then by printed id; `first` gives the beginning of the same order."""
        found = count(people)
        for by in ("total", "INFERRED", "client"):
            rows = list(found.rows(by=by))
            assert len(rows) == found.size
            expected = sorted(
                rows, key=lambda row: (SUBJECTS.index(row["kind"]), -row[by.lower()], row["id"])
            )
            assert rows == expected
            for first in (0, 1, 10, 10**6):
                of_each = (
                    [row for row in rows if row["kind"] == kind][:first] for kind in SUBJECTS
                )
                assert list(found.rows(by=by, first=first)) == list(chain.from_iterable(of_each))

    def test_a_row(self, bruce: Explorer) -> None:
        """A row has the printed id, the email or name, and every figure."""
        (row,) = count(bruce).rows(["IDENTITY"])
        assert row["id"] == "identity:712052"
        assert (row["name"], row["total"], row["latent"], row["owner"]) == (
            "b@example.com",
            6,
            2,
            2,
        )
        assert tuple(row) == COLUMNS
        names = {row["id"]: row["name"] for row in count(bruce).rows()}
        assert names["account:Xr82w"] is None
        assert names["business:77128"] == bruce.nodes["business:77128"]["name"]

    def test_every_format_holds_the_rows(self, people: Explorer, tmp_path: Path) -> None:
        """CSV, Arrow and Parquet hold the same rows in the same order."""
        found, chosen = count(people), {"by": "inferred", "first": 50}
        rows = list(found.rows(**chosen))
        stream = io.StringIO()
        found.to_csv(stream, **chosen)
        lines = csv.DictReader(io.StringIO(stream.getvalue()))
        assert list(lines) == [
            {name: "" if row[name] is None else str(row[name]) for name in COLUMNS} for row in rows
        ]
        assert found.to_arrow(**chosen).to_pylist() == rows
        found.to_parquet(tmp_path / "census.parquet", **chosen)
        assert parquet.read_table(tmp_path / "census.parquet").to_pylist() == rows
        assert found.to_arrow(kinds=[]).schema.names == list(COLUMNS)

    def test_a_hostile_name(self) -> None:
        """No cell of the CSV is a formula or steers a terminal, and Arrow takes what is no Unicode."""
        graph = explore(
            [(me(1, email="=1+1\x1b[31m@x.org", business_memberships=[membership(1, 9)]), DAY[0])]
        )
        stream = io.StringIO()
        count(graph).to_csv(stream, kinds=["IDENTITY"])
        assert "'=1+1\ufffd[31m@x.org" in stream.getvalue()
        assert isinstance(count(graph).to_arrow(), pa.Table)

    def test_without_arrow(
        self, bruce: Explorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where Arrow is not installed the error names the extra, and no file is begun."""
        real = builtins.__import__

        def without(name: str, *rest: Any, **more: Any) -> Any:
            if name.startswith("pyarrow"):
                raise ModuleNotFoundError(name)
            return real(name, *rest, **more)

        monkeypatch.setattr(builtins, "__import__", without)
        for ask in (
            count(bruce).to_arrow,
            lambda: count(bruce).to_parquet(tmp_path / "census.parquet"),
        ):
            with pytest.raises(InroadsError, match=r"inroads\[arrow\]"):
                ask()
        assert list(tmp_path.iterdir()) == []
