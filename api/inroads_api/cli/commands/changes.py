"""The command that compares two moments: `inroads changes`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final

import msgspec
import typer

from inroads.analysis.changes import CausedChanges, Change, Changes, Kind
from inroads.analysis.changes import changes as compare
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.model import MomentSource
from inroads.network.names.former_emails import EMAIL_CHANGED
from inroads.network.wording import label
from inroads.output.evidence_rows import cause_lines
from inroads.output.rows import ComparedGraphs
from inroads.text import SHOWN, many, printable
from inroads_api.cli.choices import choice_option
from inroads_api.cli.naming import About, said_in_either
from inroads_api.cli.options import (
    AllEvidence,
    Documents,
    Example,
    Given,
    LedgerFile,
    ObservedAt,
    PolicyFile,
    Pseudonymise,
    Strict,
    finish,
    moment_option,
)
from inroads_api.cli.printing.lines import print_line
from inroads_api.cli.printing.shown import Limit, NoPager, Shown
from inroads_api.cli.printing.tables import GREY, SHOWN_DIGITS, print_text
from inroads_api.cli.terminal import (
    RFC3339,
    Format,
    Output,
    failing,
    print_values,
    say,
)

UNCERTAIN: Final = frozenset({Kind.OBSERVED, Kind.UNOBSERVED})
"""Kinds that prove no change. An access seen for the first time may be old; one no longer shown may
still exist."""


KINDS: Final = (*Kind, EMAIL_CHANGED)
"""The kinds of a row."""


class By(StrEnum):
    """Subjects of a row: an access, or the cause of several changes."""

    ACCESS = "access"
    CAUSE = "cause"


class Order(StrEnum):
    """Orders of changes: by their first kind, or by an end of the access."""

    KIND = "kind"
    PRINCIPAL = "principal"
    RESOURCE = "resource"


CHANGED: Final = "Changed"
SEEN: Final = "Observed for the first time, or no longer observed: not known to have changed"
"""Headings of tables."""


def only(found: Changes, wanted: frozenset[str]) -> Changes:
    """Return only changes of these kinds."""
    emails = found.emails if EMAIL_CHANGED in wanted else ()
    return msgspec.structs.replace(found.only(wanted), emails=emails)


def changes(
    since: Annotated[
        dt.datetime, moment_option("--since", "The last review. 2026-03-01 is 00:00 UTC.")
    ],
    until: Annotated[
        dt.datetime | None,
        moment_option("--until", "A moment or a date. Default: everything that was observed."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        choice_option("--kind", of=KINDS, told="Only these: {}.", metavar="KIND"),
    ] = None,
    about: About = None,
    by: Annotated[
        By | None,
        choice_option("--by", of=By, told="A row for each. Default: cause in a table."),
    ] = None,
    observed: Annotated[
        bool,
        typer.Option("--observed", help="In a table also what was seen first, or no longer."),
    ] = False,
    sort: Annotated[
        str, choice_option("--sort", of=Order, told="{}.", metavar="ORDER", show_default="kind")
    ] = Order.KIND,
    documents: Documents = None,
    ledger: LedgerFile = None,
    observed_at: ObservedAt = None,
    policy: PolicyFile = None,
    pseudonymise: Pseudonymise = None,
    strict: Strict = False,
    all_evidence: AllEvidence = False,
    example: Example = False,
    limit: Limit = None,
    no_pager: NoPager = False,
    output: Output = None,
) -> None:
    """List accesses that were gained, lost or changed between two moments, and the causes.

    A table counts what was seen for the first time, which need not be new: --observed lists it.
    """
    with failing():
        wanted = frozenset(kind or KINDS)
        if until and until < since:
            raise InroadsError(
                f"--until {until:{RFC3339}} is before --since {since:{RFC3339}}", "BAD_MOMENT"
            )
        given = Given(documents, ledger, until, observed_at, policy, pseudonymise, strict, example)
        if "-" in given.places:
            raise InroadsError(
                "changes reads its documents twice, and standard input can be read once"
            )
        after = given.graph()
        before = given.until(since)
        node = said_in_either(before, after, about)
        most = None if all_evidence else SHOWN
        found = only(compare(before, after, about=node), wanted)
        view = ChangesView(before, after, found, most, node, _span(since, until))
        shown = Shown(limit, no_pager, output)
        if shown.format is Format.TABLE:
            with shown.paged():
                for line in view.total.split("\n"):
                    print_line(line)
                unsure = observed or not UNCERTAIN.isdisjoint(kind or ())
                view.tables(shown, by or By.CAUSE, Order(sort), unsure=unsure)
            view.explain()
        else:
            view.show(shown, by)
            view.summarise()
        if not before.documents:
            say(f"nothing had been observed by {since:{RFC3339}}")
            if all(each.moment_source is MomentSource.FILE for each in after.documents):
                say("these moments are only file times: give others with `ingest --observed-at`")
        newest = after.coverage().newest
        if before.documents and newest is not None and newest <= since:
            say(
                f"no document was observed after {since:{RFC3339}}: the newest is of"
                f" {newest:{RFC3339}}, so no change can show"
            )
        finish(after)


def _span(since: dt.datetime, until: dt.datetime | None) -> str:
    """Return the two moments that are compared, as dates where they are the first of their day."""

    def told(moment: dt.datetime) -> str:
        return f"{moment:{RFC3339}}".removesuffix("T00:00:00Z")

    return f" from {told(since)} to {told(until) if until else 'now'}"


class ChangesView:
    """Prints the changes between two graphs: rows for tools, text for people."""

    def __init__(
        self,
        before: Explorer,
        after: Explorer,
        found: Changes,
        most: int | None = SHOWN,
        about: str | None = None,
        span: str = "",
    ) -> None:
        self.graphs, self.found = ComparedGraphs(before, after, most), found
        known = after if about in after else before
        self.about = f" about {printable(label(known, about))}" if about else ""
        self.span = span

    def show(self, shown: Shown, by: By | None) -> None:
        """Print a row for each access or each cause, for tools."""
        found = self.found
        if by is By.CAUSE:
            print_values(shown.first(found.groups), self.graphs, shown.format)
            shown.tell_rest(len(found.groups))
            return
        accesses = shown.first(found.changes)  # only these are written out
        print_values(shown.first([*accesses, *found.emails]), self.graphs, shown.format)
        shown.tell_rest(len(found.changes) + len(found.emails))

    @property
    def total(self) -> str:
        """The number of changes, in all and of each kind."""
        found = self.found
        lines = [
            f"{many(len(found.changes), 'change')}{self.about}{self.span}"
            f" (versions {found.before} and {found.after})"
        ]
        if found.emails:
            lines.append(f"  {len(found.emails):,} {EMAIL_CHANGED}")
        if self._counts:
            told = (f"{self._counts[kind]:,} {kind}" for kind in Kind if self._counts[kind])
            lines.append("  " + ", ".join(told))
        return "\n".join(lines)

    @cached_property
    def _counts(self) -> Counter[Kind]:
        return self.found.counts

    def summarise(self) -> None:
        """Print the number of changes of each kind to stderr."""
        for line in self.total.split("\n"):
            say(line)
        self.explain()

    def explain(self) -> None:
        """Print to stderr what the kinds do not prove."""
        if self._counts[Kind.OBSERVED]:
            say("  OBSERVED: seen for the first time, which need not be new")
        if self._counts[Kind.UNOBSERVED]:
            say("  UNOBSERVED: no longer shown, which need not have ended")
        if self.found.truncated:
            say("a limit cut this answer short")

    def tables(self, shown: Shown, by: By, order: Order, *, unsure: bool) -> None:
        """Print tables of what changed, and of what was only seen if `unsure`."""
        seen = self.found.only(UNCERTAIN).changes
        self._part(CHANGED, self.found.only(set(Kind) - UNCERTAIN).changes, shown, by, order)
        if unsure:
            self._part(SEEN, seen, shown, by, order)
        elif seen:
            accesses = many(len(seen), "access", "es")
            typer.echo()
            print_text(f"{accesses} only seen first, or no longer · --observed lists them", GREY)
        if self.found.emails:
            typer.echo("\nEmails\n======")
            print_values(shown.first(self.found.emails), self.graphs, Format.TABLE)
            shown.tell_rest(len(self.found.emails))

    def _part(
        self, heading: str, changes: Sequence[Change], shown: Shown, by: By, order: Order
    ) -> None:
        if not changes:
            return
        typer.echo(f"\n{heading}\n{'=' * len(heading)}")
        if order is not Order.KIND:  # they are in that order
            changes = sorted(changes, key=lambda each: str(getattr(each, order)))
        some = shown.first(changes)
        if by is By.ACCESS:
            self._table(some)
        else:
            self._groups(msgspec.structs.replace(self.found, changes=tuple(some)))
        shown.tell_rest(len(changes))

    def _groups(self, part: Changes) -> None:
        # As the changes are, so that what was gained is not buried below what was lost.
        order = {id(change): place for place, change in enumerate(part.changes)}
        for group in sorted(part.groups, key=lambda group: order[id(group.changes[0])]):
            self._heading(group)
            self._table(group.changes)
        causeless = [change for change in part.changes if not change.causes]
        if causeless:
            typer.echo("\nNo cause was found before a limit cut the search")
            self._table(causeless)

    def _heading(self, group: CausedChanges) -> None:
        cause = self.graphs.cause(group.cause)
        typer.echo()
        print_line(f"{cause['id']}: {cause['what']}")
        for line in cause_lines(cause, SHOWN_DIGITS, self.graphs.most):
            print_line(f"  {line}", len("before: "))

    def _table(self, changes: Iterable[Change]) -> None:
        print_values(changes, self.graphs, Format.TABLE)
