"""What a client of the last release relies on still holds.

`released.graphql` is the schema as it was last released. At a release `schema.graphql` is copied over it, and ALLOWED
is emptied.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import pytest
from graphql import GraphQLSchema, build_schema
from graphql.utilities import DangerousChangeType, find_breaking_changes, find_dangerous_changes

RELEASED = Path(__file__).parent / "released.graphql"
TOP = Path(__file__).parents[3]
COMMITTED = TOP / "schema.graphql"

ALLOWED: Final = {
    f"Field Mutation.{name} changed type from {kind}! to {kind}.": (
        "the receipts of the other mutations of a request stay where one fails"
    )
    for name, kind in {
        "ingest": "IngestResult",
        "startReview": "StartedReview",
        "decideReview": "DecidedReview",
        "withdrawReview": "WithdrawnReview",
        "signOffReview": "SignedReview",
    }.items()
}
"""The breaking changes since the last release that are wanted, in the words of `breaking`, each with its reason."""


def breaking(before: GraphQLSchema, after: GraphQLSchema) -> set[str]:
    """What changed that may break a client: also a default, since what was asked without it gets another answer."""
    defaults = (
        each
        for each in find_dangerous_changes(before, after)
        if each.type is DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE
    )
    return {each.description for each in (*find_breaking_changes(before, after), *defaults)}


def read(path: Path) -> GraphQLSchema:
    return build_schema(path.read_text(encoding="utf-8"))


def test_only_what_is_allowed_breaks() -> None:
    """The schema breaks no client of the last release, but where that is wanted, and nothing else is allowed."""
    assert breaking(read(RELEASED), read(COMMITTED)) == set(ALLOWED)
    assert all(ALLOWED.values()), "each has a reason"


def git(*words: str) -> str | None:
    """What git says here; None where there is no git, no history, or no answer."""
    try:
        done = subprocess.run(["git", *words], cwd=TOP, capture_output=True, text=True, check=False)  # noqa: S603, S607  # our own words
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def test_released_is_what_was_tagged() -> None:
    """The last release is that of the last tag, or while another is made, the one that will be tagged."""
    tag = git("describe", "--tags", "--abbrev=0")
    if tag is None:
        pytest.skip("nothing is tagged here")
    tagged = git("show", f"{tag.strip()}:schema.graphql")
    assert RELEASED.read_text(encoding="utf-8") in (tagged, COMMITTED.read_text(encoding="utf-8"))


SMALL = """
type Query { nodes(first: Int = 50): [Node!]  email: String  reason: String!  role: Role  filter(by: Filter): Int }
interface Node { id: ID! }
type Group implements Node { id: ID! }
enum Role { OWNER ACCOUNTANT }
input Filter { role: Role }
"""


@pytest.mark.parametrize(
    ("given", "instead", "breaks"),
    [
        ("email: String ", " ", True),
        ("email: String ", "email: ID ", True),
        ("reason: String!", "reason: String", True),
        ("first: Int = 50", "first: Int!", True),
        ("first: Int = 50", "first: Int = 40", True),
        ("first: Int = 50", "first: Int", True),
        ("OWNER ACCOUNTANT", "OWNER", True),
        ("Group implements Node", "Group", True),
        ("input Filter {", "input Filter { more: Int!", True),
        ("email: String ", "email: String! ", False),
        ("first: Int = 50", "first: Int = 50, last: Int", False),
        ("OWNER ACCOUNTANT", "OWNER ACCOUNTANT CLIENT", False),
        ("input Filter {", "input Filter { more: Int", False),
        ("interface", "scalar More interface", False),
    ],
)
def test_it_would_be_told(given: str, instead: str, breaks: bool) -> None:
    """What takes something away, asks for more or answers otherwise breaks; what only adds does not."""
    assert SMALL.count(given) == 1
    assert (
        bool(breaking(build_schema(SMALL), build_schema(SMALL.replace(given, instead)))) is breaks
    )
