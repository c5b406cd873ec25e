"""The command that compares two moments: `inroads changes`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Final

import msgspec
import typer

from inroads.analysis.changes import CausedChanges, Change, Changes, Kind
from inroads.analysis.changes import changes as compare
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.network.names.former_emails import EMAIL_CHANGED
from inroads.output.evidence_rows import cause_evidence
from inroads.output.rows import ComparedGraphs
from inroads.text import SHOWN, printable
from inroads_api.cli.options import (
    AllEvidence,
    Documents,
    Given,
    LedgerFile,
    ObservedAt,
    PolicyFile,
    Pseudonymise,
    Strict,
    finish,
    moment_option,
)
from inroads_api.cli.terminal import (
    RFC3339,
    Format,
    Output,
    default_format,
    failing,
    many,
    print_values,
    say,
)

UNCERTAIN: Final = frozenset({Kind.OBSERVED, Kind.UNOBSERVED})
"""Kinds that prove no change. An access seen for the first time may be old; one no longer shown may
still exist."""


SHOWN_DIGITS: Final = 12
"""How many digits of a document's hash are shown to people."""


class By(StrEnum):
    """Subjects of a row: an access, or the cause of several changes."""

    ACCESS = "access"
    CAUSE = "cause"


def kinds(words: Iterable[str] | None) -> frozenset[str]:
    """Return the kinds that words name in any case; all kinds for none. Raises InroadsError."""
    chosen = {word.strip().upper().replace("-", "_"): word for word in words or ()}
    known = (*Kind, EMAIL_CHANGED)
    for name, word in chosen.items():
        if name not in known:
            raise InroadsError(f"--kind {word!r} is none of {', '.join(known)}", "BAD_KIND")
    return frozenset(chosen) or frozenset(known)


def only(found: Changes, wanted: frozenset[str]) -> Changes:
    """Return only changes of these kinds."""
    return msgspec.structs.replace(
        found,
        changes=tuple(change for change in found.changes if not wanted.isdisjoint(change.kinds)),
        emails=found.emails if EMAIL_CHANGED in wanted else (),
    )


def changes(
    since: Annotated[
        dt.datetime, moment_option("--since", "The moment of the last review (RFC 3339).")
    ],
    until: Annotated[
        dt.datetime | None, moment_option("--until", "Default: everything that was observed.")
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only changes of this kind: gained, lost, observed, …"),
    ] = None,
    by: Annotated[
        By | None,
        typer.Option(help="One row for each of these. Default: cause in a table, else access."),
    ] = None,
    documents: Documents = None,
    ledger: LedgerFile = None,
    observed_at: ObservedAt = None,
    policy: PolicyFile = None,
    pseudonymise: Pseudonymise = None,
    strict: Strict = False,
    all_evidence: AllEvidence = False,
    output: Output = None,
) -> None:
    """List accesses that were gained, lost or changed between two moments, and the causes.

    OBSERVED (seen for the first time) is kept apart from GAINED. Emails that changed are listed,
    too, but not by cause.
    """
    with failing():
        wanted = kinds(kind)
        if until and until < since:
            raise InroadsError(
                f"--until {until:{RFC3339}} is before --since {since:{RFC3339}}", "BAD_MOMENT"
            )
        given = Given(documents, ledger, until, observed_at, policy, pseudonymise, strict)
        if "-" in given.places:
            raise InroadsError(
                "changes reads its documents twice, and standard input can be read once"
            )
        after = given.graph()
        before = given.until(since)
        most = None if all_evidence else SHOWN
        view = ChangesView(before, after, only(compare(before, after), wanted), most)
        view.show(output, by)
        view.summarise()
        if not before.documents:
            say(f"nothing had been observed by {since:{RFC3339}}")
        finish(after)


class ChangesView:
    """Prints the changes between two graphs: rows for tools, text for people."""

    def __init__(
        self, before: Explorer, after: Explorer, found: Changes, most: int | None = SHOWN
    ) -> None:
        self.graphs, self.found = ComparedGraphs(before, after, most), found

    def show(self, output: Format | None, by: By | None) -> None:
        """Print a row for each access or each cause. A table is grouped by cause by default."""
        chosen = output or default_format()
        if chosen is Format.TABLE:
            self._tables(by or By.CAUSE)
        else:
            accesses = [*self.found.changes, *self.found.emails]
            rows = self.found.groups if by is By.CAUSE else accesses
            print_values(rows, self.graphs, chosen)

    def summarise(self) -> None:
        """Print the number of changes of each kind to stderr."""
        say(
            f"{many(len(self.found.changes), 'change')} between versions {self.found.before} and {self.found.after}"
        )
        counts = Counter(kind for change in self.found.changes for kind in change.kinds)
        if self.found.emails:
            say(f"  {len(self.found.emails)} {EMAIL_CHANGED}")
        if counts:
            say("  " + ", ".join(f"{counts[kind]} {kind}" for kind in Kind if counts[kind]))
        if counts[Kind.OBSERVED]:
            say("  OBSERVED: seen for the first time, which need not be new")
        if counts[Kind.UNOBSERVED]:
            say("  UNOBSERVED: no longer shown, which need not have ended")
        if self.found.truncated:
            say("a limit cut this answer short")

    def _tables(self, by: By) -> None:
        sure = [change for change in self.found.changes if UNCERTAIN.isdisjoint(change.kinds)]
        unsure = [change for change in self.found.changes if not UNCERTAIN.isdisjoint(change.kinds)]
        for heading, changes in (
            ("Changed", sure),
            (
                "Observed for the first time, or no longer observed: not known to have changed",
                unsure,
            ),
        ):
            if changes:
                typer.echo(f"{heading}\n{'=' * len(heading)}")
                part = msgspec.structs.replace(self.found, changes=tuple(changes))
                if by is By.ACCESS:
                    self._table(changes)
                else:
                    self._groups(part)

        if self.found.emails:
            typer.echo("Emails\n======")
            print_values(self.found.emails, self.graphs, Format.TABLE)

    def _groups(self, part: Changes) -> None:
        for group in part.groups:
            self._heading(group)
            self._table(group.changes)
        causeless = [change for change in part.changes if not change.causes]
        if causeless:
            typer.echo("\nNo cause was found before a limit cut the search")
            self._table(causeless)

    def _heading(self, group: CausedChanges) -> None:
        cause = self.graphs.cause(group.cause)
        typer.echo()
        typer.echo(printable(f"{cause['id']}: {cause['what']}"))
        for when in ("before", "after"):
            for line in cause_evidence(cause[when], SHOWN_DIGITS):
                typer.echo(printable(f"  {when + ':':<7} {line}"))

    def _table(self, changes: Iterable[Change]) -> None:
        print_values(changes, self.graphs, Format.TABLE)
