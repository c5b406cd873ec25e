"""A whole run: documents in, the tables of a folder out, by the command and from Python."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from commands import HOSTILE, INROADS, rows, run
from inroads import EXAMPLE, load
from inroads.analysis.census import census
from inroads.errors import InroadsError
from inroads.spark.folder import marker
from inroads.spark.running import Asked
from inroads.spark.running import run as run_on_spark
from inroads.spark.tables import FORMAT, TABLES
from lake import people
from records import me, membership

TOKEN = HOSTILE["fasttrack_token"]
BRUCE = json.loads((EXAMPLE / "bruce.json").read_bytes())


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """The example twice: at first without its memberships, and a line that is no document."""
    before = {**BRUCE, "response": {**BRUCE["response"], "business_memberships": []}}
    observed = [("2026-01-01T00:00:00Z", before), ("2026-03-01T00:00:00Z", BRUCE)]
    lines = [json.dumps({"observed_at": at, "document": body}) for at, body in observed]
    file = tmp_path / "me.ndjson"
    file.write_text("\n".join([*lines, "{"]), encoding="utf-8")
    return file


def table(folder: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ds.dataset(folder / name).to_table().to_pylist()
    return found


def test_the_example(remote: str, documents: Path, tmp_path: Path) -> None:
    """The command writes every table; accesses, census and changes are those of the graph."""
    folder = tmp_path / "answers"
    since = "2026-02-01T00:00:00Z"
    done = run("spark", "run", str(documents), str(folder), "--remote", remote, "--since", since)
    assert done.returncode == 0, done.stderr
    assert "accesses: 6 rows" in done.stderr
    made = marker(str(folder))
    assert made.format == FORMAT
    assert made.asked["since"] == since
    assert made.rows.keys() >= TABLES.keys()
    for name, (schema, _) in TABLES.items():
        found = ds.dataset(folder / name)
        assert not made.rows[name] or found.schema.names == schema.names, name
        assert found.count_rows() == made.rows[name]

    graph = load(documents)
    bob = "identity:712052"
    reached = {row["resource"]: row for row in table(folder, "accesses")}
    assert reached.keys() == {each.resource for each in graph.reach(bob)}
    assert reached["business:77128"]["roles"] == ["OWNER"]
    assert reached["account:e6Wmk"]["state_reasons"] == ["trial_expired"]
    assert (reached["account:Xr82w"]["paths"], reached["account:Xr82w"]["certainty"]) == (
        2,
        "STATED",
    )
    (blast,) = table(folder, "blast_radius")
    assert blast["total"] == census(graph).counts(bob).total == 6
    gained = {row["resource"] for row in table(folder, "changes") if row["kind"] == "gained"}
    assert "business:77128" in gained
    (refused,) = [row for row in table(folder, "issues") if row["document"] is None]
    assert refused["code"] == "truncated"

    part = load(folder, identities=["712052"])
    assert [*map(str, part.reach(bob))] == [*map(str, graph.reach(bob))]
    assert part.reach(bob).coverage.notes == graph.reach(bob).coverage.notes

    told = rows(run("spark", "describe", str(folder), "-f", "ndjson").stdout)
    assert {row["table"]: row["rows"] for row in told}["accesses"] == 6
    told = rows(run("spark", "describe", str(folder), "accesses", "-f", "ndjson").stdout)
    assert told[0]["column"] == "identity"
    again = run("spark", "run", str(documents), str(folder), "--remote", remote)
    assert again.returncode != 0
    assert "has tables already" in again.stderr


def test_no_documents(spark: Any, tmp_path: Path) -> None:
    """A place without a document is an error, and its folder is not complete."""
    (tmp_path / "none.ndjson").write_text("{}\n", encoding="utf-8")
    place = f"{tmp_path}/none.ndjson"
    for given in (place, f"{place}-not-there", f"parquet:{place}-not-there"):
        folder = f"{tmp_path}/{given.replace('/', '-')}.answers"
        with pytest.raises(InroadsError, match=r"nothing at|no document was taken") as refused:
            run_on_spark(spark, given, folder)
        assert refused.value.code == "NO_DOCUMENTS"
        with pytest.raises(InroadsError):
            marker(folder)


def test_a_comparison_backwards_is_refused(spark: Any, documents: Path, tmp_path: Path) -> None:
    """What was gained would be told as lost."""
    late, early = dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    with pytest.raises(InroadsError, match="is before since") as refused:
        run_on_spark(spark, str(documents), f"{tmp_path}/refused", Asked(as_of=early, since=late))
    assert refused.value.code == "BAD_MOMENT"
    assert not (tmp_path / "refused").exists()


def test_a_frame_with_columns_of_its_own(spark: Any, tmp_path: Path) -> None:
    """A DataFrame is taken as well as a path; no secret of it is in any table."""
    shown = membership(7, 5, account_id="acc")
    body = me(1, business_memberships=[shown], fasttrack_token=TOKEN)
    frame = spark.createDataFrame([(json.dumps(body), 1)], "body string, day int")
    with pytest.raises(InroadsError, match="no column 'document'"):
        run_on_spark(spark, frame, f"{tmp_path}/refused")
    asked = Asked(columns=Asked().columns._replace(document="body"))
    run_on_spark(spark, frame, f"{tmp_path}/answers", asked)
    assert len(table(tmp_path / "answers", "accesses")) == 2
    written = b"".join(each.read_bytes() for each in (tmp_path / "answers").rglob("*.parquet"))
    assert TOKEN.encode() not in written


def test_a_run_that_is_killed(remote: str, documents: Path, tmp_path: Path) -> None:
    """Its folder is opened by nothing, and no other run writes to it."""
    folder = tmp_path / "answers"
    given = ("spark", "run", str(documents), str(folder), "--remote", remote)
    with subprocess.Popen(  # noqa: S603  # our own command
        [INROADS, *given], stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        told = iter(running.stderr)
        assert next(line for line in told if line.startswith("said: "))  # Spark may warn before
        running.kill()
    assert any(folder.iterdir())
    described = run("spark", "describe", str(folder))
    assert described.returncode == 2
    assert "is not the folder of a finished run" in described.stderr
    with pytest.raises(InroadsError) as refused:
        load(folder, identities=["712052"])
    assert refused.value.code == "NO_MARKER"
    assert not len(load(folder))
    again = run(*given)
    assert again.returncode == 2
    assert "has tables already" in again.stderr


def test_a_lost_worker_changes_nothing(spark: Any, tmp_path: Path) -> None:
    """A worker that is killed is replaced by the engine, and the answers are those of the graph."""
    server = os.environ.get("INROADS_SPARK_SERVER")
    if not server:
        pytest.skip("INROADS_SPARK_SERVER has no process whose workers are processes")
    file = tmp_path / "me.ndjson"
    assert run("generate", "--identities", "2000", "-o", str(file)).returncode == 0
    killed = []

    def kill(line: str) -> None:
        if line.startswith("claims") and not killed:
            threads = Path(f"/proc/{server}/task").glob("*/children")
            killed.append(int(" ".join(each.read_text() for each in threads).split()[0]))
            os.kill(killed[0], signal.SIGKILL)

    made = run_on_spark(spark, str(file), f"{tmp_path}/answers", told=kill)
    assert killed
    graph = load(file)
    wanted = {
        (identity, each.resource): [*each.roles]
        for identity in people(graph)
        for each in graph.reach(identity)
    }
    found = table(tmp_path / "answers", "accesses")
    assert len(found) == made.rows["accesses"]
    assert {(row["identity"], row["resource"]): row["roles"] for row in found} == wanted
