"""Runs of the collector against a scripted service, with tokens made up for them."""

from __future__ import annotations

import asyncio
import json
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from inroads.documents.reader import Observation
from inroads.errors import Rejection
from inroads.sources.service_client import Limits
from inroads.sources.service_collector import Progress, collected
from inroads.sources.service_tokens import TokenStore
from service import (
    CLIENT_SECRET,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


QUICK = Limits(silence=5, total=5)


Row = dict[str, Any]


Arrivals = list[Observation | Rejection]


class Time:
    """Time that passes only where somebody waits, and remembers how long."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def clock(self) -> float:
        return sum(self.waits)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.clock())

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)


class Run:
    """One collection to its end: what arrived, and how each token fared."""

    def __init__(
        self, store: TokenStore, base_url: str, limits: Limits = QUICK, **settings: Any
    ) -> None:
        self.time = Time()
        self.reports: list[Progress] = []
        settings = {"jitter": lambda: 1.0, "now": self.time.now} | settings
        self.arrivals: Arrivals = list(
            collected(
                store,
                base_url=base_url,
                limits=limits,
                report=self.reports.append,
                sleep=self.time.sleep,
                clock=self.time.clock,
                **settings,
            )
        )

    @property
    def progress(self) -> dict[str, Progress]:
        return {report.label: report for report in self.reports}

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.arrivals if isinstance(each, Rejection)]

    @property
    def subjects(self) -> list[str]:
        return [each.document.subject for each in self.arrivals if isinstance(each, Observation)]


def row(name: str, **more: Any) -> Row:
    return {"label": name, "access_token": f"access-token-{name}"} | more


def stranger(name: str) -> Row:
    """A token that opens nothing."""
    return row(name) | {"access_token": "access-token-of-nobody"}


def refreshable(name: str, **more: Any) -> Row:
    spare = {
        "refresh_token": f"refresh-token-{name}",
        "client_id": "app",
        "client_secret": CLIENT_SECRET,
    }
    return row(name) | spare | more


def kept(folder: Path, *rows: Row, mode: int = 0o600) -> Path:
    """A token file."""
    path = folder / "tokens.json"
    path.write_text(json.dumps(list(rows)))
    path.chmod(mode)
    return path


def given(*rows: Row) -> TokenStore:
    """A store that came from the environment."""
    return TokenStore.from_environment({"INROADS_TOKENS": json.dumps(rows)})


def on_disk(path: Path) -> dict[str, Row]:
    return {each["label"]: each for each in json.loads(path.read_text())["tokens"]}


HIDDEN = ("access-token-", "access_token-", "refresh-token-", CLIENT_SECRET)
"""What every token of these tests begins with."""


def shown(error: BaseException) -> str:
    """All that the most talkative traceback says, from below the test itself."""
    below = error.__traceback__.tb_next if error.__traceback__ else None
    whole = traceback.TracebackException(type(error), error, below, capture_locals=True)
    return "".join(whole.format()) + repr(error) + str(vars(error))


def no_secrets_in(text: str) -> None:
    found = [line for line in text.split("\n") if any(secret in line for secret in HIDDEN)]
    assert not found, found
