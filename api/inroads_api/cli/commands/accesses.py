"""Commands that ask for accesses: reach, who, explain, census."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from inroads import EXAMPLE
from inroads.analysis.census import SUBJECTS, Census, figure
from inroads.analysis.census import census as count
from inroads.analysis.remediation import remedies
from inroads.errors import InroadsError
from inroads.explorer import Explorer, load
from inroads.model import Grant
from inroads.network.wording import (
    both_sides,
    contradiction_line,
    evidence_line,
    evidence_lines,
    grant_label,
    records,
)
from inroads.output.answers import Answers, ExplainedAccess
from inroads.output.evidence_rows import CONTESTED
from inroads.output.rows import census_cells, table_row
from inroads.output.step_rows import step_cells, step_rows
from inroads.text import printable
from inroads_api.cli.options import Contested, Given, Principal, Resource, finish, grouped, words
from inroads_api.cli.terminal import (
    Format,
    Output,
    default_format,
    failing,
    many,
    print_rows,
    print_values,
    say,
    say_age,
    say_coverage,
    say_no_access,
    write_json,
)

Association = Annotated[
    bool,
    typer.Option("--association", help="Follow every edge, not only those that convey access."),
]

SIDES_SHOWN: Final = 3
"""The most pieces of evidence that `explain` shows of one contradiction."""


@dataclass(frozen=True)
class AccessOptions:
    """Options that filter accesses."""

    role: Annotated[
        list[str] | None, typer.Option("--role", help="Only accesses with one of these roles.")
    ] = None
    capability: Annotated[
        list[str] | None,
        typer.Option("--capability", help="Only accesses with one of these capabilities."),
    ] = None
    certainty: Annotated[
        str | None,
        typer.Option("--certainty", help="Only STATED, INFERRED or ASSOCIATED accesses."),
    ] = None
    state: Annotated[
        str | None, typer.Option("--state", help="Only ACTIVE or LATENT accesses.")
    ] = None
    contested: Contested = None
    via: Annotated[
        list[str] | None,
        typer.Option("--via", help="Only paths over these relations (KEEPS is always allowed)."),
    ] = None
    avoid: Annotated[
        list[str] | None,
        typer.Option("--avoid", metavar="ID", help="No paths through this node or grant."),
    ] = None
    max_steps: Annotated[
        int | None, typer.Option("--max-steps", min=1, help="No paths longer than this.")
    ] = None
    association: Association = False

    @property
    def chosen(self) -> dict[str, Any]:
        """The given filters, as the library takes them."""
        given = words(
            roles=self.role,
            capabilities=self.capability,
            certainty=self.certainty,
            state=self.state,
            via=self.via,
        )
        plain = {"avoid": self.avoid, "max_steps": self.max_steps, "mode": _mode(self.association)}
        if self.contested is not None:
            given["contested"] = self.contested
        return given | {name: each for name, each in plain.items() if each}


def demo(output: Output = None) -> None:
    """Answer the main question on the bundled example."""
    with failing():
        graph = load(EXAMPLE)
        answer = graph.reach("b@example.com")
        if (output or Format.TABLE) is Format.TABLE:
            typer.echo("Which businesses can b@example.com reach, and how?\n")
        _print_accesses(answer, "resource", output or Format.TABLE)
        if (output or Format.TABLE) is Format.TABLE:
            for access in answer:
                if len(access.paths) > 1:
                    typer.echo(access.explanation.sentence)


@grouped
def reach(
    principal: Annotated[
        str, typer.Argument(metavar="EMAIL|NODE", help="An email, or identity:712052.")
    ],
    given: Given,
    asked: AccessOptions,
    output: Output = None,
) -> None:
    """List the businesses and accounts that an identity reaches, and how."""
    with failing():
        graph = given.graph()
        _print_accesses(graph.reach(principal, **asked.chosen), "resource", output)
        finish(graph)


@grouped
def who(
    resource: Annotated[
        str, typer.Argument(metavar="NODE", help="business:77128 or account:zDmNq.")
    ],
    given: Given,
    asked: AccessOptions,
    output: Output = None,
) -> None:
    """List the identities that reach a business or an account, and how."""
    with failing():
        graph = given.graph()
        _print_accesses(graph.reached_by(resource, **asked.chosen), "principal", output)
        finish(graph)


@grouped
def explain(
    principal: Principal,
    resource: Resource,
    given: Given,
    association: Association = False,
    output: Output = None,
) -> None:
    """Show every path of an access, the records of each step, and the grants that would end it."""
    with failing():
        graph = given.graph()
        access = graph.access(principal, resource, mode=_mode(association))
        if access is None:
            say_no_access(principal, resource)
        _print_explanation(graph, access, output)
        identity = access.principal if access else graph.find(principal)
        if identity:
            coverage = (
                graph.coverage_of_access(access) if access else graph.coverage_of_reach(identity)
            )
            say_coverage(many(len(access.paths) if access else 0, "path"), coverage)
            say_age(coverage)
        if access and access.truncated:
            say(
                f"a limit cut this answer short: these are the first {len(access.paths):,} paths of more"
            )
        finish(graph)


def _mode(association: bool) -> str:
    return "ASSOCIATION" if association else "ACCESS"


def _print_accesses(answer: Answers, other: str, output: Format | None) -> None:
    """Print a row for each access. `other` names the end that varies."""
    chosen = output or default_format()
    if chosen is Format.JSON:
        whole = {
            "version": answer.version,
            "coverage": answer.coverage,
            "truncated": answer.truncated,
            "total": len(answer),
            "contested": _contested(answer),
            "accesses": answer.to_dicts(),
        }
        write_json(whole, pretty=True)
        return
    if chosen is Format.TABLE:
        known = "principal" if other == "resource" else "resource"
        rows = [table_row(access, answer.graph) for access in answer]
        for row in rows:
            del row[known]  # every row would repeat it
        print_rows(rows or [{other: "no access"}], chosen)
    else:
        print_values(answer, answer.graph, chosen)
    coverage = answer.coverage
    say_coverage(many(len(answer), "access", "es"), coverage)
    say_age(coverage)
    _say_contested(answer)
    if answer.truncated:
        say("a limit cut this answer short")


def _say_contested(answer: Answers) -> None:
    """Tell how many accesses are contested, and which command says why."""
    number = _contested(answer)
    if number:
        verb = "is" if number == 1 else "are"
        say(f"{many(number, 'access', 'es')} {verb} contested: `inroads explain …` tells why")


def _contested(answer: Answers) -> int:
    return sum(bool(summary.contested) for summary in answer.summaries)


def _print_explanation(
    graph: Explorer, access: ExplainedAccess | None, output: Format | None
) -> None:
    chosen = output or default_format()
    if access is None:
        if chosen is Format.JSON:
            write_json(None)
        return
    explanation = access.explanation
    rows = list(step_rows(graph, access))
    if chosen is Format.JSON:
        cut = [{"id": grant.id, "records": records(grant)} for grant in explanation.cut]
        routes = {
            "independent_routes": explanation.independent_routes,
            "cut": cut,
            "sentence": explanation.sentence,
        }
        whole = {**access.to_dict(), "explanation": routes, "steps": rows}
        whole["remediation"] = {
            row["grant"]: remedies(graph, graph.grants[row["grant"]])
            for row in rows
            # A contested access is no reason to end any grant but the contested ones.
            if row["contested"] or not access.contested
        }
        write_json(whole, pretty=True)
    elif chosen is Format.TABLE:
        typer.echo(explanation.sentence)
        for number, (path, sentence) in enumerate(
            zip(access.paths, access.sentences, strict=True), 1
        ):
            mark = f", {CONTESTED}" if path.contested else ""
            typer.echo(f"\n{number}. {sentence}  [{path.certainty}{mark}, {path.state}]")
            for step in path.steps:
                for line in evidence_lines(graph, graph.grants[step.grant]):
                    typer.echo(f"     {step.relation:<8} {line}")
        grants = {step.grant: None for path in access.paths for step in path.steps}
        for name in grants:
            for line in _contradiction_lines(graph, graph.grants[name]):
                typer.echo(line)
    else:
        print_rows(map(step_cells, rows) if chosen is Format.CSV else rows, chosen)


def _contradiction_lines(graph: Explorer, grant: Grant) -> Iterator[str]:
    """Yield the lines of a contested grant: its contradictions, their evidence, its remedies."""
    if not grant.contested:
        return
    yield ""
    yield printable(f"{CONTESTED}: {grant_label(grant)} ({grant.id})")
    for contradiction in grant.contradictions:
        yield f"  {contradiction_line(contradiction)}"
        shown = both_sides(grant, contradiction, SIDES_SHOWN)
        yield from (f"     {evidence_line(graph, record)}" for record in shown)
        more = len(contradiction.evidence) - len(shown)
        if more:
            yield f"     … {more:,} more"
    told = remedies(graph, grant)
    if told:
        yield "  to end it, if it is wrong:"
        yield from (f"     {remedy.sentence}" for remedy in told[:SIDES_SHOWN])
        if len(told) > SIDES_SHOWN:
            yield f"     … {len(told) - SIDES_SHOWN:,} more"


class CensusKind(StrEnum):
    """Kinds of nodes in a census."""

    IDENTITY = "identity"
    BUSINESS = "business"
    ACCOUNT = "account"


class CensusFormat(StrEnum):
    """Formats of a census."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"


@grouped
def census(
    *,
    kind: Annotated[
        CensusKind | None,
        typer.Option(help="Count only identities, businesses or accounts."),
    ] = None,
    top: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The most rows of each kind.")
    ] = None,
    sort: Annotated[
        str,
        typer.Option(
            metavar="FIGURE",
            help="Sort by this figure, largest first: total, inferred, latent, owner, …",
        ),
    ] = "total",
    given: Given,
    output: Annotated[
        CensusFormat | None,
        typer.Option(
            "--format", "-f", help="Default: a table on a terminal, NDJSON in a pipe or a file."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Default: stdout.")
    ] = None,
) -> None:
    """Count the accesses of each identity, and the accesses to each business and account.

    An access with two roles, neither of which covers the other, counts under both.
    """
    with failing():
        if output is CensusFormat.PARQUET and out is None:
            raise InroadsError(
                "Parquet is not for a terminal: name a file with -o FILE", "BAD_FORMAT"
            )
        chosen: dict[str, Any] = {"by": figure(sort), "first": top}
        chosen["kinds"] = [each for each in SUBJECTS if kind in (None, each.lower())]
        graph = given.graph()
        found = count(graph)
        if output is CensusFormat.PARQUET and out is not None:
            found.to_parquet(out, **chosen)
        else:
            with _into(out):
                _print(found, Format(output or default_format()), chosen)
        total = int(found.of(SUBJECTS[0])["total"].sum())
        say_coverage(many(total, "access", "es"), graph.coverage())
        left = sum(max(0, graph.counts[each] - top) for each in chosen["kinds"]) if top else 0
        if left:
            say(f"{many(left, 'more row')} not listed: --top says how many are")
        finish(graph)


@contextmanager
def _into(out: Path | None) -> Iterator[None]:
    """Redirect stdout to a file."""
    if out is None:
        yield
    else:
        with out.open("w", encoding="utf-8", newline="") as stream, redirect_stdout(stream):
            yield


def _print(found: Census, output: Format, chosen: dict[str, Any]) -> None:
    if output is Format.CSV:
        found.to_csv(sys.stdout, **chosen)
    elif output is Format.TABLE:
        print_rows(map(census_cells, found.rows(**chosen)), output)
    else:
        print_rows(found.rows(**chosen), output)
