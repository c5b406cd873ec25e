"""Paths written out with their facts, and their order."""

from __future__ import annotations

from typing import NamedTuple

from inroads.cancellation import check
from inroads.model import AccessState, Certainty, Path, Role, Step
from inroads.network.access_graph import AccessGraph, Hop
from inroads.policy.grammar import GRAMMAR, Conveys, Phase
from inroads.reach.answers import CERTAINTY_RANKS, STATE_RANKS


class PathFacts(NamedTuple):
    certainty: Certainty
    reasons: tuple[str, ...]
    roles: tuple[Role, ...]
    length: int
    sound: bool


def _facts(graph: AccessGraph, hops: tuple[Hop, ...]) -> PathFacts:
    """The combined facts of the steps of a path."""
    phase: Phase | None = Phase.ACTING
    roles: tuple[Role, ...] = ()
    reasons = set(graph.latent(hops[0].principal))
    for hop in hops:
        phase = GRAMMAR.get((phase, hop.conveys)) if phase else None
        if hop.conveys is not Conveys.RESOLVE:
            roles = hop.grant.roles
        reasons.update(graph.latent(hop.resource))
        reasons.update(hop.grant.inactive)
    certainty = Certainty.STATED
    if phase is None:
        certainty, roles = Certainty.ASSOCIATED, (Role.UNKNOWN,)
    elif any(hop.conveys is not Conveys.RESOLVE for hop in hops[1:]):
        # The path passes through a business that the identity controls: a rule infers it, no
        # record.
        certainty = Certainty.INFERRED
    sound = not any(hop.grant.contested for hop in hops)
    return PathFacts(certainty, tuple(sorted(reasons)), roles, len(hops), sound)


def path_of(graph: AccessGraph, hops: tuple[Hop, ...]) -> Path:
    check()
    certainty, reasons, roles, *_ = _facts(graph, hops)
    steps = tuple(
        Step(
            hop.principal,
            hop.grant.relation,
            hop.resource,
            hop.grant.id,
            hop.grant.roles[0] if hop.grant.roles else None,
            hop.grant.words[0] if hop.grant.roles else None,
            hop.grant.contested,
        )
        for hop in hops
    )
    return Path(
        steps, roles, certainty, AccessState.LATENT if reasons else AccessState.ACTIVE, reasons
    )


def path_order(path: Path) -> tuple[int, int, int, str, tuple[str, ...]]:
    """The total order of paths: by certainty, state, length, printed form, grants."""
    grants = tuple(step.grant for step in path.steps)
    return (
        CERTAINTY_RANKS[path.certainty],
        STATE_RANKS[path.state],
        len(path.steps),
        str(path),
        grants,
    )
