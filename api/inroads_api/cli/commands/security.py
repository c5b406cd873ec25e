"""Commands about tokens and the audit log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import typer

from inroads.text import many
from inroads_api.cli.choices import choice_option
from inroads_api.cli.options import duration_option, load_graph, text_of
from inroads_api.cli.terminal import REJECTED, RFC3339, Output, failing, now, print_rows, say
from inroads_api.security.audit import asked_about
from inroads_api.security.audit_verification import verify as verified
from inroads_api.security.callers import TokenScope, native_businesses
from inroads_api.security.tokens import TokenFile

AuthFile = Annotated[
    Path, typer.Option("--auth", metavar="FILE", help="The file that holds the hashes of tokens.")
]

SHOWN: Final = 5
"""The most businesses of a token that are shown. There may be thousands."""

tokens = typer.Typer(
    name="token",
    help="Manage the tokens of a server.",
    no_args_is_help=True,
    add_completion=False,
)


@tokens.command()
def create(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The person or program that the token is for.")
    ],
    auth: AuthFile,
    scope: Annotated[
        list[str] | None,
        choice_option(
            "--scope",
            of=TokenScope,
            told="{}. Repeatable. Default: read.",
            metavar="SCOPE",
        ),
    ] = None,
    expires: Annotated[
        dt.timedelta,
        duration_option("--expires", "Lifetime such as 12h or 30d, at most a year.", "90d"),
    ] = dt.timedelta(days=90),
    cost_per_minute: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="The cost that it may spend in a minute. Default: as the server says.",
        ),
    ] = None,
    business: Annotated[
        list[str] | None,
        typer.Option(
            "--business", metavar="ID", help="Limit the token to this business. Repeatable."
        ),
    ] = None,
    businesses_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Limit the token to the businesses in this file, one id a line."
        ),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Warn of businesses that this ledger does not know."),
    ] = None,
) -> None:
    """Create a token and print it once. The file holds only its hash. A new file is created."""
    with failing():
        scopes = [TokenScope(word) for word in scope or ["read"]]
        chosen = _businesses(business, businesses_file)
        unknown = _unknown(native_businesses(chosen or ()), ledger) if ledger else []
        token, text = TokenFile(auth).create(name, scopes, expires, now(), cost_per_minute, chosen)
        typer.echo(text)
        until = f"{token.expires_at:{RFC3339}}"
        count = len(token.businesses or ())
        limit = f" of what concerns {many(count, 'business', 'es')}" if count else ""
        say(
            f"token {token.id} for {', '.join(token.scopes)}{limit} until {until}; it is not shown again"
        )
        if unknown:
            say(f"warning: {len(unknown)} of them are not known yet: {', '.join(unknown[:SHOWN])}")


def _businesses(given: list[str] | None, file: Path | None) -> list[str] | None:
    """Return the given ids, None for no limit."""
    if not given and file is None:
        return None
    lines = text_of(file, "one business id a line").split() if file else []
    return [*(given or ()), *lines]


def _unknown(businesses: Iterable[str], ledger: Path) -> list[str]:

    graph = load_graph([str(ledger)], None, None)
    return [each for each in businesses if f"business:{each}" not in graph]


@tokens.command("list")
def list_(auth: AuthFile, output: Output = None) -> None:
    """List the tokens and their states."""
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
    """Revoke a token for good. A running server refuses its next request."""
    with failing():
        ended = TokenFile(auth).revoke(token, now())
        say(f"token {ended.id} is revoked")


audit = typer.Typer(
    name="audit",
    help="Check and search the log that `serve --audit` writes.",
    no_args_is_help=True,
    add_completion=False,
)


@audit.command()
def verify(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="The files of one log, the oldest first."),
    ],
    head: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="The hash of the last line as noted before."),
    ] = None,
    output: Output = None,
) -> None:
    """Check that no line was changed, removed or inserted, and print the hash of the last line.

    Keep that hash where the writer of the log cannot change it: only it shows that lines at the end
    are missing.
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
        typer.Argument(metavar="VALUE...", help="Emails, ids or texts of requests."),
    ],
    auth: AuthFile,
    output: Output = None,
) -> None:
    """Print the hashes of values in `asked` and of node ids in `resolved`; of such an id also the native one's."""
    with failing():
        key = TokenFile(auth).key()
        spelled = [
            text for each in values for text in dict.fromkeys((each, each.rpartition(":")[2]))
        ]
        print_rows(({"value": text, "hash": asked_about(key, text)} for text in spelled), output)
