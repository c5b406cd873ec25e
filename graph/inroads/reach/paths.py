"""Paths written out with their facts, and their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from inroads.cancellation import check
from inroads.model import AccessState, Certainty, Path, Role, Step
from inroads.network.access_graph import AccessGraph
from inroads.policy.grammar import ACTING, FORWARD, OUTSIDE, RESOLVE
from inroads.reach.answers import CERTAINTY_RANKS, STATE_RANKS


class PathFacts(NamedTuple):
    certainty: Certainty
    reasons: tuple[str, ...]
    roles: tuple[Role, ...]
    length: int
    sound: bool


PathHop = tuple[int, int, int]
"""A hop in walking order by numbers: its ends and its grant."""


def path_of(graph: AccessGraph, hops: Sequence[PathHop]) -> Path:
    """Write out a path, with the certainty and state of each step."""
    check()
    index = graph.index
    phase, inferred = ACTING, False
    roles: tuple[Role, ...] = ()
    latent = graph.latent_at(hops[0][0])
    reasons = set(latent)
    steps: list[Step] = []
    for near, far, number in hops:
        grant, conveys = index.facts(number), index.conveys[number]
        if phase != OUTSIDE:
            phase = FORWARD[phase][conveys]
        sure = ASSOCIATED if phase == OUTSIDE else STATED
        if conveys != RESOLVE:
            # A rule infers what a business holds that the identity acts for, no record.
            if steps and phase != OUTSIDE:
                sure, inferred = INFERRED, True
            roles = grant.roles
        beyond = graph.latent_at(far)
        is_latent = latent or beyond or not grant.active
        if is_latent:
            reasons.update(beyond, grant.inactive)
        # A KEEPS is walked both ways.
        forth = index.principal[number] == near
        steps.append(
            Step(
                grant.principal if forth else grant.resource,
                grant.relation,
                grant.resource if forth else grant.principal,
                grant.id,
                grant.roles[0] if grant.roles else None,
                grant.word,
                grant.contested,
                sure,
                LATENT if is_latent else ACTIVE,
            )
        )
        latent = beyond
    certainty = INFERRED if inferred else STATED
    if phase == OUTSIDE:
        certainty, roles = ASSOCIATED, _UNKNOWN
    state = LATENT if reasons else ACTIVE
    return Path(tuple(steps), roles, certainty, state, tuple(sorted(reasons)))


# Before Python 3.12 a member of an enumeration takes ten times as long as a name.
STATED, INFERRED, ASSOCIATED = Certainty
ACTIVE, LATENT = AccessState
_UNKNOWN: Final = (Role.UNKNOWN,)


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
    def place(self) -> str:
        """The grant and the direction: KEEPS is walked both ways. No other step of a graph has it."""
        return f"{self.step.grant}>{self.step.resource}"

    @property
    def id(self) -> str:
        """An id of the step as it is here: in the graph of another access it may be less sure."""
        return f"{self.place}:{self.certainty}:{self.state}"


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
            known = steps.get(here.place, here)
            certainty = min(known.certainty, here.certainty, key=CERTAINTY_RANKS.__getitem__)
            state = min(known.state, here.state, key=STATE_RANKS.__getitem__)
            steps[here.place] = PathStep(step, certainty, state)
    return PathGraph(layers, list(steps.values()))
