"""What the tests of the API ask with: graphs of documents, and a way to ask them."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import httpx2

from inroads.columns.builder import claim_set
from inroads.columns.fold import fold
from inroads.documents.claims import state
from inroads.documents.reader import Observation, read
from inroads.network.access_graph import AccessGraph
from inroads.policy.tables import STOCK, Policy
from inroads_api.execution.execute import Schema, execute
from inroads_api.versions.versions import Versions

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
Ask = Callable[..., dict[str, Any]]
Serve = Callable[..., httpx2.Client]


def graph_of(*bodies: bytes | dict[str, Any], policy: Policy = STOCK) -> AccessGraph:
    """The graph of these documents or envelopes, all observed at noon unless they say when."""
    statements = []
    for number, body in enumerate(bodies):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        taken = read(raw, NOON, f"{number}.json")
        assert isinstance(taken, Observation), taken
        statements.append(state(taken, policy))
    return AccessGraph.build(fold(claim_set(statements), policy), policy)


def asker(schema: Schema, graph: AccessGraph) -> Ask:
    """Asks this graph: `ask(query, **variables)` gives the whole response."""
    versions = Versions(graph, NOON)
    return lambda query, **variables: execute(schema, versions, query, variables)


def unmarked(answer: Any) -> Any:
    """An answer whose ids have lost the marks of their versions."""
    return json.loads(re.sub(r"@~[0-9a-z-]*", "", json.dumps(answer)))


def code(response: dict[str, Any]) -> str:
    """The code of the one error of a response."""
    (error,) = response["errors"]
    found: str = error["extensions"]["code"]
    return found
