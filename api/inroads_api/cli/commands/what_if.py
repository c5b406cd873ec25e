"""The commands that ask before one acts: `inroads what-if`, `plan`, `choke-points` and `duties`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inroads_api.cli.options import Given, Principal, Resource, finish, grouped
from inroads_api.cli.terminal import (
    Format,
    Output,
    default_format,
    failing,
    many,
    print_rows,
    say,
    say_coverage,
    say_no_access,
    write_json,
)

if TYPE_CHECKING:
    from inroads.analysis.duties import Conflict
    from inroads.analysis.outcome import Outcome
    from inroads.analysis.plan import RevocationPlan
    from inroads.analysis.what_if import WhatIf
    from inroads.explorer import Explorer
    from inroads.model import Access, Grant


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
            help="One record alone, not all that state its grant.",
        ),
    ] = None,
    given: Given,
    output: Output = None,
) -> None:
    """What would end, stay and change if grants were revoked or made. Nothing is written.

    A grant is removed with all records that state it; what these say beside it stays known.
    """
    with failing():
        graph = given.graph()
        what = graph.without(*(remove or ()), add=add or (), records=remove_record or ())
        _print_what_if(what, output or default_format())
        counts = Counter(each.fate for each in what.outcomes)
        told = ", ".join(f"{counts[fate]} {fate}" for fate in counts) or "no access would change"
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
    """How to end an access: the fewest grants that end the least else, their records, and what else would change."""
    with failing():
        graph = given.graph()
        found = graph.plan(principal, resource)
        if found:
            _print_plan(found, output or default_format())
            say_coverage(
                "the access ends"
                if found.verified
                else "the access does NOT end by this: more paths remain",
                graph.coverage_of_reach(found.access.principal),
            )
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
            help="Only accesses of an identity, or to a business or account.",
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="Only so many.")] = 20,
    sort: Annotated[
        str,
        typer.Option(
            metavar="FIGURE", help="Those first that end most accesses: ended, or inferred."
        ),
    ] = "ended",
    given: Given,
    output: Output = None,
) -> None:
    """The grants that alone would end most accesses."""
    with failing():
        graph = given.graph()
        found = graph.choke_points(*(of or ()), by=sort.lower(), first=top)
        rows = [
            {**_grant(graph.grants[each.grant]), "ended": each.ended, "inferred": each.inferred}
            for each in found
        ]
        print_rows(rows, output)
        say_coverage(many(len(rows), "choke point"), graph.coverage())
        finish(graph)


@grouped
def duties(
    given: Given,
    output: Output = None,
) -> None:
    """Who holds both sides of what the policy's `separation_of_duty` tells apart."""
    with failing():
        graph = given.graph()
        if not graph.policy.separation:
            say("the policy names no [[separation_of_duty]]")
        found = graph.duties()
        chosen = output or default_format()
        rows = (_conflict(graph, each) for each in found)
        print_rows(map(_conflict_cells, rows) if chosen is Format.TABLE else rows, chosen)
        say_coverage(many(len(found), "conflict"), graph.coverage())
        finish(graph)


# ---- rows


def _grant(grant: Grant) -> dict[str, Any]:
    from inroads.network.wording import records

    return {
        "grant": grant.id,
        "roles": [role.value for role in grant.roles],
        "records": records(grant),
    }


def _removed(graph: Explorer, grants: Iterable[Grant]) -> list[dict[str, Any]]:
    from inroads.analysis.remediation import remedies

    return [{**_grant(each), "remediation": remedies(graph, each)} for each in grants]


def _outcome(what: WhatIf[Any], each: Outcome) -> dict[str, Any]:
    from inroads.analysis.what_if import outcome_sentence
    from inroads.network.wording import path_sentence

    nodes = what.base.nodes
    paths = each.after.paths if each.after else ()
    return {
        "outcome": each.fate.value,
        "changes": [kind.value for kind in each.kinds],
        "principal": each.principal,
        "email": nodes[each.principal].get("email"),
        "resource": each.resource,
        "name": nodes[each.resource].get("name"),
        "before": _facts(each.before),
        "after": _facts(each.after),
        "gone": [path_sentence(what.base, path) for path in each.gone],
        "remaining": [path_sentence(what.base, path) for path in paths],
        "how": outcome_sentence(what, each),
    }


def _facts(access: Access | None) -> dict[str, Any] | None:
    if access is None:
        return None
    return {
        "roles": [role.value for role in access.roles],
        "capabilities": [capability.value for capability in access.capabilities],
        "certainty": access.certainty.value,
        "state": access.state.value,
        "reasons": list(access.reasons),
    }


def _words(facts: dict[str, Any] | None) -> list[str]:
    return (
        [*facts["roles"], facts["certainty"], facts["state"], *facts["reasons"]]
        if facts
        else ["no access"]
    )


def _conflict(graph: Explorer, each: Conflict) -> dict[str, Any]:
    from inroads.analysis.duties import conflict_sentence
    from inroads.network.wording import path_sentence

    sides = {
        side: [path_sentence(graph, access.paths[0]) for access in accesses]
        for side, accesses in (("left", each.left), ("right", each.right))
    }
    return {
        "duty": each.duty.name,
        "reason": each.duty.reason,
        "principal": each.principal,
        "email": graph.nodes[each.principal].get("email"),
        "where": each.where,
        **sides,
        "how": conflict_sentence(graph, each),
    }


# ---- print


def _print_what_if(what: WhatIf[Explorer], output: Format) -> None:
    from inroads.text import printable

    rows = (_outcome(what, each) for each in what.outcomes)
    if output is Format.JSON:
        whole = {
            "base": what.base.version,
            "version": what.version,
            "removed": _removed(what.base, what.removed),
            "added": [{"grant": each.id, "role": each.role.value} for each in what.added],
            "notes": what.notes,
            "truncated": what.truncated,
            "outcomes": list(rows),
        }
        write_json(whole, pretty=True)
        return
    if output is Format.TABLE:
        print_rows(map(_outcome_cells, rows), output)
        _print_remedies(what)
        for note in what.notes:
            typer.echo(f"Note: {printable(note)}")
    else:
        print_rows(map(_flat, rows) if output is Format.CSV else rows, output)
        for note in what.notes:
            say(note)


def _print_plan(found: RevocationPlan, output: Format) -> None:
    what = found.what_if
    rows = [
        {"grant": grant["grant"], **_plain(remedy)}
        for grant in _removed(what.base, what.removed)  # type: ignore[arg-type]  # the graph is the one that was asked
        for remedy in grant["remediation"]
    ]
    also = (_outcome(what, each) for each in found.also)
    if output is Format.JSON:
        whole = {
            "principal": found.access.principal,
            "resource": found.access.resource,
            "sentence": found.explanation.sentence,
            "verified": found.verified,
            "base": what.base.version,
            "steps": rows,
            "notes": what.notes,
            "also": list(also),
        }
        write_json(whole, pretty=True)
    elif output is Format.TABLE:
        typer.echo(found.explanation.sentence)
        _print_remedies(what)
        if found.also:
            typer.echo("\nIt would also change")
            print_rows(map(_outcome_cells, also), output)
    else:
        print_rows(rows, output)
        for each in found.also:
            say(f"also {each.fate}: {_outcome(what, each)['how']}")


def _print_remedies(what: WhatIf[Any]) -> None:
    from inroads.text import printable

    if what.remedies:
        typer.echo("To do in the product; nothing here does it")
    for number, remedy in enumerate(what.remedies, 1):
        typer.echo(f"  {number}. {remedy.sentence}")
        typer.echo(printable(f"     {remedy.source} {remedy.pointer}"))


def _plain(struct: Any) -> dict[str, Any]:
    import msgspec

    return msgspec.structs.asdict(struct)


def _outcome_cells(row: dict[str, Any]) -> dict[str, Any]:
    """An outcome as few columns, for eyes."""
    return {
        "outcome": list(
            dict.fromkeys(
                [row["outcome"], *(row["changes"] if row["before"] and row["after"] else ())]
            )
        ),
        "principal": [row["principal"], *filter(None, [row["email"]])],
        "resource": [row["resource"], *filter(None, [row["name"]])],
        "before": _words(row["before"]),
        "after": _words(row["after"]),
        "remaining": row["remaining"],
    }


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """An outcome whose cells are texts or lists of texts."""
    return {**row, "before": _words(row["before"]), "after": _words(row["after"])}


def _conflict_cells(row: dict[str, Any]) -> dict[str, Any]:
    """A conflict as few columns, for eyes."""
    return {
        "duty": [row["duty"], row["reason"]],
        "principal": [row["principal"], *filter(None, [row["email"]])],
        "where": row["where"],
        "left": row["left"],
        "right": row["right"],
    }
