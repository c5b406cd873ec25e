"""The commands of a security review: `inroads findings` and `inroads rules`."""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from textwrap import fill
from typing import Annotated, Final

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from inroads.analysis.findings import (
    RULES,
    Findings,
    RuleRun,
    Severity,
    least_severity,
    sentence,
)
from inroads.analysis.findings.topics import Topic, topics
from inroads.errors import InroadsError
from inroads.network.wording import label
from inroads.output.rows import json_row
from inroads.output.sarif import write
from inroads.policy.loading import read_policy
from inroads.policy.tables import STOCK
from inroads.text import many, printable, shortened
from inroads_api.cli.choices import choice_option
from inroads_api.cli.naming import About, said_subject
from inroads_api.cli.options import AllEvidence, Given, PolicyFile, finish, grouped, moment_option
from inroads_api.cli.printing.paging import paged
from inroads_api.cli.printing.shown import NoPager
from inroads_api.cli.printing.tables import GREY, coloured, console, print_text
from inroads_api.cli.terminal import (
    FAILED,
    RFC3339,
    Format,
    Output,
    default_format,
    failing,
    format_option,
    now,
    print_total,
    print_values,
    say,
    say_coverage,
    say_notes,
    write_json,
)


class FindingsFormat(StrEnum):
    """Formats of findings."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    SARIF = "sarif"


class Order(StrEnum):
    """Orders of the topics of a table."""

    SEVERITY = "severity"
    SIZE = "size"
    RULE = "rule"


TOP: Final = 10
"""The most topics on a terminal."""

SUMMARY: Final = 21
"""The columns of a severity and its count, which are beside the rules."""


@grouped
def findings(
    *,
    rule: Annotated[
        list[str] | None,
        choice_option("--rule", of=RULES, told="Only this rule, even if disabled.", metavar="RULE"),
    ] = None,
    severity: Annotated[
        str | None,
        choice_option(
            "--severity", of=Severity, told="Only this and worse: {}.", metavar="SEVERITY"
        ),
    ] = None,
    fail_on: Annotated[
        str | None,
        choice_option(
            "--fail-on",
            of=Severity,
            told="Exit with 5 if one this bad is not suppressed.",
            metavar="SEVERITY",
        ),
    ] = None,
    suppressed: Annotated[
        bool | None,
        typer.Option(
            "--suppressed/--unsuppressed", help="Only suppressed ones, or only the others."
        ),
    ] = None,
    about: About = None,
    since: Annotated[
        dt.datetime | None,
        moment_option("--since", "The moment or date of the last review, for new-since."),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help=f"The most topics, 0 for all. On a terminal {TOP}."),
    ] = None,
    sort: Annotated[
        str, choice_option("--sort", of=Order, told="{}.", metavar="ORDER", show_default="severity")
    ] = Order.SEVERITY,
    given: Given,
    all_evidence: AllEvidence = False,
    no_pager: NoPager = False,
    output: Annotated[FindingsFormat | None, format_option(FindingsFormat)] = None,
) -> None:
    """List the findings of a security review, the worst first. `inroads rules` explains the rules.

    A table has counts and the worst topics, other formats each finding. Ages are for --as-of, or now.
    """
    with failing():
        limit = least_severity(fail_on) if fail_on else None
        if since and "-" in given.places:
            raise InroadsError(
                "--since reads the documents twice, and standard input can be read once",
                "BAD_REQUEST",
            )
        if since and given.as_of and given.as_of < since:
            raise InroadsError(
                f"--as-of {given.as_of:{RFC3339}} is before --since {since:{RFC3339}}", "BAD_MOMENT"
            )
        graph = given.graph()
        node = said_subject(graph, about)
        before = given.until(since) if since else None
        found = graph.findings(
            rule,
            severity,
            suppressed=suppressed,
            now=given.as_of or now(),
            since=before,
            about=node,
        )
        chosen = output or FindingsFormat(default_format())
        shown, hidden = found.counts()
        of = f" about {label(graph, node)}" if node else ""
        total = printable(f"{many(shown, 'finding')}{of}, {hidden:,} suppressed")
        ran = _asked_for(found, severity)
        if chosen is FindingsFormat.TABLE:
            if top is None and sys.stdout.isatty():
                top = TOP
            with paged(wanted=not no_pager):
                print_total(total, graph.coverage())
                Overview(found, Order(sort)).show(top or None)
            say_notes(graph.coverage())
            _say_quiet(ran)
        else:
            _print(found if all_evidence else found.brief(), chosen)
            say_coverage(total, graph.coverage())
            _say_looked(ran)
        _say_ineffective(found)
        if since and before is not None and not before.documents:
            say(f"  nothing had been observed by {since:{RFC3339}}")
        if limit and found.worst and found.worst.rank >= limit.rank:
            say(
                f"failed: the worst finding that is not suppressed is of severity {found.worst.lower()}"
            )
            raise typer.Exit(FAILED)
        finish(graph)


def rules(policy: PolicyFile = None, no_pager: NoPager = False, output: Output = None) -> None:
    """List the rules of a security review with meaning, population and severity by the policy."""
    with failing():
        judged = (read_policy(policy) if policy else STOCK).judgement
        table = (output or default_format()) is Format.TABLE
        with paged(wanted=table and not no_pager):
            print_values(RULES.values(), judged, output)


def _print(found: Findings, output: FindingsFormat) -> None:
    if output is FindingsFormat.SARIF:
        write(found, sys.stdout)
    elif output is FindingsFormat.JSON:
        whole = {
            "identity": found.identity,
            "version": found.version,
            "moment": found.moment,
            "total": len(found),
            "looked": found.looked,
            "expired_suppressions": found.expired,
            "idle_suppressions": found.idle,
            "coverage": found.graph.coverage(),
            "findings": [json_row(each, found.graph) for each in found],
        }
        write_json(whole, pretty=True)
    else:
        print_values(found, found.graph, Format(output))


def _asked_for(found: Findings, severity: str | None) -> list[RuleRun]:
    """Return the runs of rules whose findings could be as severe as was asked for."""
    least, judged = least_severity(severity), found.graph.policy.judgement.rules
    bad = {rule for _, rule, _ in found.keys} if severity else set()
    return [
        each
        for each in found.looked
        if judged[each.rule].severity.rank >= least.rank or each.rule in bad
    ]


def _say_looked(ran: Iterable[RuleRun]) -> None:
    """Print what each rule examined, so that "no finding" is not mistaken for "not examined"."""
    for each in ran:
        if each.skipped:
            if each.skipped != "not asked for":
                say(f"  {each.rule}: not run: {each.skipped}")
            continue
        unseen = f", {each.unseen} more unseen" if each.unseen else ""
        say(f"  {each.rule}: {each.findings} in {each.looked} {each.what}{unseen}")


def _say_quiet(ran: Iterable[RuleRun]) -> None:
    """Print in a line each which rules found nothing, saw nothing, or did not run, and why."""
    quiet = [each for each in ran if not each.findings and each.skipped != "not asked for"]
    nothing = [each.rule for each in quiet if each.looked and not each.skipped]
    blind = [each.rule for each in quiet if not each.looked and not each.skipped]
    if nothing:
        say(f"found nothing: {', '.join(nothing)}")
    if blind:
        say(f"had nothing to look at: {', '.join(blind)}")
    for each in quiet:
        if each.skipped:
            say(f"not run: {each.rule}: {each.skipped}")


def _say_ineffective(found: Findings) -> None:
    lines = [
        f"a suppression {ends} {each.expires} suppresses nothing:"
        f" {each.finding or f'{each.rule} of {each.subject}'}: {each.reason}"
        for ends, some in (("expired on", found.expired), ("in force until", found.idle))
        for each in some
    ]
    for line in shortened(lines, TOP):
        say(f"  {line}")


class Overview:
    """Prints findings for people: counts by severity and rule, then the worst topics."""

    def __init__(self, found: Findings, order: Order) -> None:
        self.found, self.topics = found, topics(found)
        if order is Order.SIZE:
            self.topics.sort(key=lambda each: -len(each.places))
        elif order is Order.RULE:
            self.topics.sort(key=lambda each: each.rule)

    def show(self, most: int | None) -> None:
        """Print counts, and at most so many topics."""
        if not self.topics:
            return
        console().print(self._summary())
        left = len(self.topics) - len(self.topics[:most])
        by_rule: dict[str, list[Topic]] = {}
        for each in self.topics[:most]:
            by_rule.setdefault(each.rule, []).append(each)
        for rule, some in by_rule.items():
            self._heading(rule, some)
            for topic in some:
                self._topic(topic, named=not left)
        typer.echo()
        if left:
            print_text(f"showing {most:,} of {len(self.topics):,} topics · --top 0 shows all", GREY)
        print_text(
            "-f json lists each finding with its evidence; --rule RULE lists one rule alone", GREY
        )

    def _summary(self) -> Table:
        counts: dict[Severity, Counter[str]] = {}
        for each in self.topics:
            counts.setdefault(each.severity, Counter())[each.rule] += len(each.places)
        width = max(30, console().width - SUMMARY)
        grid = Table.grid(padding=(0, 2, 0, 0))
        for severity in sorted(counts, key=lambda each: -each.rank):
            rules = [
                f"{rule}\N{NO-BREAK SPACE}{number:,}"
                for rule, number in counts[severity].most_common()
            ]
            total = Text(f"{counts[severity].total():,}", justify="right")
            told = ", ".join(rules)
            # Wrapped here, so that no number is parted from its rule.
            grid.add_row(
                coloured(severity.lower()), total, fill(told, width, break_on_hyphens=False)
            )
        return grid

    def _heading(self, rule: str, some: list[Topic]) -> None:
        severities = dict.fromkeys(each.severity.lower() for each in some)
        heading = coloured("/".join(severities)).append(f"  {rule}", "bold")
        console().print(Text("\n").append_text(heading))
        console().print(Padding(Text(RULES[rule].remediation, GREY), (0, 0, 0, 2)))

    def _topic(self, topic: Topic, *, named: bool) -> None:
        """Print a topic by its first finding, of whose names one is for suppressions."""
        first = self.found[topic.places[0]]
        text = Text(printable(sentence(self.found.graph, first)))
        more = len(topic.places) - 1
        if more:
            text.append(f" And {more:,} more about {label(self.found.graph, topic.about)}.", "bold")
        elif named:
            text.append(f" [{first.identity}]", GREY)
        if first.suppressed:
            told = f" suppressed until {first.suppressed.expires}: {first.suppressed.reason}"
            text.append(printable(told), GREY)
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_row("  -", text)
        console().print(grid)
