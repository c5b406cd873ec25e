"""Fetching documents from the service: `me` of each token, and the teams that its holder may read.

A holder may read the teams of the businesses that they own or administer. Where the service gives no
team, the listing of its members is fetched instead. This module is apart from
the core because it talks to the network. Documents come out as the same values that files give,
`Observation | Rejection`, each from a source like
`https://api.freshbooks.com/auth/api/v1/users/me#label`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping
from random import SystemRandom
from typing import Any, Final, ParamSpec
from urllib.parse import quote

import httpx2
import msgspec

from inroads.documents.reader import Observation, read, reread
from inroads.documents.records import Me, Members
from inroads.errors import Rejection
from inroads.model import Document, Role
from inroads.policy.tables import STOCK, Policy
from inroads.sources.private_file import BadTokens
from inroads.sources.service_client import (
    COLLECTING,
    TALKATIVE,
    Limits,
    RequestFailure,
    RequestOutcome,
    RequestQueue,
    ServiceAnswer,
    http_client,
    service_root,
    silenced,
)
from inroads.sources.service_listing import MEMBERS, MOST_PAGES, ListingPages, page_query
from inroads.sources.service_tokens import ENVIRONMENT, VISIBLE, Secret, ServiceToken, TokenStore

BASE_URL: Final = "https://api.freshbooks.com"
ME: Final = "/auth/api/v1/users/me"
TEAM: Final = "/auth/api/v1/users/business/{}"
REFRESH: Final = "/auth/oauth/token"

REFUSED: Final = frozenset({403, 404})
"""The statuses of a team that the service does not give, while a listing of it may be had."""

ADMINISTERS: Final = frozenset({Role.OWNER, Role.ADMIN})
"""The roles whose holder may read the team of the business."""

Arrival = Observation | Rejection


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of one token: documents taken, rejected and skipped (done before), and retries.

    `failed` is the code and `message` the sentence that say why this token gives no more documents,
    None while all is well: a fault of one team does not fail its token.
    """

    label: str
    fetched: int = 0
    rejected: int = 0
    skipped: int = 0
    retried: int = 0
    finished: bool = False
    failed: str | None = None
    message: str | None = None


def _ignore(_: Progress) -> None:
    pass


_random: Final = SystemRandom().random


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def collect(
    store: TokenStore,
    *,
    teams: bool = False,
    base_url: str = BASE_URL,
    limits: Limits | None = None,
    policy: Policy = STOCK,
    done: Iterable[Document] = (),
    now: Callable[[], dt.datetime] = _utc_now,
    report: Callable[[Progress], None] = _ignore,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    clock: Callable[[], float] = time.monotonic,
    jitter: Callable[[], float] = _random,
) -> AsyncGenerator[Arrival]:
    """Yield every document in the order of arrival; a Rejection if it cannot be fetched.

    With `teams` also the team of every business that a token's holder owns or administers by
    `policy`, or else all pages of the listing of its members as one document. `done` are documents
    that an interrupted run has already given: their sources are not asked again, and a `me` among
    them still says which teams to ask for. `observed_at` is `now()` (aware) when the answer began.
    `report` is called with every change of a token's progress. `sleep` and `clock` (seconds) go
    together; `jitter` gives 0 to 1.

    A failing token leaves the others alone. Nothing that a token can cause is raised. Raises
    InroadsError for a `base_url` that is neither https nor on this machine. Close the iterator
    (`contextlib.aclosing`) when leaving early.
    """
    root = service_root(base_url)
    limits = limits or Limits()
    for name in TALKATIVE:
        logging.getLogger(name).addFilter(silenced)
    kept = {document.source: document for document in done}
    # A bounded queue lets the caller set the pace.
    arrivals: asyncio.Queue[Arrival] = asyncio.Queue(limits.concurrency)
    async with http_client(root, limits) as client:
        line = RequestQueue(client, root, limits, now, sleep, clock, jitter)
        waiting = iter(store.tokens)

        async def work() -> None:
            COLLECTING.set(True)
            for token in waiting:
                await _Visit(token, store, line, kept, arrivals, report).run(
                    policy if teams else None
                )

        workers = [
            asyncio.create_task(work()) for _ in range(min(limits.concurrency, len(store.tokens)))
        ]
        all_work = asyncio.gather(*workers)
        try:
            while not (all_work.done() and arrivals.empty()):
                arrival = asyncio.create_task(arrivals.get())
                watched: set[asyncio.Future[Any]] = {arrival, all_work}
                try:
                    await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    # Cancelling a finished task has no effect.
                    arrival.cancel()
                if arrival.done():
                    yield arrival.result()
            await all_work
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, all_work, return_exceptions=True)


_P = ParamSpec("_P")


def _outside_a_loop(
    source: Callable[_P, AsyncGenerator[Arrival]],
) -> Callable[_P, Iterator[Arrival]]:
    def iterate(*args: _P.args, **kwargs: _P.kwargs) -> Iterator[Arrival]:
        arrivals = source(*args, **kwargs)

        async def following() -> Arrival | None:
            return await anext(arrivals, None)

        with asyncio.Runner() as runner:
            try:
                while (arrival := runner.run(following())) is not None:
                    yield arrival
            finally:
                runner.run(_close(arrivals))

    return iterate


async def _close(arrivals: AsyncGenerator[Arrival]) -> None:
    await arrivals.aclose()


collected = _outside_a_loop(collect)
"""Run `collect` as an ordinary iterator, for callers without an event loop.

Nothing is fetched while the caller handles an item, so take items quickly.
"""


class _NewPair(msgspec.Struct):
    """The part of the answer to a refresh that is used; `expires_in` is in seconds."""

    access_token: str
    refresh_token: str | None = None
    expires_in: int | None = None


class _Visit:
    """One token's documents, fetched one after the other, so that no other request refreshes it."""

    def __init__(
        self,
        token: ServiceToken,
        store: TokenStore,
        line: RequestQueue,
        done: Mapping[str, Document],
        arrivals: asyncio.Queue[Arrival],
        report: Callable[[Progress], None],
    ) -> None:
        self._token, self._store, self._line = token, store, line
        self._done, self._arrivals, self._report = done, arrivals, report
        self._progress = Progress(label=token.label)
        self._refreshed = False

    async def run(self, policy: Policy | None) -> None:
        """Fetch `me`, and with a policy the teams of what its holder owns or administers."""
        me = await self._document(ME)
        if me is not None and policy is not None:
            for number in _administered(me, policy):
                if self._progress.failed:
                    break
                await self._team(number)
        self._note(finished=True)

    async def _team(self, number: str) -> None:
        """Fetch the team of a business, or the listing of its members if there is no team."""
        source = self._source(MEMBERS.format(number))
        if source in self._done:
            self._note(skipped=self._progress.skipped + 1)
        else:
            await self._document(TEAM.format(number), f"business:{number}", source)

    def _url(self, path: str) -> httpx2.URL:
        return self._line.root.copy_with(raw_path=path.encode())

    def _source(self, path: str) -> str:
        return f"{self._url(path)}#{quote(self._token.label, safe='@+')}"

    async def _document(
        self, path: str, subject: str | None = None, listing: str | None = None
    ) -> Observation | None:
        source = self._source(path)
        if source in self._done:
            self._note(skipped=self._progress.skipped + 1)
            return reread(self._done[source])
        outcome = await self._get(self._url(path))
        arrival = self._read(outcome, source, subject)
        if listing and isinstance(outcome, ServiceAnswer) and outcome.status in REFUSED:
            arrival = await self._listing(listing, subject or "", arrival)
        await self._arrivals.put(arrival)
        if isinstance(arrival, Observation):
            self._note(fetched=self._progress.fetched + 1)
            return arrival
        if path == ME and not self._progress.failed:
            self._fail(RequestFailure(arrival.code, arrival.message))
        self._note(rejected=self._progress.rejected + 1)
        return None

    async def _listing(self, source: str, subject: str, refusal: Arrival) -> Arrival:
        """Fetch all pages of a listing as one document; none of it if a page cannot be had."""
        pages, path = ListingPages(self._line.now()), MEMBERS.format(subject.partition(":")[2])
        while True:
            number = pages.next
            outcome = await self._get(self._url(f"{path}?{page_query(number)}"))
            page = self._read(outcome, source, subject)
            if number == 1 and isinstance(outcome, ServiceAnswer) and outcome.status in REFUSED:
                return refusal  # neither is given: the answer to the first request says why
            if number > 1 and isinstance(page, Rejection) and page.code == "empty_listing":
                break  # there are fewer people than the pages before said
            if isinstance(page, Observation) and not isinstance(page.content, Members):
                page = Rejection(source, "", "unexpected", "the document is no listing")
            if isinstance(page, Rejection):
                message = f"page {number} of the listing, of which nothing is kept: {page.message}"
                return msgspec.structs.replace(page, message=message)
            if not pages.add(page):
                break
            if pages.next > MOST_PAGES:
                message = f"the listing has more than {MOST_PAGES:,} pages"
                return Rejection(source, "", "too_many_pages", message)
        return pages.document(source)

    async def _get(self, url: httpx2.URL) -> RequestOutcome:
        expires_at = self._token.expires_at
        if (
            expires_at
            and expires_at <= self._line.now()
            and self._refusal() is None
            and not self._refreshed
        ):
            failure = await self._refresh()
            if failure:
                return self._fail(failure)
        outcome = await self._ask(url)
        if isinstance(outcome, ServiceAnswer) and outcome.status == 401:
            failure = await self._refresh()
            if failure:
                return self._fail(failure)
            outcome = await self._ask(url)
            if isinstance(outcome, ServiceAnswer) and outcome.status == 401:
                return self._fail(
                    RequestFailure(
                        "unauthorized", "the access token is refused (401), also after a refresh"
                    )
                )
        return outcome

    async def _ask(self, url: httpx2.URL) -> RequestOutcome:
        headers = {"Authorization": f"Bearer {self._token.access_token.reveal()}"}
        return await self._line.ask(
            self._line.client.build_request("GET", url, headers=headers), self._retried
        )

    def _read(self, outcome: RequestOutcome, source: str, subject: str | None) -> Arrival:
        if isinstance(outcome, RequestFailure):
            return Rejection(source, "", *outcome)
        if any(text.encode() in outcome.body for text in self._secrets()):
            return Rejection(
                source, "", "holds_token", "the document repeats the token, so it is not kept"
            )
        arrival = read(outcome.body, outcome.moment, source)
        if outcome.status != 200:
            place, said = (
                (arrival.pointer, arrival.message)
                if isinstance(arrival, Rejection)
                else ("", "not an answer")
            )
            return Rejection(
                source, place, f"http_{outcome.status}", f"HTTP {outcome.status}: {said}"
            )
        if isinstance(arrival, Rejection):
            return msgspec.structs.replace(arrival, source=source)
        document = arrival.document
        if document.source != source or document.observed_at != outcome.moment:
            return Rejection(
                source, "", "unexpected", "the document is an envelope, which only files may have"
            )
        if document.kind != "me" if subject is None else document.subject != subject:
            return Rejection(
                source, document.prefix, "unexpected", f"the document is about {document.subject}"
            )
        return arrival

    def _secrets(self) -> list[str]:
        token = self._token
        return [
            s.reveal() for s in (token.access_token, token.refresh_token, token.client_secret) if s
        ]

    def _refusal(self) -> RequestFailure | None:
        """Return why this token cannot be refreshed; None if it can."""
        token = self._token
        if self._refreshed:
            return RequestFailure(
                "unauthorized",
                "the access token is refused (401), although it was refreshed in this run",
            )
        if not (token.refresh_token and token.client_id and token.client_secret):
            needed = "refresh_token, client_id and client_secret"
            return RequestFailure(
                "unauthorized", f"the access token is refused (401); a refresh would need {needed}"
            )
        if not self._store.keeps:
            why = (
                f"tokens in {ENVIRONMENT} are not refreshed,"
                " since the new pair could not be kept: use a file"
            )
            return RequestFailure("refresh_refused", f"the access token is refused (401); {why}")
        return None

    async def _refresh(self) -> RequestFailure | None:
        """Refresh the token, keep the new pair and use it. Return the failure, if any."""
        refusal = self._refusal()
        if refusal:
            return refusal
        self._refreshed = True
        exchange = asyncio.create_task(self._exchange())
        try:
            return await asyncio.shield(exchange)
        except asyncio.CancelledError:
            # The old token may be spent by now, so wait for the exchange; its time is bounded.
            await asyncio.wait({exchange})
            raise

    async def _exchange(self) -> RequestFailure | None:
        token, line = self._token, self._line
        try:
            # A full disk must show before the refresh token is spent.
            self._store.rehearse()
        except (OSError, BadTokens) as error:
            return RequestFailure(
                "not_kept",
                f"not refreshed, since the token file cannot be written: {_reason(error)}",
            )
        form = {
            "grant_type": "refresh_token",
            "client_id": token.client_id,
            "redirect_uri": token.redirect_uri,
        }
        hidden = {"refresh_token": token.refresh_token, "client_secret": token.client_secret}
        form |= {name: secret.reveal() for name, secret in hidden.items() if secret}
        data = {name: value for name, value in form.items() if value}
        request = line.client.build_request(
            "POST", line.root.copy_with(raw_path=REFRESH.encode()), data=data
        )
        outcome = await line.ask(request, self._retried, repeatable=False)
        if isinstance(outcome, RequestFailure):
            return RequestFailure(
                "refresh_failed", f"the refresh failed, its token may be spent: {outcome.message}"
            )
        if outcome.status != 200:
            return RequestFailure(
                "refresh_failed", f"the refresh was refused: HTTP {outcome.status}"
            )
        renewed = _renewed(token, outcome)
        if renewed is None:
            return RequestFailure(
                "refresh_failed", "the answer to the refresh holds no usable token"
            )
        try:
            self._store.replace(renewed)
        except (OSError, BadTokens) as error:
            lost = (
                "the new pair could not be kept and is lost;"
                f" authorise {token.label} again: {_reason(error)}"
            )
            return RequestFailure("not_kept", lost)
        self._token = renewed
        return None

    def _fail(self, failure: RequestFailure) -> RequestFailure:
        self._note(failed=failure.code, message=failure.message)
        return failure

    def _retried(self) -> None:
        self._note(retried=self._progress.retried + 1)

    def _note(self, **changes: Any) -> None:
        self._progress = msgspec.structs.replace(self._progress, **changes)
        self._report(self._progress)


def _reason(error: OSError | BadTokens) -> str:
    return error.message if isinstance(error, BadTokens) else error.strerror or type(error).__name__


def _renewed(token: ServiceToken, answer: ServiceAnswer) -> ServiceToken | None:
    try:
        pair = msgspec.json.decode(answer.body, type=_NewPair)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # A msgspec.ValidationError is a DecodeError, too.
        return None
    if not all(
        text is None or VISIBLE.fullmatch(text) for text in (pair.access_token, pair.refresh_token)
    ):
        return None
    lives = (
        pair.expires_in if pair.expires_in is not None and 0 <= pair.expires_in < 10**9 else None
    )
    return msgspec.structs.replace(
        token,
        access_token=Secret(pair.access_token),
        refresh_token=token.refresh_token
        if pair.refresh_token is None
        else Secret(pair.refresh_token),
        expires_at=None if lives is None else answer.moment + dt.timedelta(seconds=lives),
    )


def _administered(me: Observation, policy: Policy) -> list[str]:
    """Return the native ids of the businesses that the holder owns or administers.

    They are in the order of the document, without repetitions.
    """
    if not isinstance(me.content, Me) or not isinstance(me.content.business_memberships, list):
        return []
    found = {
        str(row.business.id): None
        for row in me.content.business_memberships
        if row
        and policy.role("membership", row.role if isinstance(row.role, str) else None)
        in ADMINISTERS
    }
    return list(found)
