"""Sends GraphQL requests over a few connections that stay open, and writes what came back as JSON.

`python asking.py URL CONNECTIONS SECONDS` sends each line of standard input once, as the body of a request, and stops
when the time is up. A token may stand before the body, with a tab between them. This is a process of its own, so that
the server does not wait for the one who measures.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec


class Reply(NamedTuple):
    """How long one request took, how many bytes came back, and whether it was answered without errors."""

    seconds: float
    size: int
    good: bool


def _ask(url: str, bodies: Iterator[bytes], until: float) -> list[Reply]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    replies = []
    for line in bodies:  # shared by all connections: each takes the next
        start = time.perf_counter()
        if start > until:
            break
        token, _, body = line.rpartition(b"\t")
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {token.decode()}"} if token else {}
        connection.request("POST", parts.path, body, headers)
        response = connection.getresponse()
        answer = response.read()
        taken = time.perf_counter() - start
        good = (
            response.status == 200
            and b'"errors"' not in answer[:200]
            and b'"errors"' not in answer[-2000:]
        )
        replies.append(Reply(taken, len(answer), good))
    connection.close()
    return replies


def main(url: str, connections: str, seconds: str) -> None:
    """Write the replies and the seconds that all of them took together."""
    bodies = iter(sys.stdin.buffer.read().splitlines())
    start = time.perf_counter()
    with ThreadPoolExecutor(int(connections)) as pool:
        asked = [
            pool.submit(_ask, url, bodies, start + float(seconds)) for _ in range(int(connections))
        ]
        replies = [reply for each in asked for reply in each.result()]
    sys.stdout.buffer.write(
        msgspec.json.encode({"seconds": time.perf_counter() - start, "replies": replies})
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
