"""Tokens: refreshed once, kept before they are used, and read from files of their owner alone."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import stat
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

import service
from collecting import Run, given, kept, no_secrets_in, on_disk, refreshable, row, shown, stranger
from inroads.documents.reader import Observation
from inroads.errors import Rejection
from inroads.sources.private_file import BadTokens
from inroads.sources.service_client import Limits
from inroads.sources.service_collector import collect
from inroads.sources.service_tokens import Secret, TokenStore
from service import (
    ME,
    REFRESH,
    Raw,
    Reply,
    Service,
    delayed,
    me,
    team_path,
    unauthenticated,
)


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
        tmp_path / "x": "does not exist",
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
