"""Paths written out with their facts, and their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


def _certainties(hops: tuple[Hop, ...]) -> Iterator[Certainty]:
    """Yield the certainty of each step: a rule infers what a business holds that is acted for."""
    phase: Phase | None = Phase.ACTING
    for place, hop in enumerate(hops):
        phase = GRAMMAR.get((phase, hop.conveys)) if phase else None
        if phase is None:
            yield Certainty.ASSOCIATED
        elif place and hop.conveys is not Conveys.RESOLVE:
            yield Certainty.INFERRED
        else:
            yield Certainty.STATED


def _state(graph: AccessGraph, hop: Hop) -> AccessState:
    """Return LATENT where a grant is inactive, or an end is latent."""
    is_latent = not hop.grant.active or graph.latent(hop.principal) or graph.latent(hop.resource)
    return AccessState.LATENT if is_latent else AccessState.ACTIVE


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
            sure,
            _state(graph, hop),
        )
        for hop, sure in zip(hops, _certainties(hops), strict=True)
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
