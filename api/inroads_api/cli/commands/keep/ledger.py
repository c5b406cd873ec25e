"""The commands that keep a ledger: `inroads ingest`, `collect`, `watch` and `inroads ledger …`."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from inroads.errors import InroadsError, Rejection
from inroads.model import Document, NodeKind, node_id
from inroads.moments import rfc3339
from inroads.network.wording import moment_words
from inroads.output.rows import json_row
from inroads.sources.files import arrivals, files
from inroads.sources.service_collector import BASE_URL, Progress, collected
from inroads.sources.service_tokens import TokenStore
from inroads.store.integrity import Problem
from inroads.store.ledger import Added, Ledger, snapshots
from inroads.store.snapshot import damage
from inroads.text import many, printable
from inroads_api.cli.commands.keep.watch import Watch
from inroads_api.cli.options import (
    AsOf,
    BaseUrl,
    LedgerFile,
    ObservedAt,
    ServiceTokenFile,
    Teams,
    default_ledger,
    duration_option,
    grouped,
    moment_option,
)
from inroads_api.cli.printing.shown import Shown
from inroads_api.cli.printing.tables import GREY, SHOWN_DIGITS, is_narrow, print_text
from inroads_api.cli.terminal import (
    NOT_FOUND,
    REJECTED,
    USAGE,
    Format,
    Output,
    default_format,
    failing,
    now,
    print_rows,
    progress_bar,
    say,
    write_json,
)

app = typer.Typer(
    name="ledger",
    help="Inspect and maintain a ledger.",
    no_args_is_help=True,
    add_completion=False,
)


def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="DOCS...", help="Files and folders; `-` is standard input."),
    ],
    ledger: LedgerFile = None,
    observed_at: ObservedAt = None,
    output: Output = None,
) -> None:
    """Add documents to a ledger, new or old. Adding a document again changes nothing."""

    rejections: list[Rejection] = []
    kept = Added(0, 0, 0)

    def documents(advance: Any) -> Iterator[Document]:
        for arrival in arrivals(paths, observed_at, sys.stdin.buffer, advance):
            if isinstance(arrival, Rejection):
                rejections.append(arrival)
            else:
                yield arrival.document

    def committed(so_far: Added) -> None:
        nonlocal kept
        kept = so_far

    with failing():
        files(path for path in paths if path != "-")  # a path that is not there makes no ledger
        file = ledger or default_ledger()
        try:
            with Ledger(file) as opened, progress_bar(paths) as advance:
                opened.add(documents(advance), progress=committed)
        finally:
            print_rows([json_row(each, None) for each in sorted(rejections)], output)
            refused = f", {kept.forgotten} forgotten" if kept.forgotten else ""
            say(
                f"{file}: {kept.added} added, {kept.known} already known, {len(rejections)} rejected{refused}"
            )
        raise typer.Exit(REJECTED if rejections else 0)


def collect(
    tokens: ServiceTokenFile = None,
    teams: Teams = False,
    ledger: LedgerFile = None,
    resume: Annotated[
        dt.datetime | None,
        moment_option("--resume", "Skip tokens that an interrupted run has collected since then."),
    ] = None,
    base_url: BaseUrl = None,
    output: Output = None,
) -> None:
    """Fetch `me` for each token from the service into a ledger, and report on each token."""

    reports: dict[str, Progress] = {}
    rejections: list[Rejection] = []

    with failing():
        with _tokens(tokens) as store, Ledger(ledger or default_ledger()) as opened:
            kept = (each.document for each in opened.observations() if resume)
            done = [document for document in kept if resume and document.observed_at >= resume]

            def documents() -> Iterator[Document]:
                for arrival in collected(
                    store,
                    teams=teams,
                    base_url=base_url or BASE_URL,
                    done=done,
                    now=now,
                    report=lambda progress: reports.update({progress.label: progress}),
                ):
                    if isinstance(arrival, Rejection):
                        rejections.append(arrival)
                    else:
                        yield arrival.document

            added = opened.add(documents(), batch=1)  # each is kept before the next one is taken
        print_rows([msgspec.to_builtins(reports[label]) for label in sorted(reports)], output)
        for each in sorted(rejections):
            say(f"rejected {each.source} {each.pointer}: {each.code}: {each.message}")
        say(
            f"{opened.path}: {added.added} added, {added.known} already known, {len(rejections)} rejected"
        )
        failed = any(progress.failed for progress in reports.values())
        raise typer.Exit(REJECTED if rejections or failed else 0)


def _tokens(file: Path | None) -> TokenStore:

    return TokenStore.open(file) if file else TokenStore.from_environment()


def watch(
    folders: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FOLDER]...", help="Folders and files to watch."),
    ] = None,
    every: Annotated[
        dt.timedelta,
        duration_option("--every", "Time between rounds: 30s, 5m, 1h, 1d.", "1h"),
    ] = dt.timedelta(hours=1),
    collect: Annotated[
        bool, typer.Option("--collect", help="Also fetch from the service in each round.")
    ] = False,
    tokens: ServiceTokenFile = None,
    teams: Teams = False,
    ledger: LedgerFile = None,
    base_url: BaseUrl = None,
) -> None:
    """Keep a ledger fresh from folders and the service, until SIGTERM or Ctrl-C.

    Failures of a round are reported, and retried in the next round.
    """
    with failing():
        if not (folders or collect):
            raise InroadsError("say what to watch: a FOLDER, --collect, or both")
        if "-" in (folders or ()):
            raise InroadsError("watch looks at folders and files: use ingest for standard input")
        if (tokens or teams) and not collect:
            raise InroadsError("--tokens and --teams need --collect")
        file = ledger or default_ledger()
        watching = Watch(
            file,
            folders or (),
            partial(_tokens, tokens) if collect else None,
            teams=teams,
            base_url=base_url or BASE_URL,
        )
        watching.check()
        what = " and ".join([*(folders or ()), *(["the service"] if collect else [])])
        say(f"watching {what} every {every} for {file}; end with Ctrl-C")
        watching.run(every.total_seconds())


_INFO: Final = {
    "identities": "of identities",
    "businesses": "of businesses",
    "first": "first number",
    "last": "last number",
    "tombstones": "forgotten or retracted",
}
"""Figures of a ledger whose names say too little to people."""


@app.command()
def info(ledger: LedgerFile = None, output: Output = None) -> None:
    """Show the number of documents, their kinds and moments."""
    with failing(), Ledger(ledger or default_ledger(), create=False, read_only=True) as opened:
        found = opened.info()._asdict()
        found["kinds"] = [f"{kind} {number}" for kind, number in sorted(found["kinds"].items())]
        if (output or default_format()) is Format.TABLE:
            found = {_INFO.get(name, name): value for name, value in found.items()}
        print_rows([found], output)


@app.command(name="list")
@grouped
def list_(
    *,
    ledger: LedgerFile = None,
    subject: Annotated[
        str | None, typer.Option(help="Only documents about this node: identity:712052.")
    ] = None,
    as_of: AsOf = None,
    after: Annotated[
        int, typer.Option(min=0, help="Only documents after this sequence number.")
    ] = 0,
    shown: Shown,
) -> None:
    """List the documents in order of arrival."""
    with failing(), Ledger(ledger or default_ledger(), create=False, read_only=True) as opened:
        most = None if shown.most is None else shown.most + 1
        rows = opened.rows(subject=subject, as_of=as_of, after=after, limit=most)
        found = (row._asdict() for row in rows)
        if shown.format is not Format.TABLE:
            print_rows(islice(found, shown.most), shown.format)
            return
        listed = [_short(row) for row in found]
        with shown.paged():
            print_rows(shown.first(listed), shown.format)
            if shown.most and len(listed) > shown.most:
                last = listed[shown.most - 1]["sequence"]
                print_text(f"there are more: --after {last} goes on, --limit 0 shows all", GREY)


def _short(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a list that people look at; a narrow one has a date, and not all columns."""
    short = row | {"sha256": row["sha256"][:SHOWN_DIGITS]}
    if not is_narrow():
        return short
    left_out = {"kind", "moment_source", "bytes"}
    narrow = short | {"observed_at": str(row["observed_at"])[: len("2026-03-01")]}
    return {name: value for name, value in narrow.items() if name not in left_out}


@app.command()
def show(
    sha: Annotated[
        str,
        typer.Argument(
            metavar="SHA", help="The first digits of a document's sha-256, four or more."
        ),
    ],
    ledger: LedgerFile = None,
) -> None:
    """Print the body of a document as it is stored, redacted, and whether it was retracted."""
    with failing(), Ledger(ledger or default_ledger(), create=False, read_only=True) as opened:
        entries = opened.find(sha)
        found = {entry.sha256: entry.sequence for entry in entries}
        for entry in entries:
            say(
                f"{entry.sha256} was observed at {rfc3339(entry.observed_at)}, as"
                f" {moment_words(entry.moment_source)} says; its source is {entry.source}"
            )
        for each in opened.retractions(sha):
            say(f"{each.sha256} was retracted at {rfc3339(each.moment)}: {printable(each.why)}")
        (sequence,) = _only(found, sha).values()
        document = next(iter(opened.observations(after=sequence - 1))).document
        write_json(msgspec.json.decode(document.body), pretty=True)


@app.command()
def retract(
    sha: Annotated[
        str,
        typer.Argument(
            metavar="SHA", help="The first digits of a document's sha-256, four or more."
        ),
    ],
    why: Annotated[str, typer.Option(help="The reason, which stays in the ledger.")],
    ledger: LedgerFile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Take one document back, such as one that never should have been added. Its hash and the reason stay."""
    with failing(), Ledger(ledger or default_ledger(), create=False) as opened:
        if not why.strip():
            raise InroadsError("--why needs a reason")
        entries = opened.find(sha)
        (whole,) = _only({entry.sha256: entry.sequence for entry in entries}, sha)
        about = ", ".join(sorted({entry.subject for entry in entries}))
        if not yes and not typer.confirm(f"Take back document {whole}, about {about}?", err=True):
            raise typer.Exit(USAGE)
        count = opened.retract(whole, why.strip(), now())
        say(f"{many(count, 'observation')} of document {whole} retracted")


def _only(found: dict[str, int], sha: str) -> dict[str, int]:
    """Return the one document that is meant. Ends the command where there are none or several."""
    if len(found) == 1:
        return found
    say(f"error: {len(found)} documents begin with {printable(sha)}")
    raise typer.Exit(USAGE if found else NOT_FOUND)


@app.command()
def forget(
    identity: Annotated[str, typer.Argument(metavar="IDENTITY", help="identity:712052.")],
    ledger: LedgerFile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Remove a person's documents for good. A tombstone without personal data stays."""
    with failing(), Ledger(ledger or default_ledger(), create=False) as opened:
        node = node_id(identity, NodeKind.IDENTITY)
        if not yes and not typer.confirm(f"Remove every document of {node} for good?", err=True):
            raise typer.Exit(USAGE)
        gone = opened.forget(node, now())
        say(
            f"{many(gone.removed, 'document')} removed, {gone.rewritten} rewritten without the person"
        )
        if gone.items or gone.mentions:
            say(
                f"{many(gone.items, 'item')} of reviews removed, {many(gone.mentions, 'mention')} blanked"
            )
        raise typer.Exit(0 if any(gone) else NOT_FOUND)


@app.command()
def verify(ledger: LedgerFile = None, output: Output = None) -> None:
    """Check documents against their hashes and columns, and snapshots. Exit with 3 on a problem."""
    with failing(), Ledger(ledger or default_ledger(), create=False, read_only=True) as opened:
        problems = opened.verify()
        for folder in snapshots(opened.path):
            spoilt = (
                f"{folder.name}: {name} is not what was written: remove the folder"
                for name in damage(folder)
            )
            problems += [Problem("SNAPSHOT", None, message) for message in spoilt]
        print_rows([problem._asdict() for problem in problems], output)
        say(f"{many(len(problems), 'problem')} in {many(opened.info().documents, 'document')}")
        raise typer.Exit(REJECTED if problems else 0)


@app.command()
def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A new file. An existing one is an error.")
    ],
    ledger: LedgerFile = None,
) -> None:
    """Copy a ledger, even in use, to a new file and verify the copy. To restore, copy it back."""
    with failing():
        with Ledger(ledger or default_ledger(), create=False, read_only=True) as opened:
            opened.backup(file)
        with Ledger(file, create=False, read_only=True) as copied:
            say(f"{file}: {many(copied.info().documents, 'document')}, verified")


@app.command()
def compact(ledger: LedgerFile = None) -> None:
    """Free the unused space of a ledger file."""
    with failing(), Ledger(ledger or default_ledger(), create=False) as opened:
        before = opened.info().bytes
        opened.compact()
        say(f"{before:,} bytes before, {opened.info().bytes:,} after")
