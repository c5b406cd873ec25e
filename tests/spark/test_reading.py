"""Documents read by workers say what they say in files."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from inroads.columns.union import union
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.moments import rfc3339
from inroads.policy.tables import STOCK
from inroads.sources.held import unread_held
from inroads.sources.loader import Loaded, Stream, gather
from inroads.spark import tables
from inroads.spark.parsing import claim_set_of
from inroads.spark.reading import Columns, documents_at, part, read, reader
from inroads.spark.rows import tables_of
from records import me, membership
from strategies import World, random_world
from worlds import explore

MOMENT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
BEFORE = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3MTIwNTIifQ.c2lnbmF0dXJlLW9mLXRva2Vu"
WORLD = random_world(random.Random(3), 40)


def lines(world: World) -> list[str]:
    """A world as envelopes, a line each."""
    return [
        json.dumps(
            {
                "observed_at": moment.isoformat(),
                "source": f"document {number}",
                "document": body,
            }
        )
        for number, (body, moment) in enumerate(world)
    ]


def rows(said: Any, name: str) -> pa.Table:
    """A table as it was read."""
    found, schema = part(said, name).toArrow(), tables.SAID[name]
    columns = [found[field.name].cast(field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def same(said: Any, world: World) -> None:
    """All that was read is what one machine reads, and so are the issues."""
    graph = explore(world)
    found = union([claim_set_of({name: rows(said, name) for name in tables.SAID})])
    ours, theirs = tables_of(found), tables_of(graph.fold.said)
    for name in tables.SAID.keys() - {"attributes", "issues"}:
        # An envelope says its moment, while a column gives it.
        names = [column for column in tables.SAID[name].names if column != "moment_source"]
        one, other = (
            each[name].select(names).sort_by([(column, "ascending") for column in names])
            for each in (ours, theirs)
        )
        assert one.equals(other), name
    again = Explorer.gathered(Loaded(found, ()))
    assert dict(again.nodes(data=True)) == dict(graph.nodes(data=True))
    assert again.issues == graph.issues


def test_lines(spark: Any, stage: Any, tmp_path: Path) -> None:
    """A path of lines of JSON, in one partition and in several."""
    path = tmp_path / "lines.ndjson"
    path.write_text("\n \t\n\n".join(lines(WORLD)) + "\n")
    same(stage("one", read(documents_at(spark, str(path)))), WORLD)
    same(stage("some", read(documents_at(spark, str(path)).repartition(3))), WORLD)


@pytest.mark.parametrize("form", ["parquet", "delta"])
def test_tables(spark: Any, stage: Any, tmp_path: Path, form: str) -> None:
    """A table in a lake, with columns of bytes, timestamps and sources."""
    cells = [
        (json.dumps(body).encode(), moment, f"document {number}")
        for number, (body, moment) in enumerate(WORLD)
    ]
    frame = spark.createDataFrame(cells, "body binary, seen timestamp, place string")
    path = str(tmp_path / "lake")
    frame.write.format(form).save(path)
    documents = documents_at(spark, f"{form}:{path}")
    same(stage("said", read(documents, columns=Columns("body", "seen", "place"))), WORLD)


def test_malformed(spark: Any, stage: Any) -> None:
    """Malformed documents are issues, with what one machine says of them, and the others go on."""
    taken = lines(WORLD)[0]
    bad = ["{", "[]", '{"id": 1}', " ", '"x"', json.dumps({"observedAt": 1, "document": {}})]
    cells = [(each, None) for each in [*bad, taken]]
    cells += [(json.dumps(me(1)), "yesterday"), (None, None)]
    frame = spark.createDataFrame(cells, "document string, seen string")
    said = stage("said", read(frame, columns=Columns(observed_at="seen"), observed_at=MOMENT))
    found = [row for row in rows(said, "issues").to_pylist() if row["document"] is None]
    arriving = unread_held([[each] for each in bad], MOMENT, [])  # type: ignore[arg-type]
    wanted = [
        (each.pointer, each.code, each.message)
        for each in gather([Stream(arriving)], STOCK).rejections
    ]
    wanted += [
        ("", "bad_moment", "its column of moments has none like 2026-03-01T00:00:00Z"),
        ("", "empty", "there is nothing in it"),
    ]
    assert sorted((row["pointer"], row["code"], row["message"]) for row in found) == sorted(wanted)
    assert len({row["place"] for row in found}) == len(found)
    assert {row["source"] for row in found} == {f"documents:{row['place']}" for row in found}
    assert part(said, "documents").count() == 1


def test_a_few_at_a_time() -> None:
    """However many documents a worker puts together, it says the same."""
    given = [line.encode() for line in lines(WORLD)]
    batches = [
        pa.record_batch(
            {
                "document": given[first : first + 3],
                "observed_at": pa.nulls(len(given[first : first + 3]), pa.string()),
                "source": pa.nulls(len(given[first : first + 3]), pa.string()),
                "place": list(range(first, first + 3))[: len(given) - first],
            }
        )
        for first in range(0, len(given), 3)
    ]
    found, counts = [], []
    for together in (1, 10, 1000):
        act = reader(STOCK, "documents", MOMENT, None, together)
        said = pa.Table.from_batches(act(batches), tables.WIDE)
        counts.append(len(said))
        every = {
            name: said.filter(pc.equal(said["table"], name)).select(schema.names).cast(schema)
            for name, schema in tables.SAID.items()
        }
        found.append(tables_of(union([claim_set_of(every)])))
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]
    for name in tables.SAID.keys() - {"attributes", "issues"}:
        assert found[0][name].equals(found[1][name])
        assert found[0][name].equals(found[2][name])


def test_nothing(spark: Any, stage: Any) -> None:
    """No documents are no rows."""
    said = stage("said", read(spark.createDataFrame([], "document string")))
    assert said.count() == 0


def test_moments(spark: Any, stage: Any) -> None:
    """A document without a moment was observed at the one that is given; none is of the future."""
    cells = [(json.dumps(me(1)), None), (json.dumps(me(2)), "2999-01-01T00:00:00Z")]
    frame = spark.createDataFrame(cells, "document string, seen string")
    said = stage("said", read(frame, columns=Columns(observed_at="seen"), observed_at=MOMENT))
    (document,) = rows(said, "documents").to_pylist()
    assert (document["observed_at"], document["subject"]) == (MOMENT, "identity:1")
    assert [row["code"] for row in rows(said, "issues").to_pylist()] == ["future_moment"]


def test_moments_that_no_calendar_has(spark: Any, stage: Any) -> None:
    """A timestamp of a year that has more than four digits, or none, is an issue of its document."""
    for zone in ("UTC", None):
        cells = pa.table(
            {
                "document": [json.dumps(me(number)) for number in range(3)],
                "seen": pa.array([2**62, -(2**62), 0], pa.timestamp("us", zone)),
            }
        )
        columns = Columns(observed_at="seen")
        said = stage(f"said-{zone}", read(spark.createDataFrame(cells), columns=columns))
        issues = rows(said, "issues").to_pylist()
        assert [row["code"] for row in issues] == ["bad_moment"] * 2
        (document,) = rows(said, "documents").to_pylist()
        assert document["observed_at"] == dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def test_a_document_that_arrives_twice(spark: Any, stage: Any) -> None:
    """It is one document with its issues, of the first source by name, however it was read."""
    row = {"id": 1, "group_id": 9, "role": "wizard"}
    twice = json.dumps(me(1, groups=[row]))
    envelope = json.dumps({"observed_at": rfc3339(MOMENT), "document": me(1, groups=[row])})
    cells = [(each, f"file {name}") for name in "cab" for each in (twice, envelope)]
    frame = spark.createDataFrame(cells, "document string, source string")
    for partitions in (1, 6):
        given = frame.repartition(partitions)
        columns = Columns(source="source")
        said = stage(f"said-{partitions}", read(given, columns=columns, observed_at=MOMENT))
        (document,) = rows(said, "documents").to_pylist()
        assert (document["source"], document["moment_source"]) == ("file a", "envelope")
        (issue,) = rows(said, "issues").to_pylist()
        assert (issue["source"], issue["code"]) == ("file a", "unmapped_role")


def test_replaced_claims_do_not_travel(spark: Any, stage: Any) -> None:
    """A partition tells only what its newest documents say, and until a moment what they said."""
    world = [
        (me(1, business_memberships=[membership(5, number)]), moment)
        for number, moment in ((7, BEFORE), (8, MOMENT))
    ]
    frame = spark.createDataFrame([(each,) for each in lines(world)], "document string")
    frame = frame.repartition(1)
    for name, as_of, business in (("now", None, 8), ("then", BEFORE, 7)):
        claims = rows(stage(name, read(frame, as_of=as_of)), "claims").to_pylist()
        assert {row["resource"] for row in claims} == {f"business:{business}"}


def test_secrets(spark: Any, stage: Any) -> None:
    """No secret leaves a worker."""
    body = me(1, business_memberships=[membership(5, 7, fasttrack_token=JWT)], first_name=JWT)
    frame = spark.createDataFrame([(json.dumps(body), JWT)], "document string, source string")
    said = stage("said", read(frame, columns=Columns(source="source"), observed_at=MOMENT))
    assert part(said, "claims").count() == 1
    assert JWT not in str(said.toArrow().to_pydict())


def test_columns(spark: Any, stage: Any) -> None:
    """A column that is not there is told, and so is one of another type; a name may be any."""
    frame = spark.createDataFrame([("{}",)], "body string")
    with pytest.raises(InroadsError, match="no column 'document'") as problem:
        read(frame)
    assert problem.value.code == "BAD_COLUMN"
    cells = [(json.dumps(me(1)), 10**12, {"id": 1})]
    frame = spark.createDataFrame(cells, "`the.body` string, day bigint, parsed struct<id: int>")
    for columns, said in (
        (Columns("day"), "'day' is long, and must be string or binary"),
        (Columns("parsed"), "'parsed' is struct"),
        (Columns("the.body", observed_at="day"), "must be string or timestamp"),
        (Columns("the.body", source="day"), "'day' is long, and must be string"),
    ):
        with pytest.raises(InroadsError, match=said) as problem:
            read(frame, columns=columns)
        assert problem.value.code == "BAD_COLUMN"
    assert part(stage("said", read(frame, columns=Columns("the.body"))), "documents").count() == 1
