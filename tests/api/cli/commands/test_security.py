"""Tokens from the command line, and where the server then listens."""

from __future__ import annotations

import json
import re
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from inroads import EXAMPLE
from inroads.errors import InroadsError
from inroads_api.cli.main import app
from inroads_api.security.tokens import FORM
from inroads_api.server.listening import place, tls_options

INROADS = str(Path(sys.executable).parent / "inroads")


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.stdout, done.stderr


def test_create_list_revoke(tmp_path: Path) -> None:
    """A token is printed once and alone; the list shows its state, and never the token."""
    file = ("--auth", str(tmp_path / "auth.json"))
    status, text, told = run(
        "token",
        "create",
        "the CI",
        *file,
        "--scope",
        "read",
        "--scope",
        "ingest",
        "--expires",
        "1h",
    )
    assert status == 0
    assert FORM.fullmatch(text.strip().encode())
    assert text.strip() not in told
    number = text[4:14]
    (row,) = map(json.loads, run("token", "list", *file)[1].splitlines())
    assert (row["token"], row["name"], row["state"], row["scopes"]) == (
        number,
        "the CI",
        "usable",
        ["ingest", "read"],
    )
    assert run("token", "revoke", number, *file)[0] == 0
    listed = run("token", "list", *file)[1]
    assert json.loads(listed)["state"] == "revoked"
    assert text.strip()[15:] not in listed


def test_limited_to_businesses(tmp_path: Path) -> None:
    """Businesses are given by option and in a file; the list shows the first, and unknown ones are told."""
    file = ("--auth", str(tmp_path / "auth.json"))
    ledger, many = tmp_path / "inroads.db", tmp_path / "businesses.txt"
    many.write_text("".join(f"{number}\n" for number in range(100, 110)))
    assert run("ingest", str(EXAMPLE / "bruce.json"), "--ledger", str(ledger))[0] == 0
    status, _, told = run(
        *("token", "create", "a", *file, "--business", "77128", "--business", "business:311394"),
        *("--businesses-file", str(many), "--ledger", str(ledger)),
    )
    assert status == 0
    assert "of what concerns 12 businesses" in told
    assert "10 of them are not known yet: 100, 101, 102, 103, 104" in told
    run("token", "create", "b", *file)
    limited, whole = map(json.loads, run("token", "list", *file)[1].splitlines())
    assert (limited["businesses"], limited["first_businesses"]) == (
        12,
        ["100", "101", "102", "103", "104"],
    )
    assert (whole["businesses"], whole["first_businesses"]) == (None, [])
    for wrong in (
        ("--scope", "admin"),
        ("--scope", "ingest"),
        ("--business", "x"),
        ("--businesses-file", "none"),
    ):
        assert run("token", "create", "c", *file, "--business", "1", *wrong)[0] == 2
    many.write_text("\n")
    status, _, told = run("token", "create", "c", *file, "--businesses-file", str(many))
    assert (status, "at least one business" in told) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("create", "a", "--scope", "write"), 2),
        (("create", "a", "--expires", "never"), 2),
        (("create", "a", "--expires", "2000d"), 2),
        (("create", ""), 2),
        (("create", "a\nb"), 2),
        (("list",), 2),
        (("revoke", "aaaaaaaaaa"), 2),
    ],
)
def test_wrong(tmp_path: Path, arguments: tuple[str, ...], status: int) -> None:
    """What is wrong is told in a line, and makes no file."""
    file = tmp_path / "auth.json"
    found, out, told = run("token", *arguments, "--auth", str(file))
    assert (found, out) == (status, "")
    assert told.startswith("error: ")
    assert not file.exists()


def test_revoke_an_unknown_one(tmp_path: Path) -> None:
    """An unknown id is its own exit code."""
    file = ("--auth", str(tmp_path / "auth.json"))
    run("token", "create", "a", *file)
    assert run("token", "revoke", "aaaaaaaaaa", *file)[0] == 4


class TestWhere:
    """Others on the network are answered only where tokens are asked for."""

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
    def test_local(self, host: str) -> None:
        """This machine needs no token."""
        assert place(host, 0, guarded=False).local

    @pytest.mark.parametrize("host", ["0.0.0.0", "0", "", "::", "192.0.2.1", "::ffff:192.0.2.1"])  # noqa: S104  # it is refused
    def test_public(self, host: str) -> None:
        """Any other address does, however it is written, and the refusal says how to make one."""
        with pytest.raises(InroadsError, match="token create --auth FILE") as caught:
            place(host, 0, guarded=False)
        assert caught.value.code == "UNGUARDED"
        assert not place(host, 0, guarded=True).local

    def test_no_host(self) -> None:
        """A name that is none is told."""
        with pytest.raises(InroadsError) as caught:
            place("no\x00host", 0, guarded=True)
        assert caught.value.code == "BAD_HOST"

    def test_refusals_of_serve(self, tmp_path: Path) -> None:
        """`serve` does not start open to others, nor with a file that has no token of use."""
        documents = ("-d", str(EXAMPLE))
        status, _, told = run("serve", *documents, "--host", "0.0.0.0")  # noqa: S104  # it is refused
        assert status == 2
        assert "inroads token create" in told
        missing = str(tmp_path / "auth.json")
        assert run("serve", *documents, "--host", "0.0.0.0", "--auth", missing)[0] == 2  # noqa: S104  # it is refused
        run("token", "create", "a", "--auth", missing, "--expires", "1s")
        assert run("serve", *documents, "--tls-key", missing)[0] == 2

    def test_bad_tls(self, tmp_path: Path) -> None:
        """Files that are no certificate are told before anything is served."""
        junk = tmp_path / "junk.pem"
        junk.write_text("secret")
        for files in (
            (junk, None, None),
            (tmp_path / "none", None, None),
            (None, junk, None),
            (None, None, junk),
        ):
            with pytest.raises(InroadsError) as caught:
                tls_options(*files)
            assert caught.value.code == "BAD_TLS"
            assert "secret" not in str(caught.value)


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """A server of its own process, and its address."""
    command = [INROADS, "serve", "-d", str(EXAMPLE), "--port", "0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own command
        try:
            assert server.stderr is not None
            address = re.search(r"https?://\S+/graphql", server.stderr.readline())
            assert address
            yield address[0]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes its certificate with openssl")
def test_serve_with_all_of_it(tmp_path: Path) -> None:
    """A real server with tokens, TLS and certificates of clients lets in who has all, until the token is revoked."""
    cert, key, file = tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "auth.json"
    made = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost"
    )
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(["openssl", *made.split(), *names], check=True, capture_output=True)  # noqa: S603, S607  # found above
    token = run("token", "create", "a", "--auth", str(file))[1].strip()
    trusting = ssl.create_default_context(cafile=str(cert))
    known = ssl.create_default_context(cafile=str(cert))
    known.load_cert_chain(cert, key)
    ask = {
        "json": {"query": "{ graph { documents } }"},
        "headers": {"authorization": f"Bearer {token}"},
    }
    options = (
        "--auth",
        str(file),
        "--tls-cert",
        str(cert),
        "--tls-key",
        str(key),
        "--tls-client-ca",
        str(cert),
    )
    with serving(*options) as address, httpx2.Client(verify=known, trust_env=False) as client:
        assert address.startswith("https://")
        assert client.post(address, **ask).json()["data"] == {"graph": {"documents": 1}}
        assert client.post(address, json=ask["json"]).status_code == 401
        with (
            httpx2.Client(verify=trusting, trust_env=False) as stranger,
            pytest.raises(httpx2.TransportError),
        ):
            stranger.post(address, **ask)
        assert run("token", "revoke", token[4:14], "--auth", str(file))[0] == 0
        assert client.post(address, **ask).status_code == 401
