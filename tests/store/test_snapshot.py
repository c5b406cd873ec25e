"""Snapshots: opened instead of folded, never instead of what the ledger says now."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inroads.documents.reader import Observation, parse_moment, read
from inroads.errors import InroadsError
from inroads.explorer import Explorer, load
from inroads.policy.loading import load_policy
from inroads.policy.tables import STOCK
from inroads.store import snapshot
from inroads.store.ledger import Ledger, snapshots
from inroads_api.cli.main import app
from strategies import random_world
from worlds import observations, same

NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
ME = b'{"id": %d, "email": "%d@example.com", "business_memberships": [{"id": 1, "business": {"id": 5}}]}'


def taken(number: int) -> Observation:
    """A document about an identity."""
    found = read(ME % (number, number), NOW, "test")
    assert isinstance(found, Observation)
    return found


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A ledger, of which a snapshot is kept however small it is."""
    monkeypatch.setattr("inroads.explorer.SNAPSHOT_FROM", 1)
    with Ledger(tmp_path / "inroads.db") as ledger:
        ledger.add(each.document for each in observations(random_world(random.Random(3), size=10)))
        ledger.add([taken(90).document])
    return ledger.path


def fresh(path: Path) -> Explorer:
    """The graph of a ledger without any snapshot."""
    with Ledger(path, create=False, read_only=True) as ledger:
        return Explorer.observe(ledger.observations())


def test_opened_is_what_was_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second process answers from the snapshot, without reading a document, exactly as the first did."""
    first = load(path)
    (folder,) = snapshots(path)
    assert snapshot.damage(folder) == []
    assert folder.stat().st_mode & 0o077 == 0
    monkeypatch.setattr("inroads.store.rows.restore", pytest.fail)
    second = load(path)
    monkeypatch.undo()
    assert same([first, second, fresh(path)])
    for identity in (node for node in second if node.startswith("identity")):
        assert list(map(str, second.reach(identity))) == list(map(str, first.reach(identity)))


def test_new_documents_are_added_to_it(path: Path) -> None:
    """What came after the snapshot is folded into it; the next snapshot replaces the one before."""
    load(path)
    with Ledger(path) as ledger:
        ledger.add([taken(91).document, taken(90).document])
    assert same([load(path), fresh(path)])
    assert len(snapshots(path)) == 1


@pytest.mark.parametrize("how", ["cut", "missing", "manifest", "format", "field", "empty"])
def test_a_damaged_one_is_made_anew(path: Path, how: str) -> None:
    """A snapshot that cannot be used is passed over, and the answer comes from the documents."""
    load(path)
    (folder,) = snapshots(path)
    column, manifest = folder / "fold.said.nodes.npy", folder / "manifest.json"
    if how == "cut":
        column.write_bytes(column.read_bytes()[:-3])
    elif how == "missing":
        column.unlink()
    elif how == "empty":
        column.write_bytes(b"")
    elif how == "manifest":
        manifest.write_bytes(b"{")
    else:
        value = json.loads(manifest.read_bytes())
        value["format" if how == "format" else "surprise"] = 99
        manifest.write_text(json.dumps(value))
    if how not in {"format", "field"}:
        assert snapshot.damage(folder)
    assert same([load(path), fresh(path)])


def test_no_flipped_bit_is_answered_from(path: Path) -> None:
    """Of a snapshot with one bit changed, in whatever file and place, nothing is used; it is told as damaged."""
    load(path)
    (folder,) = snapshots(path)
    drawn = random.Random(500)
    files = sorted(folder.iterdir())
    with Ledger(path, create=False, read_only=True) as ledger:
        assert snapshot.find(ledger, STOCK)
        for file in files + drawn.choices(files, k=200 - len(files)):
            content = bytearray(file.read_bytes())
            bit = drawn.randrange(len(content) * 8)
            content[bit // 8] ^= 1 << bit % 8
            before = file.read_bytes()
            file.write_bytes(content)
            assert snapshot.find(ledger, STOCK) is None, (file.name, bit)
            assert snapshot.damage(folder)
            file.write_bytes(before)
        assert snapshot.find(ledger, STOCK)
    files[0].write_bytes(b"")
    assert same([load(path), fresh(path)])


def test_it_is_on_the_disk_before_it_has_its_name(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file, and then the folder, is synced before the folder gets the name by which it is found."""
    synced: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "inroads.store.snapshot.sync",
        lambda each: synced.append((each.name, len(snapshots(path)))),
    )
    load(path)
    (folder,) = snapshots(path)
    names = {each.name for each in folder.iterdir()}
    assert {name for name, found in synced if not found} >= names
    assert synced[-1] == (path.parent.name, 1)


def test_it_is_of_one_policy(path: Path) -> None:
    """Another policy has its own snapshot."""
    policy = load_policy("[roles.MANAGER]\ncontrols = true")
    assert load(path).version != load(path, policy=policy).version
    assert len(snapshots(path)) == 2
    assert load(path, policy=policy).version == load(path, policy=policy).version


def test_the_past_is_not_in_it(path: Path) -> None:
    """A graph of the past is folded from its documents alone."""
    load(path)
    past = parse_moment("2029-01-01T00:00:00Z")
    assert past is not None
    assert "identity:90" in load(path)
    assert "identity:90" not in load(path, as_of=past)


def test_who_is_forgotten_is_in_no_snapshot(path: Path) -> None:
    """Forgetting removes the snapshots, and one that was just being made does not stay."""
    graph = load(path)
    with Ledger(path) as ledger:
        position, forgetting = ledger.sequence, ledger.forgetting
        ledger.forget("identity:90", NOW)
        assert snapshots(path) == []
        assert snapshot.save(graph.index, ledger, position, forgetting) is None
        assert snapshots(path) == []
    assert "identity:90" not in load(path)
    with pytest.raises(InroadsError, match="forgotten"):
        assert [document.body for document in graph.documents]


def test_only_a_ledgers_own_graph_is_kept(path: Path) -> None:
    """A graph that holds documents of other places is no snapshot of a ledger."""
    graph = load(path).adding([taken(92)])
    with Ledger(path) as ledger, pytest.raises(ValueError, match="other places"):
        snapshot.save(graph.index, ledger, ledger.sequence, ledger.forgetting)


def test_a_folder_that_cannot_be_written_is_no_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no snapshot can be kept the answers come without one."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("inroads.store.snapshot.np.save", full)
    assert same([load(path), fresh(path)])
    assert [each for each in path.parent.iterdir() if "snapshot" in each.name] == []


def test_another_ledger_in_its_place(path: Path, tmp_path: Path) -> None:
    """A backup that was restored and added to has as many documents, and is not what the snapshot holds."""
    with Ledger(path) as ledger:
        ledger.backup(tmp_path / "backup.db")
        ledger.add([taken(93).document])
    assert "identity:93" in load(path)
    for each in path.parent.glob(f"{path.name}-*"):
        each.unlink()
    (tmp_path / "backup.db").replace(path)
    with Ledger(path) as ledger:
        ledger.add([taken(94).document])
    assert same([load(path), fresh(path)])
    assert "identity:93" not in load(path)


def test_verify_tells_of_a_damaged_one(path: Path) -> None:
    """A byte that changed in a snapshot is found by verifying the ledger."""
    load(path)
    (folder,) = snapshots(path)
    run = CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(path)])
    assert run.exit_code == 0
    column = folder / "fold.said.nodes.npy"
    data = bytearray(column.read_bytes())
    data[-1] ^= 1
    column.write_bytes(data)
    run = CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(path)])
    assert run.exit_code == 3
    assert "SNAPSHOT" in run.stdout
