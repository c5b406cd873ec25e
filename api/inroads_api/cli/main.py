"""The `inroads` command: its subcommands by name, each imported when it is asked for."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.metadata import version as installed
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS: Final = {
    "demo": ("accesses.demo", "Answer the main question on the bundled example."),
    "check": ("documents.check", "Read documents and list every problem."),
    "reach": ("accesses.reach", "List the businesses and accounts that an identity reaches."),
    "reached-by": (
        "accesses.reached_by",
        "List the identities that reach a business or an account.",
    ),
    "explain": ("accesses.explain", "Show every path of one access, with its records."),
    "search": ("query.search", "Find nodes by id, email or name."),
    "query": ("query.query", "Answer a GraphQL query without a server."),
    "changes": ("changes.changes", "Compare accesses at two moments."),
    "serve": ("serve.serve", "Serve the GraphQL API."),
    "schema": ("query.schema", "Print the GraphQL schema."),
    "generate": ("documents.generate", "Write the documents of a synthetic population."),
    "ingest": ("ledger.ingest", "Add documents to a ledger."),
    "collect": ("ledger.collect", "Fetch documents from the service into a ledger."),
    "watch": ("ledger.watch", "Keep a ledger fresh until Ctrl-C."),
    "census": ("accesses.census", "Count the accesses of each identity, business and account."),
    "what-if": ("what_if.what_if", "Show what would change if grants were revoked or made."),
    "plan": ("what_if.plan", "Show how to end an access with the least side effects."),
    "choke-points": ("what_if.choke_points", "List the grants that alone would end most accesses."),
    "duties": (
        "what_if.duties",
        "List the identities that hold duties which the policy separates.",
    ),
    "findings": ("findings.findings", "Run the rules of a security review."),
    "rules": ("findings.rules", "List the rules of a security review."),
    "export": ("files.export", "Write the graph as files for other tools."),
    "mask": ("files.mask", "Print the pseudonym of an email, a node or a grant."),
    "unmask": ("files.unmask", "Print what a pseudonym stands for."),
    "report": ("files.report", "Write findings, evidence and pictures as one HTML file."),
    "ledger": ("ledger.app", "Inspect and maintain a ledger."),
    "review": ("review.app", "Run review campaigns: decide who keeps which access."),
    "token": ("security.tokens", "Manage the tokens of a server."),
    "audit": ("security.audit", "Check and search the audit log of a server."),
}
"""Where each command is defined, and its line in `inroads --help`, which imports none of them."""


ALIASES: Final = {"who": "reached-by"}
"""Other names of commands, which help does not list."""


class Commands(TyperGroup):
    """A group that lists its commands from a table, and imports the one that is asked for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, (_, line) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=line))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        asked, *rest = args
        name, listed, rest = super().resolve_command(ctx, [ALIASES.get(asked, asked), *rest])
        return name, _command(name) if listed and name else None, rest


def _command(name: str) -> Any:
    module, _, attribute = COMMANDS[name][0].partition(".")
    found = getattr(import_module(f"inroads_api.cli.commands.{module}"), attribute)
    if not isinstance(found, typer.Typer):
        command, found = found, typer.Typer(add_completion=False)
        found.command(name)(command)
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
