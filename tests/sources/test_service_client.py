"""One request after the other: answers that break, retries, pauses, redirects and addresses."""

from __future__ import annotations

import email.utils
import gzip
import json
import logging
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import service
from collecting import NOON, Run, given, kept, no_secrets_in, refreshable, row
from inroads.documents.reader import Observation
from inroads.errors import InroadsError, Rejection
from inroads.sources import service_client as room
from inroads.sources.service_client import Limits
from inroads.sources.service_collector import collected
from inroads.sources.service_tokens import TokenStore
from service import (
    ME,
    REFRESH,
    Raw,
    Reply,
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
    assert time.monotonic() - began < 30
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
