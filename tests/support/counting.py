"""A census counted one access at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from inroads.analysis.census import Counts
from inroads.columns.claimset import ROLES
from inroads.model import AccessState, Certainty
from inroads.policy.loading import load_policy
from inroads.reach.answers import Summary

CONTROLLING = load_policy("""
[roles.MANAGER]
controls = true
[roles.CLIENT]
controls = true
[relations.ROLE]
controlling = "CONTROL"
otherwise = "CONTROL"
""")
"""Managers, clients and every role row control: paths are long, and pass through many businesses."""


def one_by_one(summaries: Iterable[Summary]) -> Counts:
    """The figures of an answer, counted access by access."""
    found: Counter[Any] = Counter()
    for each in summaries:
        found.update(["total", each.certainty, each.state, *each.roles])
        found["contested"] += bool(each.contested)
    return Counts(
        found["total"],
        found[Certainty.STATED],
        found[Certainty.INFERRED],
        found[AccessState.ACTIVE],
        found[AccessState.LATENT],
        found["contested"],
        {role: found[role] for role in ROLES if found[role]},
    )
