"""Documents that are handed in: a receipt for each, numbers to the last digit, and no secret comes back."""

from __future__ import annotations

import json
import logging
import re
import signal
import sqlite3
import subprocess
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from applications import application
from commands import INROADS, run
from inroads.documents.reader import Observation, read
from inroads.errors import InroadsError
from inroads.explorer import Explorer, load
from inroads.store.ledger import Ledger
from inroads_api.execution.execute import build_schema, execute
from inroads_api.versions import ingestion as room
from inroads_api.versions.ingestion import IngestStatus, Intake
from inroads_api.versions.versions import Versions
from questions import NOON, code

SECRET = ".".join(["eyJhbGciOiJub25lIn0", "eyJzdWIiOiIxIn0", "x"])
INGEST = """mutation ($documents: [JSON!]!) { ingest(documents: $documents) { token
  documents { status sha256 code pointer message } } }"""


SECOND = "2026-01-02T12:00:00Z"


def envelope(identity: int, day: int = 1, **more: Any) -> dict[str, Any]:
    moment = f"2026-01-{day:02}T00:00:00Z"
    return {
        "observed_at": moment,
        "source": "crm",
        "document": {"id": identity, "email": f"i{identity}@x.org", **more},
    }


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "very private folder.db"
    Ledger(file).close()
    return file


@pytest.fixture
def ask(ledger: Path) -> Callable[..., dict[str, Any]]:
    schema, versions = build_schema(allow_ingest=True), Versions(Explorer.observe([]), NOON, 0)
    intake = Intake(ledger, now=lambda: NOON)

    def asked(query: str = INGEST, **variables: Any) -> dict[str, Any]:
        return execute(schema, versions, query, variables, intake=intake)

    return asked


def statuses(response: dict[str, Any]) -> list[str]:
    return [each["status"] for each in response["data"]["ingest"]["documents"]]


class TestReceipts:
    def test_each_document_has_its_own(self, ask: Callable[..., Any], ledger: Path) -> None:
        """In their order: added, rejected in the middle with code and place, known where it was there or came twice."""
        first = ask(documents=[envelope(1)])
        assert statuses(first) == ["ADDED"]
        broken = {"observed_at": "yesterday", "document": {"id": 4}}
        response = ask(
            documents=[
                envelope(2),
                {"response": None},
                envelope(1),
                broken,
                envelope(2),
                {"identity_id": 3},
            ]
        )
        found = response["data"]["ingest"]["documents"]
        assert statuses(response) == ["ADDED", "REJECTED", "KNOWN", "REJECTED", "KNOWN", "ADDED"]
        assert found[1] == {
            "status": "REJECTED",
            "sha256": None,
            "code": "empty_response",
            "pointer": "/response",
            "message": "the response is null",
        }
        assert (found[3]["code"], found[3]["pointer"]) == ("bad_moment", "/observed_at")
        assert found[2]["sha256"] == first["data"]["ingest"]["documents"][0]["sha256"]
        with Ledger(ledger) as opened:
            rows = list(opened.rows())
        assert [(row.sha256, row.source) for row in rows] == [
            (found[2]["sha256"], "crm"),
            (found[0]["sha256"], "crm"),
            (found[5]["sha256"], room.SOURCE),
        ]
        assert rows[2].observed_at == NOON
        assert response["data"]["ingest"]["token"] == "ledger:3"  # noqa: S105  # no secret

    def test_what_is_committed_has_its_receipt(self, ask: Callable[..., Any], ledger: Path) -> None:
        """Where one of two mutations in a request fails, the receipt of the other one stays."""
        both = """mutation ($few: [JSON!]!, $many: [JSON!]!) {
          few: ingest(documents: $few) { token } many: ingest(documents: $many) { token } }"""
        response = ask(both, few=[envelope(1)], many=[envelope(2)] * (room.MAX_FIRST + 1))
        assert response["data"] == {"few": {"token": "ledger:1"}, "many": None}
        assert [each["path"] for each in response["errors"]] == [["many"]]
        with Ledger(ledger) as opened:
            assert len(list(opened.rows())) == 1

    def test_whom_the_ledger_has_forgotten(self, ask: Callable[..., Any], ledger: Path) -> None:
        """A document about somebody who was forgotten since is not taken, and not named."""
        ask(documents=[envelope(1), envelope(2)])
        with Ledger(ledger) as opened:
            opened.forget("identity:1", NOON)
        response = ask(documents=[envelope(2), envelope(1), envelope(3)])
        assert statuses(response) == ["KNOWN", "FORGOTTEN", "ADDED"]
        assert response["data"]["ingest"]["documents"][1]["sha256"] is None

    def test_nothing_taken(self, ask: Callable[..., Any], ledger: Path) -> None:
        """Where nothing can be taken nothing is written, and the token is that of what is there."""
        assert ask(documents=[])["data"]["ingest"] == {"token": "ledger:0", "documents": []}
        assert statuses(ask(documents=["x", 1, [], {}, True])) == ["REJECTED"] * 5
        with Ledger(ledger) as opened:
            assert opened.sequence == 0

    def test_too_many(self, ask: Callable[..., Any]) -> None:
        """More documents than a request may have are refused, all of them."""
        assert len(statuses(ask(documents=[envelope(1)] * 100))) == 100
        assert code(ask(documents=[envelope(1)] * 101)) == "TOO_MANY_DOCUMENTS"
        assert code(ask(documents=[None])) == "BAD_USER_INPUT"

    @pytest.mark.parametrize(
        "text",
        [
            '{"identity_id": 999999999999999999, "n": [1, 1.0, -0.0, 1e2, 9007199254740993, 18446744073709551616]}',
            '{"identity_id": 7, "n": 123456789012345678901234567890, "x": 0.30000000000000004}',
            '{"identity_id": 7, "first_name": "\\"\\\\/ \\u00e9\\ud83d\\ude00\\u2028"}',
            '{"response": {"id": "8", "roles": [], "profile": null, "a": {"b": [true, false]}}}',
        ],
    )
    def test_to_the_last_digit(self, ask: Callable[..., Any], text: str) -> None:
        """What is kept is what a file with the same text would give, from a variable and from the query itself."""
        wanted = read(text.encode(), NOON, "")
        assert isinstance(wanted, Observation)
        by_variable = ask(documents=[json.loads(text)])
        literal = re.sub(r'"(\w+)":', r"\1:", text)
        by_literal = ask(
            f"mutation {{ ingest(documents: [{literal}]) {{ documents {{ status sha256 }} }} }}"
        )
        assert statuses(by_variable) == ["ADDED"]
        assert statuses(by_literal) == ["KNOWN"]
        for response in (by_variable, by_literal):
            assert response["data"]["ingest"]["documents"][0]["sha256"] == wanted.document.sha256

    def test_numbers_that_are_none(self, ask: Callable[..., Any]) -> None:
        """A number beyond all that can be kept is rejected, never rounded or dropped."""
        response = ask(
            "mutation { ingest(documents: [{id: 1, n: 1e999}]) { documents { status code } } }"
        )
        assert response["data"]["ingest"]["documents"] == [
            {"status": "REJECTED", "code": "not_json"}
        ]


class TestTheLedger:
    def test_it_is_waited_for(self, ask: Callable[..., Any], ledger: Path) -> None:
        """While another process writes, handing in waits, and then takes everything."""
        other = sqlite3.connect(ledger, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.3, lambda: other.execute("COMMIT"))
        timer.start()
        assert statuses(ask(documents=[envelope(1)])) == ["ADDED"]
        timer.join()
        other.close()

    def test_it_is_not_waited_for_forever(self, ledger: Path) -> None:
        """A ledger that stays locked is an error with a code, and nothing was taken."""
        intake, committed = Intake(ledger, busy=0.1), []
        intake._committed = lambda: committed.append(1)
        other = sqlite3.connect(ledger, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(InroadsError) as error:
            intake.take([envelope(1)])
        assert error.value.code == "LEDGER_BUSY"
        other.execute("COMMIT")
        other.close()
        assert committed == []
        (receipt,) = intake.take([envelope(1)]).receipts
        assert receipt.status is IngestStatus.ADDED
        assert committed == [1]

    def test_one_request_after_the_other(self, ledger: Path) -> None:
        """Who waits for another request of this process does so no longer than for another process."""
        intake = Intake(ledger, busy=0.05)
        with intake._writing, pytest.raises(InroadsError) as error:
            intake.take([envelope(1)])
        assert error.value.code == "LEDGER_BUSY"

    def test_a_full_room(self, ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Only so many requests wait to write; the next is told at once."""
        monkeypatch.setattr(room, "MAX_HANDING_IN", 1)
        intake = Intake(ledger)
        with intake._room.seat(), pytest.raises(InroadsError) as error:
            intake.take([envelope(1)])
        assert error.value.code == "BUSY"

    def test_a_ledger_that_is_gone(self, ask: Callable[..., Any], ledger: Path) -> None:
        """What is wrong with the ledger is told with its code, never with its place on the disk."""
        ledger.unlink()
        response = ask(documents=[envelope(1)])
        assert code(response) == "LEDGER_MISSING"
        assert response["data"] == {"ingest": None}
        assert "private" not in json.dumps(response)


def test_secrets_do_not_come_back(
    ledger: Path, caplog: pytest.LogCaptureFixture, serve: Callable[..., Any]
) -> None:
    """A secret in a document that is handed in is in no answer, no error, no log and no byte of the ledger."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # the asker's own log
    client = serve(application(Explorer.observe([]), ingest=ledger))
    wrong = {
        "observed_at": SECRET,
        "source": SECRET,
        "document": {"id": SECRET, "access_token": SECRET},
    }
    hidden = envelope(1, access_token=SECRET, notes=[f"Bearer {SECRET}"], roles=SECRET)
    shown = envelope(2, access_token=SECRET, notes=[f"Bearer {SECRET}"])
    mistyped = INGEST.replace("[JSON!]!)", "[JSON!]!, $b: Boolean!)").replace(
        ") { tok", ") @skip(if: $b) { tok"
    )
    for body in (
        {
            "query": INGEST,
            "variables": {"documents": [wrong, hidden, shown, SECRET, [SECRET], {SECRET: SECRET}]},
        },
        {"query": INGEST, "variables": {"documents": [None, shown]}},
        {"query": mistyped, "variables": {"documents": [shown], "b": shown}},
        {"query": INGEST.replace("JSON", "String"), "variables": {"documents": [shown]}},
        {"query": INGEST, "variables": {"documents": [shown]}, "operationName": 1},
        {"query": INGEST.replace("token", "nothing"), "variables": {"documents": [shown]}},
    ):
        response = client.post("/graphql", json=body)
        assert SECRET[:12] not in response.text, body["query"]
    assert SECRET[:12] not in caplog.text
    with Ledger(ledger) as opened:
        assert [each.document.subject for each in opened.observations()] == [
            "identity:1",
            "identity:2",
        ]
    for file in ledger.parent.iterdir():
        assert SECRET[:12].encode() not in file.read_bytes()


class TestHttp:
    @pytest.fixture
    def client(self, ledger: Path, serve: Callable[..., httpx2.Client]) -> httpx2.Client:
        return serve(application(Explorer.observe([]), ingest=ledger))

    def test_only_where_it_is_allowed(
        self, client: httpx2.Client, serve: Callable[..., Any]
    ) -> None:
        """Documents are taken over POST where the operator allows it, and there is no such operation elsewhere."""
        body = {"query": INGEST, "variables": {"documents": [envelope(1)]}}
        assert statuses(client.post("/graphql", json=body).json()) == ["ADDED"]
        plain = serve(application(Explorer.observe([]), NOON))
        assert code(plain.post("/graphql", json=body).json()) == "OPERATION_NOT_SUPPORTED"
        kinds = "{ __schema { mutationType { name } } }"
        found = [
            each.post("/graphql", json={"query": kinds}).json()["data"]["__schema"]
            for each in (client, plain)
        ]
        assert found == [{"mutationType": {"name": "Mutation"}}, {"mutationType": None}]

    def test_never_by_a_url(self, client: httpx2.Client, ledger: Path) -> None:
        """A mutation in a URL is 405 here too, and takes nothing; so is none in a form of another site."""
        query = "mutation { ingest(documents: [{id: 1}]) { token } }"
        response = client.get(f"/graphql?{urlencode({'query': query})}")
        assert response.status_code == 405
        assert response.headers["allow"] == "POST"
        for content_type in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ):
            sent = client.post(
                "/graphql",
                content=json.dumps({"query": query}),
                headers={"content-type": content_type},
            )
            assert sent.status_code == 415
        with Ledger(ledger) as opened:
            assert opened.sequence == 0


def test_what_is_handed_in_is_served(tmp_path: Path) -> None:
    """`serve --allow-ingest` makes the ledger, takes documents, and serves them to whoever waits for the token."""
    file = tmp_path / "new.db"
    words = ("serve", "--ledger", str(file), "--port", "0", "--allow-ingest")
    with subprocess.Popen([INROADS, *words], stderr=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own
        try:
            assert server.stderr is not None
            address = re.search(r"http://127\.0\.0\.1:\d+/graphql", server.stderr.readline())
            assert address is not None
            for count in (1, 2, 3):
                row = {"id": 9, "role": "owner", "business": {"id": 10 + count}}
                done = post(
                    address[0],
                    INGEST,
                    documents=[envelope(1, day=count, business_memberships=[row])],
                )
                token = done["data"]["ingest"]["token"]
                query = "query ($t: String) { graph(atLeast: $t) { position documents business(id: %d) { id } } }"
                found = post(address[0], query % (10 + count), t=token)["data"]["graph"]
                assert found == {
                    "position": count,
                    "documents": count,
                    "business": {"id": f"business:{10 + count}"},
                }
            query = f'{{ graph(asOf: "{SECOND}") {{ version documents }} changes(since: "{SECOND}") {{ totalCount }} }}'
            found = post(address[0], query)["data"]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)
    assert found["graph"]["documents"] == 2
    assert json.loads(run("query", query, "--ledger", str(file)).stdout)["data"] == found
    until = load(file, as_of=NOON.replace(month=1, day=2))
    assert found["graph"]["version"] == until.version


@pytest.mark.parametrize(
    "words",
    [
        ("-d", "-"),
        ("--as-of", "2026-01-01T00:00:00Z"),
        ("-d", str(Path(__file__))),
    ],
)
def test_without_a_ledger_that_grows(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Documents are only taken by a server that follows one ledger."""
    ledger = () if "-d" in words else ("--ledger", str(tmp_path / "x.db"))
    done = run("serve", *words, *ledger, "--port", "0", "--allow-ingest", stdin="{}")
    assert done.returncode == 2
    assert "--allow-ingest goes with one ledger" in done.stderr
    assert not list(tmp_path.iterdir()), "a slip makes no ledger"


def post(address: str, query: str, **variables: Any) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})  # noqa: S310  # the loopback
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310  # the loopback
        found: dict[str, Any] = json.load(response)
    return found
