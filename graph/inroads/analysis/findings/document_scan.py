"""Facts in the bodies of standing documents, read in one pass: creation moments, other emails."""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from inroads.cancellation import check
from inroads.columns.arrays import Ints, distinct
from inroads.columns.claimset import NONE, SECTIONS
from inroads.documents.reader import reread
from inroads.documents.records import Moment, OptionalId, Text
from inroads.model import Section, fold_email, native_id
from inroads.moments import moment_number
from inroads.network.access_graph import AccessGraph

UNKNOWN: Final = np.iinfo(np.int64).min
"""No moment, in a column of moments."""

CHECKED: Final = 1000
"""After so many documents the reading may be asked to stop."""

_KEPT: Final = "_bodies"
_MAKING: Final = threading.Lock()


class Bodies(NamedTuple):
    """Facts of standing documents beside the columns.

    Moments are microseconds since 1970, or UNKNOWN. `created` are the moments of identities,
    `roles` maps (document, row) of roles to moments, and `pending` maps identities to their
    unconfirmed email. `other` has (document, row, email) of group rows that name their identity by
    another email; `without_roles` has the documents without a roles section. `unlimited` maps accounts that
    make a path latent to the limits of their plan that are given as -1, which means none.
    """

    created: Ints
    roles: dict[tuple[int, int], int]
    pending: dict[int, str]
    other: list[tuple[int, int, str]]
    without_roles: set[int]
    unlimited: dict[int, list[str]]


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


def _unlimited(graph: AccessGraph, account: str, body: bytes, *, wrapped: bool) -> list[str]:
    """The limits of an account's plan that a document gives as -1, which means unlimited."""
    try:
        plan = _WRAPPED.decode(body).response if wrapped else _PLAIN.decode(body)
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
    fold = graph.fold
    latest = fold.attributes["record"][: fold.kind_starts[1]]
    subjects, wrapped = fold.said.documents.subject, fold.said.documents.wrapped
    found = Bodies(np.full(len(latest), UNKNOWN, np.int64), {}, {}, [], set(), {})
    standing = set(_standing(graph, latest).tolist())
    plans = _plans(graph)
    plain, response = msgspec.json.Decoder(_Me), msgspec.json.Decoder(_Response)
    for number, body in _each(graph, sorted(standing | plans.keys())):
        for account in plans.get(number, ()):
            name, inside = graph.index.name(account), bool(wrapped[number])
            found.unlimited[account] = _unlimited(graph, name, body, wrapped=inside)
        if number not in standing:
            continue
        me: Any
        try:
            me = response.decode(body).response if wrapped[number] else plain.decode(body)
        except msgspec.ValidationError:
            # Part of the document has an unexpected shape: read it leniently.
            me = reread(graph.documents[number]).content
        subject = int(subjects[number])
        # A portion has one document that stands for others; its subject is past the end of
        # `latest`.
        own = subject < len(latest)
        _take(found, number, subject, me, decides=own and int(latest[subject]) == number)
    return found


def _each(graph: AccessGraph, numbers: list[int]) -> Iterator[tuple[int, bytes]]:
    """Yield documents with their bodies, in an order in which each store is read once."""
    rows = graph.fold.said.documents
    held = np.array(numbers, np.int64)
    for place, store in enumerate(graph.fold.said.stores):
        here = held[rows.store[held] == place]
        bodies = store.bodies(rows.at[here].tolist(), rows.size[here].tolist())
        for count, each in enumerate(zip(here.tolist(), bodies, strict=True)):
            if count % CHECKED == CHECKED - 1:
                check()
            yield each


def _plans(graph: AccessGraph) -> dict[int, list[int]]:
    """Return the accounts that make a path latent by the document that states their plan."""
    fold = graph.fold
    span = slice(*fold.kind_starts[2:4])
    record = fold.attributes["permissions"][span]
    accounts = np.flatnonzero(graph.index.failing[span] & (record != NONE))
    found: dict[int, list[int]] = defaultdict(list)
    for number, place in zip(record[accounts].tolist(), accounts.tolist(), strict=True):
        found[number].append(span.start + place)
    return found


def _standing(graph: AccessGraph, latest: Ints) -> Ints:
    """Return the latest documents of identities, and those that state a role which stands."""
    evidence = graph.fold.evidence
    return distinct(
        np.concatenate(
            [
                latest[latest != NONE],
                evidence.document[evidence.section == SECTIONS.index(Section.ROLE)],
            ]
        ).astype(np.int64)
    )


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
                found.other.append((number, row, group.email))


def _moment(moment: dt.datetime) -> int:
    return moment_number(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
