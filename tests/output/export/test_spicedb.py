"""The SpiceDB export, asked of SpiceDB itself: what the engine says of access is what we say."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import inroads
from engines import graphs, questions
from exported import populated
from inroads.explorer import Explorer
from inroads.output.export import Writer, spicedb

try:
    from authzed.api import v1
    from spicedb_embedded import EmbeddedSpiceDB

    EmbeddedSpiceDB.start().close()
except (ImportError, OSError) as why:
    pytest.skip(f"SpiceDB is not installed, which .ci/peers does: {why}", allow_module_level=True)

LINE = re.compile(r"(\w+:[^#]+)#(\w+)@(\w+:.+)")
MOST = 1_000
"""So many relationships SpiceDB takes at once."""


class Engine:
    """SpiceDB with the export of a graph."""

    def __init__(self, graph: Explorer, engine: EmbeddedSpiceDB) -> None:
        self.permissions = engine.permissions()
        engine.schema().WriteSchema(
            v1.WriteSchemaRequest(schema="\n".join(written(spicedb.write_schema, graph)))
        )
        self.write([_update(line) for line in written(spicedb.write_relationships, graph)])

    def write(self, updates: list[v1.RelationshipUpdate]) -> None:
        """Make and delete relationships."""
        for start in range(0, len(updates), MOST):
            self.permissions.WriteRelationships(
                v1.WriteRelationshipsRequest(updates=updates[start : start + MOST])
            )

    def says(self, user: str, permission: str, resource: str) -> bool:
        """What CheckPermission answers of two objects, each as type:id."""
        asked = v1.CheckPermissionRequest(
            consistency=v1.Consistency(fully_consistent=True),
            resource=_object(resource),
            permission=permission,
            subject=v1.SubjectReference(object=_object(user)),
        )
        answer = self.permissions.CheckPermission(asked).permissionship
        return bool(answer == v1.CheckPermissionResponse.PERMISSIONSHIP_HAS_PERMISSION)


@contextmanager
def serving(graph: Explorer) -> Iterator[Engine]:
    with EmbeddedSpiceDB.start() as engine:
        yield Engine(graph, engine)


def written(writer: Writer, graph: Explorer) -> list[str]:
    """The lines of a file of the export."""
    out = io.BytesIO()
    writer(graph, out)
    return out.getvalue().decode().splitlines()


def _update(
    line: str, operation: int = v1.RelationshipUpdate.OPERATION_CREATE
) -> v1.RelationshipUpdate:
    found = LINE.fullmatch(line)
    assert found, line
    resource, relation, user = found.groups()
    said = v1.Relationship(
        resource=_object(resource),
        relation=relation,
        subject=v1.SubjectReference(object=_object(user)),
    )
    return v1.RelationshipUpdate(operation=operation, relationship=said)


def _object(text: str) -> v1.ObjectReference:
    kind, _, native = text.partition(":")
    return v1.ObjectReference(object_type=kind, object_id=native)


def agree(graph: Explorer, seed: int, most: int) -> int:
    """How many questions the engine answered, each as we do."""
    asked = 0
    with serving(graph) as engine:
        for each in questions(graph, random.Random(seed), most)["check"]:
            for permission, expected in each["assertions"].items():
                assert engine.says(each["user"], permission, each["object"]) == expected, (
                    each,
                    permission,
                )
                asked += 1
    return asked


def test_spicedb_answers_as_we_do() -> None:
    """CheckPermission is right, yes and no, for pairs in small worlds under any policy, mutual clients included."""
    assert sum(agree(graph, seed, 60) for seed, graph in enumerate(graphs())) > 1_000


def test_spicedb_answers_for_a_population() -> None:
    """So it is for a population, the relationships of which are all taken."""
    assert agree(populated(300), 1, 60) > 100


def test_the_example_in_words() -> None:
    """The vendor's example, by hand: what is held, and what is not."""
    with serving(inroads.load(inroads.EXAMPLE)) as engine:
        for permission, resource in (
            ("owner", "business:77128"),
            ("owner", "account:zDmNq"),
            ("manager", "business:311394"),
            ("manager", "account:e6Wmk"),
            ("client", "business:363103"),
            ("client", "account:Xr82w"),
        ):
            assert engine.says("identity:712052", permission, resource)
            assert engine.says("identity:712052", "access", resource)
        for permission, resource in (
            ("owner", "business:311394"),
            ("owner", "account:Xr82w"),
            ("client", "account:zDmNq"),
            ("access", "account:xr82w"),
            ("access", "business:96277"),
        ):
            assert not engine.says("identity:712052", permission, resource)
        assert not engine.says("identity:1", "access", "business:77128")


def test_both_routes_must_be_cut() -> None:
    """The example's access as a client stands on two relationships, and on nothing else: the engine says so too."""
    graph = inroads.load(inroads.EXAMPLE)
    lines = written(spicedb.write_relationships, graph)
    role, client = (
        next(line for line in lines if word in line)
        for word in ("#holding_client@", "#client_scope@")
    )
    for lost, left in (([role], True), ([client], True), ([role, client], False)):
        with serving(graph) as engine:
            engine.write([_update(line, v1.RelationshipUpdate.OPERATION_DELETE) for line in lost])
            assert engine.says("identity:712052", "client", "account:Xr82w") == left
            assert engine.says("identity:712052", "owner", "account:zDmNq")
