"""A plan that ends one access."""

from __future__ import annotations

import msgspec

from inroads.analysis.explain import contested_grants, explain
from inroads.analysis.outcome import Outcome
from inroads.analysis.remediation import FACTS
from inroads.analysis.what_if import WhatIf
from inroads.markup import table
from inroads.model import Access, Explanation, Grant
from inroads.network.access_graph import AccessGraph


class RevocationPlan(msgspec.Struct, frozen=True):
    """A plan that ends one access: the cut with the least collateral, and its outcomes.

    The plan of a contested access names the contested grants alone: nothing else is to end for it.
    There are none where only facts are contested, which nobody can revoke.
    """

    access: Access
    explanation: Explanation
    what_if: WhatIf[AccessGraph]

    def __repr__(self) -> str:
        ends = f"{self.access.principal} -> {self.access.resource}"
        return f"RevocationPlan: {ends}: {self.explanation.sentence}"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        rows = ({"revoke": each.record, "how": each.sentence} for each in self.what_if.remedies)
        told = table(self.explanation.sentence, rows, len(self.what_if.remedies))
        return "\n".join([told, self.what_if._repr_html_()])

    @property
    def revoke(self) -> tuple[Grant, ...]:
        """The grants to revoke."""
        return self.what_if.removed

    @property
    def verified(self) -> bool:
        """Return whether the access ends, by the graph without these grants."""
        ends = (self.access.principal, self.access.resource)
        return any((each.principal, each.resource) == ends for each in self.what_if.ended)

    @property
    def truncated(self) -> bool:
        """Return whether a limit cut the paths of an access short, so that more may remain."""
        return self.access.truncated or self.what_if.truncated

    @property
    def also(self) -> tuple[Outcome, ...]:
        """The other accesses that would end or change."""
        ends = (self.access.principal, self.access.resource)
        return tuple(
            each
            for each in self.what_if.outcomes
            if each.kinds and (each.principal, each.resource) != ends
        )


def plan(graph: AccessGraph, access: Access) -> RevocationPlan:
    """Return the plan that ends an access of the graph, however many grants it takes."""
    explanation = explain(graph, access)
    grants = contested_grants(graph, access) if access.contested else explanation.cut
    cut = [grant.id for grant in grants if grant.relation not in FACTS]
    return RevocationPlan(access, explanation, WhatIf(graph, cut, most=len(cut)))
