"""Emails of identities as they are now: whose an email is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from inroads.columns.claimset import email_key
from inroads.model import fold_email

if TYPE_CHECKING:
    from inroads.network.access_graph import AccessGraph


def identities_with(graph: AccessGraph, email: str) -> tuple[str, ...]:
    """Return the identities with an email, compared as `fold_email` does, in the order of ids."""
    wanted, keys = email_key(email), graph.fold.attributes["email_key"]
    order = graph.index.derived.email_order
    first = bisect_left(order, wanted, key=keys.__getitem__)
    last = bisect_right(order, wanted, key=keys.__getitem__)
    texts, said, same = graph.fold.attributes["email"], graph.fold.said.texts, fold_email(email)
    return tuple(
        sorted(
            graph.index.name(place)
            for place in order[first:last]
            if fold_email(said.text(texts[place])) == same
        )
    )
