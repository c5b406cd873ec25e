"""What the collector asks the service for, what it makes of every answer, and that no token leaves it."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx2
import pytest

import service
from collecting import NOON, Run, given, kept, no_secrets_in, refreshable, row, stranger
from inroads.documents.claims import state
from inroads.documents.reader import Observation, read
from inroads.documents.records import Members
from inroads.errors import Rejection
from inroads.policy.loading import load_policy
from inroads.policy.tables import STOCK
from inroads.sources.service_client import Limits
from inroads.sources.service_collector import Progress, collect, collected
from inroads.sources.service_tokens import TokenStore
from service import (
    ME,
    REFRESH,
    Reply,
    Scripted,
    Service,
    broken,
    errors,
    listing,
    listing_path,
    me,
    team,
    team_path,
    unauthenticated,
)

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


REFUSED = Reply(403, {"error": "forbidden", "error_description": "You may not."})


def listed(run: Run) -> Observation:
    """The listing that a run collected; everything else that it did is one `me`."""
    _, arrival = run.arrivals
    assert isinstance(arrival, Observation)
    return arrival


def only_ten(place: Service, *pages: Scripted, team: Reply = REFUSED) -> Run:
    """A run of somebody who owns business 10, whose team is refused; the pages of its listing."""
    place.sign_in("dee", 4, {10: "owner"})
    place.script[team_path(10)].append(team)
    for number, page in enumerate(pages, 1):
        place.script[listing_path(10, number)].append(page)
    return Run(given(row("dee")), place.base_url, teams=True)


@pytest.mark.parametrize("status", [403, 404])
def test_a_listing_in_place_of_a_team(place: Service, status: int) -> None:
    """Where a team is refused, all pages of the listing come as one document, which is whole."""
    pages = [
        Reply(200, listing(10, 1, 2, total=3)),
        Reply(200, listing(10, 3, total=3, page=2)),
    ]
    run = only_ten(place, *pages, team=Reply(status, REFUSED.body))
    found = listed(run)
    assert place.paths() == [ME, team_path(10), listing_path(10, 1), listing_path(10, 2)]
    assert (found.document.kind, found.document.subject) == ("members", "business:10")
    source = f"{place.base_url}/auth/api/v1/businesses/10/team_members#dee"
    assert found.document.source == source
    body = json.loads(found.document.body)
    assert body["meta"] == {"page": 1, "per_page": 3, "total": 3}
    assert [each["identity_id"] for each in body["response"]] == [1, 2, 3]
    assert isinstance(found.content, Members)
    assert found.content.is_whole
    place.requests.clear()
    done = [each.document for each in run.arrivals if isinstance(each, Observation)]
    again = Run(given(row("dee")), place.base_url, teams=True, done=done)
    assert (again.arrivals, place.paths(), again.progress["dee"].skipped) == ([], [], 2)


def test_a_page_that_is_busy_is_asked_again(place: Service) -> None:
    """A page is retried as every request is."""
    place.script[listing_path(10, 2)].append(Reply(429, headers=(("Retry-After", "3"),)))
    place.script[listing_path(10, 2)].append(Reply(200, listing(10, 3, total=3, page=2)))
    run = only_ten(place, Reply(200, listing(10, 1, 2, total=3)))
    assert len(json.loads(listed(run).document.body)["response"]) == 3
    assert run.progress["dee"].retried == 1


def test_a_number_that_changes_between_pages(place: Service) -> None:
    """Where somebody came or went between two pages, that is told, and the listing is none of the whole team."""
    pages = [
        Reply(200, listing(10, 1, 2, total=3)),
        Reply(200, listing(10, 3, 4, total=4, page=2)),
    ]
    found = listed(only_ten(place, *pages))
    body = json.loads(found.document.body)
    assert body["meta"] == {"page": 1, "per_page": 4, "total": None, "totals": [3, 4]}
    assert isinstance(found.content, Members)
    assert not found.content.is_whole
    [issue] = state(found, STOCK).issues
    assert (issue.code, issue.message[-4:]) == ("listing_changed", "3, 4")


@pytest.mark.parametrize(
    "last",
    [
        Reply(200, {"response": [], "meta": {"total": 3}}),
        Reply(200, listing(10, 1, 2, total=3)),
    ],
    ids=["empty", "the same once more"],
)
def test_fewer_people_than_were_told(place: Service, last: Reply) -> None:
    """A listing that ends early is kept as the part that it is."""
    found = listed(only_ten(place, Reply(200, listing(10, 1, 2, total=3)), last))
    assert isinstance(found.content, Members)
    assert (len(found.content.rows), found.content.total, found.content.is_whole) == (2, 3, False)


@pytest.mark.parametrize(
    ("second", "code", "said"),
    [
        (Reply(400, {"error": "bad"}), "http_400", "HTTP 400"),
        (Reply(200, {"response": {"errors": [{"errno": 1003}]}}), "error_body", "an error"),
        (Reply(200, listing(11, 3, total=3)), "unexpected", "about business:11"),
        (Reply(200, team(10)), "unexpected", "no listing"),
        (Reply(200, {"response": [{"a": 1}]}), "not_a_document", "no row of it"),
    ],
)
def test_a_page_that_fails(place: Service, second: Reply, code: str, said: str) -> None:
    """Nothing is kept of a listing of which a page cannot be had, and the page is named."""
    run = only_ten(place, Reply(200, listing(10, 1, 2, total=3)), second)
    _, arrival = run.arrivals
    assert isinstance(arrival, Rejection)
    assert arrival.code == code
    assert arrival.message.startswith("page 2 of the listing, of which nothing is kept: ")
    assert said in arrival.message
    assert "team_members" in arrival.source


def test_neither_a_team_nor_a_listing(place: Service) -> None:
    """Where neither is given, the answer to the first request is told once."""
    run = only_ten(place)
    _, arrival = run.arrivals
    assert isinstance(arrival, Rejection)
    assert (arrival.code, place.paths()[-1]) == ("http_403", listing_path(10))
    assert "users/business/10" in arrival.source


def test_a_team_that_fails_otherwise(place: Service) -> None:
    """A team that is only down is no reason to ask for a listing."""
    run = only_ten(place, team=Reply(400, {"error": "bad"}))
    assert place.paths() == [ME, team_path(10)]
    assert run.progress["dee"].rejected == 1


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
