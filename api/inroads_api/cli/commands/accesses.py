"""Commands that ask for accesses: reach, reached-by, explain, census."""

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
from inroads.analysis.explain import contested_grants
from inroads.analysis.remediation import remedies
from inroads.errors import InroadsError
from inroads.explorer import Explorer, load
from inroads.model import (
    AccessState,
    Capability,
    Certainty,
    Grant,
    NodeKind,
    Relation,
    Role,
    Step,
)
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import (
    both_sides,
    contradiction_line,
    evidence_line,
    evidence_lines,
    grant_label,
    path_sentence,
    records,
)
from inroads.output.answers import Answers, ExplainedAccess
from inroads.output.evidence_rows import CONTESTED, contradiction_rows
from inroads.output.rows import census_cells, table_row
from inroads.output.step_rows import step_cells, step_rows
from inroads.reach.answers import RESOURCES, AccessOrder
from inroads.reach.filters import ModeWord
from inroads.text import SHOWN, many, more, printable, shortened
from inroads_api.cli.choices import choice_option
from inroads_api.cli.naming import Principal, Resource, avoided, said_ends, said_node
from inroads_api.cli.options import AllEvidence, Contested, Given, finish, grouped, words
from inroads_api.cli.printing.lines import print_line
from inroads_api.cli.printing.shown import Limit, NoPager, Shown
from inroads_api.cli.printing.tables import GREY, coloured, is_narrow, print_text
from inroads_api.cli.terminal import (
    Format,
    Output,
    default_format,
    failing,
    format_option,
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
    typer.Option("--association", help="Follow all edges, not only those that convey access."),
]

SCREEN: Final = 34
"""The most lines that `explain` prints about paths, if there is more than one."""

HANG: Final = len("1. ")
"""The indentation of the further lines of a path that is wrapped."""

TRY: Final = """
Try next:
  inroads explain b@example.com account:Xr82w --example
  inroads what-if --remove 'role 994207' --example
  inroads findings --example"""
"""The end of `inroads demo`: what a first look leads to."""


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
            "--capability", of=Capability, told="Only these capabilities.", metavar="NAME"
        ),
    ] = None
    certainty: Annotated[
        str | None,
        choice_option("--certainty", of=Certainty, told="Only these: {}.", metavar="WORD"),
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
        typer.Option(
            "--avoid", metavar="NODE|GRANT", help="No paths through this node, grant or record."
        ),
    ] = None
    max_steps: Annotated[
        int | None,
        typer.Option("--max-steps", min=1, metavar="N", help="No paths longer than this."),
    ] = None
    association: Association = False

    def chosen(self, graph: Explorer) -> dict[str, Any]:
        """Return the given filters as the library takes them."""
        given = words(
            roles=self.role,
            capabilities=self.capability,
            certainty=self.certainty,
            state=self.state,
            via=self.via,
        )
        avoid = [avoided(graph, each) for each in self.avoid or ()]
        plain = {"avoid": avoid, "max_steps": self.max_steps, "mode": _mode(self.association)}
        if self.contested is not None:
            given["contested"] = self.contested
        return given | {name: each for name, each in plain.items() if each}


Sort = Annotated[
    str,
    choice_option("--sort", of=AccessOrder, told="{}.", metavar="ORDER", show_default="best"),
]


def demo(output: Output = None) -> None:
    """Answer the main question on the bundled example."""
    with failing():
        graph = load(EXAMPLE)
        answer = graph.reach("b@example.com")
        chosen = output or Format.TABLE
        if chosen is Format.TABLE:
            typer.echo("Which businesses can b@example.com reach, and how?\n")
        _print_accesses(answer, "resource", Shown(no_pager=True, output=chosen))
        if chosen is Format.TABLE:
            for access in answer:
                if len(access.paths) > 1:
                    print_line(access.explanation.sentence)
            typer.echo(TRY)


@grouped
def reach(
    principal: Principal,
    given: Given,
    asked: AccessOptions,
    shown: Shown,
    sort: Sort = AccessOrder.BEST,
) -> None:
    """List the businesses and accounts that an identity reaches, and how."""
    with failing():
        graph = given.graph()
        identity = said_node(graph, principal, NodeKind.IDENTITY)
        answer = graph.reach(identity, **asked.chosen(graph))
        _print_accesses(answer, "resource", shown, AccessOrder(sort))
        finish(graph)


@grouped
def reached_by(
    resource: Resource,
    given: Given,
    asked: AccessOptions,
    shown: Shown,
    sort: Sort = AccessOrder.BEST,
) -> None:
    """List the identities that reach a business or an account, and how."""
    with failing():
        graph = given.graph()
        node = said_node(graph, resource, *RESOURCES)
        answer = graph.reached_by(node, **asked.chosen(graph))
        _print_accesses(answer, "principal", shown, AccessOrder(sort))
        finish(graph)


@grouped
def explain(
    principal: Principal,
    resource: Resource,
    given: Given,
    shown: Shown,
    association: Association = False,
    all_evidence: AllEvidence = False,
) -> None:
    """Show the paths of an access, the records of each step, and the grants that would end it.

    A table is a screen long and counts what it leaves out; --all-evidence shows everything.
    """
    with failing():
        graph = given.graph()
        identity, node = said_ends(graph, principal, resource)
        access = graph.access(identity, node, mode=_mode(association))
        if access is None:
            say_no_access(principal, resource)
        with shown.paged():
            _print_explanation(graph, access, shown.output, None if all_evidence else SHOWN)
        coverage = graph.coverage_of_access(access) if access else graph.coverage_of_reach(identity)
        say_coverage(many(len(access.paths) if access else 0, "path"), coverage)
        say_age(coverage)
        if access and access.truncated:
            say(f"a limit cut this answer short: shown {many(len(access.paths), 'path')} of more")
        finish(graph)


def _mode(association: bool) -> ModeWord:
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
        if shown.format is Format.TABLE and len(summaries) < len(answer):
            roles = ", ".join(f"{role} {n:,}" for role, n in answer.counts.roles.items())
            best = " · --sort role lists the best first" * (order is not AccessOrder.ROLE)
            print_text(f"of all: {roles}{best}", GREY)
    if shown.format is Format.TABLE:
        say_notes(coverage)
    else:
        say_coverage(total, coverage)
    say_age(coverage)
    _say_contested(answer)
    if answer.truncated:
        say("a limit cut this answer short")


def _cells(access: ExplainedAccess, graph: AccessGraph, other: str) -> dict[str, Any]:
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
    graph: Explorer, access: ExplainedAccess | None, output: Format | None, most: int | None
) -> None:
    chosen = output or default_format()
    if access is None:
        if chosen is Format.JSON:
            write_json(None)
        return
    explanation = access.explanation
    rows = list(step_rows(graph, access, most))
    if chosen is Format.JSON:
        cut = [{"id": grant.id, "records": records(graph, grant)} for grant in explanation.cut]
        routes = {
            "independent_routes": explanation.independent_routes,
            "cut": cut,
            "sentence": explanation.sentence,
        }
        told = contradiction_rows(graph, contested_grants(graph, access), most)
        whole = {**access.to_dict(), "contradictions": told, "explanation": routes, "steps": rows}
        whole["remediation"] = {
            row["grant"]: remedies(graph, graph.grants[row["grant"]])
            for row in rows
            # A contested access is no reason to end any grant but the contested ones.
            if row["contested"] or not access.contested
        }
        write_json(whole, pretty=True)
    elif chosen is Format.TABLE:
        print_line(explanation.sentence)
        for text in _path_lines(graph, access, most):
            print_line(text, HANG)
        grants = {step.grant: None for path in access.paths for step in path.steps}
        contested = [each for name in grants if (each := graph.grants[name]).contested]
        for grant in contested[:most]:
            for line in _contradiction_lines(graph, grant, most):
                print_line(line)
        if left := len(contested) - len(contested[:most]):
            typer.echo(f"\n{more(left)} contested grants")
    else:
        print_rows(map(step_cells, rows) if chosen is Format.CSV else rows, chosen)


def _path_lines(graph: Explorer, access: ExplainedAccess, most: int | None) -> Iterator[Text]:
    """Yield the lines of the paths: as many paths as fit a screen, or all where `most` is None."""
    told: dict[str, int] = {}
    used = 0
    for number, path in enumerate(access.paths, 1):
        mark = f", {CONTESTED}" if path.contested else ""
        sentence = path_sentence(graph, path)
        marks = coloured(f"[{path.certainty}{mark}, {path.state}]")
        lines = [Text(), Text(f"{number}. {sentence}  ").append_text(marks)]
        for step in path.steps:
            lines += map(Text, _step_lines(graph, step, number, told, most))
        used += len(lines)
        if most is not None and number > 1 and used > SCREEN:
            left = many(len(access.paths) - number + 1, "more path")
            yield Text(f"\n… {left}: --all-evidence shows all")
            return
        yield from lines


def _step_lines(
    graph: Explorer, step: Step, number: int, told: dict[str, int], most: int | None
) -> Iterator[str]:
    """Yield the lines of a step: its records, or the first of them if an earlier path had them."""
    lines = evidence_lines(graph, graph.grants[step.grant], most)
    if told.setdefault(step.grant, number) != number and len(lines) > 1:
        lines = [f"{lines[0]} (and others, as in path {told[step.grant]})"]
    yield from (f"     {step.relation:<8} {line}" for line in lines)


def _contradiction_lines(graph: Explorer, grant: Grant, most: int | None) -> Iterator[str]:
    """Yield the lines of a contested grant: its contradictions, their evidence, its remedies."""
    yield ""
    yield printable(f"{CONTESTED}: {grant_label(grant)} ({grant.id})")
    for contradiction in grant.contradictions:
        yield f"  {contradiction_line(contradiction)}"
        shown = both_sides(grant, contradiction, most)
        yield from (f"     {evidence_line(graph, record)}" for record in shown)
        if left := len(contradiction.evidence) - len(shown):
            yield f"     {more(left)}"
    told = [remedy.sentence for remedy in remedies(graph, grant)]
    if told:
        yield "  to end it, if it is wrong:"
        yield from (f"     {line}" for line in shortened(told, most))


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
        say(f"{many(left, 'more row')} not listed: a larger --top lists them")
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
