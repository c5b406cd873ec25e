"""The commands for those who hold the key of pseudonyms: `inroads mask` and `inroads unmask`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inroads_api.given import Documents, Given, LedgerFile, ObservedAt, names_of
from inroads_api.ledger_cli import AsOf
from inroads_api.terminal import failing

KeyFile = Annotated[Path, typer.Option("--key-file", metavar="FILE", help="The key of the pseudonyms.")]


def mask(
    original: Annotated[str, typer.Argument(metavar="EMAIL|NODE|GRANT", help="As the documents have it.")],
    key_file: KeyFile,
) -> None:
    """The pseudonym of an email, a node or a grant under a key."""
    with failing():
        typer.echo(names_of(key_file).mask(original))


def unmask(
    pseudonym: Annotated[str, typer.Argument(metavar="PSEUDONYM", help="Of an email, a node or a grant.")],
    key_file: KeyFile,
    documents: Documents = None,
    ledger: LedgerFile = None,
    as_of: AsOf = None,
    observed_at: ObservedAt = None,
) -> None:
    """What a pseudonym stands for in the original documents; an error where the key is another one."""
    from inroads.text import printable

    with failing():
        names = names_of(key_file)
        graph = Given(documents, ledger, as_of, observed_at).graph()
        typer.echo(printable(names.unmask(pseudonym, graph)))
