"""The commands of a security review: `inroads findings` and `inroads rules`."""

from __future__ import annotations

import datetime as dt
import sys
from enum import StrEnum
from typing import Annotated

import typer

from inroads.analysis.findings import RULES, Findings, least_severity
from inroads.errors import InroadsError
from inroads.output.rows import json_row
from inroads.output.sarif import write
from inroads.policy.loading import load_policy
from inroads.policy.tables import STOCK
from inroads_api.cli.options import AllEvidence, Given, PolicyFile, finish, grouped, moment_option
from inroads_api.cli.terminal import (
    FAILED,
    RFC3339,
    Format,
    Output,
    default_format,
    failing,
    many,
    now,
    print_values,
    say,
    say_coverage,
    write_json,
)


class FindingsFormat(StrEnum):
    """Formats of findings."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    SARIF = "sarif"


@grouped
def findings(
    *,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", help="Only this rule, even if disabled.")
    ] = None,
    severity: Annotated[
        str | None,
        typer.Option(
            metavar="SEVERITY",
            help="Only this severity and worse: info, low, medium, high, critical.",
        ),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="SEVERITY",
            help="Exit with 5 if a finding of this severity or worse is not suppressed.",
        ),
    ] = None,
    suppressed: Annotated[
        bool | None,
        typer.Option(
            "--suppressed/--unsuppressed", help="Only suppressed findings, or only the others."
        ),
    ] = None,
    since: Annotated[
        dt.datetime | None,
        moment_option("--since", "The moment of the last review, for new-since (RFC 3339)."),
    ] = None,
    given: Given,
    all_evidence: AllEvidence = False,
    output: Annotated[
        FindingsFormat | None,
        typer.Option("--format", "-f", help="Default: a table on a terminal, NDJSON in a pipe."),
    ] = None,
) -> None:
    """List the findings of a security review, the worst first. `inroads rules` explains the rules.

    Ages are computed for now, or for --as-of. Exit code 5 (--fail-on) takes precedence over 3
    (rejected documents).
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
        before = given.until(since) if since else None
        found = graph.findings(
            rule, severity, suppressed=suppressed, now=given.as_of or now(), since=before
        )
        chosen = output or FindingsFormat(default_format())
        _print(found if all_evidence else found.brief(), chosen)
        shown, hidden = found.counts()
        say_coverage(f"{many(shown, 'finding')}, {hidden} suppressed", graph.coverage())
        _say_looked(found)
        if since and before is not None and not before.documents:
            say(f"  nothing had been observed by {since:{RFC3339}}")
        if limit and found.worst and found.worst.rank >= limit.rank:
            say(
                f"failed: the worst finding that is not suppressed is of severity {found.worst.lower()}"
            )
            raise typer.Exit(FAILED)
        finish(graph)


def rules(policy: PolicyFile = None, output: Output = None) -> None:
    """List the rules of a security review with meaning, population and severity by the policy."""
    with failing():
        judged = (load_policy(policy.read_text(encoding="utf-8")) if policy else STOCK).judgement
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
            "coverage": found.graph.coverage(),
            "findings": [json_row(each, found.graph) for each in found],
        }
        write_json(whole, pretty=True)
    else:
        print_values(found, found.graph, Format(output))


def _say_looked(found: Findings) -> None:
    """Print what each rule examined, so that "no finding" is not mistaken for "not examined"."""
    for each in found.looked:
        if each.skipped:
            if each.skipped != "not asked for":
                say(f"  {each.rule}: not run: {each.skipped}")
            continue
        unseen = f", {each.unseen} more unseen" if each.unseen else ""
        say(f"  {each.rule}: {each.findings} in {each.looked} {each.what}{unseen}")
    for expired in found.expired:
        what = expired.finding or f"{expired.rule} of {expired.subject}"
        say(
            f"  a suppression expired on {expired.expires} and suppresses nothing: {what}: {expired.reason}"
        )
