"""What `schemathesis` asks beyond its own inventions, and what each answer must be like.

It loads this file, in an environment of its own, as SCHEMATHESIS_HOOKS says.
"""

from __future__ import annotations

import random
import zlib
from pathlib import Path
from typing import Any, Final

import graphql
import schemathesis
from hypothesis import strategies as st

NODES: Final = (
    "business:77128",
    "business:311394",
    "account:zDmNq",
    "account:Xr82w",
    "identity:712052",
)
LIKELY: Final = {
    "principal": ('"b@example.com"', '"identity:712052"', '"712052"'),
    "resource": [f'"{node}"' for node in NODES],
    "id": [f'"{node}"' for node in NODES] + ["77128", '"zDmNq"', '"group:96277"', "712052"],
    "ids": [f'["{node}", "business:1"]' for node in NODES],
    "by": ('{email: "b@example.com"}', '{id: "712052"}'),
    "text": ('"b"', '"bill"', '"77128"'),
    "remove": ('["role 994207"]', '["client 22347", "role 994207"]', "[]"),
    "add": ("[]",),
    "rules": ("null", '["single-owner"]'),
    "suppressed": ("null",),
    "of": ("[]", '["business:77128"]'),
    "since": ('"2010-01-01T00:00:00Z"', '"2026-03-01T00:00:00+02:00"'),
    **dict.fromkeys(("first", "last"), ("1", "2", "50", "null")),
    **dict.fromkeys(("until", "now", "asOf", "atLeast", "after", "before"), ("null",)),
}
"""Arguments that lead somewhere: what is invented alone is hardly ever the id of something."""

FAULTS: Final = {"INTERNAL_ERROR", "DEADLINE", "OVERLOADED", "AUDIT_UNAVAILABLE"}
"""The codes that say that the server is to blame; it may refuse what it was asked with any other."""

SCHEMA: Final = graphql.build_schema(Path("schema.graphql").read_text(encoding="utf-8"))

DOCUMENTS: Final = (
    "{response: {id: 5}}",
    '{response: {id: 6, email: "x"}}',
    "1",
    '"a"',
    "[]",
    "{}",
)
schemathesis.graphql.scalar("JSON", st.sampled_from(DOCUMENTS).map(graphql.parse_value))


class _Likelier(graphql.Visitor):
    """Makes it likelier that a question is answered, and asks each selection for its type."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.rng = random.Random(seed)

    def leave_argument(self, node: Any, *_: Any) -> Any:
        likely = LIKELY.get(node.name.value)
        if likely is None or self.rng.random() < 0.2:
            return node
        return graphql.ArgumentNode(
            name=node.name, value=graphql.parse_value(self.rng.choice(likely))
        )

    def leave_selection_set(self, node: Any, *_: Any) -> Any:
        name = graphql.FieldNode(
            name=graphql.NameNode(value="__typename"), arguments=(), directives=()
        )
        return graphql.SelectionSetNode(selections=(*node.selections, name))


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """The same question becomes the same likelier one each time."""
    asked = graphql.parse(case.body)
    case.body = graphql.print_ast(graphql.visit(asked, _Likelier(zlib.crc32(case.body.encode()))))


@schemathesis.check
def answered(_context: Any, response: Any, case: Any) -> None:
    """There is an answer by the schema, and every error is a refusal with a code."""
    assert response.status_code == 200, response.status_code
    answer = response.json()
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert not codes & FAULTS, codes
    assert codes or "data" in answer
    if answer.get("data"):
        found = graphql.execute_sync(  # as if what was answered were all there is
            SCHEMA,
            graphql.parse(case.body),
            answer["data"],
            field_resolver=lambda source, info, **_: source[info.path.key],
            type_resolver=lambda value, *_: value["__typename"],
        )
        assert found.errors is None, found.errors
        assert found.data == answer["data"]
