"""Facts in the bodies of standing documents, read in one pass: creation moments, other emails."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from inroads.columns.arrays import Ints, distinct
from inroads.columns.claimset import NONE, SECTIONS
from inroads.documents.reader import reread
from inroads.documents.records import Moment, OptionalId, Text
from inroads.model import Section, fold_email, native_id
from inroads.moments import moment_number
from inroads.network.access_graph import AccessGraph

UNKNOWN: Final = np.iinfo(np.int64).min
"""No moment, in a column of moments."""

_KEPT: Final = "_bodies"
_MAKING: Final = threading.Lock()


class Bodies(NamedTuple):
    """Facts of standing documents beside the columns.

    Moments are microseconds since 1970, or UNKNOWN. `created` are the moments of identities,
    `roles` maps (document, row) of roles to moments, and `pending` maps identities to their
    unconfirmed email. `other` has (document, row) of group rows that name their identity by another
    email; `without_roles` has the documents without a roles section.
    """

    created: Ints
    roles: dict[tuple[int, int], int]
    pending: dict[int, str]
    other: list[tuple[int, int]]
    without_roles: set[int]


class _Role(msgspec.Struct):
    created_at: Moment = None


class _Group(msgspec.Struct):
    email: Text = None
    identity_id: OptionalId = None


class _Me(msgspec.Struct):
    email: Text = None
    unconfirmed_email: Text = None
    created_at: Moment = None
    groups: list[_Group | None] | None = None
    roles: list[_Role | None] | None = None


class _Plan(msgspec.Struct):
    permissions: dict[str, msgspec.Raw] | None = None


class _Response(msgspec.Struct):
    response: _Me


class _PlanResponse(msgspec.Struct):
    response: _Plan


def unlimited(graph: AccessGraph, account: str, number: int) -> list[str]:
    """The limits of an account's plan that a document gives as -1, which means unlimited."""
    rows = graph.fold.said.documents
    body = graph.fold.said.stores[rows.store[number]].body(
        int(rows.at[number]), int(rows.size[number])
    )
    try:
        plan = _WRAPPED.decode(body).response if rows.wrapped[number] else _PLAIN.decode(body)
        own = (plan.permissions or {}).get(native_id(account))
        flags = _FLAGS.decode(own) or {} if own else {}
    except msgspec.ValidationError:
        flags = graph.permissions(account)
    return sorted(name for name, value in flags.items() if type(value) is not bool and value == -1)


_PLAIN: Final = msgspec.json.Decoder(_Plan)
_WRAPPED: Final = msgspec.json.Decoder(_PlanResponse)
_FLAGS: Final = msgspec.json.Decoder(dict[str, Any] | None)


def bodies(graph: AccessGraph) -> Bodies:
    """Read the bodies, once for a graph: a graph does not change."""
    with _MAKING:
        found: Bodies | None = vars(graph).get(_KEPT)
        if found is None:
            found = vars(graph)[_KEPT] = _read(graph)
    return found


def _read(graph: AccessGraph) -> Bodies:
    fold, rows = graph.fold, graph.fold.said.documents
    latest = fold.attributes["record"][: fold.kind_starts[1]]
    found = Bodies(np.full(len(latest), UNKNOWN, np.int64), {}, {}, [], set())
    standing = distinct(
        np.concatenate(
            [
                latest[latest != NONE],
                fold.evidence.document[fold.evidence.section == SECTIONS.index(Section.ROLE)],
            ]
        ).astype(np.int64)
    )
    plain, wrapped = msgspec.json.Decoder(_Me), msgspec.json.Decoder(_Response)
    for number in standing.tolist():
        body = fold.said.stores[rows.store[number]].body(
            int(rows.at[number]), int(rows.size[number])
        )
        me: Any
        try:
            me = wrapped.decode(body).response if rows.wrapped[number] else plain.decode(body)
        except msgspec.ValidationError:
            # Part of the document has an unexpected shape: read it leniently.
            me = reread(graph.documents[number]).content
        subject = int(rows.subject[number])
        # A portion has one document that stands for others; its subject is past the end of
        # `latest`.
        own = subject < len(latest)
        _take(found, number, subject, me, decides=own and int(latest[subject]) == number)
    return found


def _take(found: Bodies, number: int, identity: int, me: Any, *, decides: bool) -> None:
    for row, role in enumerate(me.roles or ()):
        if role and role.created_at:
            found.roles[number, row] = _moment(role.created_at)
    if not isinstance(me.roles, list):
        found.without_roles.add(number)
    if not decides:
        return
    if me.created_at:
        found.created[identity] = _moment(me.created_at)
    if me.unconfirmed_email and me.unconfirmed_email.strip():
        found.pending[identity] = me.unconfirmed_email
    if me.email:
        mine = fold_email(me.email)
        for row, group in enumerate(me.groups or ()):
            if (
                group
                and group.email
                and group.email != me.email
                and fold_email(group.email) != mine
            ):
                found.other.append((number, row))


def _moment(moment: dt.datetime) -> int:
    return moment_number(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
