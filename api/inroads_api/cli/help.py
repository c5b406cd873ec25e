"""The help of commands: one screen, with examples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final

import typer
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from inroads_api.cli.examples import EXAMPLES

WIDEST: Final = 100
"""The most columns of a help text: longer lines are hard to read."""

OPTION: Final = 23
"""The widest name of an option that has its text beside it, not below."""

PROVIDER, TLS, REQUESTS, CONNECTIONS, LOGS = "Provider", "TLS", "Requests", "Connections", "Logs"
"""Panels of options that few people need."""

FOLDED: Final = frozenset({PROVIDER, TLS, REQUESTS, CONNECTIONS, LOGS})
"""The panels of which `--help` gives the names alone, so that it stays on one screen."""

STYLE: Final = "bold"
BORDER: Final = "dim"


class HelpCommand(TyperCommand):
    """A command with its help on one screen, and all of it by `--help-all` where that is more."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # click passes a formatter; rich prints here
        self.print_help(ctx)

    def print_help(self, ctx: Any, *, unfolded: bool = False) -> None:
        """Print the help, with the texts of all options or with the names of some."""
        _console().print(_page(self, ctx, _panels(self, ctx, unfolded=unfolded)))


def _unfold(ctx: typer.Context, wanted: bool) -> None:
    if wanted and isinstance(ctx.command, HelpCommand):
        ctx.command.print_help(ctx, unfolded=True)
        raise typer.Exit


HelpAll = Annotated[
    bool,
    typer.Option("--help-all", is_eager=True, callback=_unfold, help="Show what all options do."),
]
"""The option that a command with folded panels takes."""


def _is_folded(param: Any) -> bool:
    return getattr(param, "rich_help_panel", None) in FOLDED


class HelpGroup(TyperGroup):
    """A group of commands with its help on one screen."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # click passes a formatter; rich prints here
        commands = [self.get_command(ctx, name) for name in self.list_commands(ctx)]
        panels: dict[str, list[tuple[Text, str]]] = {}
        for each in filter(None, commands):
            line = (Text(each.name or "", STYLE), each.get_short_help_str(limit=WIDEST))
            panel = getattr(each, "rich_help_panel", None) or "Commands"
            panels.setdefault(panel, []).append(line)
        _console().print(_page(self, ctx, [_listed(panels), *_options(self, ctx)]))


def _listed(panels: dict[str, list[tuple[Text, str]]]) -> RenderableType:
    """Return the commands of a group; those of several panels as a table, which is shorter."""
    if len(panels) == 1:
        ((title, lines),) = panels.items()
        return _panel(title, lines, max(len(name) for name, _ in lines))
    grid = Table.grid(padding=(0, 2, 0, 0), pad_edge=True)
    for title, lines in panels.items():
        for number, (name, told) in enumerate(lines):
            grid.add_row(Text("" if number else title), name, told)
    return Padding(grid, (0, 1))


def _options(command: Any, ctx: Any) -> list[RenderableType]:
    """Return the names of the options of a group, unless help is the only one."""
    names = [_name(each).plain for each in command.get_params(ctx) if not each.hidden]
    line = "   ".join(["Options", *names])
    return ["", Padding(Text(line), (0, 1))] if len(names) > 1 else []


def _console() -> Console:
    console = Console(highlight=False)
    console.width = min(console.width, WIDEST)
    return console


def _page(command: Any, ctx: Any, panels: Iterable[RenderableType]) -> Group:
    usage = " ".join([ctx.command_path, *command.collect_usage_pieces(ctx)])
    parts: list[RenderableType] = [Text(f"Usage: {usage}", STYLE)]
    if command.help:
        parts += ["", Text(_unwrapped(command.help))]
    name = ctx.command_path.partition(" ")[2]
    examples = [Text(f"  {line}") for line in EXAMPLES.get(name, ())]
    if examples:
        parts += ["", Text("Examples", STYLE), *examples]
    return Group(*(Padding(part, (0, 1)) for part in parts), "", *panels)


def _unwrapped(text: str) -> str:
    """Return paragraphs as a line each; a form feed ends what is shown."""
    paragraphs = text.partition("\f")[0].strip().split("\n\n")
    return "\n".join(" ".join(each.split()) for each in paragraphs)


def _panels(command: Any, ctx: Any, *, unfolded: bool) -> list[Panel]:
    """Return the panels of the arguments and options, those without a panel of their own first."""
    panels: dict[str, list[tuple[Text, str]]] = {"Arguments": [], "Options": []}
    names: dict[str, list[str]] = {}
    for each in command.get_params(ctx):
        if each.hidden or each.name in ("help", "help_all"):
            continue
        if _is_folded(each) and not unfolded:
            names.setdefault(each.rich_help_panel, []).append(max(each.opts, key=len))
            continue
        usual = "Arguments" if each.param_type_name == "argument" else "Options"
        told = _name(each), _told(each, ctx)
        panels.setdefault(getattr(each, "rich_help_panel", None) or usual, []).append(told)
    widths = [len(name) for lines in panels.values() for name, _ in lines]
    width = max((each for each in widths if each <= OPTION), default=0)
    shown = [_panel(title, lines, width) for title, lines in panels.items() if lines]
    if not names:
        return shown
    lines = [(Text(title), " ".join(options)) for title, options in names.items()]
    return [*shown, _panel(f"More: {ctx.command_path} --help-all", lines, max(map(len, names)))]


def _name(param: Any) -> Text:
    """Return `-d, --documents PATH` or `--[no-]contested`."""
    if param.param_type_name == "argument":
        return Text(param.metavar or param.name.upper(), STYLE)
    opts = sorted(param.opts, key=len)
    if param.secondary_opts:
        positive, negative = param.opts[0], param.secondary_opts[0]
        plain = negative == f"--no-{positive[2:]}"
        opts = [f"--[no-]{positive[2:]}" if plain else f"{positive}/{negative}"]
    name = Text(", ".join(opts), STYLE)
    if not param.is_flag:
        name.append(f" {param.metavar or param.name.upper()}", "not bold")
    return name


def _told(param: Any, ctx: Any) -> str:
    """Return the help of a parameter with its default, or that it is required."""
    told = [param.help or ""]
    if param.required and param.param_type_name != "argument":
        told.append("Required.")
    if param.envvar:
        told.append(f"Default: ${param.envvar}.")
    if isinstance(param.show_default, str):
        told.append(f"Default: {param.show_default}.")
    elif param.show_default:
        default = param.get_default(ctx, call=False)
        if isinstance(default, str | int) and not isinstance(default, bool) and default != "":
            told.append(f"Default: {getattr(default, 'value', default)}.")
    return " ".join(filter(None, told))


def _panel(title: str, lines: Iterable[tuple[Text, str]], width: int) -> Panel:
    """Return a panel of two columns. A name that is too wide for its own has a line."""
    parts: list[RenderableType] = []
    for name, told in lines:
        row = Table.grid(padding=(0, 2, 0, 0), expand=True)
        row.add_column(width=width)
        row.add_column(ratio=1)
        if len(name) > width:
            parts.append(name)
        row.add_row(Text() if len(name) > width else name, told)
        parts.append(row)
    return Panel(
        Group(*parts), title=f"[not dim bold]{title}", title_align="left", border_style=BORDER
    )
