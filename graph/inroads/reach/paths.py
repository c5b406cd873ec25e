"""Paths written out with their facts, and their order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from inroads.cancellation import check
from inroads.model import AccessState, Certainty, Path, Role, Step
from inroads.network.access_graph import AccessGraph
from inroads.network.mappings import Hop
from inroads.policy.grammar import GRAMMAR, Conveys, Phase
from inroads.reach.answers import CERTAINTY_RANKS, STATE_RANKS


class PathFacts(NamedTuple):
    certainty: Certainty
    reasons: tuple[str, ...]
    roles: tuple[Role, ...]
    length: int
    sound: bool


def path_of(graph: AccessGraph, hops: tuple[Hop, ...]) -> Path:
    """Write out a path, with the certainty and state of each step."""
    check()
    phase: Phase | None = Phase.ACTING
    roles: tuple[Role, ...] = ()
    latent = graph.latent(hops[0].principal)
    reasons, inferred = set(latent), False
    steps: list[Step] = []
    for principal, resource, grant, conveys in hops:
        phase = GRAMMAR.get((phase, conveys)) if phase else None
        sure = Certainty.STATED if phase else Certainty.ASSOCIATED
        if conveys is not Conveys.RESOLVE:
            # A rule infers what a business holds that the identity acts for, no record.
            if steps and phase:
                sure, inferred = Certainty.INFERRED, True
            roles = grant.roles
        beyond = graph.latent(resource)
        is_latent = latent or beyond or not grant.active
        reasons.update(beyond, grant.inactive)
        steps.append(
            Step(
                principal,
                grant.relation,
                resource,
                grant.id,
                grant.roles[0] if grant.roles else None,
                grant.words[0] if grant.roles else None,
                grant.contested,
                sure,
                AccessState.LATENT if is_latent else AccessState.ACTIVE,
            )
        )
        latent = beyond
    certainty = Certainty.INFERRED if inferred else Certainty.STATED
    if phase is None:
        certainty, roles = Certainty.ASSOCIATED, (Role.UNKNOWN,)
    state = AccessState.LATENT if reasons else AccessState.ACTIVE
    return Path(tuple(steps), roles, certainty, state, tuple(sorted(reasons)))


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


class PathStep(NamedTuple):
    """A step of some paths, with the best certainty and state of any of them."""

    step: Step
    certainty: Certainty
    state: AccessState

    @property
    def id(self) -> str:
        """An id that no other step of the graph has; KEEPS is walked both ways."""
        return f"{self.step.grant}>{self.step.resource}"


class PathGraph(NamedTuple):
    """The nodes of paths with their layers, and the steps.

    The layer of a node is its place on the longest path to it, so that steps lead to higher layers
    unless paths take them both ways.
    """

    layers: dict[str, int]
    steps: list[PathStep]


def path_graph(paths: Iterable[Path]) -> PathGraph:
    """Join paths, best first, to a graph."""
    layers: dict[str, int] = {}
    steps: dict[str, PathStep] = {}
    for path in paths:
        layers.setdefault(path.steps[0].principal, 0)
        for place, step in enumerate(path.steps, 1):
            layers[step.resource] = max(layers.get(step.resource, 0), place)
            here = PathStep(step, path.certainty, path.state)
            known = steps.get(here.id, here)
            certainty = min(known.certainty, here.certainty, key=CERTAINTY_RANKS.__getitem__)
            state = min(known.state, here.state, key=STATE_RANKS.__getitem__)
            steps[here.id] = PathStep(step, certainty, state)
    return PathGraph(layers, list(steps.values()))
