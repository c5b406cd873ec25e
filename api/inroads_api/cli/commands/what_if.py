"""Commands that plan revocations: what-if, plan, choke-points, duties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from inroads.analysis.choke_points import FIGURES
from inroads.analysis.outcome import Outcome
from inroads.analysis.plan import RevocationPlan
from inroads.analysis.remediation import remedies
from inroads.analysis.what_if import WhatIf, outcome_sentence
from inroads.explorer import Explorer
from inroads.model import NodeKind
from inroads.output.rows import json_row, table_row
from inroads.reach.answers import RESOURCES
from inroads.text import many, shortened
from inroads_api.cli.choices import choice_option
from inroads_api.cli.naming import (
    Principal,
    Resource,
    said_ends,
    said_grant,
    said_node,
    said_record,
)
from inroads_api.cli.options import Given, finish, grouped
from inroads_api.cli.printing.lines import print_line
from inroads_api.cli.printing.shown import Shown
from inroads_api.cli.printing.tables import is_narrow, width_beside
from inroads_api.cli.terminal import (
    Format,
    Output,
    default_format,
    failing,
    print_rows,
    print_total,
    print_values,
    say,
    say_coverage,
    say_no_access,
    say_notes,
    write_json,
)

REMEDIES_SHOWN: Final = 10
"""The most records that must go which a table lists."""


@grouped
def what_if(
    *,
    remove: Annotated[
        list[str] | None,
        typer.Option(
            "--remove",
            metavar="GRANT",
            help="A grant's id, or a record such as 'role 994207'. Repeatable.",
        ),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(
            "--add",
            metavar="GRANT=ROLE",
            help="A grant to imagine: 'business:1#MEMBER@identity:2=MANAGER'.",
        ),
    ] = None,
    remove_record: Annotated[
        list[str] | None,
        typer.Option(
            "--remove-record",
            metavar="RECORD",
            help="Remove one record, not all that state its grant.",
        ),
    ] = None,
    given: Given,
    shown: Shown,
) -> None:
    """Show the accesses that would change if grants were revoked or made. Nothing is written.

    A grant is removed with all records that state it. Other facts of these records stay.
    """
    with failing():
        graph = given.graph()
        gone, new = ([said_grant(graph, each) for each in some or ()] for some in (remove, add))
        alone = [said_record(graph, each) for each in remove_record or ()]
        what = graph.without(*gone, add=new, records=alone)
        counts = Counter(each.fate for each in what.outcomes)
        told = ", ".join(f"{counts[fate]:,} {fate}" for fate in counts) or "no access would change"
        with shown.paged():
            if shown.format is Format.TABLE:
                print_total(told, what.coverage)
            _print_what_if(what, shown)
        if shown.format is Format.TABLE:
            say_notes(what.coverage)
        else:
            say_coverage(told, what.coverage)
        if what.truncated:
            say("a limit cut the paths of an access short")
        finish(graph)


@grouped
def plan(
    principal: Principal,
    resource: Resource,
    given: Given,
    output: Output = None,
) -> None:
    """Show how to end an access with the fewest grants and side effects, and list both."""
    with failing():
        graph = given.graph()
        found = graph.plan(*said_ends(graph, principal, resource))
        if found:
            _print_plan(found, output or default_format())
            say_coverage(
                "the access ends"
                if found.verified
                else "the access is contested, and does not end by this: settle its records"
                if found.access.contested
                else "the access does NOT end by this: more paths remain",
                graph.coverage_of_reach(found.access.principal),
            )
            if found.truncated:
                say("a limit cut the paths of an access short")
        else:
            say_no_access(principal, resource)
            if output is Format.JSON:
                write_json(None)
        finish(graph)


@grouped
def choke_points(
    *,
    of: Annotated[
        list[str] | None,
        typer.Option(
            "--of",
            metavar="NODE",
            help="Only accesses of an identity, or to a business or account, by id or name.",
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="The most rows.")] = 20,
    sort: Annotated[
        str, choice_option("--sort", of=FIGURES, told="By this figure, largest first: {}.")
    ] = "ended",
    given: Given,
    output: Output = None,
) -> None:
    """List the grants that would each end most accesses."""
    with failing():
        graph = given.graph()
        nodes = [said_node(graph, each, NodeKind.IDENTITY, *RESOURCES) for each in of or ()]
        figure: Any = sort  # the option takes no other words
        ranked = graph.choke_points(*nodes, by=figure, first=top + 1)
        found = ranked[:top]
        print_values(found, graph, output)
        say_coverage(many(len(found), "choke point"), graph.coverage())
        if len(ranked) > top:
            say("there are more: a larger --top lists them")
        finish(graph)


@grouped
def duties(
    given: Given,
    shown: Shown,
) -> None:
    """List the identities that hold both sides of a `separation_of_duty` of the policy."""
    with failing():
        graph = given.graph()
        if not graph.policy.separation:
            say("the policy names no [[separation_of_duty]]")
        found = graph.duties()
        with shown.paged():
            print_values(shown.first(found), graph, shown.format)
            shown.tell_rest(len(found))
        say_coverage(many(len(found), "conflict"), graph.coverage())
        finish(graph)


def _print_what_if(what: WhatIf[Explorer], shown: Shown) -> None:
    output, outcomes = shown.format, shown.first(what.outcomes)
    if output is Format.JSON:
        whole = {
            "base": what.base.version,
            "version": what.version,
            "removed": [
                {**json_row(grant, what.base), "remediation": remedies(what.base, grant)}
                for grant in what.removed
            ],
            "added": [{"grant": each.id, "role": each.role.value} for each in what.added],
            "notes": what.notes,
            "truncated": what.truncated,
            "outcomes": [json_row(each, what) for each in outcomes],
        }
        write_json(whole, pretty=True)
        return
    if output is Format.TABLE and _no_room_for_paths(outcomes, what):
        _print_narrow(outcomes, what)
    else:
        print_values(outcomes, what, output)
    shown.tell_rest(len(what.outcomes))
    if output is Format.TABLE:
        _print_remedies(what)
        for note in shortened([f"Note: {note}" for note in what.notes]):
            print_line(note)
    else:
        for note in what.notes:
            say(note)


READABLE: Final = 24
"""The least width of a column of sentences: a narrower one breaks most words of a line."""


def _no_room_for_paths(outcomes: Sequence[Outcome], what: WhatIf[Explorer]) -> bool:
    rows = [table_row(each, what) for each in outcomes]
    return is_narrow() or width_beside(rows, "remaining") < READABLE


def _print_narrow(outcomes: Sequence[Outcome], what: WhatIf[Explorer]) -> None:
    """Print a table without paths, which break its emails, and a line below for each that stays."""
    rows = [table_row(each, what) for each in outcomes]
    print_rows([row | {"remaining": None} for row in rows], Format.TABLE)
    for each, row in zip(outcomes, rows, strict=True):
        if each.after:
            print_line(f"- {outcome_sentence(what, each)}", len("- "))
        for path in row["remaining"][1:]:
            print_line(f"  {path}", len("- "))


def _print_plan(found: RevocationPlan, output: Format) -> None:
    what = found.what_if
    rows = [
        json_row(remedy, grant.id)
        for grant in what.removed
        for remedy in remedies(what.base, grant)
    ]
    if output is Format.JSON:
        whole = {
            "principal": found.access.principal,
            "resource": found.access.resource,
            "sentence": found.explanation.sentence,
            "verified": found.verified,
            "truncated": found.truncated,
            "base": what.base.version,
            "steps": rows,
            "notes": what.notes,
            "also": [json_row(each, what) for each in found.also],
        }
        write_json(whole, pretty=True)
    elif output is Format.TABLE:
        print_line(found.explanation.sentence)
        _print_remedies(what)
        if found.also:
            typer.echo("\nIt would also change")
            print_values(found.also, what, output)
    else:
        print_rows(rows, output)
        for each in found.also:
            say(f"also {each.fate}: {outcome_sentence(what, each)}")


def _print_remedies(what: WhatIf[Any]) -> None:

    if what.remedies:
        typer.echo("To do in the product; nothing here does it")
    for number, remedy in enumerate(what.remedies[:REMEDIES_SHOWN], 1):
        print_line(f"  {number}. {remedy.sentence}", len(f"{number}. "))
        print_line(f"     {remedy.source} {remedy.pointer}")
    if (left := len(what.remedies) - REMEDIES_SHOWN) > 0:
        typer.echo(f"  … {many(left, 'more record')} to remove: -f json lists them")
