"""A served ledger that streams can be opened on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inroads.explorer import load
from inroads.network.access_graph import AccessGraph
from inroads.store.ledger import Ledger
from inroads_api.execution.execute import Schema, execute
from inroads_api.versions.cursors import Feed
from inroads_api.versions.following import follow, logged, position
from inroads_api.versions.versions import Versions
from questions import NOON
from worlds import World, observations

ASK = """subscription ($since: String, $first: Int) { changes(since: $since, first: $first) {
  cursor position more before after truncated changes { kinds sentence principal { id } resource { id }
  after { roles capabilities certainty state stateReasons } causes { id } } } }"""
SAME = """query ($since: DateTime!, $until: DateTime) { changes(since: $since, until: $until, first: 100) { nodes {
  kinds sentence principal { id } resource { id }
  after { roles capabilities certainty state stateReasons } causes { id } } } }"""


def add(file: Path, world: World) -> None:
    with Ledger(file) as ledger:
        ledger.add(each.document for each in observations(world))


class Served:
    """A process that serves a ledger: its versions, and a schema to ask them with."""

    def __init__(self, file: Path, schema: Schema) -> None:
        self.file, self.schema, self.folded = file, schema, list[int]()
        read = logged(file)

        def counted(number: int, policy: Any) -> AccessGraph:
            self.folded.append(number)
            return read(number, policy)

        self.versions = Versions(load(file), NOON, position(file), patience=0.05, logged=counted)
        self.following = follow(file, lambda: load(file), lambda: NOON)

    def look(self) -> None:
        """Serve what the ledger has now."""
        version = self.following(self.versions.current)
        if version:
            self.versions.swap(version)

    def feed(self, resumed: str | None = None) -> Feed:
        return Feed(self.versions, lambda: None, resumed)

    def next(self, feed: Feed, query: str = ASK, **variables: Any) -> dict[str, Any]:
        """The response of the next event; where it has data, it counts as sent."""
        feed.reached = None
        response = execute(self.schema, self.versions, query, variables, feed=feed)
        if response.get("data"):
            feed.sent()
        return response

    def events(self, feed: Feed, query: str = ASK, **variables: Any) -> Iterator[dict[str, Any]]:
        """All that the stream tells now."""
        while feed.behind:
            response = self.next(feed, query, **variables)
            assert "errors" not in response, response
            (told,) = response["data"].values()
            yield told
