"""Commands about tokens and the audit log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import typer

from inroads_api.cli.options import duration_option, load_graph
from inroads_api.cli.terminal import REJECTED, RFC3339, Output, failing, many, now, print_rows, say
from inroads_api.security.audit import asked_about
from inroads_api.security.audit import verify as verified
from inroads_api.security.callers import TokenScope, native_businesses
from inroads_api.security.tokens import TokenFile

AuthFile = Annotated[
    Path, typer.Option("--auth", metavar="FILE", help="The file that holds the hashes of tokens.")
]

SHOWN: Final = 5
"""How many businesses of a limit are shown; there may be thousands."""

tokens = typer.Typer(
    name="token", help="Tokens for those who may ask the server.", no_args_is_help=True
)


@tokens.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whom or what it is for.")],
    auth: AuthFile,
    scope: Annotated[
        list[TokenScope] | None,
        typer.Option("--scope", help="What it is for; repeatable. Default: read."),
    ] = None,
    expires: Annotated[
        dt.timedelta, duration_option("--expires", "12h, 30d, … at most a year.", "90d")
    ] = dt.timedelta(days=90),
    cost_per_minute: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="What it may spend in a minute, in place of what others may."
        ),
    ] = None,
    business: Annotated[
        list[str] | None,
        typer.Option("--business", metavar="ID", help="See only what concerns it; repeatable."),
    ] = None,
    businesses_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="See only what concerns the businesses in it, an id a line."
        ),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Say which of these businesses it does not know."),
    ] = None,
) -> None:
    """Make a token and print it, once: the file, which is made if it is not there, holds only its hash."""
    with failing():
        chosen = _businesses(business, businesses_file)
        unknown = _unknown(native_businesses(chosen or ()), ledger) if ledger else []
        token, text = TokenFile(auth).create(
            name, scope or [TokenScope.READ], expires, now(), cost_per_minute, chosen
        )
        typer.echo(text)
        until = f"{token.expires_at:{RFC3339}}"
        limit = (
            f" of what concerns {len(token.businesses)} business(es)" if token.businesses else ""
        )
        say(
            f"token {token.id} for {', '.join(token.scopes)}{limit} until {until}; it is not shown again"
        )
        if unknown:
            say(f"warning: {len(unknown)} of them are not known yet: {', '.join(unknown[:SHOWN])}")


def _businesses(given: list[str] | None, file: Path | None) -> list[str] | None:
    """The ids that were given; None where no limit was asked for."""
    if not given and file is None:
        return None
    lines = file.read_text(encoding="utf-8").split() if file else []
    return [*(given or ()), *lines]


def _unknown(businesses: Iterable[str], ledger: Path) -> list[str]:

    graph = load_graph([str(ledger)], None, None)
    return [each for each in businesses if f"business:{each}" not in graph]


@tokens.command("list")
def list_(auth: AuthFile, output: Output = None) -> None:
    """The tokens that were made, and which of them can be used."""
    with failing():
        moment = now()
        print_rows(
            (
                {
                    "token": each.id,
                    "name": each.name,
                    "state": each.ended(moment) or "usable",
                    "scopes": list(each.scopes),
                    "businesses": None if each.businesses is None else len(each.businesses),
                    "first_businesses": list((each.businesses or ())[:SHOWN]),
                    "created_at": each.created_at,
                    "expires_at": each.expires_at,
                    "revoked_at": each.revoked_at,
                    "cost_per_minute": each.cost_per_minute,
                }
                for each in TokenFile(auth).tokens()
            ),
            output,
        )


@tokens.command()
def revoke(
    token: Annotated[
        str, typer.Argument(metavar="ID", help="The id that `list` shows, not the token itself.")
    ],
    auth: AuthFile,
) -> None:
    """End a token for good; a server that runs refuses it from its next request on."""
    with failing():
        ended = TokenFile(auth).revoke(token, now())
        say(f"token {ended.id} is revoked")


audit = typer.Typer(
    name="audit", help="Look into the log that `serve --audit` writes.", no_args_is_help=True
)


@audit.command()
def verify(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="The files of one log, the oldest first."),
    ],
    head: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="The hash of a last line that was noted before."),
    ] = None,
    output: Output = None,
) -> None:
    """Check that no line was changed, taken out or put in; prints what is wrong, and the hash of the last line.

    Note that hash where whoever writes the log cannot: it alone shows that lines at the end are missing.
    """
    with failing():
        found = verified(files, head)
        print_rows((each._asdict() for each in found.problems), output)
        say(
            f"{many(found.lines, 'line')}, {found.first} to {found.last}, {many(len(found.problems), 'problem')}"
        )
        say(f"head {found.head}")
        if found.first > 1:
            say(f"the log begins before these files: line {found.first - 1} was not given")
        raise typer.Exit(REJECTED if found.problems else 0)


@audit.command("hash")
def hash_(
    values: Annotated[
        list[str],
        typer.Argument(metavar="VALUE...", help="Emails, ids or texts as they are asked."),
    ],
    auth: AuthFile,
    output: Output = None,
) -> None:
    """What stands in `asked` where one of these was asked about; of a node id, also that of its native id."""
    with failing():
        key = TokenFile(auth).key()
        spelled = [
            text for each in values for text in dict.fromkeys((each, each.rpartition(":")[2]))
        ]
        print_rows(({"value": text, "hash": asked_about(key, text)} for text in spelled), output)
