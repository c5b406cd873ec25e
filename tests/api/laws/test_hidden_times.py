"""Times of answers by a real clock: a limited token cannot tell what is hidden from what is absent."""

from __future__ import annotations

import datetime as dt
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx2
import pytest

from applications import application
from inroads.model import NodeKind, kind_of, native_id
from inroads.network.access_graph import AccessGraph
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile
from inroads_api.web.stages import answers
from questions import NOON, Serve

ROUNDS: Final = 41
"""How many hidden and absent texts are asked for, in turn."""

ATTEMPTS: Final = 3
"""A machine under load may make one measurement wrong; what tells tells each time."""

NOTICED: Final = 0.0025
"""In seconds: the median difference that counts. It is some ten times the noise of a busy machine."""

PLANTED: Final = 0.005
"""In seconds: the delay that a test plants."""

QUERIES: Final = {
    "node": "query ($t: ID!) { node(id: $t) { id } }",
    "business": "query ($t: ID!) { business(id: $t) { id reachedBy(first: 20) { totalCount } } }",
    "nodes": "query ($t: ID!) { nodes(ids: [$t, $t]) { id } }",
    "access": 'query ($t: ID!) { access(principal: "identity:1", resource: $t) { roles } }',
    "what if": "query ($t: ID!) { whatIf(remove: [$t]) { version } }",
    "search": "query ($t: String!) { search(text: $t) { totalCount } }",
}
EMAIL: Final = (
    "query ($t: String!) { identity(by: {email: $t}) { id reach(first: 5) { totalCount } } }"
)

Ask = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def businesses(people: AccessGraph) -> list[str]:
    return [node for node in people if kind_of(node) is NodeKind.BUSINESS]


@pytest.fixture
def ask(people: AccessGraph, businesses: list[str], tmp_path: Path, serve: Serve) -> Ask:
    """Asks by a token that is limited to one business."""
    file = TokenFile(tmp_path / "auth.json")
    allowed = [native_id(businesses[0])]
    scopes, life = [TokenScope.READ], dt.timedelta(days=1)
    _, token = file.create("a", scopes, life, NOON, businesses=allowed)
    client: httpx2.Client = serve(application(people, auth=Auth(file.path, lambda: NOON)))
    client.headers["authorization"] = f"Bearer {token}"

    def asked(query: str, text: str) -> Any:
        return client.post("/graphql", json={"query": query, "variables": {"t": text}}).json()

    view = asked("{ graph { identities businesses } }", "")["data"]["graph"]
    assert view["businesses"] < len(businesses) / 2
    return asked


def pairs(hidden: list[str]) -> list[tuple[str, str]]:
    """Hidden texts, each beside one of its form that no document has."""
    return [(each, each[:-1] + chr(ord(each[-1]) ^ 1) + "0913") for each in hidden]


def difference(ask: Ask, query: str, texts: list[tuple[str, str]]) -> float:
    """How many seconds longer a hidden text takes than an absent one: the median of interleaved pairs."""
    rng = random.Random(1)
    for _ in range(3):  # the query is compiled when it comes again
        ask(query, "nothing:0")

    def seconds(text: str) -> float:
        begun = time.perf_counter()
        ask(query, text)
        return time.perf_counter() - begun

    found = []
    for hidden, absent in texts:
        if rng.random() < 0.5:
            found.append(seconds(hidden) - seconds(absent))
        else:
            found.append(-(seconds(absent) - seconds(hidden)))
    return median(found)


def tells(ask: Ask, query: str, texts: list[tuple[str, str]]) -> bool:
    """Return whether times tell what is hidden in every attempt."""
    return all(abs(difference(ask, query, texts)) > NOTICED for _ in range(ATTEMPTS))


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_hidden_ids(ask: Ask, people: AccessGraph, businesses: list[str], query: str) -> None:
    """A question about a hidden business takes as long as one about none."""
    texts = pairs(businesses[-ROUNDS:])
    assert len(texts) == ROUNDS
    assert not any(absent in people for _, absent in texts)
    for hidden, absent in texts[:3]:  # an error repeats what was asked
        said = [json.dumps(ask(query, text)).replace(text, "") for text in (hidden, absent)]
        assert said[0] == said[1]
    assert not tells(ask, query, texts)


def test_hidden_emails(ask: Ask, people: AccessGraph) -> None:
    """An email of somebody hidden takes as long as nobody's."""
    emails = [email for _, email in people.nodes(data="email") if email]
    texts = [each for each in pairs(emails) if ask(EMAIL, each[0])["data"]["identity"] is None]
    assert len(texts) > ROUNDS
    assert not tells(ask, EMAIL, texts[:ROUNDS])


def test_a_planted_delay(
    ask: Ask, people: AccessGraph, businesses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The measurement notices a few milliseconds that only hidden businesses take."""
    stock = answers.execute

    def delayed(*given: Any) -> Any:
        if given[3]["t"] in people:
            time.sleep(PLANTED)
        return stock(*given)

    monkeypatch.setattr(answers, "execute", delayed)
    assert tells(ask, QUERIES["node"], pairs(businesses[-ROUNDS:]))
