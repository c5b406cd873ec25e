"""Arguments that name nodes, and the lines that say which node a name means."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from inroads.analysis.edits import revocable
from inroads.errors import InroadsError, NotFound
from inroads.explorer import Explorer
from inroads.model import NodeKind, is_grant_id
from inroads.network.names.lookup import named_grant, shown
from inroads.network.places import named_in_either
from inroads.network.wording import record_label, records_of
from inroads.reach.answers import RESOURCES
from inroads.reach.filters import is_id
from inroads.text import shortened
from inroads_api.cli.completion import identities, resources, subjects
from inroads_api.cli.terminal import say

Principal = Annotated[
    str,
    typer.Argument(
        metavar="PRINCIPAL",
        help="An identity: its email, id (712052) or name.",
        autocompletion=identities,
    ),
]
Resource = Annotated[
    str,
    typer.Argument(
        metavar="RESOURCE",
        help="A business or account: its id, or a part of its name.",
        autocompletion=resources,
    ),
]
About = Annotated[
    str | None,
    typer.Option(
        "--about",
        metavar="NODE",
        help="Only those about this identity, business or account, by id or name.",
        autocompletion=subjects,
    ),
]


def said_node(
    graph: Explorer, text: str, *kinds: NodeKind, by_id: frozenset[NodeKind] = frozenset()
) -> str:
    """Return the node of one of these kinds that a text means, and say which one it is.

    Nothing is said of a printed id or an email.
    """
    found = graph.named(text, *kinds, by_id=by_id)
    if not found.plain:
        say(f"{text.strip()!r} is {shown(graph, found.node)}, by {found.by}")
    return found.node


def said_ends(graph: Explorer, principal: str, resource: str) -> tuple[str, str]:
    """Return the identity and the resource of an access; a group is named by its printed id."""
    identity = said_node(graph, principal, NodeKind.IDENTITY)
    return identity, said_node(graph, resource, *RESOURCES, by_id=frozenset({NodeKind.GROUP}))


def said_subject(graph: Explorer, text: str | None) -> str | None:
    """Return the identity, business or account that a list is to be about; None for all."""
    return None if text is None else said_node(graph, text, NodeKind.IDENTITY, *RESOURCES)


def said_in_either(before: Explorer, after: Explorer, text: str | None) -> str | None:
    """Return the node that changes are to be about, which either version may know; None for all."""
    if text is None:
        return None
    found = named_in_either(before, after, text)
    if not found.plain:
        known = after if found.node in after else before
        say(f"{text.strip()!r} is {shown(known, found.node)}, by {found.by}")
    return found.node


def said_grant(graph: Explorer, text: str) -> str:
    """Return the printed id of a grant whose ends may be named, and say which one it is."""
    grant = named_grant(graph, text)
    if grant != text:
        say(f"{text.strip()!r} is {grant}")
    return grant


def said_record(graph: Explorer, text: str) -> str:
    """Return the record that a text names; a grant names its record if only one states it.

    Raises InroadsError AMBIGUOUS_GRANT with the records of a grant that several state.
    """
    named = named_grant(graph, text)
    if not is_grant_id(named.strip()):
        return text
    records = [*dict.fromkeys(map(record_label, records_of(graph, revocable(graph, named))))]
    if len(records) > 1:
        raise InroadsError(
            f"{text.strip()!r} is stated by {len(records)} records: name one of"
            f" {', '.join(shortened(records))}",
            "AMBIGUOUS_GRANT",
        )
    say(f"{text.strip()!r} is {records[0]}")
    return records[0]


def avoided(graph: Explorer, text: str) -> str:
    """Return the id of a node or a grant that no path may take. A record names its grant."""
    grant = said_grant(graph, text)
    if is_id(grant.strip()):
        return grant
    try:
        return said_node(graph, grant)
    except NotFound:
        with suppress(InroadsError):
            return revocable(graph, text).id
        raise
