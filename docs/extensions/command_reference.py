"""The command reference: what `--help` says of each command, written into its page as Markdown."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

from inroads_api.cli.main import app as commands

PAGE = "reference/commands"


def options(command: Any, context: typer.Context) -> Iterator[str]:
    """The arguments and options of a command, as a list."""
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and parameter.name != "help":
            names, text = record
            yield f"- `{names}`: {' '.join(text.split())}" if text else f"- `{names}`"


def sections(command: Any, context: typer.Context, level: int) -> Iterator[str]:
    """A command with its options, and then its subcommands."""
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"{'#' * level} {context.command_path}\n"
    yield f"{' '.join((command.help or '').split())}\n"
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            _, part, _ = command.resolve_command(context, [name])
            below = typer.Context(part, info_name=name, parent=context)
            yield from sections(part, below, min(level + 1, 3))
    else:
        yield f"```text\n{context.command_path} {usage}\n```\n"
        yield from options(command, context)
        yield ""


def reference() -> str:
    """All commands as Markdown."""
    command: Any = typer.main.get_command(commands)
    context = typer.Context(command, info_name="inroads")
    return "\n".join(
        line
        for name in command.list_commands(context)
        for part in [command.resolve_command(context, [name])[1]]
        for line in sections(part, typer.Context(part, info_name=name, parent=context), 2)
    )


def append(_app: Any, page: str, source: list[str]) -> None:
    """Write the reference below the text of its page."""
    if page == PAGE:
        source[0] += "\n" + reference()


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", append)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
