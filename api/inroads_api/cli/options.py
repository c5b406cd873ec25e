"""Options that commands share."""

from __future__ import annotations

import datetime as dt
import gc
import inspect
import os
import re
import shlex
import stat
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from inroads import EXAMPLE
from inroads.documents.pseudonyms import Pseudonyms
from inroads.documents.reader import parse_moment
from inroads.errors import InroadsError, file_words
from inroads.explorer import Explorer, load
from inroads.policy.tables import STOCK
from inroads.sources.files import files
from inroads.store.ledger import is_ledger
from inroads_api.cli.terminal import REJECTED, USAGE, progress_bar, say, say_rejections

MAX_KEY = 4096
"""The most bytes read from a key file."""

SOURCE = "Documents and policy"
"""The panel of the options that most commands have."""

SLOW_SECONDS, LARGE = 3, 50_000_000
"""Reading that takes longer, or more bytes, is worth a ledger."""

OPENED_A_SECOND = 60_000
"""So many documents of a snapshot are opened in a second: the 100,000 of a ledger took 1.6 s."""


def parse_duration(text: str | dt.timedelta) -> dt.timedelta | None:
    """Read a duration such as 30s, 5m, 1h or 1d, from a second to a year. None for other text."""
    if isinstance(text, dt.timedelta):  # a default
        return text
    parts = re.fullmatch(r"([0-9]{1,8})([smhd])", text.strip(), re.ASCII)
    seconds = int(parts[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[parts[2]] if parts else 0
    return dt.timedelta(seconds=seconds) if 0 < seconds <= 366 * 86400 else None


def moment_option(name: str, text: str, **settings: Any) -> Any:
    """Return an option that takes a moment, or a date, which means its first moment in UTC."""
    example = "a moment like 2026-03-01T00:00:00Z, or a date like 2026-03-01 (00:00 UTC)"
    return _parsed(name, text, "MOMENT", _moment, example, **settings)


def _moment(given: Any) -> dt.datetime | None:
    is_date = isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given.strip(), re.ASCII)
    return parse_moment(f"{given.strip()}T00:00:00Z" if is_date else given)


def duration_option(name: str, text: str, default: str, **settings: Any) -> Any:
    """Return an option that takes a duration. Its help shows `default`."""
    example = "a duration like 30s, 5m, 1h or 1d"
    settings["show_default"] = default
    return _parsed(name, text, "DURATION", parse_duration, example, **settings)


def _parsed(
    name: str,
    text: str,
    metavar: str,
    parse: Callable[[Any], Any],
    example: str,
    **settings: Any,
) -> Any:
    def parser(given: Any) -> Any:
        value = parse(given)
        if value is None:
            say(f"error: {name} {given!r} is not {example}")
            raise typer.Exit(USAGE)
        return value

    return typer.Option(name, metavar=metavar, help=text, parser=parser, **settings)


Documents = Annotated[
    list[str] | None,
    typer.Option(
        "--documents",
        "-d",
        metavar="PATH",
        help="A file or folder; `-` is standard input. Repeatable.",
        rich_help_panel=SOURCE,
    ),
]
LedgerFile = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        metavar="FILE",
        help="The ledger. Default: $INROADS_LEDGER, else inroads.db.",
        rich_help_panel=SOURCE,
    ),
]
ObservedAt = Annotated[
    dt.datetime | None,
    moment_option(
        "--observed-at",
        "The moment or date of documents without envelope.",
        rich_help_panel=SOURCE,
    ),
]
AsOf = Annotated[
    dt.datetime | None,
    moment_option(
        "--as-of", "Only documents until then. 2026-03-01 is 00:00 UTC.", rich_help_panel=SOURCE
    ),
]
PolicyFile = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE.toml",
        help="Replace rows of the policy.",
        rich_help_panel=SOURCE,
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict", help="Give no answer if any document is rejected.", rich_help_panel=SOURCE
    ),
]
Example = Annotated[
    bool,
    typer.Option("--example", help="Ask the bundled example documents.", rich_help_panel=SOURCE),
]
Pseudonymise = Annotated[
    Path | None,
    typer.Option(
        "--pseudonymise",
        metavar="FILE",
        envvar="INROADS_PSEUDONYMISE",
        help="Pseudonyms by a key.",
        rich_help_panel=SOURCE,
    ),
]
Contested = Annotated[
    bool | None,
    typer.Option(
        "--contested/--no-contested",
        help="Only contested accesses, or only the others.",
    ),
]
AllEvidence = Annotated[
    bool,
    typer.Option("--all-evidence", help="All records, not only the first three."),
]


def words(**given: list[str] | str | None) -> dict[str, Any]:
    """Return the given words in upper case, as the library spells them."""
    said = {name: each for name, each in given.items() if each is not None and each != []}
    return {
        name: each.upper() if isinstance(each, str) else [word.upper() for word in each]
        for name, each in said.items()
    }


def text_of(file: Path, wanted: str) -> str:
    """Return the text of a file. Raises InroadsError, which names the file and says what is wanted."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        told = f"{file} cannot be read: {file_words(error)}; it should be {wanted}"
        raise InroadsError(told, "UNREADABLE_FILE") from None


def names_of(key: Path) -> Pseudonyms:
    """Return the pseudonyms under the key in a file, which only its owner may read."""

    with key.open("rb") as file:
        status = os.fstat(file.fileno())
        if stat.S_ISREG(status.st_mode) and status.st_mode & 0o077:
            raise InroadsError(f"others can read the key {key}: chmod 600", "KEY_EXPOSED")
        return Pseudonyms(file.read(MAX_KEY).strip(b"\r\n"))


COLLECTED_FROM: Final = 1_000_000
"""New objects from which garbage is looked for: answers hold many, and few of them are garbage."""


def load_graph(
    paths: list[str],
    observed_at: dt.datetime | None,
    policy: Path | None,
    as_of: dt.datetime | None = None,
    pseudonymise: Path | None = None,
) -> Explorer:
    """Load the graph of these documents, with a progress bar where reading takes long."""

    names = names_of(pseudonymise) if pseudonymise else None
    with progress_bar(paths) as advance:
        # Nothing built here is garbage, and looking for it takes a quarter of the time.
        gc.disable()
        try:
            graph = load(
                *paths,
                as_of=as_of,
                observed_at=observed_at,
                policy=policy or STOCK,
                stdin=sys.stdin.buffer,
                progress=advance,
                workers=os.cpu_count() or 1,
            )
            if names:
                graph = graph.pseudonymised(names)
        finally:
            gc.enable()
        gc.freeze()  # nor later: this process keeps one graph until it ends
        gc.set_threshold(COLLECTED_FROM, *gc.get_threshold()[1:])
        return graph


def finish(graph: Explorer) -> None:
    """Exit with REJECTED if any document was rejected."""
    if graph.rejections:
        raise typer.Exit(REJECTED)


@dataclass(frozen=True)
class Given:
    """Options that choose the graph a command answers from."""

    documents: Documents = None
    ledger: LedgerFile = None
    as_of: AsOf = None
    observed_at: ObservedAt = None
    policy: PolicyFile = None
    pseudonymise: Pseudonymise = None
    strict: Strict = False
    example: Example = False

    @property
    def places(self) -> list[str]:
        """Paths of the documents: the given ones, else the default ledger if it exists."""
        given = [
            *(self.documents or ()),
            *([str(self.ledger)] if self.ledger else ()),
            *([str(EXAMPLE)] if self.example else ()),
        ]
        return given or [str(path) for path in [default_ledger()] if path.exists()]

    def graph(self) -> Explorer:
        """Load the graph and report rejections. Exit if there is nothing to read."""
        if not self.places:
            say(
                "error: say which documents to read: -d PATH (- for standard input), --ledger FILE,"
                " or --example for the bundled ones"
            )
            raise typer.Exit(USAGE)
        if self.ledger and self.ledger.exists() and not is_ledger(self.ledger):
            told = f"--ledger {self.ledger} is not a ledger; -d reads documents"
            raise InroadsError(told, "NO_LEDGER")
        begun = time.monotonic()
        graph = self.until(self.as_of)
        self._suggest_ledger(time.monotonic() - begun, len(graph.documents))
        say_rejections(graph.rejections)
        if self.strict and graph.rejections:
            say("no answer, because of --strict")
            raise typer.Exit(REJECTED)
        return graph

    def _suggest_ledger(self, seconds: float, documents: int) -> None:
        """Say that a ledger opens sooner, where reading files took long."""
        paths = self.documents or []
        if self.ledger or not paths or "-" in paths or any(map(is_ledger, paths)):
            return
        size = sum(file.stat().st_size for file in files(paths))
        if seconds > SLOW_SECONDS or size > LARGE:
            opened = 1 + documents // OPENED_A_SECOND
            say(
                f"reading took {seconds:,.0f} s: after `inroads ingest {shlex.join(paths)}` the ledger"
                f" opens in some {opened:,} s from its second use on"
            )

    def until(self, moment: dt.datetime | None) -> Explorer:
        """Load the graph of what was observed until another moment."""
        return load_graph(self.places, self.observed_at, self.policy, moment, self.pseudonymise)


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that has the options of a group in place of each parameter of that type.

    A group is a dataclass whose fields are options, as `Given` is.
    """
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, Any] = {
        name: each.annotation
        for name, each in signature.parameters.items()
        if is_dataclass(each.annotation)
    }
    parameters = [
        option.replace(kind=option.KEYWORD_ONLY)
        for name, each in signature.parameters.items()
        for option in (_options(groups[name]) if name in groups else [each])
    ]

    @wraps(command)
    def asked(**chosen: Any) -> None:
        for name, group in groups.items():
            chosen[name] = group(**{each.name: chosen.pop(each.name) for each in _options(group)})
        command(**chosen)

    asked.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # what typer looks at
    return asked


def _options(group: Any) -> Iterable[inspect.Parameter]:
    return inspect.signature(group, eval_str=True).parameters.values()


ServiceTokenFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="A private TOML or JSON file. Default: $INROADS_TOKENS itself."
    ),
]
Teams = Annotated[
    bool,
    typer.Option(
        "--teams",
        help="Also fetch the teams of businesses that each token owns or administers, or else the"
        " listings of their members.",
    ),
]
BaseUrl = Annotated[str | None, typer.Option(metavar="URL", help="Use another service, for tests.")]


def default_ledger() -> Path:
    """The path of the ledger when no option names one."""
    return Path(os.environ.get("INROADS_LEDGER") or "inroads.db")
