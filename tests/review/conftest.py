"""The ledger of a campaign, and the example to review."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import campaigns
from campaigns import NOW
from inroads import EXAMPLE, load
from inroads.explorer import Explorer
from inroads.store.ledger import Ledger
from worlds import explore


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "inroads.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def twins() -> Explorer:
    return explore([(body, NOW) for body in campaigns.twins()])


@pytest.fixture(scope="module")
def bruce() -> Explorer:
    return load(EXAMPLE)
