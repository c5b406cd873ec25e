"""A SpiceDB schema and its relationships, without recursive permissions.

Else as for OpenFGA: latent and contested access count as access, and relationships say neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final

from inroads.columns.claimset import ROLES
from inroads.network.access_graph import AccessGraph
from inroads.output.export.openfga import tuples

_ROLES: Final = tuple(role.lower() for role in ROLES)


def write_schema(_graph: AccessGraph, stream: IO[bytes]) -> None:
    """The schema."""
    stream.write("\n".join([*_schema(), ""]).encode())


def write_relationships(graph: AccessGraph, stream: IO[bytes]) -> None:
    """The relationships, one a line, as `zed import` and validation files have them."""
    for user_type, user, _, relation, kind, native in tuples(graph):
        stream.write(f"{kind}:{native}#{relation}@{user_type}:{user}\n".encode())


def _schema() -> Iterator[str]:
    yield from ("definition identity {}", "", "definition scope {")
    for role in _ROLES:
        yield f"  relation acting_{role}: identity"
        yield f"  relation holding_{role}: identity"
    yield "  relation client_scope: scope"
    yield f"  permission acts = {' + '.join(f'acting_{role}' for role in _ROLES)}"
    for role in _ROLES:
        inferred = " + client_scope->acts" if role == "client" else ""
        yield f"  permission {role} = acting_{role} + holding_{role}{inferred}"
    yield f"  permission access = {' + '.join(_ROLES)}"
    yield "}"
    for kind in ("business", "account"):
        yield from (
            "",
            f"definition {kind} {{",
            "  relation scope: scope",
            "  relation own_client: identity",
        )
        for name in (*_ROLES, "access"):
            own = " + own_client" if name in ("client", "access") else ""
            yield f"  permission {name} = scope->{name}{own}"
        yield "}"
