"""Former emails of identities: whose an email was, and since when it is not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from inroads.columns.arrays import Ints, distinct
from inroads.columns.claimset import ATTRIBUTES, NONE, email_key
from inroads.moments import moment_of, rfc3339

if TYPE_CHECKING:
    from inroads.network.access_graph import AccessGraph

EMAIL_CHANGED: Final = "EMAIL_CHANGED"
"""The word for an email that changed, beside the kinds of changes of accesses."""

_EMAIL_KEY: Final = ATTRIBUTES.index("email_key")


class FormerEmail(NamedTuple):
    """An identity that had an email until a moment, when a document stated another one.

    `email` is the one that the identity has now; None if it has none.
    """

    identity: str
    until: dt.datetime
    email: str | None

    def sentence(self, former: str) -> str:
        """Return whose the former email was, in plain English."""
        now = f"now {self.email}" if self.email else "now it has none"
        return f"{former} was the email of {self.identity} until {rfc3339(self.until)} ({now})"


def former_emails(graph: AccessGraph, email: str) -> tuple[FormerEmail, ...]:
    """Return the identities that had an email and have another one now, in the order of their ids.

    Emails compare as `fold_email` does. A document that states no email (null) ends one, too.
    """
    key, rows = email_key(email), graph.fold.said.emails
    found = []
    for node in distinct(np.asarray(rows.node)[np.asarray(rows.value) == key]).tolist():
        moments, values = _statements(graph, node)
        ending = moments[(values != key) & (moments > moments[values == key].max())]
        if graph.fold.attributes["email_key"][node] != key and len(ending):
            name = graph.index.name(node)
            now = graph.nodes[name].get("email")
            found.append(FormerEmail(name, moment_of(int(ending.min())), now))
    return tuple(found)


def _statements(graph: AccessGraph, node: int) -> tuple[Ints, Ints]:
    """Return the moments and the keys of what was stated as the email of an identity."""
    said = graph.fold.said
    rows, attributes = (
        slice(*(int(np.searchsorted(column, column.dtype.type(node), side)) for side in SIDES))
        for column in (said.emails.node, said.attributes.node)
    )
    is_email = np.asarray(said.attributes.name[attributes]) == _EMAIL_KEY
    documents = np.concatenate(
        [said.emails.document[rows], said.attributes.document[attributes][is_email]]
    )
    values = np.concatenate([said.emails.value[rows], said.attributes.value[attributes][is_email]])
    return np.asarray(said.documents.moment[documents]), values


SIDES: Final = ("left", "right")
"""The ends of the rows of a number in an ascending column, as `np.searchsorted` names them."""


class EmailChange(NamedTuple):
    """An identity with another email than before."""

    identity: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """The change in plain English."""
        return f"the email of {self.identity} was {self.before} and is {self.after}"


def changed_emails(before: AccessGraph, after: AccessGraph) -> tuple[EmailChange, ...]:
    """Return the identities of which both graphs know an email, and not the same, in order of id."""
    people = np.asarray(before.fold.said.nodes[: before.fold.kind_starts[1]])
    later = np.asarray(after.fold.said.nodes[: after.fold.kind_starts[1]])
    _, old, new = np.intersect1d(people, later, assume_unique=True, return_indices=True)
    old_keys = np.asarray(before.fold.attributes["email_key"])[old]
    new_keys = np.asarray(after.fold.attributes["email_key"])[new]
    differs = np.flatnonzero((old_keys != new_keys) & (old_keys != NONE) & (new_keys != NONE))
    names = sorted(after.index.name(node) for node in new[differs].tolist())
    emails = ((name, before.nodes[name]["email"], after.nodes[name]["email"]) for name in names)
    return tuple(EmailChange(*each) for each in emails)
