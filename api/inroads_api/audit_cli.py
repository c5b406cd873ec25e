"""The commands that look into an audit log: `inroads audit verify` and `hash`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inroads_api.terminal import REJECTED, Output, failing, many, print_rows, say
from inroads_api.tokens_cli import AuthFile

app = typer.Typer(name="audit", help="Look into the log that `serve --audit` writes.", no_args_is_help=True)


@app.command()
def verify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files of one log, the oldest first.")],
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help="The hash of a last line that was noted before.")
    ] = None,
    output: Output = None,
) -> None:
    """Check that no line was changed, taken out or put in; prints what is wrong, and the hash of the last line.

    Note that hash where whoever writes the log cannot: it alone shows that lines at the end are missing.
    """
    from inroads_api.security.audit import verify as verified

    with failing():
        found = verified(files, head)
        print_rows((each._asdict() for each in found.problems), output)
        say(f"{many(found.lines, 'line')}, {found.first} to {found.last}, {many(len(found.problems), 'problem')}")
        say(f"head {found.head}")
        if found.first > 1:
            say(f"the log begins before these files: line {found.first - 1} was not given")
        raise typer.Exit(REJECTED if found.problems else 0)


@app.command("hash")
def hash_(
    values: Annotated[list[str], typer.Argument(metavar="VALUE...", help="Emails, ids or texts as they are asked.")],
    auth: AuthFile,
    output: Output = None,
) -> None:
    """What stands in `asked` where one of these was asked about; of a node id, also that of its native id."""
    from inroads_api.security.audit import asked_about
    from inroads_api.security.tokens import TokenFile

    with failing():
        key = TokenFile(auth).key()
        spelled = [text for each in values for text in dict.fromkeys((each, each.rpartition(":")[2]))]
        print_rows(({"value": text, "hash": asked_about(key, text)} for text in spelled), output)
