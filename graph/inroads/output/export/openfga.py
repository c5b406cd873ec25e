"""An OpenFGA model and its tuples. The engine answers check and list as `access` and `reach` do.

Latent and contested access count as access, as in `reach`; tuples say neither. Groups convey nothing and
are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final

from inroads.columns.claimset import ROLES
from inroads.model import kind_of, native_id
from inroads.network.access_graph import AccessGraph
from inroads.output.export.csv_files import table
from inroads.output.export.tuples import Scopes, roles
from inroads.text import plain_id

_ROLES: Final = tuple(role.lower() for role in ROLES)
_HEADER: Final = ("user_type", "user_id", "user_relation", "relation", "object_type", "object_id")


def write_model(_graph: AccessGraph, stream: IO[bytes]) -> None:
    """Write the model: grants on scopes, whose businesses and accounts take access from them.

    The policy decides which grants act for their scope (CONTROL) and which only hold it (REACH);
    the tuples say it.
    """
    stream.write("\n".join([*_model(), ""]).encode())


def write_tuples(graph: AccessGraph, stream: IO[bytes]) -> None:
    """Write the tuples as CSV, as `fga tuple write` and `fga model test` read them."""
    table(stream, _HEADER, tuples(graph))


def _model() -> Iterator[str]:
    yield from ("model", "  schema 1.1", "", "type identity", "", "type scope", "  relations")
    for role in _ROLES:
        yield f"    define acting_{role}: [identity]"
        yield f"    define holding_{role}: [identity]"
    yield f"    define acts: {' or '.join(f'acting_{role}' for role in _ROLES)}"
    yield "    define client_scope: [scope]"
    for role in _ROLES:
        inferred = " or acts from client_scope" if role == "client" else ""
        yield f"    define {role}: acting_{role} or holding_{role}{inferred}"
    yield f"    define access: {' or '.join(_ROLES)}"
    for kind in ("business", "account"):
        yield from (
            "",
            f"type {kind}",
            "  relations",
            "    define scope: [scope]",
            "    define own_client: [identity]",
        )
        for name in (*_ROLES, "access"):
            own = " or own_client" if name in ("client", "access") else ""
            yield f"    define {name}: {name} from scope{own}"


def tuples(graph: AccessGraph) -> Iterator[tuple[str, ...]]:
    """Yield the tuples: user type, id and relation; relation; object type and id."""
    scopes, name = Scopes(graph), graph.index.name
    for node in scopes.resources:
        yield ("scope", scope_id(name(int(scopes.of[node]))), "", "scope", *object_id(name(node)))
    said: set[tuple[int, int, str]] = set()
    principal = -1
    for held in scopes.held():
        if held.principal != principal:
            # Grants are ordered by principal.
            principal, said = held.principal, set()
        for role in roles(held.roles):
            relation = f"{'acting' if held.acting else 'holding'}_{role}"
            if (held.principal, held.scope, relation) not in said:
                said.add((held.principal, held.scope, relation))
                yield (*_user(name(held.principal)), relation, "scope", scope_id(name(held.scope)))
    for person, resource in scopes.own_clients():
        yield (*_user(name(person)), "own_client", *object_id(name(resource)))
    for client, vendor in scopes.clients():
        yield ("scope", scope_id(name(client)), "", "client_scope", "scope", scope_id(name(vendor)))


def _user(node: str) -> tuple[str, str, str]:
    return (*object_id(node), "")


def object_id(node: str) -> tuple[str, str]:
    """The type and id of a node: `=` and hex stand for the bytes that an engine forbids in ids.

    >>> object_id("account:a b")
    ('account', 'a=20b')
    """
    return kind_of(node).lower(), plain_id(native_id(node))


def scope_id(first: str) -> str:
    """The id of a scope by its first node.

    >>> scope_id("business:77128")
    'business=3a77128'
    """
    return plain_id(first)
