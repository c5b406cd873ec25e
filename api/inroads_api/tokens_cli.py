"""The commands that look after tokens: `inroads token create`, `list` and `revoke`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inroads_api.terminal import Output, failing, now, print_rows, say, seconds

AuthFile = Annotated[Path, typer.Option("--auth", metavar="FILE", help="The file that holds the hashes of tokens.")]

app = typer.Typer(name="token", help="Tokens for those who may ask the server.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whom or what it is for.")],
    auth: AuthFile,
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="read, review, ingest, admin or read:pseudonymised; repeatable. Default: read."),
    ] = None,
    expires: Annotated[str, typer.Option(metavar="DURATION", help="12h, 30d, … at most a year.")] = "90d",
    cost_per_minute: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="What it may spend in a minute, in place of what others may.")
    ] = None,
) -> None:
    """Make a token and print it, once: the file, which is made if it is not there, holds only its hash."""
    import datetime as dt

    from inroads.errors import InroadsError
    from inroads_api.auth import Scope, TokenFile

    with failing():
        unknown = sorted(set(scope or ()) - {*Scope})
        if unknown:
            raise InroadsError(f"--scope {unknown[0]!r} is none of {', '.join(Scope)}", "BAD_SCOPE")
        lifetime = dt.timedelta(seconds=seconds(expires, "--expires"))
        scopes = [Scope(each) for each in scope or ["read"]]
        token, text = TokenFile(auth).create(name, scopes, lifetime, now(), cost_per_minute)
        typer.echo(text)
        until = f"{token.expires_at:%Y-%m-%dT%H:%M:%SZ}"
        say(f"token {token.id} for {', '.join(token.scopes)} until {until}; it is not shown again")


@app.command("list")
def list_(auth: AuthFile, output: Output = None) -> None:
    """The tokens that were made, and which of them can be used."""
    from inroads_api.auth import TokenFile

    with failing():
        moment = now()
        print_rows(
            (
                {
                    "token": each.id,
                    "name": each.name,
                    "state": each.ended(moment) or "usable",
                    "scopes": list(each.scopes),
                    "created_at": each.created_at,
                    "expires_at": each.expires_at,
                    "revoked_at": each.revoked_at,
                    "cost_per_minute": each.cost_per_minute,
                }
                for each in TokenFile(auth).tokens()
            ),
            output,
        )


@app.command()
def revoke(
    token: Annotated[str, typer.Argument(metavar="ID", help="The id that `list` shows, not the token itself.")],
    auth: AuthFile,
) -> None:
    """End a token for good; a server that runs refuses it from its next request on."""
    from inroads_api.auth import TokenFile

    with failing():
        ended = TokenFile(auth).revoke(token, now())
        say(f"token {ended.id} is revoked")
