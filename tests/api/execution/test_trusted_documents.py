"""Trusted documents: asked by their ids, and alone if the server is told so; those of the package answer."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from applications import application
from inroads.errors import InroadsError
from inroads.network.access_graph import AccessGraph
from inroads.store.ledger import Ledger
from inroads_api.cli.main import app as command
from inroads_api.execution.trusted_documents import (
    OWN,
    BadDocuments,
    Trusted,
    document_id,
    read_folder,
)
from inroads_api.limits import MAX_QUERY
from inroads_api.web.media_types import LEGACY, MODERN
from questions import Ask, Serve

VERSION = "{ graph { version } }\r\n"
INGEST = (
    "mutation ($documents: [JSON!]!) { ingest(documents: $documents) { documents { status } } }"
)

ASKED: dict[str, dict[str, Any]] = {
    "reach": {"email": "b@example.com"},
    "reached_by": {"id": "account:Xr82w"},
    "explain": {"principal": "b@example.com", "resource": "account:Xr82w"},
    "changes": {"since": "2026-01-01T00:00:00Z"},
    "findings": {"rules": ["redundant-route"]},
    "what_if": {"remove": ["role 994207"]},
    "census": {"first": 2},
}
"""Each document of the package with what it is asked of the example."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a document below it."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "inner").mkdir()
    (folder / "inner" / "version.graphql").write_bytes(VERSION.encode())
    (folder / "README.md").write_text("nothing to ask")
    return folder


@pytest.fixture(scope="module")
def strict(bruce: AccessGraph, folder: Path) -> httpx2.Client:
    """A server that answers trusted documents only."""
    return TestClient(
        application(bruce, trusted=Trusted(read_folder(folder), only=True)), "http://localhost"
    )


@pytest.fixture(scope="module")
def client(bruce: AccessGraph) -> httpx2.Client:
    """A server that answers any document."""
    return TestClient(application(bruce), "http://localhost")


def post(client: httpx2.Client, accept: str = MODERN, **body: Any) -> httpx2.Response:
    return client.post("/graphql", json=body, headers={"accept": accept})


def told(response: httpx2.Response) -> tuple[int, str]:
    """The status, and the code of the one error, of a response without data."""
    assert "data" not in response.json()
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"]


def digest(name: str) -> str:
    """The id of a document of the package, from the bytes of its file."""
    return "sha256:" + hashlib.sha256((OWN / f"{name}.graphql").read_bytes()).hexdigest()


def test_every_document_of_the_package_is_asked_here() -> None:
    """None is left out below, but for those of the page."""
    names = {name for name in read_folder(OWN) if not name.startswith("page/")}
    assert names == {f"{name}.graphql" for name in ASKED}


@pytest.mark.parametrize("name", ASKED)
def test_documents_of_the_package(strict: httpx2.Client, ask: Ask, name: str) -> None:
    """Each answers on the example by its id alone, without an error, as its text does."""
    response = post(strict, documentId=digest(name), variables=ASKED[name])
    assert response.status_code == 200
    assert "errors" not in response.json()
    text = (OWN / f"{name}.graphql").read_text(encoding="utf-8")
    if name != "findings":  # it counts ages from now
        assert response.json()["data"] == ask(text, **ASKED[name])["data"]


def test_what_they_say(strict: httpx2.Client) -> None:
    """The example, once more, as the documents of the package tell it."""

    def data(name: str) -> Any:
        return post(strict, documentId=digest(name), variables=ASKED[name]).json()["data"]

    assert data("reach")["graph"]["identity"]["reach"]["totalCount"] == 6
    assert [
        each["principal"]["email"]
        for each in data("reached_by")["graph"]["node"]["reachedBy"]["nodes"]
    ] == ["b@example.com"]
    cut = data("explain")["access"]["explanation"]["cut"]
    assert [each["label"] for each in cut] == ["role 994207", "client 22347"]
    assert {each["fate"] for each in data("what_if")["whatIf"]["outcomes"]["nodes"]} == {"LOWERED"}
    assert data("census")["largestBlastRadius"][0]["blastRadius"]["total"] == 6
    assert data("changes")["changes"]["totalCount"] == 6
    assert data("findings")["findings"]["totalCount"] > 0


def test_by_url(strict: httpx2.Client, bruce: AccessGraph) -> None:
    """A URL can name a document too, with its variables."""
    asked = {"documentId": digest("reach"), "variables": json.dumps(ASKED["reach"])}
    assert strict.get("/graphql", params=asked).json()["data"]["graph"]["version"] == bruce.version


def test_given_documents(strict: httpx2.Client, client: httpx2.Client, bruce: AccessGraph) -> None:
    """A document of the folder is known by the digest of its very bytes, to the servers that were given it."""
    asked = document_id(VERSION)
    assert post(strict, documentId=asked).json()["data"] == {"graph": {"version": bruce.version}}
    assert told(post(client, documentId=asked)) == (400, "DOCUMENT_NOT_FOUND")
    assert told(post(strict, documentId=document_id(VERSION.strip()))) == (
        400,
        "DOCUMENT_NOT_FOUND",
    )


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"query": VERSION}, "DOCUMENT_REQUIRED"),
        ({"query": ""}, "DOCUMENT_REQUIRED"),
        ({"query": VERSION, "extensions": {"persistedQuery": {"version": 1}}}, "DOCUMENT_REQUIRED"),
        ({"documentId": ""}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": digest("reach").upper()}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": digest("reach").removeprefix("sha256:")}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": "../documents/reach.graphql"}, "DOCUMENT_NOT_FOUND"),
    ],
    ids=str,
)
def test_refused(strict: httpx2.Client, body: dict[str, Any], wanted: str) -> None:
    """What is not trusted is refused with a code, even the text of a document that is."""
    assert told(post(strict, **body)) == (400, wanted)
    assert told(post(strict, LEGACY, **body)) == (200, wanted), "the request is well-formed"


@pytest.mark.parametrize("accept", [MODERN, LEGACY])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"documentId": None, "query": None},
        {"documentId": digest("reach"), "query": VERSION},
        {"documentId": 1},
        {"documentId": ["x"]},
    ],
    ids=str,
)
def test_malformed(
    strict: httpx2.Client, client: httpx2.Client, body: dict[str, Any], accept: str
) -> None:
    """Neither or both of a text and an id, or an id that is no text, is no request, with or without --trusted-only."""
    for each in (strict, client):
        assert told(post(each, accept, **body)) == (400, "BAD_REQUEST")


def test_an_id_without_only(client: httpx2.Client) -> None:
    """Elsewhere both are answered, and a null beside the other counts for nothing."""
    asked = {"documentId": digest("census"), "query": None}
    assert "errors" not in post(client, **asked).json()
    assert "errors" not in post(client, query=VERSION, documentId=None).json()


def test_limits_hold_for_them_too(bruce: AccessGraph, serve: Serve) -> None:
    """A trusted document that asks for too much with its variables is refused as any other."""
    text = """query ($n: Int) { business(id: 77128) { members(first: $n) { nodes { identity { reach(first: 100) {
      nodes { explanation { sentence } } } } } } } }"""
    app = serve(application(bruce, trusted=Trusted({"x": text})))
    assert "errors" not in post(app, documentId=document_id(text), variables={"n": 1}).json()
    assert told(post(app, documentId=document_id(text), variables={"n": 100})) == (
        400,
        "COST_LIMIT",
    )


def test_mutations(bruce: AccessGraph, serve: Serve, tmp_path: Path) -> None:
    """Where documents are handed in, a trusted mutation is answered, but never one that a URL names."""
    Ledger(tmp_path / "x.db").close()
    trusted = Trusted({"ingest": INGEST}, only=True)
    asked = {
        "documentId": document_id(INGEST),
        "variables": {"documents": [{"id": 1, "email": "a@x.org"}]},
    }
    client = serve(application(bruce, ingest=tmp_path / "x.db", trusted=trusted))
    params = asked | {"variables": json.dumps(asked["variables"])}
    assert told(client.get("/graphql", params=params)) == (405, "OPERATION_NOT_SUPPORTED")
    assert post(client, **asked).json()["data"]["ingest"] == {"documents": [{"status": "ADDED"}]}


def test_bad_documents(bruce: AccessGraph) -> None:
    """Every problem of every document is told before anything is served."""
    given = {
        "good": VERSION,
        "syntax": "{",
        "field": "{ nothing } query B { never }",
        "empty": "fragment F on Query { graph { version } }",
        "long": "{ graph { version } }" + " " * MAX_QUERY,
        "mutation": INGEST,
    }
    with pytest.raises(BadDocuments) as error:
        application(bruce, trusted=Trusted(given))
    assert error.value.code == "BAD_DOCUMENTS"
    told = [each.partition(":")[0] for each in error.value.problems]
    assert [told.count(name) for name in given] == [0, 1, 3, 2, 1, 1]


def test_bad_folders(tmp_path: Path) -> None:
    """A folder that is not there or has no documents, and a file that is no text, are told."""
    for folder, told in (
        (tmp_path, r"has 0 \.graphql files"),
        (tmp_path / "nowhere", r"is not a folder; it should hold \.graphql files"),
    ):
        with pytest.raises(InroadsError, match=told):
            read_folder(folder)
    (tmp_path / "a.graphql").write_bytes(b"\xff")
    (tmp_path / "b.graphql").write_text(VERSION)
    with pytest.raises(BadDocuments) as error:
        read_folder(tmp_path)
    assert [each.partition(":")[0] for each in error.value.problems] == ["a.graphql"]


@pytest.mark.parametrize("more", [(), ("--workers", "2")])
def test_bad_documents_of_a_server(tmp_path: Path, more: tuple[str, ...]) -> None:
    """`serve` tells each problem in a line of its own before it reads anything, also where workers would meet it."""
    (tmp_path / "a.graphql").write_text("{ nothing never }")
    done = CliRunner().invoke(
        command, ["serve", "--ledger", "nowhere.db", "--trusted", str(tmp_path), *more]
    )
    assert done.exit_code == 2
    first, *problems = done.output.splitlines()
    assert first == "error: these documents cannot be trusted"
    assert [line.partition(":")[0] for line in problems] == ["  a.graphql"] * 2
