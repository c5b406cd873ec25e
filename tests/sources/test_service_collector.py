"""What the collector asks the service for, what it makes of every answer, and that no token leaves it."""

from __future__ import annotations

import asyncio
import email.utils
import gc
import gzip
import io
import json
import logging
import os
import pickle
import stat
import time
import traceback
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

import service
from inroads.documents.reader import Observation, read
from inroads.errors import InroadsError, Rejection
from inroads.policy.loading import load_policy
from inroads.sources import service_client as room
from inroads.sources.private_file import BadTokens
from inroads.sources.service_client import Limits
from inroads.sources.service_collector import Progress, collect, collected
from inroads.sources.service_tokens import Secret, TokenStore
from service import (
    CLIENT_SECRET,
    ME,
    REFRESH,
    Raw,
    Reply,
    Scripted,
    Service,
    broken,
    delayed,
    errors,
    me,
    slow,
    team,
    team_path,
    unauthenticated,
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


@pytest.fixture
def place() -> Iterator[Service]:
    with Service() as running:
        running.sign_in(
            "ann", 1, {10: "owner", 11: "business_manager", 12: "business_partner", 13: "client"}
        )
        running.sign_in("ben", 2)
        running.sign_in("cy", 3)
        yield running


# What is fetched


def test_me(place: Service) -> None:
    """Every token's `me` is asked for with its bearer and `Api-Version: alpha`, and comes out as an observation."""
    run = Run(given(row("ann"), row("ben")), place.base_url)
    assert sorted(run.subjects) == ["identity:1", "identity:2"]
    assert sorted((request.path, request.bearer or "") for request in place.requests) == [
        (ME, "access-token-ann"),
        (ME, "access-token-ben"),
    ]
    assert {request.headers["api-version"] for request in place.requests} == {"alpha"}


def test_moment_and_source(place: Service) -> None:
    """A document was observed when its answer began, by the caller's clock; its source is URL and label, no query."""
    (ann,) = Run(given(row("ann", label="Ann & co")), place.base_url).arrivals
    assert isinstance(ann, Observation)
    assert ann.document.source == f"{place.base_url}{ME}#Ann%20%26%20co"
    assert ann.document.observed_at == NOON


def test_teams(place: Service) -> None:
    """With teams, the team of every business whose role word is owner or business_partner follows, and no other."""
    run = Run(given(row("ann")), place.base_url, teams=True)
    assert run.subjects == ["identity:1", "business:10", "business:12"]
    assert place.paths() == [ME, team_path(10), team_path(12)]


def test_teams_by_policy(place: Service) -> None:
    """Which role words own or administer is the policy's to say."""
    place.sign_in("dee", 4, {20: "Chef", 21: "owner"})
    policy = load_policy('[words.membership]\nChef = "ADMIN"\nowner = "EMPLOYEE"')
    place.script[team_path(20)].append(Reply(200, team(20)))
    assert Run(given(row("dee")), place.base_url, teams=True, policy=policy).subjects == [
        "identity:4",
        "business:20",
    ]


def test_teams_of_odd_documents(place: Service) -> None:
    """Null memberships, repeated businesses, ids as text and missing roles neither stop a token nor ask twice."""
    rows: list[Any] = [
        None,
        {"business": {"id": "10"}, "role": "owner"},
        {"business": {"id": 10}, "role": "owner"},
    ]
    rows += [{"business": {"id": 11}}, {"business": {"id": 12}, "role": None}]
    document = {"response": {"id": 1, "business_memberships": rows}}
    place.script[ME] += [
        Reply(200, document),
        Reply(200, {"response": {"id": 1, "business_memberships": None}}),
    ]
    assert Run(given(row("ann")), place.base_url, teams=True).subjects == [
        "identity:1",
        "business:10",
    ]
    assert Run(given(row("ann")), place.base_url, teams=True).subjects == ["identity:1"]


def test_resumed(place: Service) -> None:
    """Documents of a run that was cut short are not asked for again, and its `me` still tells the teams."""
    first = Run(given(row("ann")), place.base_url, teams=True).arrivals
    done = [each.document for each in first[:2] if isinstance(each, Observation)]
    place.requests.clear()
    run = Run(given(row("ann"), row("ben")), place.base_url, teams=True, done=done)
    assert sorted(run.subjects) == ["business:12", "identity:2"]
    assert sorted(place.paths()) == [team_path(12), ME]
    assert (run.progress["ann"].skipped, run.progress["ann"].fetched) == (2, 1)


def test_progress(place: Service) -> None:
    """Each token has its own report of what was fetched, rejected and repeated, and says when it is finished."""
    place.script[team_path(10)] += [Reply(500), errors(200)]
    run = Run(given(row("ann"), stranger("ben")), place.base_url, teams=True)
    assert run.progress["ann"] == Progress(
        label="ann", fetched=2, rejected=1, retried=1, finished=True
    )
    ben = run.progress["ben"]
    assert (ben.fetched, ben.rejected, ben.failed, ben.finished) == (0, 1, "unauthorized", True)
    counts = [
        (each.fetched, each.rejected, each.retried) for each in run.reports if each.label == "ann"
    ]
    assert counts == sorted(counts)


def test_asynchronous(place: Service) -> None:
    """In an event loop documents come as they arrive, and leaving early leaves no task behind and asks no more."""

    async def first() -> list[str]:
        store = given(*(row(name) for name in ("ann", "ben", "cy")))
        async with aclosing(
            collect(store, base_url=place.base_url, limits=Limits(concurrency=1))
        ) as arrivals:
            found = [
                each.document.subject
                async for each in one(arrivals)
                if isinstance(each, Observation)
            ]
        assert len(asyncio.all_tasks()) == 1
        return found

    assert asyncio.run(first()) == ["identity:1"]
    assert len(place.requests) <= 2


async def one(
    arrivals: AsyncGenerator[Observation | Rejection],
) -> AsyncGenerator[Observation | Rejection]:
    yield await anext(arrivals)


def test_left_early(place: Service) -> None:
    """Whoever stops iterating, or raises, ends the run without a trace."""
    arrivals = collected(
        given(*(row(name) for name in ("ann", "ben", "cy"))), base_url=place.base_url
    )
    next(arrivals)
    del arrivals
    gc.collect()

    def wrong(_: Progress) -> None:
        raise LookupError("the report went wrong")

    with pytest.raises(LookupError, match="the report went wrong"):
        list(collected(given(row("ann")), base_url=place.base_url, report=wrong))


# What is made of answers

BODIES: list[tuple[Reply, str]] = [
    (errors(200), "error_body"),
    (Reply(200, unauthenticated().body), "error_body"),
    (errors(403), "http_403"),
    (Reply(403, {"error": "forbidden"}), "http_403"),
    (Reply(404), "http_404"),
    (Reply(418, me(1)), "http_418"),
    (Reply(204), "http_204"),
    (Reply(200), "empty"),
    (Reply(200, b"<!doctype html><p>Maintenance"), "not_json"),
    (Reply(200, json.dumps(me(1)).encode()[:-9]), "truncated"),
    (Reply(200, {"response": None}), "empty_response"),
    (Reply(200, {"response": {"email": "a@example.com"}}), "no_identity"),
    (Reply(200, team(10)), "unexpected"),
    (Reply(200, {"observed_at": "2001-01-01T00:00:00Z", "document": me(1)}), "unexpected"),
    (Reply(200, {"source": "elsewhere", "document": {"error": "x"}}), "error_body"),
    (Reply(200, {"source": "elsewhere", "document": me(1)}), "unexpected"),
    (Reply(200, gzip.compress(b"{}")[:-4], (("Content-Encoding", "gzip"),)), "truncated"),
    (Reply(200, b"{}", (("Content-Encoding", "gzip"),)), "truncated"),
    (Reply(200, b"{}", (("Content-Encoding", "br"),)), "encoded"),
]


@pytest.mark.parametrize(
    ("reply", "code"), BODIES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_unusable_answers(place: Service, reply: Reply, code: str) -> None:
    """What is no document is a rejection with a code and the source, asked for once, and other tokens go on."""
    place.script[ME].append(reply)
    run = Run(given(row("ann"), row("ben")), place.base_url, Limits(concurrency=1))
    assert run.codes == [code]
    assert run.arrivals[0].source == f"{place.base_url}{ME}#ann"  # type: ignore[union-attr]
    assert run.subjects == ["identity:2"]
    assert (run.progress["ann"].failed, run.progress["ann"].retried) == (code, 0)
    assert run.progress["ben"].failed is None
    assert len(place.requests) == 2


def test_error_families(place: Service) -> None:
    """Both families of errors are told with what the service calls the error and where it stands."""
    place.script[ME] += [Reply(403, {"error": "forbidden"}), errors(200)]
    first, second = Run(
        given(row("ann"), row("ben")), place.base_url, Limits(concurrency=1)
    ).arrivals
    assert isinstance(first, Rejection)
    assert (first.pointer, first.message) == (
        "/error",
        "HTTP 403: the service answered with an error: forbidden",
    )
    assert isinstance(second, Rejection)
    assert (second.pointer, second.message) == (
        "/response/errors",
        "the service answered with an error",
    )


def test_team_of_another(place: Service) -> None:
    """A team that is not of the business that was asked for is rejected."""
    place.script[team_path(10)].append(Reply(200, team(99)))
    run = Run(given(row("ann")), place.base_url, teams=True)
    assert run.codes == ["unexpected"]
    assert run.subjects == ["identity:1", "business:12"]


WIRE: list[tuple[Raw, str]] = [
    (
        broken(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + json.dumps(me(1)).encode()),
        "truncated",
    ),
    (broken(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"\r\n'), "truncated"),
    (broken(b"HTTP/1.1 200 OK\r\nContent-Le"), "broken"),
    (broken(b"\x16\x03\x01 not HTTP\r\n\r\n"), "broken"),
    (service.reset, "broken"),
    (service.endless_head, "broken"),
    (service.endless, "too_large"),
]


@pytest.mark.parametrize(("write", "code"), WIRE)
def test_broken_wire(place: Service, write: Raw, code: str) -> None:
    """Cut, endless and garbled answers are rejections; a body that the wire says is cut off is never half taken."""
    place.script[ME].append(write)
    run = Run(
        given(row("ann"), row("ben")), place.base_url, Limits(concurrency=1, max_bytes=50_000)
    )
    assert (run.codes, run.subjects) == ([code], ["identity:2"])
    assert len(place.requests) == 2


def test_gzip(place: Service) -> None:
    """A gzipped answer is read, and one that swells beyond the bound is not held."""
    for body, outcome in ((json.dumps(me(1)).encode(), []), (b" " * 10**6, ["too_large"])):
        place.script[ME].append(Reply(200, gzip.compress(body), (("Content-Encoding", "gzip"),)))
        assert Run(given(row("ann")), place.base_url, Limits(max_bytes=50_000)).codes == outcome


@pytest.mark.parametrize("write", [service.silent, slow(b"{}" * 500, 0.02)])
def test_time_outs(place: Service, write: Raw) -> None:
    """No answer and a body that trickles end at the total time-out, which is repeated."""
    place.script[ME] += [write, write]
    began = time.monotonic()
    run = Run(given(row("ann")), place.base_url, Limits(attempts=2, total=0.15))
    assert time.monotonic() - began < 3
    assert (run.codes, run.progress["ann"].retried) == (["timeout"], 1)


def test_silence(place: Service) -> None:
    """An answer that falls silent for long is given up before its total time."""
    place.script[ME] += [service.silent]
    assert Run(given(row("ann")), place.base_url, Limits(attempts=2, silence=0.1)).subjects == [
        "identity:1"
    ]


def test_unreachable() -> None:
    """A service that does not listen is a rejection that says so."""
    with Service() as gone:
        base_url = gone.base_url
    run = Run(given(row("ann")), base_url)
    assert (run.codes, run.progress["ann"].failed) == (["unreachable"], "unreachable")


def test_no_tls(
    place: Service, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A service that speaks no TLS where it should gets no request, and the failure shows no token."""
    caplog.set_level(logging.DEBUG)
    run = Run(given(row("ann")), place.base_url.replace("http:", "https:"))
    assert (run.codes, place.requests) == (["unreachable"], [])
    output = capfd.readouterr()
    no_secrets_in(repr(run.arrivals) + repr(run.reports) + output.out + output.err + caplog.text)


# Patience


def test_retries(place: Service) -> None:
    """5xx is repeated with full jitter: each wait is a random part of a bound that doubles up to the longest."""
    place.script[ME] += [Reply(500), Reply(503, b"<html>"), Reply(502), Reply(504), Reply(500)]
    limits = Limits(attempts=6, per_second=1e9, backoff=1, longest_backoff=5)
    draws = iter([1.0, 0.5, 0.0, 1.0, 0.25])
    run = Run(given(row("ann")), place.base_url, limits, jitter=lambda: next(draws))
    assert [round(wait, 3) for wait in run.time.waits if wait > 1e-6] == [1, 1, 5, 1.25]
    assert (run.subjects, run.progress["ann"].retried) == (["identity:1"], 5)


def test_attempts_are_bounded(place: Service) -> None:
    """However ill the service is, one document is asked for no more often than the limit says."""
    for status in (500, 429):
        place.requests.clear()
        place.script[ME] = [Reply(status, b"", (("Retry-After", "1"),))] * 50
        run = Run(given(row("ann")), place.base_url, Limits(attempts=3))
        assert (len(place.requests), run.codes) == (3, [f"http_{status}"])


@pytest.mark.parametrize("status", [400, 402, 403, 404, 409, 410, 422, 451])
def test_no_retry(place: Service, status: int) -> None:
    """A 4xx other than 429 is our own fault, and is not repeated."""
    place.script[ME].append(Reply(status))
    assert Run(given(row("ann")), place.base_url).codes == [f"http_{status}"]
    assert len(place.requests) == 1


def http_date(seconds: float) -> str:
    return email.utils.format_datetime(NOON + timedelta(seconds=seconds), usegmt=True)


PAUSES = [
    ("7", 7.0),
    (http_date(9), 9.0),
    (http_date(-99), 0.0),
    ("0", 0.0),
    ("86400", 60.0),
    ("9" * 9, 60.0),
    (http_date(10**7), 60.0),
    ("9" * 5000, 0.5),
    ("soon", 0.5),
    ("-5", 0.5),
    ("", 0.5),
]


@pytest.mark.parametrize(("asked", "waited"), PAUSES)
def test_retry_after(place: Service, asked: str, waited: float) -> None:
    """429 waits as long as Retry-After says, in seconds or until a date, capped; without a sense, the back-off."""
    place.script[ME].append(Reply(429, b"", (("Retry-After", asked),)))
    run = Run(
        given(row("ann")), place.base_url, Limits(per_second=1e9, longest_pause=60, backoff=0.5)
    )
    assert run.time.clock() == pytest.approx(waited, abs=1e-3)
    assert (run.subjects, run.progress["ann"].retried) == (["identity:1"], 1)


def test_all_tokens_pause(place: Service) -> None:
    """Once the service asks for a pause no token sends anything before its end."""
    moments: list[float] = []
    place.script[ME].append(Reply(429, b"", (("Retry-After", "50"),)))
    run = Run(
        given(row("ann"), row("ben"), row("cy")),
        place.base_url,
        Limits(concurrency=1, per_second=1e9),
    )
    moments = [
        (each.document.observed_at - NOON).total_seconds()
        for each in run.arrivals
        if isinstance(each, Observation)
    ]
    assert len(moments) == 3
    assert min(moments) >= 50


def test_rate(place: Service) -> None:
    """Requests of all tokens together are spaced by the rate."""
    run = Run(given(row("ann")), place.base_url, Limits(per_second=2), teams=True)
    moments = [
        (each.document.observed_at - NOON).total_seconds()
        for each in run.arrivals
        if isinstance(each, Observation)
    ]
    assert moments == pytest.approx([0, 0.5, 1])


def test_concurrency(place: Service) -> None:
    """No more requests are under way at once than the limit says, and as many if there is work."""
    for number in range(100, 109):
        place.sign_in(str(number), number)
    place.script[ME] = [delayed(Reply(200, me(5)), 0.03)] * 9
    run = Run(
        given(*(row(str(number)) for number in range(100, 109))),
        place.base_url,
        Limits(concurrency=3, per_second=1e9),
    )
    assert (len(run.subjects), run.codes, place.most_together) == (9, [], 3)


@pytest.mark.parametrize("field", Limits.__struct_fields__)
def test_bad_limits(field: str) -> None:
    """A limit that is not positive and finite is refused."""
    values: list[Any] = [0, -1, float("inf"), float("nan")]
    for value in values:
        with pytest.raises(InroadsError, match=field):
            Limits(**{field: value})


# Where the bearer goes


def test_redirect_to_another_host(place: Service) -> None:
    """A redirect to another host or port is not followed, so the bearer never arrives there."""
    with Service() as other:
        for status in (301, 302, 303, 307, 308):
            place.script[ME].append(Reply(status, b"", (("Location", other.base_url + ME),)))
            assert Run(given(row("ann")), place.base_url).codes == ["redirected"]
        port = place.base_url.rpartition(":")[2]
        for location in (
            f"http://localhost:{port}{ME}",
            f"https://127.0.0.1:{port}{ME}",
            f"//127.0.0.1:9{ME}",
            "http://[",
        ):
            place.script[ME].append(Reply(302, b"", (("Location", location),)))
            assert Run(given(row("ann")), place.base_url).codes[0] in ("redirected", "broken")
        assert other.requests == []


def test_redirect_at_home(place: Service) -> None:
    """A redirect to the same host is followed, a few times."""
    place.script[ME].append(Reply(301, b"", (("Location", f"{ME}/"),)))
    place.script[f"{ME}/"].append(Reply(200, me(1)))
    run = Run(given(row("ann")), place.base_url)
    assert run.subjects == ["identity:1"]
    assert run.arrivals[0].document.source == f"{place.base_url}{ME}#ann"  # type: ignore[union-attr]
    place.requests.clear()
    place.script[ME] = [Reply(302, b"", (("Location", ME),))] * 30
    assert Run(given(row("ann")), place.base_url).codes == ["redirected"]
    assert len(place.requests) == room.MAX_REDIRECTS + 1


def test_refresh_is_not_redirected(place: Service, tmp_path: Path) -> None:
    """A refresh follows no redirect at all: the refresh token goes to one address."""
    place.revoke("access-token-ann")
    place.script[REFRESH].append(Reply(307, b"", (("Location", REFRESH + "/"),)))
    with TokenStore.open(kept(tmp_path, refreshable("ann"))) as store:
        assert Run(store, place.base_url).progress["ann"].failed == "refresh_failed"
    assert place.paths() == [ME, REFRESH]


BAD_URLS = [
    "http://api.example.com",
    "http://127.0.0.1.example.com",
    "http://10.0.0.1",
    "ftp://127.0.0.1",
    "https://",
    "api.example.com",
    "",
    "https://user:hidden-password@api.example.com",
    "https://api.example.com/?token=hidden-password",
    "https://api.example.com/elsewhere",
    "https://[",
]


@pytest.mark.parametrize("base_url", BAD_URLS)
def test_https_is_required(base_url: str) -> None:
    """A base URL is https, or plain http on this machine only; a bad one is not quoted."""
    with pytest.raises(InroadsError) as raised:
        list(collected(given(row("ann")), base_url=base_url))
    assert raised.value.code == "BAD_BASE_URL"
    assert "hidden-password" not in str(raised.value)


@pytest.mark.parametrize(
    "base_url",
    ["https://api.example.com", "http://localhost:1", "http://[::1]:1/", "http://127.0.0.9"],
)
def test_good_base_urls(base_url: str) -> None:
    """Https anywhere and http on this machine are taken."""
    assert room.service_root(base_url).host


def test_cookies_do_not_travel(place: Service) -> None:
    """A cookie that came with one token goes with none: it would open one person's documents to another."""
    place.script[ME].append(Reply(200, me(1), (("Set-Cookie", "session=ann; Path=/"),)))
    Run(given(row("ann"), row("ben")), place.base_url, Limits(concurrency=1), teams=True)
    assert len(place.requests) == 2
    assert not any("cookie" in request.headers for request in place.requests)


def test_no_proxy_sees_plain_http(place: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy from the environment is not given the bearer in plain text."""
    with Service() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.base_url)
        assert Run(given(row("ann")), place.base_url).subjects == ["identity:1"]
        assert proxy.requests == []


# Refreshing


def on_disk(path: Path) -> dict[str, Row]:
    return {each["label"]: each for each in json.loads(path.read_text())["tokens"]}


def test_unauthorized(place: Service) -> None:
    """A token that is refused fails, with a code, and the others go on."""
    run = Run(given(stranger("ann"), row("ben")), place.base_url, teams=True)
    assert (run.codes, run.subjects) == (["unauthorized"], ["identity:2"])
    assert run.progress["ann"].failed == "unauthorized"
    assert "refresh_token, client_id and client_secret" in (run.progress["ann"].message or "")


def test_unauthorized_in_the_middle(place: Service) -> None:
    """A token that is revoked in the middle of its run fails there; what it gave stays, what is left is not asked."""
    place.script[team_path(10)].append(unauthenticated())
    run = Run(given(row("ann"), row("ben")), place.base_url, teams=True)
    assert (run.codes, sorted(run.subjects)) == (["unauthorized"], ["identity:1", "identity:2"])
    assert (run.progress["ann"].fetched, run.progress["ann"].failed) == (1, "unauthorized")
    assert team_path(12) not in place.paths()


def test_refresh(place: Service, tmp_path: Path) -> None:
    """A refused token is refreshed once; the new pair is in the file, private, and other entries are as they were."""
    place.revoke("access-token-ann")
    path = kept(
        tmp_path, refreshable("ann", redirect_uri="https://app.example.com/done"), row("ben")
    )
    with TokenStore.open(path) as store:
        run = Run(store, place.base_url, teams=True)
    assert sorted(run.subjects) == ["business:10", "business:12", "identity:1", "identity:2"]
    assert run.progress["ann"].failed is None
    entry = on_disk(path)["ann"]
    assert (entry["access_token"], entry["refresh_token"]) == (
        "access-token-issued-1",
        "refresh-token-issued-1",
    )
    assert entry["expires_at"] == "2026-03-03T00:00:00Z" or entry["expires_at"].startswith(
        "2026-03-03T00:00:00"
    )
    assert on_disk(path)["ben"] == row("ben")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    (form,) = [request.body for request in place.requests if request.path == REFRESH]
    assert "redirect_uri=https%3A%2F%2Fapp.example.com%2Fdone" in form
    assert form.startswith("grant_type=refresh_token&")


def test_refresh_in_the_middle(place: Service, tmp_path: Path) -> None:
    """A token that runs out in the middle of a run is refreshed and goes on where it was."""
    place.script[team_path(10)].append(unauthenticated())
    with TokenStore.open(kept(tmp_path, refreshable("ann"))) as store:
        run = Run(store, place.base_url, teams=True)
    assert run.subjects == ["identity:1", "business:10", "business:12"]
    assert place.paths() == [ME, team_path(10), REFRESH, team_path(10), team_path(12)]


def test_refreshed_before_it_is_refused(place: Service, tmp_path: Path) -> None:
    """A token that is known to have run out is refreshed first; one that has not, is used."""
    path = kept(
        tmp_path,
        refreshable("ann", expires_at="2026-03-02T12:00:00Z"),
        row("ben", expires_at="2026-03-02T12:00:01Z"),
    )
    with TokenStore.open(path) as store:
        Run(store, place.base_url, Limits(concurrency=1))
    assert place.paths() == [REFRESH, ME, ME]


def test_kept_before_it_is_used(place: Service, tmp_path: Path) -> None:
    """When the new access token is first used the new pair is already in the file."""
    place.revoke("access-token-ann")
    path = kept(tmp_path, refreshable("ann"))
    seen: list[str] = []

    def look(request: service.Request) -> Reply:
        seen.append(on_disk(path)["ann"]["access_token"])
        assert request.bearer == "access-token-issued-1"
        return Reply(200, me(1))

    place.script[ME] += [unauthenticated(), look]
    with TokenStore.open(path) as store:
        assert Run(store, place.base_url).subjects == ["identity:1"]
    assert seen == ["access-token-issued-1"]


def test_one_refresh(place: Service, tmp_path: Path) -> None:
    """A token is refreshed once in a run, even if the service refuses its successor."""
    place.script[ME] = [unauthenticated()] * 9
    path = kept(tmp_path, refreshable("ann"))
    with TokenStore.open(path) as store:
        run = Run(store, place.base_url)
    assert (run.progress["ann"].failed, place.paths()) == ("unauthorized", [ME, REFRESH, ME])
    place.requests.clear()
    place.script[ME] = [unauthenticated()]
    place.script[team_path(10)] = [unauthenticated()]
    with TokenStore.open(path) as store:
        run = Run(store, place.base_url, teams=True)
    assert run.progress["ann"].failed == "unauthorized"
    assert place.paths() == [ME, REFRESH, ME, team_path(10)]


def test_spent_refresh_token(place: Service, tmp_path: Path) -> None:
    """A refresh token that is spent fails its token, and the file stays as it was."""
    place.revoke("access-token-ann")
    place.refresh.clear()
    path = kept(tmp_path, refreshable("ann"))
    before = path.read_bytes()
    with TokenStore.open(path) as store:
        run = Run(store, place.base_url)
    assert (run.codes, run.progress["ann"].failed) == (["refresh_failed"], "refresh_failed")
    assert path.read_bytes() == before


ODD_PAIRS: list[Any] = [
    {},
    [],
    b"<html>",
    b"\xff",
    {"access_token": "two\r\nlines of it"},
    {"access_token": "new-access-token", "refresh_token": 5},
    {"access_token": "short"},
]


@pytest.mark.parametrize("body", ODD_PAIRS)
def test_odd_refresh_answers(place: Service, tmp_path: Path, body: Any) -> None:
    """An answer to a refresh that holds no usable pair fails the token and puts nothing into the file."""
    place.revoke("access-token-ann")
    place.script[REFRESH].append(Reply(200, body))
    path = kept(tmp_path, refreshable("ann"))
    before = path.read_bytes()
    with TokenStore.open(path) as store:
        assert Run(store, place.base_url).codes == ["refresh_failed"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("scripted", [Reply(500), Reply(503), service.reset, service.silent])
def test_refresh_is_not_repeated(place: Service, tmp_path: Path, scripted: Any) -> None:
    """A refresh that may have been heard is not repeated: its token works once."""
    place.revoke("access-token-ann")
    place.script[REFRESH].append(scripted)
    with TokenStore.open(kept(tmp_path, refreshable("ann"))) as store:
        assert Run(store, place.base_url, Limits(total=0.3)).codes == ["refresh_failed"]
    assert place.paths().count(REFRESH) == 1


def test_refresh_waits_for_its_turn(place: Service, tmp_path: Path) -> None:
    """A refresh that was not heard (429) is repeated."""
    place.revoke("access-token-ann")
    place.script[REFRESH].append(Reply(429, b"", (("Retry-After", "3"),)))
    with TokenStore.open(kept(tmp_path, refreshable("ann"))) as store:
        assert Run(store, place.base_url).subjects == ["identity:1"]


def test_environment_is_not_refreshed(place: Service) -> None:
    """Tokens from the environment are not refreshed, since the new pair could not be kept; the report says so."""
    place.revoke("access-token-ann")
    run = Run(given(refreshable("ann"), row("ben")), place.base_url)
    assert (run.codes, run.subjects, REFRESH in place.paths()) == (
        ["refresh_refused"],
        ["identity:2"],
        False,
    )
    assert "INROADS_TOKENS are not refreshed" in (run.progress["ann"].message or "")
    store = given(refreshable("ann"))
    with pytest.raises(BadTokens, match="cannot be kept"):
        store.replace(store.tokens[0])


def test_rehearsal(place: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file cannot be written the refresh token is not spent."""
    place.revoke("access-token-ann")
    path = kept(tmp_path, refreshable("ann"))
    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with TokenStore.open(path) as store:
        run = Run(store, place.base_url)
    assert (run.codes, REFRESH in place.paths()) == (["not_kept"], False)
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (before, [path])


def full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_not_kept_not_used(place: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new pair that cannot be kept is not used, and the report says that it is lost."""
    place.revoke("access-token-ann")

    def renewed(request: service.Request) -> Reply:
        monkeypatch.setattr(os, "fsync", full)
        return place.answer(request)

    place.script[REFRESH].append(renewed)
    with TokenStore.open(kept(tmp_path, refreshable("ann"))) as store:
        run = Run(store, place.base_url)
    assert (run.codes, place.paths()) == (["not_kept"], [ME, REFRESH])
    assert "lost" in (run.progress["ann"].message or "")


def test_order_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new pair is written to a private file beside the old, synced, put in its place, and the folder synced."""
    path = kept(tmp_path, refreshable("ann"))
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        assert steps[-1] == "folder" or b"new-access-token" in os.pread(descriptor, 9999, 0)
        sync(descriptor)

    def renamed(old: Path, new: Path) -> Path:
        steps.append("rename")
        assert (old.parent, new, stat.S_IMODE(old.stat().st_mode)) == (tmp_path, path, 0o600)
        return replace(old, new)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", renamed)
    with TokenStore.open(path) as store:
        store.replace(
            msgspec.structs.replace(store.tokens[0], access_token=Secret("new-access-token"))
        )
        assert store.tokens[0].access_token.reveal() == "new-access-token"
    assert steps == ["file", "rename", "folder"]


def test_interrupted_refresh(place: Service, tmp_path: Path) -> None:
    """A run that is stopped while a refresh is under way still keeps the new pair, since the old one is spent."""
    place.revoke("access-token-ann")
    path = kept(tmp_path, refreshable("ann"))
    place.script[REFRESH].append(
        Raw(lambda writer: delayed(place.answer(place.requests[-1]), 0.2).write(writer)),
    )

    async def stopped(store: TokenStore) -> None:
        arrivals = collect(store, base_url=place.base_url)
        following = asyncio.create_task(anext_of(arrivals))
        while REFRESH not in place.paths():
            await asyncio.sleep(0.01)
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following
        await arrivals.aclose()

    with TokenStore.open(path) as store:
        asyncio.run(stopped(store))
    assert on_disk(path)["ann"].items() >= {"refresh_token": "refresh-token-issued-1"}.items()


async def anext_of(arrivals: AsyncGenerator[Observation | Rejection]) -> Observation | Rejection:
    return await anext(arrivals)


# Token files

TOML = """# a comment
[[tokens]]
label = "ann"
access_token = "access-token-ann"
refresh_token = "refresh-token-ann"
client_id = "app"
client_secret = "client-secret-of-the-application"
expires_at = 2026-03-01T12:00:00Z

[[tokens]]
label = "ben \\"the\\" ü"
access_token = "access-token-ben"
"""


def test_toml(place: Service, tmp_path: Path) -> None:
    """A TOML file is read, refreshed and written as TOML."""
    path = tmp_path / "tokens.toml"
    path.write_text(TOML)
    path.chmod(0o600)
    with TokenStore.open(path) as store:
        before = store.tokens
        run = Run(store, place.base_url, Limits(concurrency=1, per_second=1e9))
    assert run.progress["ann"].failed is None
    with TokenStore.open(path) as store:
        ann, ben = store.tokens
    assert path.read_text().startswith("[[tokens]]\nlabel = ")
    assert ann.access_token.reveal() == "access-token-issued-1"
    assert (ann.client_id, ann.expires_at) == ("app", run.time.now() + timedelta(hours=12))
    assert (before[0].expires_at, ben.label) == (
        datetime(2026, 3, 1, 12, tzinfo=UTC),
        'ben "the" ü',
    )


def test_changes_of_the_owner_stay(tmp_path: Path) -> None:
    """What the owner of the file added since the run began is not undone by a refresh."""
    path = kept(tmp_path, refreshable("ann"))
    with TokenStore.open(path) as store:
        path.write_text(json.dumps([refreshable("ann"), row("ben")]))
        store.replace(
            msgspec.structs.replace(store.tokens[0], access_token=Secret("new-access-token"))
        )
    assert on_disk(path) == {
        "ann": refreshable("ann") | {"access_token": "new-access-token"},
        "ben": row("ben"),
    }


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o700, 0o620])
def test_private(tmp_path: Path, mode: int) -> None:
    """A file that others may read or write is refused, with what to do about it."""
    with pytest.raises(BadTokens, match="chmod 600") as raised:
        TokenStore.open(kept(tmp_path, row("ann"), mode=mode))
    assert raised.value.code == "UNSAFE_TOKENS"


def test_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of another user is refused."""
    path = kept(tmp_path, row("ann"))
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(BadTokens, match="belongs to another user"):
        TokenStore.open(path)


def test_regular(tmp_path: Path) -> None:
    """A symbolic link, a folder, a pipe and a missing file are refused at once, each with its reason."""
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(kept(tmp_path, row("ann")))
    os.mkfifo(pipe, 0o600)
    wrong = {
        link: "symbolic link",
        tmp_path: "not a regular file",
        pipe: "not a regular file",
        tmp_path / "x": "No such",
    }
    for path, reason in wrong.items():
        with pytest.raises(BadTokens, match=reason):
            TokenStore.open(path)


def test_one_run_a_file(tmp_path: Path) -> None:
    """Two runs cannot have one file, also after a refresh has put a new one in its place; a closed store frees it."""
    path = kept(tmp_path, row("ann"))
    store = TokenStore.open(path)
    for _ in range(2):
        with pytest.raises(BadTokens, match="another run") as raised:
            TokenStore.open(path)
        assert raised.value.code == "TOKENS_IN_USE"
        store.rehearse()
    store.close()
    TokenStore.open(path).close()


BAD_ENTRIES: list[tuple[str, str]] = [
    ("", "neither JSON nor TOML|no tokens"),
    ("[]", "no tokens"),
    ("{", "neither JSON nor TOML"),
    ("label = access-token-ann", "at line 1"),
    ("a = " + "9" * 5000, "neither JSON nor TOML"),
    ("[" * 100_000, "neither JSON nor TOML"),
    ("5", "not a list"),
    ('{"label": "ann"}', "not a list"),
    ('["access-token-ann"]', "token 1 is not a table"),
    ('[{"access_token": "access-token-ann"}]', "token 1 has no label"),
    ('[{"label": "ann"}]', "token 1 has no access_token"),
    ('[{"label": " ", "access_token": "access-token-ann"}]', "its label is not a line of text"),
    ('[{"label": "a\\nb", "access_token": "access-token-ann"}]', "its label is not a line of text"),
    ('[{"label": "ann", "access_token": "access-token\\nann"}]', "its access_token is not"),
    ('[{"label": "ann", "access_token": "access-token-ännchen"}]', "its access_token is not"),
    ('[{"label": "ann", "access_token": 123456789}]', "its access_token is not"),
    (
        '[{"label": "ann", "access_token": "access-token-ann", "expires_at": "soon"}]',
        "its expires_at is not a moment",
    ),
    (
        '[{"label": "ann", "access_token": "access-token-ann", "access-token-ann": 1}]',
        "1 unknown key",
    ),
    (
        '[{"label": "my access-token-ann", "access_token": "access-token-ann"}]',
        "shows one of its secrets",
    ),
    (json.dumps([row("ann"), row("ann")]), "two tokens have the label ann"),
    (
        json.dumps([refreshable("ann"), refreshable("ann") | {"label": "b"}]),
        "ann and b share a refresh token",
    ),
]


@pytest.mark.parametrize(("text", "reason"), BAD_ENTRIES)
def test_bad_entries(tmp_path: Path, text: str, reason: str) -> None:
    """A file with problems is refused, with the place and the reason and without any secret in it."""
    path = tmp_path / "tokens"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(BadTokens, match=reason) as raised:
        TokenStore.open(path)
    no_secrets_in(shown(raised.value))
    with pytest.raises(BadTokens) as raised:
        TokenStore.from_environment({"INROADS_TOKENS": text})
    no_secrets_in(shown(raised.value))


def test_all_problems(tmp_path: Path) -> None:
    """Every problem of a file is listed, not the first alone."""
    with pytest.raises(BadTokens) as raised:
        TokenStore.open(kept(tmp_path, {"label": "ann"}, {"access_token": "x", "expires_at": 5}))
    assert len(raised.value.problems) == 4


def test_no_environment() -> None:
    """An environment without the variable is an error with a code."""
    with pytest.raises(BadTokens, match="INROADS_TOKENS is not set") as raised:
        TokenStore.from_environment({})
    assert raised.value.code == "NO_TOKENS"


# Secrecy

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


def test_secret() -> None:
    """A secret shows itself to nobody: not printed, formatted, pickled, encoded, nor in what holds it."""
    secret = Secret("access-token-ann")
    store = given(refreshable("ann"))
    for text in (
        repr(secret),
        str(secret),
        f"{secret}",
        repr(store),
        repr(store.tokens),
        str(vars(store)),
    ):
        no_secrets_in(text)
    for encode in (pickle.dumps, json.dumps, msgspec.json.encode, msgspec.to_builtins):
        with pytest.raises(TypeError) as raised:
            encode(secret)
        no_secrets_in(str(raised.value))


def test_echo(place: Service) -> None:
    """A document that repeats the token it was fetched with is rejected, and nothing of it is kept."""
    for status in (200, 500):
        document = me(1) | {"note": "access-token-ann"}
        place.script[ME] = [Reply(status, document)] * 4
        run = Run(given(row("ann")), place.base_url)
        assert run.codes == ["holds_token"]
        no_secrets_in(repr(run.arrivals) + repr(run.reports))


MISHAPS: list[tuple[str, Scripted]] = [
    (ME, Reply(200, me(1), (("X-Echo", "access-token-ann"), ("Set-Cookie", "a=access-token-ann")))),
    (ME, Reply(403, {"error": "access_token-ann"}, (("X-Echo", "access-token-ann"),))),
    (ME, Reply(302, b"", (("Location", "http://access-token-ann.example/access-token-ann"),))),
    (ME, Reply(429, b"", (("Retry-After", "access-token-ann"),))),
    (ME, broken(b"access-token-ann access-token-ann\r\n\r\n")),
    (ME, broken(b"HTTP/1.1 200 access-token-ann\r\nContent-Length: 9\r\n\r\naccess-token-ann")),
    (ME, service.silent),
    (ME, service.reset),
    (ME, unauthenticated()),
    (REFRESH, Reply(400, {"error": "refresh-token-ann"})),
    (REFRESH, Reply(200, {"access_token": "access-token-\n"})),
    (REFRESH, service.reset),
]


@pytest.mark.parametrize("number", range(len(MISHAPS)))
def test_nothing_leaks(
    place: Service,
    tmp_path: Path,
    number: int,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Whatever goes wrong, with everything logged, no token is in a log, output, report, document, or other file."""
    path, mishap = MISHAPS[number]
    if path == REFRESH:
        place.revoke("access-token-ann")
    place.script[path].append(mishap)
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
    raw_log = io.StringIO()
    handler = logging.StreamHandler(raw_log)
    logging.getLogger().addHandler(handler)
    tokens = kept(tmp_path, refreshable("ann"), row("ben"))
    os.environ["PYTHONASYNCIODEBUG"] = "1"
    try:
        with TokenStore.open(tokens) as store:
            run = Run(store, place.base_url, Limits(total=0.3, silence=0.2, attempts=2), teams=True)
            (tmp_path / "report").write_text(repr((run.arrivals, run.reports, store, vars(store))))
            bodies = [each.document.body for each in run.arrivals if isinstance(each, Observation)]
            (tmp_path / "ledger").write_bytes(b"\n".join(bodies))
    finally:
        del os.environ["PYTHONASYNCIODEBUG"]
        logging.getLogger().removeHandler(handler)
    assert all(report.finished for report in run.progress.values())
    for record in caplog.records:
        no_secrets_in(repr(vars(record)) + record.getMessage())
    output = capfd.readouterr()
    no_secrets_in(raw_log.getvalue() + output.out + output.err)
    for each in tmp_path.rglob("*"):
        if each != tokens:
            no_secrets_in(each.read_text())


def test_others_may_log(place: Service, caplog: pytest.LogCaptureFixture) -> None:
    """Only the collector's own requests are kept out of the log of the HTTP client, not those of its host program."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "httpx2")  # whatever others have set it to
    Run(given(row("ann")), place.base_url)
    assert not [
        record
        for record in caplog.records
        if record.name.startswith("http") and ME in record.getMessage()
    ]
    with httpx2.Client(trust_env=False) as client:
        client.get(f"{place.base_url}/elsewhere")
    assert [record for record in caplog.records if record.name == "httpx2"]


def test_taken_like_a_file(place: Service) -> None:
    """What is fetched equals what the same bytes give from a file of that moment and source."""
    (ann,) = Run(given(row("ann")), place.base_url).arrivals
    assert ann == read(
        json.dumps(
            me(1, {10: "owner", 11: "business_manager", 12: "business_partner", 13: "client"})
        ).encode(),
        NOON,
        f"{place.base_url}{ME}#ann",
    )
