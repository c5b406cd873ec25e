"""The argument `about` of lists, and the node that it means."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from inroads.errors import InroadsError
from inroads.model import NodeKind, kind_of
from inroads.network.places import with_accounts_in_either
from inroads.reach.answers import RESOURCES
from inroads_api.schema.context import asked
from inroads_api.schema.fields import ID
from inroads_api.schema.resolved import find, unknown
from inroads_api.versions.marks import split
from inroads_api.versions.versions import Version

About = Annotated[
    ID | None,
    strawberry.argument(
        description="Only those about this identity (by its node id or its email), business (with"
        " the accounts that it keeps) or account; null for all."
    ),
]

_KINDS: Final = (NodeKind.IDENTITY, *RESOURCES)


def subjects(before: Version, after: Version, text: str | None) -> frozenset[str] | None:
    """Return the nodes that changes are about, which either version may know; None for all.

    Raises as `subject` of the later version.
    """
    if text is None:
        return None
    plain, _ = split(text)
    key = find(after.graph, plain) or find(before.graph, plain)
    if key is None or kind_of(key) not in _KINDS:
        subject(after, plain)
    return with_accounts_in_either(before.graph, after.graph, str(key))


def subject(seen: Version, text: str | None) -> tuple[Version, str | None]:
    """Return the version that a question about a node is put to, and the node; None for none.

    Raises BadId, AmbiguousEmail, InroadsError WRONG_KIND, and NotFound with the nearest.
    """
    if text is None:
        return seen, None
    seen, (plain,) = asked(seen, text)
    key = find(seen.graph, plain)
    if key is None:
        raise unknown(seen.graph, plain, _KINDS)
    if kind_of(key) not in _KINDS:
        raise InroadsError(f"{key} is a group, which no such list is about", "WRONG_KIND")
    return seen, key
