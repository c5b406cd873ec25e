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
from rich.text import Text

from inroads import EXAMPLE
from inroads.analysis.census import FIGURES, SUBJECTS, Census
from inroads.analysis.census import census as count
from inroads.analysis.remediation import remedies
from inroads.errors import InroadsError
from inroads.explorer import Answers, ExplainedAccess, Explorer, load
from inroads.model import AccessState, Capability, Certainty, Grant, Relation, Role
from inroads.network.wording import (
    both_sides,
    contradiction_line,
    evidence_line,
    evidence_lines,
    grant_label,
    records,
)
from inroads.output.evidence_rows import CONTESTED
from inroads.output.rows import census_cells, table_row
from inroads.output.step_rows import step_cells, step_rows
from inroads.reach.answers import AccessOrder
from inroads.text import printable
from inroads_api.cli.choices import choice_option
from inroads_api.cli.completion import identities, resources
from inroads_api.cli.options import Contested, Given, Principal, Resource, finish, grouped, words
from inroads_api.cli.shown import Limit, NoPager, Shown
from inroads_api.cli.tables import coloured, console, is_narrow, print_sentence
from inroads_api.cli.terminal import (
    Format,
    Output,
    default_format,
    failing,
    format_option,
    many,
    print_rows,
    print_total,
    print_values,
    say,
    say_age,
    say_coverage,
    say_no_access,
    say_notes,
    write_json,
)

Association = Annotated[
    bool,
    typer.Option("--association", help="Follow every edge, not only those that convey access."),
]

TRY: Final = """
Try next:
  inroads explain b@example.com account:Xr82w --example
  inroads what-if --remove 'role 994207' --example
  inroads findings --example"""
"""The end of `inroads demo`: what a first look leads to."""

SIDES_SHOWN: Final = 3
"""The most pieces of evidence that `explain` shows of one contradiction."""


@dataclass(frozen=True)
class AccessOptions:
    """Options that filter accesses."""

    role: Annotated[
        list[str] | None,
        choice_option("--role", of=Role, told="Only these roles: {}.", metavar="ROLE"),
    ] = None
    capability: Annotated[
        list[str] | None,
        choice_option(
            "--capability", of=Capability, told="Only these capabilities.", metavar="CAPABILITY"
        ),
    ] = None
    certainty: Annotated[
        str | None,
        choice_option("--certainty", of=Certainty, told="Only these: {}.", metavar="CERTAINTY"),
    ] = None
    state: Annotated[
        str | None,
        choice_option("--state", of=AccessState, told="Only these: {}.", metavar="STATE"),
    ] = None
    contested: Contested = None
    via: Annotated[
        list[str] | None,
        choice_option("--via", of=Relation, told="Only paths over these: {}.", metavar="RELATION"),
    ] = None
    avoid: Annotated[
        list[str] | None,
        typer.Option("--avoid", metavar="ID", help="No paths through this node or grant."),
    ] = None
    max_steps: Annotated[
        int | None,
        typer.Option("--max-steps", min=1, metavar="N", help="No paths longer than this."),
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


Sort = Annotated[
    str,
    choice_option(
        "--sort", of=AccessOrder, told="{}; best by default.", metavar="ORDER", show_default=False
    ),
]


def demo(output: Output = None) -> None:
    """Answer the main question on the bundled example."""
    with failing():
        graph = load(EXAMPLE)
        answer = graph.reach("b@example.com")
        chosen = output or Format.TABLE
        if chosen is Format.TABLE:
            typer.echo("Which businesses can b@example.com reach, and how?\n")
        _print_accesses(answer, "resource", Shown(output=chosen))
        if chosen is Format.TABLE:
            for access in answer:
                if len(access.paths) > 1:
                    print_sentence(access.explanation.sentence)
            typer.echo(TRY)


@grouped
def reach(
    principal: Annotated[
        str,
        typer.Argument(
            metavar="EMAIL|NODE", help="An email, or identity:712052.", autocompletion=identities
        ),
    ],
    given: Given,
    asked: AccessOptions,
    shown: Shown,
    sort: Sort = AccessOrder.BEST,
) -> None:
    """List the businesses and accounts that an identity reaches, and how."""
    with failing():
        graph = given.graph()
        answer = graph.reach(principal, **asked.chosen)
        _print_accesses(answer, "resource", shown, AccessOrder(sort))
        finish(graph)


@grouped
def who(
    resource: Annotated[
        str,
        typer.Argument(
            metavar="NODE", help="business:77128 or account:zDmNq.", autocompletion=resources
        ),
    ],
    given: Given,
    asked: AccessOptions,
    shown: Shown,
    sort: Sort = AccessOrder.BEST,
) -> None:
    """List the identities that reach a business or an account, and how."""
    with failing():
        graph = given.graph()
        answer = graph.reached_by(resource, **asked.chosen)
        _print_accesses(answer, "principal", shown, AccessOrder(sort))
        finish(graph)


@grouped
def explain(
    principal: Principal,
    resource: Resource,
    given: Given,
    shown: Shown,
    association: Association = False,
) -> None:
    """Show every path of an access, the records of each step, and the grants that would end it."""
    with failing():
        graph = given.graph()
        access = graph.access(principal, resource, mode=_mode(association))
        if access is None:
            say_no_access(principal, resource)
        with shown.paged():
            _print_explanation(graph, access, shown.output)
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


def _print_accesses(
    answer: Answers, other: str, shown: Shown, order: AccessOrder = AccessOrder.BEST
) -> None:
    """Print a row for each access. `other` names the end that varies."""
    summaries = shown.first(answer.sorted_by(order).summaries)
    accesses = map(answer.write, summaries)
    coverage, total = answer.coverage, many(len(answer), "access", "es")
    if shown.format is Format.JSON:
        whole = {
            "version": answer.version,
            "coverage": coverage,
            "truncated": answer.truncated,
            "total": len(answer),
            "contested": _contested(answer),
            "accesses": [access.to_dict() for access in accesses],
        }
        write_json(whole, pretty=True)
        return
    with shown.paged():
        if shown.format is Format.TABLE:
            print_total(total, coverage)
            print_rows([_cells(access, answer.graph, other) for access in accesses], shown.format)
        else:
            print_values(accesses, answer.graph, shown.format)
        shown.tell_rest(len(answer))
    if shown.format is Format.TABLE:
        say_notes(coverage)
    else:
        say_coverage(total, coverage)
    say_age(coverage)
    _say_contested(answer)
    if answer.truncated:
        say("a limit cut this answer short")


def _cells(access: ExplainedAccess, graph: Explorer, other: str) -> dict[str, Any]:
    """Return a row without the end that every row would repeat; of few columns if it is narrow."""
    row = table_row(access, graph)
    del row["principal" if other == "resource" else "resource"]
    if not is_narrow():
        return row
    sure, alive = (row.pop(name) for name in ("certainty", "state"))
    cell = [*row.pop("roles"), *([sure] if isinstance(sure, str) else sure), *alive]
    return {other: row[other], "access": cell, "how": row["how"]}


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
        print_sentence(explanation.sentence)
        for number, (path, sentence) in enumerate(
            zip(access.paths, access.sentences, strict=True), 1
        ):
            mark = f", {CONTESTED}" if path.contested else ""
            marks = coloured(f"[{path.certainty}{mark}, {path.state}]")
            heading = Text(f"\n{number}. {sentence}  ").append_text(marks)
            console().print(heading, soft_wrap=True)
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
        CensusKind | None, choice_option("--kind", of=CensusKind, told="Only these.")
    ] = None,
    top: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The most rows of each kind.")
    ] = None,
    sort: Annotated[
        str,
        choice_option(
            "--sort", of=FIGURES, told="By this figure, largest first: {}.", metavar="FIGURE"
        ),
    ] = "total",
    given: Given,
    limit: Limit = None,
    no_pager: NoPager = False,
    output: Annotated[CensusFormat | None, format_option(CensusFormat)] = None,
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
        form = Format(output or default_format()) if output is not CensusFormat.PARQUET else None
        kinds = [each for each in SUBJECTS if kind in (None, each.lower())]
        shown = Shown(limit, no_pager, form)
        most = max(1, shown.most // len(kinds)) if shown.most and out is None else None
        chosen: dict[str, Any] = {"by": sort, "first": top or most, "kinds": kinds}
        graph = given.graph()
        found = count(graph)
        total = many(int(found.of(SUBJECTS[0])["total"].sum()), "access", "es")
        if form is None and out is not None:
            found.to_parquet(out, **chosen)
        elif form:
            with shown.paged(), _into(out):
                if form is Format.TABLE:
                    print_total(total, graph.coverage())
                _print(found, form, chosen)
        if form is Format.TABLE and out is None:
            say_notes(graph.coverage())
        else:
            say_coverage(total, graph.coverage())
        _say_left([graph.counts[each] for each in kinds], top, most)
        finish(graph)


def _say_left(counts: list[int], top: int | None, most: int | None) -> None:
    """Print how many rows of each kind are not listed, and how to list them."""
    listed = top or most or max(counts)
    left = sum(max(0, each - listed) for each in counts)
    if left and top:
        say(f"{many(left, 'more row')} not listed: --top says how many are")
    elif left:
        say(f"showing {listed} of each kind, {sum(counts):,} in all · --limit 0 shows all")


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
