"""The `inroads` command: its subcommands by name, each imported when it is asked for."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.metadata import version as installed
from typing import Annotated, Any, Final

import typer

from inroads_api.cli.help import HelpCommand, HelpGroup

ASK, CHANGE, REVIEW, KEEP, SERVE = "Ask", "Change", "Review", "Keep", "Serve"
"""Parts of `inroads --help`, in their order."""

COMMANDS: Final = {
    "demo": (ASK, "accesses.demo", "Answer the main question on the bundled example."),
    "reach": (ASK, "accesses.reach", "List the businesses and accounts an identity reaches."),
    "reached-by": (ASK, "accesses.reached_by", "List who reaches a business or an account."),
    "explain": (ASK, "accesses.explain", "Show every path of one access, with its records."),
    "search": (ASK, "query.search", "Find nodes by id, email or name."),
    "census": (ASK, "accesses.census", "Count the accesses of each node."),
    "query": (ASK, "query.query", "Answer a GraphQL query without a server."),
    "what-if": (CHANGE, "what_if.what_if", "Show what would change without or with grants."),
    "plan": (CHANGE, "what_if.plan", "Show how to end an access with least side effects."),
    "choke-points": (CHANGE, "what_if.choke_points", "List the grants that end most accesses."),
    "changes": (CHANGE, "changes.changes", "Compare accesses at two moments."),
    "findings": (REVIEW, "findings.findings", "Run the rules of a security review."),
    "rules": (REVIEW, "findings.rules", "List the rules of a security review."),
    "duties": (REVIEW, "what_if.duties", "List who holds duties that must be separate."),
    "review": (REVIEW, "review.app", "Run review campaigns: decide who keeps which access."),
    "report": (REVIEW, "files.report", "Write findings and pictures as one HTML file."),
    "check": (KEEP, "keep.documents.check", "Read documents and list every problem."),
    "ingest": (KEEP, "keep.ledger.ingest", "Add documents to a ledger."),
    "collect": (KEEP, "keep.ledger.collect", "Fetch documents from the service into a ledger."),
    "watch": (KEEP, "keep.ledger.watch", "Keep a ledger fresh until Ctrl-C."),
    "ledger": (KEEP, "keep.ledger.app", "Inspect and maintain a ledger."),
    "generate": (KEEP, "keep.documents.generate", "Write documents of a synthetic population."),
    "serve": (SERVE, "serve.serve", "Serve the explorer and the GraphQL API."),
    "schema": (SERVE, "query.schema", "Print the GraphQL schema."),
    "token": (SERVE, "security.tokens", "Manage the tokens of a server."),
    "audit": (SERVE, "security.audit", "Check and search the audit log of a server."),
    "spark": (SERVE, "spark.app", "Answer for populations that one machine does not hold."),
    "export": (SERVE, "files.export", "Write the graph as files for other tools."),
    "mask": (SERVE, "files.mask", "Print the pseudonym of an email, node or grant."),
    "unmask": (SERVE, "files.unmask", "Print what a pseudonym stands for."),
}
"""The panel and the line of each command in `inroads --help`, which imports none of them, and where
it is defined.
"""


ALIASES: Final = {"who": "reached-by"}
"""Other names of commands, which help does not list."""


class Commands(HelpGroup):
    """A group that lists its commands from a table, and imports the one that is asked for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, (panel, _, line) in COMMANDS.items():
            self.add_command(HelpCommand(name, help=line, rich_help_panel=panel))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        asked, *rest = args
        name, listed, rest = super().resolve_command(ctx, [ALIASES.get(asked, asked), *rest])
        return name, _command(name) if listed and name else None, rest


def _command(name: str) -> Any:
    module, _, attribute = COMMANDS[name][1].rpartition(".")
    found = getattr(import_module(f"inroads_api.cli.commands.{module}"), attribute)
    if not isinstance(found, typer.Typer):
        command, found = found, typer.Typer(add_completion=False)
        found.command(name)(command)
    found.info.cls = HelpGroup
    for each in found.registered_commands:
        each.cls = HelpCommand
    return typer.main.get_command(found)


app = typer.Typer(
    name="inroads",
    cls=Commands,
    help="Which businesses can this email reach, and how?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback with locals would show documents
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True)
    ] = False,
) -> None:
    if version:
        typer.echo(installed("inroads"))
        raise typer.Exit


def main() -> None:
    """The entry point of the installed command."""
    try:
        app()
    except BrokenPipeError:  # the reader of a pipe has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
