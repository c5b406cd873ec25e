"""The tokens of the service, and the private file that keeps them.

Tokens come from a file or from the environment::

    [[tokens]]                      # or JSON: [{"label": ...}, ...], or {"tokens": [...]}
    label = "bruce"                 # the name in reports and sources
    access_token = "..."            # lives 12 hours
    refresh_token = "..."           # optional, with client_id and client_secret
    redirect_uri = "..."            # where the service asks for it, with refresh_token
    expires_at = 2026-03-01T12:00:00Z

A refresh token works once. So the new pair is in the file, whole and on the disk, before the new
access token is used. One window remains: when the process or the machine dies after the service has
answered a refresh and before the file is written, the pair is lost and that person must authorise
again. A refresh rewrites the file without its comments.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn, Self

import msgspec

from inroads.documents.reader import parse_moment
from inroads.sources.private_file import BadTokens, content_of, open_private, put_private
from inroads.text import many

ENVIRONMENT: Final = "INROADS_TOKENS"
"""The environment variable that holds the content of a token file."""


class Secret:
    """A text that is never shown, stored or compared by accident: only `reveal` returns it."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """Return the text itself, for the one place that sends or keeps it."""
        return self.__text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")


class ServiceToken(msgspec.Struct, frozen=True, kw_only=True):
    """One person's access to the service. `expires_at` is aware; None when it is not known."""

    label: str
    access_token: Secret
    refresh_token: Secret | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    redirect_uri: str | None = None
    expires_at: dt.datetime | None = None


class TokenStore:
    """The tokens of one run, and the file that keeps them.

    While a store is open no other run can open its file, since both would spend the same refresh
    tokens.
    """

    def __init__(
        self, tokens: tuple[ServiceToken, ...], path: Path | None = None, lock: int | None = None
    ) -> None:
        self.tokens = tokens
        self.path = path
        self._lock = lock

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Open a TOML or JSON file of tokens.

        It must be a regular file of this user that nobody else can read. A symbolic link is
        refused: a refresh puts a new file in its place, and the target of the link would keep spent
        tokens. Raises BadTokens.
        """
        file = Path(path).absolute()
        lock = open_private(file)
        try:
            _take_lock(lock, file)
            return cls(_listed(_parse(content_of(lock)), str(file)), file, lock)
        except BaseException:
            os.close(lock)
            raise

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the tokens in INROADS_TOKENS, as JSON or TOML. Raises BadTokens.

        They cannot be refreshed.
        """
        if not environ.get(ENVIRONMENT, "").strip():
            raise BadTokens(f"{ENVIRONMENT} is not set", code="NO_TOKENS")
        parsed = _parse(environ[ENVIRONMENT].encode(errors="replace"))
        # A traceback that shows variables must not show the tokens.
        del environ
        return cls(_listed(parsed, ENVIRONMENT))

    @property
    def keeps(self) -> bool:
        """Return whether a new pair of tokens can be kept."""
        return self.path is not None

    def replace(self, token: ServiceToken) -> None:
        """Replace the token with the same label, on the disk before anything else.

        The file is read again first, to keep changes that its owner made meanwhile. Raises
        BadTokens and OSError.
        """
        self._rewrite(token)
        self.tokens = tuple(token if each.label == token.label else each for each in self.tokens)

    def rehearse(self) -> None:
        """Rewrite the file unchanged in the way of `replace`, so that a fault shows now."""
        self._rewrite(None)

    def _rewrite(self, token: ServiceToken | None) -> None:
        if self.path is None:
            raise BadTokens("tokens from the environment cannot be kept", code="NOT_KEPT")
        found = open_private(self.path)
        try:
            content = content_of(found)
        finally:
            os.close(found)
        parsed = _parse(content)
        on_disk = {each.label: each for each in _listed(parsed, str(self.path))}
        if token is not None:
            content = _formatted((on_disk | {token.label: token}).values(), parsed.form)
        lock = put_private(self.path, content)
        self.close()
        self._lock = lock

    def close(self) -> None:
        """Release the file for other runs."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"TokenStore({str(self.path or ENVIRONMENT)!r}, {many(len(self.tokens), 'token')})"


class _Parsed(NamedTuple):
    tokens: tuple[ServiceToken, ...]
    form: str
    problems: tuple[str, ...]


def _listed(parsed: _Parsed, name: str) -> tuple[ServiceToken, ...]:
    """Return the tokens, or raise their problems.

    The error is raised here, where no variable holds a secret.
    """
    if parsed.problems:
        raise BadTokens(f"{name}: {'; '.join(parsed.problems)}", problems=parsed.problems)
    if not parsed.tokens:
        raise BadTokens(f"{name} contains no tokens", code="NO_TOKENS")
    return parsed.tokens


def _take_lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A refresh may just have replaced the file.
        current = os.path.samestat(os.fstat(descriptor), path.lstat())
    except BlockingIOError:
        current = False
    except OSError as error:
        raise BadTokens(f"{path} cannot be locked: {error.strerror}") from None
    if not current:
        raise BadTokens(f"{path}: another run is using these tokens", code="TOKENS_IN_USE")


_SECRETS: Final = ("access_token", "refresh_token", "client_secret")
_TEXTS: Final = ("label", "client_id", "redirect_uri")
# These characters can stand in a header, so that no error needs to quote a token.
VISIBLE: Final = re.compile(r"[!-~]{8,8192}")


def _parse(raw: bytes) -> _Parsed:
    """Parse a token file: entries, form, and problems in sentences that quote no value."""
    try:
        form, value = "json", msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            form, value = "toml", tomllib.loads(raw.decode())
        except (ValueError, RecursionError) as error:
            place = re.search(r" \(at line \d+, column \d+\)$", str(error))
            return _Parsed((), "", (f"neither JSON nor TOML{place[0] if place else ''}",))
    entries = (
        value.get("tokens", []) if isinstance(value, dict) and value.keys() <= {"tokens"} else value
    )
    if not isinstance(entries, list):
        return _Parsed(
            (), form, ("not a list of tokens: write [[tokens]] in TOML, an array in JSON",)
        )
    problems: list[str] = []
    read_entries = [
        _entry(entry, f"token {number}", problems) for number, entry in enumerate(entries, 1)
    ]
    tokens = tuple(token for token in read_entries if token is not None)
    _find_shared(tokens, problems)
    return _Parsed(tokens, form, tuple(problems))


def _entry(entry: Any, place: str, problems: list[str]) -> ServiceToken | None:
    if not isinstance(entry, dict):
        problems.append(f"{place} is not a table")
        return None
    before = len(problems)
    unknown = entry.keys() - {*_SECRETS, *_TEXTS, "expires_at"}
    if unknown:
        problems.append(
            f"{place} has {len(unknown)} unknown key(s); there are {', '.join(ServiceToken.__struct_fields__)}"
        )
    fields: dict[str, Any] = {}
    for name in (*_TEXTS, *_SECRETS):
        given = entry.get(name)
        if given is None:
            if name in ("label", "access_token"):
                problems.append(f"{place} has no {name}")
        elif name in _SECRETS and not (isinstance(given, str) and VISIBLE.fullmatch(given)):
            problems.append(f"{place}: its {name} is not 8 to 8192 visible ASCII characters")
        elif name in _TEXTS and not (
            isinstance(given, str) and given.strip() and given.isprintable()
        ):
            problems.append(f"{place}: its {name} is not a line of text")
        else:
            fields[name] = Secret(given) if name in _SECRETS else given
    if entry.get("expires_at") is not None:
        fields["expires_at"] = parse_moment(entry["expires_at"])
        if fields["expires_at"] is None:
            problems.append(f"{place}: its expires_at is not a moment like 2026-03-01T12:00:00Z")
    hidden = [fields[name].reveal() for name in _SECRETS if name in fields]
    if any(secret in fields.get(name, "") for secret in hidden for name in _TEXTS):
        problems.append(f"{place} shows one of its secrets in a text beside it")
    return ServiceToken(**fields) if len(problems) == before else None


def _find_shared(tokens: Iterable[ServiceToken], problems: list[str]) -> None:
    """Find tokens that share a label, which names one, or a refresh token, which works once."""
    labels: set[str] = set()
    refreshing: dict[str, str] = {}
    for token in tokens:
        if token.label in labels:
            problems.append(f"two tokens have the label {token.label}")
        labels.add(token.label)
        if token.refresh_token is not None:
            other = refreshing.setdefault(token.refresh_token.reveal(), token.label)
            if other != token.label:
                problems.append(
                    f"{other} and {token.label} share a refresh token, which works once"
                )


def _formatted(tokens: Iterable[ServiceToken], form: str) -> bytes:
    rows = [
        {name: value for name, value in msgspec.structs.asdict(token).items() if value is not None}
        for token in tokens
    ]
    plain = [
        {k: v.reveal() if isinstance(v, Secret) else v for k, v in row.items()} for row in rows
    ]
    if form == "json":
        return msgspec.json.format(msgspec.json.encode({"tokens": plain}), indent=2) + b"\n"
    lines: list[str] = []
    for row in plain:
        lines.append("[[tokens]]")
        for name, value in row.items():
            # A JSON string is a TOML string if it has no control character.
            text = (
                value.isoformat()
                if isinstance(value, dt.datetime)
                else msgspec.json.encode(value).decode()
            )
            lines.append(f"{name} = {text}")
        lines.append("")
    return "\n".join(lines).encode()
