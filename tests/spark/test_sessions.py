"""A session of Spark Connect, and its errors in words."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from inroads.errors import InroadsError
from inroads.spark.sessions import connected


@pytest.mark.parametrize(
    ("remote", "code", "said"),
    [
        ("http://spark:15002", "BAD_REMOTE", "not an address like sc://host:15002"),
        ("sc://", "BAD_REMOTE", "not an address like sc://host:15002"),
        ("sc://spark:99999", "BAD_REMOTE", "not an address like sc://host:15002"),
        ("sc://spark/;token=abc", "BAD_REMOTE", "must not have a token"),
        ("sc://me:abc@spark:15002", "BAD_REMOTE", "must not have a token"),
        ("http://spark/;x-api-key=abc", "BAD_REMOTE", "not an address like sc://host:15002"),
    ],
)
def test_a_bad_address_is_refused(remote: str, code: str, said: str) -> None:
    """An address that is none, or that has a token, is refused before anything is sent."""
    with pytest.raises(InroadsError, match=said) as refused, connected(remote):
        pass
    assert refused.value.code == code
    assert "abc" not in str(refused.value)


def test_nobody_answers() -> None:
    """A server that is not there is told at once."""
    with socket.socket() as taken:  # bound, and not listening
        taken.bind(("127.0.0.1", 0))
        remote = f"sc://127.0.0.1:{taken.getsockname()[1]}/;authorization=Bearer abc"
        with pytest.raises(InroadsError, match="does not answer") as refused, connected(remote):
            pass
    assert refused.value.code == "SPARK_FAILED"
    assert "abc" not in str(refused.value)


def test_what_spark_says_names_the_host_alone(remote: str) -> None:
    """Whatever stands behind the host may be secret."""
    given = f"{remote}/;x-api-key=abc;nonsense"
    with pytest.raises(InroadsError, match="Spark at sc:") as told, connected(given):
        pass
    assert "abc" not in str(told.value)


def test_a_job_that_fails_is_told(remote: str) -> None:
    """An error in a worker becomes an error in words; Sail may tell of its second try only."""

    def fails(_batches: Any) -> Any:
        raise ValueError("nobody expected this")

    with pytest.raises(InroadsError, match="Spark at sc:") as told, connected(remote) as session:
        session.range(1).mapInArrow(fails, "id long").count()
    assert told.value.code == "SPARK_FAILED"
