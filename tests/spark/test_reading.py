"""Documents read on Spark say what they say in files."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from inroads.columns.union import union
from inroads.spark import tables
from inroads.spark.parsing import claim_set_of
from inroads.spark.reading import part, read
from inroads.spark.rows import tables_of
from strategies import random_world
from worlds import explore


def test_random(spark: Any, stage: Any) -> None:
    world = random_world(random.Random(3), 40)
    rows = [
        (msgspec.json.encode(body).decode(), moment.isoformat(), f"document {n}")
        for n, (body, moment) in enumerate(world)
    ]
    frame = spark.createDataFrame(rows, "document string, m string, s string").repartition(3)
    from inroads.spark.reading import Columns

    said = stage("said", read(frame, columns=Columns("document", "m", "s")))
    found = {name: part(said, name).toArrow() for name in tables.SAID}
    ours = tables_of(union([claim_set_of({k: v.cast(tables.SAID[k]) for k, v in found.items()})]))
    theirs = tables_of(explore(world).fold.said)
    for name in ours:
        if name != "issues":
            assert ours[name].equals(theirs[name]), name
