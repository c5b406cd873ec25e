"""The graph in a user's hands: loading, printing, rows, pickling, and what networkx makes of it."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from pathlib import Path

import networkx as nx
import pytest

import inroads
from inroads.errors import AmbiguousEmail, BadPolicy, InroadsError
from inroads.explorer import Explorer
from inroads.output.answers import COLUMNS
from inroads.store.ledger import Ledger
from records import DAY, me, membership, team
from worlds import explore, observations

ENVELOPE = '{{"observed_at": "2026-01-0{}T00:00:00Z", "document": {}}}\n'


@pytest.fixture(scope="module")
def bruce() -> Explorer:
    """The vendor's own example."""
    return inroads.load(inroads.EXAMPLE)


class TestLoad:
    def test_newer_documents_of_a_folder_revoke(self, tmp_path: Path) -> None:
        """Every file of a folder is folded, in the order of observation."""
        (tmp_path / "b.ndjson").write_text(
            ENVELOPE.format(2, '{"id": 1, "business_memberships": []}') + "<html>\n"
        )
        row = (
            '{"id": 1, "business_memberships": [{"id": 4, "role": "owner", "business": {"id": 9}}]}'
        )
        (tmp_path / "a.json").write_text(ENVELOPE.format(1, row))
        graph = inroads.load(tmp_path)
        assert list(graph.reach("identity:1")) == []
        (rejection,) = graph.rejections
        assert (rejection.source, rejection.code) == (
            (tmp_path / "b.ndjson").as_posix() + ":2",
            "not_json",
        )

    def test_progress_of_a_ledger(self, tmp_path: Path) -> None:
        """Whoever loads a ledger is told its size once the whole log is read, half of it after half of the log."""
        with Ledger(tmp_path / "inroads.db") as ledger:
            ledger.add(each.document for each in observations([(me(n), DAY[1]) for n in range(10)]))
        size = ledger.path.stat().st_size
        for until in (None, DAY[1]):
            told: list[int] = []
            inroads.load(ledger.path, as_of=until, progress=told.append)
            assert len(told) == 10
            assert sum(told) == size
            assert abs(sum(told[:5]) - size / 2) <= 1

    def test_a_policy_by_file(self, tmp_path: Path) -> None:
        """A policy file is read, and a wrong one raises with its problems."""
        file = tmp_path / "policy.toml"
        file.write_text('[relations.CLIENT]\notherwise = "NONE"')
        assert (
            len(
                inroads.load(inroads.EXAMPLE, policy=file).reach(
                    "b@example.com", certainty="INFERRED"
                )
            )
            == 0
        )
        file.write_text("[roles.BOSS]")
        with pytest.raises(BadPolicy):
            inroads.load(inroads.EXAMPLE, policy=file)

    def test_nothing_there(self, tmp_path: Path) -> None:
        """A path that is not there is an error; an empty folder is an empty graph."""
        with pytest.raises(FileNotFoundError):
            inroads.load(tmp_path / "none")
        assert len(inroads.load(tmp_path)) == 0

    def test_adding_makes_a_new_version(self, bruce: Explorer) -> None:
        """A new document makes a new version; the graph that was held stays as it is."""
        later = explore([(team(77128, (1, 5, "owner")), dt.datetime(2100, 1, 1, tzinfo=dt.UTC))])
        version = bruce.version
        newer = bruce.adding(map(inroads.documents.reader.reread, later.documents))
        assert bruce.version == version != newer.version
        assert len(bruce.reached_by("business:77128")) == 1
        assert [access.principal for access in newer.reached_by("business:77128")] == ["identity:5"]


class TestFind:
    def test_emails_compare_folded_and_trimmed(self, bruce: Explorer) -> None:
        """An email is found in any case, with space around it."""
        assert bruce.find(" B@Example.COM ") == "identity:712052"
        assert bruce.find("c@example.com") is None

    def test_an_email_of_two_identities_is_told(self) -> None:
        """Two identities with one email: an error that names both, not one of them at random."""
        graph = explore([(me(1, email="A@x.org"), DAY[0]), (me(2, email="a@x.org "), DAY[0])])
        with pytest.raises(AmbiguousEmail) as error:
            graph.reach("a@X.org")
        assert error.value.ids == ("identity:1", "identity:2")

    def test_search(self, bruce: Explorer) -> None:
        """Exact matches come first, then prefixes, then the rest; nothing is found for nothing."""
        assert bruce.search("billspring") == ["business:77128"]
        assert bruce.search("77128") == ["business:77128"]
        assert bruce.search("bruce") == ["identity:712052", "business:311394"]
        assert bruce.search("business:", first=2) == ["business:311394", "business:363103"]
        assert bruce.search(" ") == []


class TestAnswers:
    def test_one_line_a_path(self, bruce: Explorer) -> None:
        """An answer prints each path on a line of its own."""
        lines = str(bruce.reach("b@example.com")).splitlines()
        assert len(lines) == 8
        assert lines[0].startswith(
            "identity:712052 -> account:Xr82w  CLIENT  STATED  ACTIVE  b@example.com is a client"
        )

    def test_rows(self, bruce: Explorer) -> None:
        """Rows are plain values, one an access; a DataFrame has its columns even when there are none."""
        answer = bruce.reach("b@example.com")
        rows = answer.to_dicts()
        assert [row["resource"] for row in rows] == [access.resource for access in answer]
        frame, none = answer.to_pandas(), bruce.reach("b@example.com", roles=["STAFF"]).to_pandas()
        assert list(frame.columns) == list(none.columns) == list(COLUMNS)
        assert list(map(str, frame.dtypes)) == list(map(str, none.dtypes))

    def test_slices(self, bruce: Explorer) -> None:
        """An answer is a sequence."""
        answer = bruce.reach("b@example.com")
        assert [each.resource for each in answer[:2]] == [answer[0].resource, answer[1].resource]
        assert answer[-1].resource == "account:e6Wmk"


class TestNetworkx:
    def test_it_is_a_frozen_multidigraph(self, bruce: Explorer) -> None:
        """The graph is networkx's own kind and cannot be changed."""
        assert isinstance(bruce, nx.MultiDiGraph)
        for change in (
            lambda: bruce.add_node("x"),
            lambda: bruce.remove_node("business:77128"),
            bruce.clear,
        ):
            with pytest.raises(nx.NetworkXError):
                change()

    def test_algorithms_run(self, bruce: Explorer, tmp_path: Path) -> None:
        """Paths, components, ranks, views and files work without conversion."""
        assert nx.has_path(bruce, "identity:712052", "business:363103")
        assert len(nx.descendants(bruce, "business:77128")) == 3
        assert nx.number_weakly_connected_components(bruce) == 1
        assert (
            max(nx.degree_centrality(bruce).items(), key=lambda item: item[1])[0]
            == "business:77128"
        )
        assert bruce.reverse(copy=False).has_edge("business:77128", "identity:712052")
        assert len(nx.to_pandas_edgelist(bruce)) == bruce.number_of_edges()
        nx.write_graphml(bruce, tmp_path / "graph.xml")
        assert len(nx.read_graphml(tmp_path / "graph.xml")) == len(bruce)

    def test_a_view_does_not_answer(self, bruce: Explorer) -> None:
        """A part of the graph would give wrong answers, so it gives none."""
        for part in (bruce.subgraph(["identity:712052"]), bruce.copy()):
            with pytest.raises(InroadsError) as error:
                part.reach("identity:712052")
            assert error.value.code == "NOT_WHOLE"

    def test_pickle_and_copy(self, bruce: Explorer) -> None:
        """A pickled graph gives the same answers, and has the same version."""
        for other in (pickle.loads(pickle.dumps(bruce)), copy.deepcopy(bruce)):  # noqa: S301  # our own bytes
            assert other.version == bruce.version
            assert (
                other.reach("b@example.com").to_dicts() == bruce.reach("b@example.com").to_dicts()
            )


def test_records_behind_a_node(bruce: Explorer) -> None:
    """The typed records of an identity, a business and an account come from the latest document."""
    me_record = bruce.me("identity:712052")
    assert me_record is not None
    assert me_record.addresses == [None]
    business = bruce.business_record("business:77128")
    assert business is not None
    assert business.name == "BillSpring"
    assert bruce.business_record("business:363103") is None
    assert bruce.permissions("account:zDmNq")["staff.limit"] == -1
    assert bruce.permissions("account:Xr82w") == {}
    older = membership(1, 10, name="Old")
    newer = membership(1, 10, name="New")
    graph = explore(
        [(me(business_memberships=[newer]), DAY[1]), (me(2, business_memberships=[older]), DAY[0])]
    )
    found = graph.business_record("business:10")
    assert found is not None
    assert found.name == graph.nodes["business:10"]["name"] == "New"
