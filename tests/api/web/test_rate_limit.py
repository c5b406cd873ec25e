"""What callers may spend in a minute: never more than the limit, and all of it again after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from applications import application
from inroads import EXAMPLE
from inroads.errors import InroadsError
from inroads.network.access_graph import AccessGraph
from inroads_api.cli.main import app
from inroads_api.security.audit import AuditLog
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import Caller, TokenScope
from inroads_api.security.tokens import TokenFile
from inroads_api.versions.versions import Version
from inroads_api.web.media_types import MODERN
from inroads_api.web.rate_limit import COST_PER_MINUTE, WINDOW, RateLimiter, Throttled
from inroads_api.web.services import Services, open_services
from inroads_api.web.settings import ServerSettings
from questions import NOON, Serve, code

QUERY = "{ graph { version } }"
DEAR = "{ changes { totalCount } }"


class Clock:
    """A clock that is set, in seconds."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def spend(
    meter: RateLimiter, who: str | None, cost: int, own: int | None = None
) -> int | str | None:
    """What is left then, or the code of the refusal."""
    try:
        standing = meter.spend(Caller(who, cost_per_minute=own), cost)
    except Throttled as throttled:
        return throttled.code
    return standing.remaining if standing else None


def refusal(meter: RateLimiter, cost: int) -> int | None:
    """In how many seconds to ask again; None where there is nothing to wait for."""
    try:
        meter.spend(None, cost)
    except Throttled as throttled:
        return throttled.retry
    return None


class TestMeter:
    def test_a_minute(self, clock: Clock) -> None:
        """What was spent is refused until it is more than a minute ago, and then there again."""
        meter = RateLimiter(100, clock=clock)
        assert [spend(meter, "a", 60), spend(meter, "a", 40), spend(meter, "a", 1)] == [
            40,
            0,
            "THROTTLED",
        ]
        clock.now += WINDOW
        assert spend(meter, "a", 1) == "THROTTLED"
        clock.now += 1
        assert spend(meter, "a", 100) == 0

    @given(st.lists(st.tuples(st.floats(0, 40), st.integers(1, 120)), max_size=40))
    def test_no_minute_has_more(self, steps: list[tuple[float, int]]) -> None:
        """Whatever is asked whenever: no 60 seconds have more than the limit, and who waits as told is let in."""
        clock = Clock()
        meter = RateLimiter(100, clock=clock)
        spent: list[tuple[float, int]] = []
        for pause, cost in steps:
            clock.now += pause
            retry = refusal(meter, cost)
            if retry is not None:
                assert 1 <= retry <= WINDOW + 1
                clock.now += retry - 1
                assert refusal(meter, cost) == 1
                clock.now += 1
                assert refusal(meter, cost) is None
            spent += [(clock.now, cost)] if cost <= 100 else []
            assert sum(each for moment, each in spent if moment >= clock.now - WINDOW) <= 100

    def test_callers_are_apart(self, clock: Clock) -> None:
        """A token's own limit counts in place of the server's, also where that has none; the nameless are one."""
        meter = RateLimiter(100, clock=clock)
        assert [spend(meter, "a", 100), spend(meter, "b", 30), spend(meter, None, 100)] == [
            0,
            70,
            0,
        ]
        assert refusal(meter, 1) == WINDOW + 1
        assert [spend(meter, "c", 500, own=500), spend(meter, "d", 20, own=10)] == [0, "COST_LIMIT"]
        assert [spend(RateLimiter(), "a", 10**9), spend(RateLimiter(), "a", 4, own=5)] == [None, 1]
        assert spend(meter, "c", 1, own=100) == "THROTTLED"  # its limit was lowered, with 500 spent

    def test_shares(self, clock: Clock) -> None:
        """All workers together let no more be spent than one would."""
        workers = [RateLimiter(100, 3, clock) for _ in range(3)]
        taken = [spend(worker, "a", 1) for _ in range(50) for worker in workers]
        assert sum(isinstance(each, int) for each in taken) == 99
        assert spend(RateLimiter(0, 4, clock), "a", 2, own=8) == 0
        with pytest.raises(InroadsError, match="1 for each worker"):
            RateLimiter(3, 4)

    def test_memory(self, clock: Clock) -> None:
        """Callers are forgotten after a minute, and what one has spent is kept by the second."""
        meter = RateLimiter(10**6, clock=clock)
        for number in range(1_000):
            spend(meter, str(number), 1)
        assert len(meter._spent) == 1_000
        clock.now += 2 * WINDOW
        assert spend(meter, "a", 1) == 10**6 - 1
        assert len(meter._spent) == 1
        for _ in range(5_000):
            clock.now += 0.1
            spend(meter, "a", 1)
        assert len(meter._spent["a"]) <= WINDOW + 1

    def test_threads(self) -> None:
        """Threads that spend at once spend no more than the limit."""
        meter = RateLimiter(500, clock=lambda: 5.0)
        with ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(lambda _: spend(meter, "a", 1), range(1_000)))
        assert sorted(each for each in taken if isinstance(each, int)) == list(range(500))


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "auth.json")


@pytest.fixture
def door(bruce: AccessGraph, serve: Serve, file: TokenFile) -> Callable[..., httpx2.Client]:
    """A client of an application that asks for tokens of the file, with this meter."""

    def opened(meter: RateLimiter, **options: Any) -> httpx2.Client:
        return serve(
            application(bruce, auth=Auth(file.path, lambda: NOON), limiter=meter, **options)
        )

    return opened


def ask(
    client: httpx2.Client, query: str = QUERY, token: str | None = None, accept: str = MODERN
) -> httpx2.Response:
    headers = {"accept": accept} | ({"authorization": f"Bearer {token}"} if token else {})
    return client.post("/graphql", json={"query": query}, headers=headers)


def test_over_http(bruce: AccessGraph, serve: Serve, clock: Clock) -> None:
    """Each answer tells how its caller stands; what is too much is 429 in either media type, and counted."""
    client = serve(application(bruce, limiter=RateLimiter(5, clock=clock)))
    first = ask(client)
    cost = first.json()["extensions"]["cost"]
    assert (cost["requested"], cost["throttle"]["limit"], cost["throttle"]["remaining"]) == (
        2,
        5,
        3,
    )
    assert first.headers["ratelimit-policy"] == '"cost";q=5;qu="cost";w=60'
    assert first.headers["ratelimit"] == '"cost";r=3;t=61'
    reset = dt.datetime.fromisoformat(cost["throttle"]["resetAt"]) - dt.datetime.now(dt.UTC)
    assert 50 < reset.total_seconds() <= 61
    ask(client)
    for accept in (MODERN, "application/json"):
        refused = ask(client, accept=accept)
        assert (refused.status_code, code(refused.json())) == (429, "THROTTLED")
        assert refused.headers["content-type"].startswith(accept)
        assert "data" not in refused.json()
        assert refused.json()["extensions"]["cost"]["throttle"]["remaining"] == 1
        assert (refused.headers["retry-after"], refused.headers["ratelimit"]) == (
            "61",
            '"cost";r=1;t=61',
        )
    dear = ask(client, DEAR)
    assert (dear.status_code, code(dear.json()), "retry-after" in dear.headers) == (
        400,
        "COST_LIMIT",
        False,
    )
    assert (
        'inroads_requests_total{operation="(unnamed)",outcome="THROTTLED"} 2.0'
        in client.get("/metrics").text
    )
    clock.now += 61
    assert ask(client).status_code == 200


def test_without_a_limit(client: httpx2.Client) -> None:
    """A server that has no limit tells of none."""
    answer = ask(client)
    assert "throttle" not in answer.json()["extensions"]["cost"]
    assert "ratelimit" not in answer.headers


def test_what_is_not_executed_costs_a_look(bruce: AccessGraph, serve: Serve, clock: Clock) -> None:
    """What is no document, too dear or too deep spends 1, so that it cannot be asked without end."""
    client = serve(application(bruce, limiter=RateLimiter(100, clock=clock)))
    deep = "{ a" * 70 + "}" * 70
    dear = "query($x: [ID!]!) { nodes(ids: $x) { ...on Identity { reach(first: 100) { nodes { paths(first: 100) { nodes"
    dear += " { steps { relation } } } } } } } }"
    codes = [code(ask(client, each).json()) for each in ("{", deep, dear)]
    assert codes == ["GRAPHQL_PARSE_FAILED", "DEPTH_LIMIT", "COST_LIMIT"]
    assert ask(client).headers["ratelimit"].startswith('"cost";r=95;')
    assert ask(client, "{ nothing }").headers["ratelimit"].startswith('"cost";r=94;')


def test_tokens(
    door: Callable[..., httpx2.Client], file: TokenFile, clock: Clock, tmp_path: Path
) -> None:
    """Each token has its own minute; who is not let in spends nothing and is not remembered; the log has refusals."""
    day = dt.timedelta(days=1)
    _, one = file.create("one", [TokenScope.READ], day, NOON)
    _, two = file.create("two", [TokenScope.READ], day, NOON, 7)
    _, none = file.create("none", [TokenScope.INGEST], day, NOON)
    audit = AuditLog(tmp_path / "audit.log", file.key())
    meter = RateLimiter(2, clock=clock)
    client = door(meter, audit=audit, introspection=True)
    assert [ask(client, token=one).status_code for _ in range(2)] == [200, 429]
    assert [ask(client, token=two).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert len(meter._spent) == 2
    for number in range(200):
        assert ask(client, token=f"inr_{number:010}_{'x' * 43}").status_code == 401
    assert ask(client, token=none).status_code == 403
    assert len(meter._spent) == 2
    assert [ask(client, "{ __typename }").status_code for _ in range(3)] == [200, 200, 429]
    lines = (tmp_path / "audit.log").read_text().splitlines()
    assert sum('"status":429' in line and '"codes":["THROTTLED"]' in line for line in lines) == 3


def test_options(file: TokenFile, tmp_path: Path) -> None:
    """A token's own limit is given when it is made; workers share the limit of their server."""
    run = CliRunner().invoke
    made = run(app, ["token", "create", "a", "--auth", str(file.path), "--cost-per-minute", "9"])
    assert [each.cost_per_minute for each in file.tokens()] == [9]
    assert '"cost_per_minute":9' in run(app, ["token", "list", "--auth", str(file.path)]).stdout
    assert Auth(file.path).caller([f"Bearer {made.stdout.strip()}".encode()]).cost_per_minute == 9
    meter = open_services(ServerSettings(cost_per_minute=100, workers=4)).limiter
    assert [spend(meter, "a", 25), spend(meter, "a", 1)] == [0, "THROTTLED"]
    assert (
        run(
            app, ["token", "create", "a", "--auth", str(file.path), "--cost-per-minute", "0"]
        ).exit_code
        == 2
    )


def test_defaults(file: TokenFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where other machines can ask there is a limit, unless 0 is said; on this machine there is none, unless one is."""
    file.create("a", [TokenScope.READ], dt.timedelta(days=1), dt.datetime.now(dt.UTC))
    meters: list[RateLimiter] = []

    def made(version: Version, settings: ServerSettings, services: Services) -> None:
        meters.append(services.limiter)

    monkeypatch.setattr("inroads_api.server.application.create_app", made)
    monkeypatch.setattr("inroads_api.cli.commands.serve.run", lambda _, sock, *__: sock.close())
    for more in ([], ["--cost-per-minute", "50"]):
        for host in ("127.0.0.1", "0.0.0.0"):  # noqa: S104  # nothing is served
            words = [
                "serve",
                "-d",
                str(EXAMPLE),
                "--port",
                "0",
                "--host",
                host,
                "--auth",
                str(file.path),
                *more,
            ]
            assert CliRunner().invoke(app, words).exit_code == 0
    assert [spend(each, "a", 1) for each in meters] == [None, COST_PER_MINUTE - 1, 49, 49]


def test_a_file_of_before(file: TokenFile) -> None:
    """A token without a limit is written as before there were limits, so that an older server still reads the file."""
    file.create("a", [TokenScope.READ], dt.timedelta(days=1), NOON)
    assert "cost_per_minute" not in file.path.read_text()
