"""The page of the web explorer and its assets: what is sent, and with which headers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from applications import application
from inroads.network.access_graph import AccessGraph
from inroads_api import pages

Serve = Callable[..., httpx2.Client]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the form of a built page."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Inroads</title>")
    (tmp_path / "assets" / "index-0123.js").write_text("let inroads")
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    return tmp_path


def test_page_and_assets(built: Path, bruce: AccessGraph, serve: Serve) -> None:
    """The page is asked for anew each time, its assets never again; neither runs what is inline."""
    client = serve(application(bruce))
    page, asset = client.get("/"), client.get("/assets/index-0123.js")
    assert page.headers["cache-control"] == "no-cache"
    policy = page.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(policy)
    assert "unsafe" not in page.headers["content-security-policy"]
    assert asset.text == "let inroads"
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["x-content-type-options"] == "nosniff"


def test_without_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bruce: AccessGraph, serve: Serve
) -> None:
    """An installation without the page answers all the same, and says how to get it."""
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    page = serve(application(bruce)).get("/")
    assert page.status_code == 200
    assert "INROADS_WEB=require" in page.text
