"""The graphs that the API is asked about."""

from __future__ import annotations

import httpx2
import msgspec
import pytest
from starlette.testclient import TestClient

from applications import application
from inroads import EXAMPLE
from inroads.network.access_graph import AccessGraph
from inroads.sources.synthetic import population
from inroads_api.execution.execute import Schema, build_schema
from questions import Ask, Serve, asker, graph_of


@pytest.fixture(scope="session")
def schema() -> Schema:
    return build_schema()


@pytest.fixture(scope="session")
def bruce() -> AccessGraph:
    return graph_of((EXAMPLE / "bruce.json").read_bytes())


@pytest.fixture(scope="session")
def people() -> AccessGraph:
    return graph_of(*map(msgspec.json.encode, population(300, 7)))


@pytest.fixture(scope="session")
def ask(schema: Schema, bruce: AccessGraph) -> Ask:
    return asker(schema, bruce)


@pytest.fixture
def serve() -> Serve:
    """A client of an application, which does not raise what the application does."""
    return lambda app, url="http://localhost": TestClient(
        app, base_url=url, raise_server_exceptions=False
    )


@pytest.fixture
def client(bruce: AccessGraph, serve: Serve) -> httpx2.Client:
    return serve(application(bruce))
