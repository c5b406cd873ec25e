"""The graphs that the API is asked about."""

from __future__ import annotations

import warnings

import msgspec
import pytest
from asking import NOON, Ask, asker, graph_of
from starlette.exceptions import StarletteDeprecationWarning

from inroads import EXAMPLE
from inroads.generate import population
from inroads.network import AccessGraph
from inroads_api.app import create_app
from inroads_api.schema import Schema, build_schema

with warnings.catch_warnings():
    warnings.simplefilter("ignore", StarletteDeprecationWarning)  # it prefers the successor of httpx
    from starlette.testclient import TestClient


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
def client(bruce: AccessGraph) -> TestClient:
    return TestClient(create_app(bruce, NOON), base_url="http://localhost", raise_server_exceptions=False)
