"""The service that the collector asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service import Service


@pytest.fixture
def place() -> Iterator[Service]:
    with Service() as running:
        running.sign_in(
            "ann", 1, {10: "owner", 11: "business_manager", 12: "business_partner", 13: "client"}
        )
        running.sign_in("ben", 2)
        running.sign_in("cy", 3)
        yield running
