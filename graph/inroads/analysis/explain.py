"""Explanations of an access: sentences, independent routes, and the cut that would end it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import combinations
from math import comb, inf
from typing import Final, NamedTuple, cast

import networkx as nx
import numpy as np

from inroads.analysis.choke_points import ended_alone
from inroads.analysis.remediation import FACTS
from inroads.analysis.routes import SINK, Network, count_routes, entrance, leaving
from inroads.columns.claimset import NONE
from inroads.model import (
    Access,
    AccessState,
    Certainty,
    Explanation,
    Grant,
    Relation,
)
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import grant_label, label, reasons_of, record_label
from inroads.policy.grammar import ACTING, GRAMMAR, Phase
from inroads.reach.filters import Allowed
from inroads.reach.states import acting_for, held_at
from inroads.text import LISTED, printable, shortened

MAX_CANDIDATES: Final = 2_000
"""The most sets of grants tried one by one for the least collateral.

Beyond that, the collateral of single grants decides.
"""


TOLD: Final = 3
"""The most contradictions that a sentence names."""


FEW: Final = 64
"""Of how many identities the accesses that a cut ends are kept for other explanations."""


_Routes = tuple[tuple[str, ...], ...]
"""The revocable grants of each path of an access, in order."""


class _Ending(NamedTuple):
    """How the accesses by some routes end.

    `words` name the cut as part of a sentence, and `shared` are the sentences about clients that
    several of the grants name.
    """

    routes: int
    cut: tuple[Grant, ...]
    words: str
    shared: str


class Explainer:
    """Explains accesses of a graph, such as those of one page, which share many grants."""

    def __init__(self, graph: AccessGraph) -> None:
        self.graph = graph
        self._held: dict[int, Mapping[int, int]] = {}
        self._lost: dict[frozenset[int], tuple[set[int], dict[int, Set[int]]]] = {}
        self._endings: dict[_Routes, _Ending] = {}

    def explain(self, access: Access) -> Explanation:
        """Explain an access; see `explain`."""
        ending = self._ending(access)
        return Explanation(ending.routes, ending.cut, _sentence(self.graph, access, ending))

    def _ending(self, access: Access) -> _Ending:
        """Return how an access ends, which is one for a business and the account that it keeps."""
        routes = _routes(access)
        ending = None if access.truncated else self._endings.get(routes)
        if ending is None:
            candidates = _candidates(self.graph, routes)
            count = _count_routes(self.graph, access, routes)
            least = _least_cut(self, access, routes, candidates, count)
            cut = tuple(self.graph.index.grant(candidates[each]) for each in least)
            shared = _shared_clients(self.graph, candidates.values())
            ending = _Ending(count, cut, _named(cut), shared)
            if not access.truncated:
                self._endings[routes] = ending
        return ending

    def collateral(self, access: Access, cut: Iterable[int], most: float = inf) -> int:
        """Count the other accesses, of all identities, that end when these grants are revoked.

        It counts no further than to `most`.
        """
        principal, resource = map(self.graph.number, (access.principal, access.resource))
        ended = 0
        for identity, lost in self._lost_by(frozenset(cut)):
            ended += len(lost) - (identity == principal and resource in lost)
            if ended >= most:
                break
        return ended

    def _lost_by(self, cut: frozenset[int]) -> Iterator[tuple[int, Set[int]]]:
        """Yield what each identity loses when these grants are revoked."""
        if cut not in self._lost:
            self._lost[cut] = _holders(self.graph, cut), {}
        holders, known = self._lost[cut]
        allowed = Allowed.without(self.graph.index, cut)
        for each in holders:
            lost = known[each] if each in known else self._loses(each, allowed)
            if len(known) < FEW:
                known[each] = lost
            yield each, lost

    def _loses(self, identity: int, allowed: Allowed) -> Set[int]:
        if identity not in self._held:
            self._held = {
                identity: held_at(self.graph, identity)
            }  # the next one asked is often the same
        return self._held[identity].keys() - held_at(self.graph, identity, allowed).keys()


def explain(graph: AccessGraph, access: Access) -> Explanation:
    """Explain an access: a sentence, independent routes, and the cut.

    Routes are independent when they share no grant; KEEPS and GROUP_OF are facts, not grants that
    can be revoked. The cut is the fewest grants whose removal ends the access; among equals, the
    grants that end the fewest other accesses.
    """
    return Explainer(graph).explain(access)


def _routes(access: Access) -> _Routes:
    """Return the revocable grants of each path."""
    return tuple(
        tuple(step.grant for step in path.steps if step.relation not in FACTS)
        for path in access.paths
    )


def _candidates(graph: AccessGraph, routes: _Routes) -> dict[str, int]:
    """Return the grants of routes with their numbers, in the order of the paths."""
    number = graph.index.grant_number
    # Each of them stands.
    return {grant: cast("int", number(grant)) for route in routes for grant in route}


def contested_grants(graph: AccessGraph, access: Access) -> tuple[Grant, ...]:
    """Return the contested grants on the paths that give the contested roles of an access."""
    roles = set(access.contested_roles)
    found = {
        step.grant: graph.grants[step.grant]
        for path in access.paths
        if not roles.isdisjoint(path.roles)
        for step in path.steps
        if step.contested
    }
    return tuple(found.values())


def _count_routes(graph: AccessGraph, access: Access, routes: _Routes) -> int:
    """Count the independent routes of an access."""
    # Every route begins with a grant of the identity, so there are not more routes than such grants.
    most = len({route[0] for route in routes})
    apart, passed = 0, set[str]()
    for route in routes:
        if passed.isdisjoint(route):
            apart += 1
            passed.update(route)
    if apart == most:
        return most
    return count_routes(_network(graph, access), *_ends(access))


def _network(graph: AccessGraph, access: Access) -> Network:
    """Return the paths' subgraph.

    Its nodes are (node, phase of the grammar), so that no walk outside the grammar appears. A grant
    is an edge of its own between two more nodes, so that parallel grants stay apart.
    """
    phased = all(path.certainty is not Certainty.ASSOCIATED for path in access.paths)
    network = Network()
    for path in access.paths:
        phase = Phase.ACTING
        for step in path.steps:
            here = (step.principal, phase)
            if phased:
                phase = GRAMMAR[phase, graph.policy.conveys(graph.grants[step.grant])]
            there = (step.resource, phase)
            network.add(here, there, None if step.relation in FACTS else step.grant)
        network.add((access.resource, phase), SINK)
    return network


def _ends(access: Access) -> tuple[Hashable, Hashable]:
    return (access.principal, Phase.ACTING), SINK


def _flow(
    graph: AccessGraph, access: Access, capacities: dict[str, int]
) -> tuple[int, tuple[str, ...]]:
    """Return the value and the grants of a minimum cut of the paths' subgraph."""
    network: nx.DiGraph[object] = nx.DiGraph()
    found = _network(graph, access)
    for here, following in found.following.items():
        network.add_edges_from((here, there) for there in following)
    for grant, capacity in capacities.items():
        network.edges[entrance(grant), leaving(grant)]["capacity"] = capacity
    value, (near, _) = nx.minimum_cut(network, *_ends(access))
    return int(value), tuple(
        grant for grant in capacities if entrance(grant) in near and leaving(grant) not in near
    )


def _least_cut(
    explainer: Explainer, access: Access, routes: _Routes, candidates: dict[str, int], size: int
) -> list[str]:
    """Return the grants of the cut, in the order of the paths."""
    if comb(len(candidates), size) <= MAX_CANDIDATES and not access.truncated:
        cuts = [
            cut
            for cut in combinations(sorted(candidates), size)
            if all(any(each in route for each in cut) for route in routes)
        ]
        several = len(cuts) > 1
        chosen = _least_collateral(explainer, access, candidates, cuts) if several else cuts[0]
    else:
        own = _ended_alone(explainer.graph, access, candidates)
        much = own.total() + 1
        _, chosen = _flow(explainer.graph, access, {each: much + own[each] for each in candidates})
    return [each for each in candidates if each in chosen]


def _least_collateral(
    explainer: Explainer,
    access: Access,
    candidates: dict[str, int],
    cuts: list[tuple[str, ...]],
) -> tuple[str, ...]:
    """Return the cut that ends the fewest other accesses, and the first of equals.

    Only the identity itself can use its own grants. So they are counted first, and the others,
    which thousands may use, no further than they could still be the least.
    """
    principal, own = explainer.graph.index.principal, explainer.graph.number(access.principal)
    cuts.sort(key=lambda cut: sum(principal[candidates[at]] != own for at in cut))
    least: tuple[float, tuple[str, ...]] = inf, ()
    for cut in cuts:
        numbers = [candidates[at] for at in cut]
        least = min(least, (explainer.collateral(access, numbers, least[0] + 1), cut))
    return least[1]


def _ended_alone(graph: AccessGraph, access: Access, candidates: dict[str, int]) -> Counter[str]:
    """Count the other accesses, of all identities, that each grant ends by itself."""
    principal, resource = graph.number(access.principal), graph.number(access.resource)
    holders = np.array(sorted(_holders(graph, candidates.values())), np.int64)
    ended: Counter[str] = Counter()
    for found in ended_alone(
        graph, holders, lambda who, what: (who != principal) | (what != resource)
    ):
        ended.update(map(graph.index.grant_name, found.grant.tolist()))
    return Counter({grant: ended[grant] for grant in candidates})


def _holders(graph: AccessGraph, grants: Iterable[int]) -> set[int]:
    """Return the identities that can use a grant: its principal, or identities acting for it."""
    return acting_for(graph.index, ((graph.index.principal[grant], ACTING) for grant in grants))


def _named(cut: Sequence[Grant]) -> str:
    """Return a cut as part of a sentence."""
    labels = [grant_label(grant) for grant in cut]
    if len(labels) == 1:
        return labels[0]
    named = [*labels[:LISTED], f"{len(labels) - LISTED:,} more"] if len(labels) > LISTED else labels
    return f"{len(labels)} grants: {', '.join(named[:-1])} and {named[-1]}"


def _sentence(graph: AccessGraph, access: Access, ending: _Ending) -> str:
    who, what = label(graph, access.principal), label(graph, access.resource)
    how = "by one route" if ending.routes == 1 else f"by {ending.routes} independent routes"
    if access.truncated:
        how = f"by at least {ending.routes} independent routes"
    if access.certainty is Certainty.ASSOCIATED:
        text = f"{who} is connected to {what} {how}, which is not access."
    else:
        roles = " and ".join(access.roles)
        text = f"{who} reaches {what} as {roles} {how}"
        text += "." if access.certainty is Certainty.STATED else ", by inference only."
    if access.state is AccessState.LATENT:
        text += f" It is latent: {reasons_of(access.reasons)}."
    if access.truncated:
        text += (
            " There are more paths than were looked at:"
            f" more routes may remain after revoking {ending.words}."
        )
    elif access.contested:
        text += _contested(graph, access)
    else:
        text += f" To end it, revoke {ending.words}."
    return text + ending.shared


def _contested(graph: AccessGraph, access: Access) -> str:
    """Return the sentences of a contested access: nothing but its contested records is to end."""
    roles = " and ".join(access.contested_roles)
    told = [
        f"{_fact_label(graph, grant)}: {printable(each.sentence)}"
        for grant in contested_grants(graph, access)
        for each in grant.contradictions
    ]
    more = f"; {len(told) - TOLD} more" if len(told) > TOLD else ""
    return (
        f" It is contested as {roles}: {'; '.join(told[:TOLD])}{more}."
        " Settle these records, and revoke nothing else for it."
    )


def _fact_label(graph: AccessGraph, grant: Grant) -> str:
    if grant.relation is Relation.KEEPS:
        return f"{label(graph, grant.resource)} as the account of {label(graph, grant.principal)}"
    return grant_label(grant)


def _shared_clients(graph: AccessGraph, grants: Collection[int]) -> str:
    """Return a sentence for each client of a vendor's account that two or more grants name."""
    index = graph.index
    if len({index.resource[grant] for grant in grants}) == len(grants):  # none share an account
        return ""
    found: defaultdict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for grant in grants:
        for row in range(index.evidence_of[grant], index.evidence_of[grant + 1]):
            if (number := index.clients[row]) != NONE:
                found[index.resource[grant], number].setdefault(grant, row)
    text = ""
    for (account, number), rows in found.items():
        if len(rows) > 1:
            named = shortened([*map(record_label, map(index.record, rows.values()))])
            both = "Both" if len(rows) == 2 else f"{len(rows)}"
            text += (
                f" {both} records ({', '.join(named)}) name client {number}"
                f" of {label(graph, index.name(account))}:"
                f" removing that client on the vendor's side may end {both.lower()}."
            )
    return text
