"""The roles of an access that rest on contested paths alone."""

from __future__ import annotations

import numpy as np

from inroads.columns.arrays import Flags, Ints
from inroads.columns.claimset import ROLES
from inroads.model import Role
from inroads.network.access_graph import AccessGraph


def contested_roles(graph: AccessGraph, roles: int, sound: int) -> tuple[Role, ...]:
    """Return the maximal ones of these roles that are not among the sound ones; both are bits."""
    if roles == sound:
        return ()
    return tuple(role for role in graph.roles_of(roles) if not sound >> ROLES.index(role) & 1)


def are_contested(graph: AccessGraph, roles: Ints, sound: Ints) -> Flags:
    """Return a mask of the accesses of which any role is contested."""
    marks = np.zeros(len(roles), np.bool_)
    places = np.flatnonzero(roles != sound)
    pairs, which = np.unique([roles[places], sound[places]], axis=1, return_inverse=True)
    each = [bool(contested_roles(graph, *pair)) for pair in pairs.T.tolist()]
    marks[places] = np.array(each, np.bool_)[which]
    return marks
