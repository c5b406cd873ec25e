"""What a server says when it begins."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from commands import DOCUMENTS, run
from inroads_api import pages
from inroads_api.cli.commands import serve

ADDRESS = r"http://127\.0\.0\.1:(\d+)/"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """What `inroads serve` says of an installation with its page, or without."""
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    monkeypatch.setattr(serve, "run", lambda _, sock, *__: sock.close())
    if request.param:
        (tmp_path / "index.html").write_text("<!doctype html>")
    return run("serve", *DOCUMENTS, "--port", "0").stderr


@pytest.mark.parametrize("told", [True], indirect=True)
def test_it_says_where_the_explorer_is(told: str) -> None:
    """The first line names the address of the page, with the port that was taken."""
    first, *_ = told.splitlines()
    found = re.search(rf"the explorer is at {ADDRESS} and GraphQL at {ADDRESS}graphql;", first)
    assert found
    assert found[1] == found[2] != "0"


@pytest.mark.parametrize("told", [False], indirect=True)
def test_it_says_how_the_explorer_is_had(told: str) -> None:
    """Without its page an installation serves GraphQL, and says in one line how to get the page."""
    first, second = told.splitlines()
    assert re.search(rf"GraphQL is at {ADDRESS}graphql;", first)
    assert second.endswith("INROADS_WEB=require pip install . builds it, or says what fails")


def test_a_certificate_that_is_not_there(tmp_path: Path) -> None:
    """The error names the file of TLS that is missing, and has no errno."""
    missing = str(tmp_path / "cert.pem")
    done = run("serve", *DOCUMENTS, "--port", "0", "--tls-cert", missing, "--tls-key", missing)
    assert done.returncode == 2
    assert done.stderr.endswith(f"error: the TLS files cannot be used: {missing} does not exist\n")
