"""Commands that query and search the graph without a server: query, schema, search."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from inroads.errors import InroadsError
from inroads.model import NodeKind
from inroads.network.names.lookup import nearest_to
from inroads.output.node_rows import match_row
from inroads.store.ledger import is_ledger
from inroads.text import many
from inroads_api.cli.options import Given, finish, grouped, text_of
from inroads_api.cli.terminal import USAGE, Output, failing, now, print_rows, say, write_json
from inroads_api.execution.execute import build_schema, execute
from inroads_api.versions.review_desk import Desk, Reviews
from inroads_api.versions.versions import Versions


@grouped
def query(
    text: Annotated[str, typer.Argument(metavar="GRAPHQL", help="A GraphQL document, or @FILE.")],
    given: Given,
    variables: Annotated[
        str | None, typer.Option(metavar="JSON", help="The variables as a JSON object.")
    ] = None,
    operation: Annotated[
        str | None, typer.Option(metavar="NAME", help="The operation to run.")
    ] = None,
) -> None:
    """Answer a GraphQL query without a server, with the schema that the server has."""
    with failing():
        values = {} if variables is None else _json_object(variables)
        if text.startswith("@"):
            text = text_of(Path(text[1:]), "a GraphQL document")
        graph, known = given.graph(), given.places
        shown = len(known) == 1 and is_ledger(known[0]) and not given.pseudonymise
        desk = Desk(Reviews(Path(known[0]), now)) if shown else None
        response = execute(
            build_schema(), Versions(graph, now()), text, values, operation, desk=desk
        )
        write_json(response, pretty=True)
        if "errors" in response:
            raise typer.Exit(USAGE)
        finish(graph)


def schema() -> None:
    """Print the GraphQL schema. On a server, mutations need --allow-ingest or --allow-review."""

    typer.echo(build_schema(allow_ingest=True, allow_review=True).as_str())


def _json_object(text: str) -> dict[str, Any]:

    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise InroadsError(f"--variables is not a JSON object: {error}", "BAD_VARIABLES") from None


@grouped
def search(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="A part of an id, an email or a name.")
    ],
    *,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only identity, business, account or group nodes. Repeatable."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="The most rows.")] = 20,
    given: Given,
    output: Output = None,
) -> None:
    """Find nodes by a part of an id, an email or a name, the best matches first.

    Of a text of one or two letters only what begins with it is found, unless nothing does.
    """
    with failing():
        if not text.strip():
            raise InroadsError("name a text to search for", "BAD_TEXT")
        graph = given.graph()
        kinds = frozenset(map(_kind, kind or NodeKind))
        found = graph.matches(text, kinds)
        print_rows((match_row(graph, match) for match in found[:top]), output)
        say(many(len(found), "match", "es"))
        if not len(found) and (near := nearest_to(graph, text, kinds)).nearest:
            say(near.message)
        if len(found) > top:
            say(f"{len(found) - top:,} more not listed: a larger --top lists them")
        finish(graph)


def _kind(word: str) -> NodeKind:
    if word.strip().upper() not in NodeKind.__members__:
        raise InroadsError(f"--kind {word!r} is none of {', '.join(NodeKind).lower()}", "BAD_KIND")
    return NodeKind(word.strip().upper())
