"""GraphQL documents and their measured cost."""

from __future__ import annotations

from typing import Any

from graphql import parse

from inroads_api.execution import cost as cost_
from inroads_api.execution.cost import Measure
from inroads_api.execution.execute import Schema


def measure(schema: Schema, query: str, **variables: Any) -> Measure:
    """What a document asks, within the limits or not."""
    return cost_._Walk(parse(query), schema._schema, variables).document()


def doubling(fragments: int) -> str:
    """A document of so many fragments, each of which uses the next one twice."""
    each = (
        "fragment F{} on Business{{a:account{{business{{...F{}}}}}b:account{{business{{...F{}}}}}}}"
    )
    last = f"fragment F{fragments} on Business{{id}}"
    return (
        "{business(id:1){...F0}}"
        + "".join(each.format(n, n + 1, n + 1) for n in range(fragments))
        + last
    )
