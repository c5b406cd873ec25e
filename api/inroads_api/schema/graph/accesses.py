"""The GraphQL types of accesses, their filters, counts and explanations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, TypeVar

import strawberry

from inroads import model
from inroads.analysis import explain
from inroads.analysis.changes import AccessFacts as Facts
from inroads.model import (
    AccessState,
    Capability,
    Certainty,
    Mode,
    NodeKind,
    Relation,
    Role,
    node_id,
)
from inroads.network.access_graph import AccessGraph
from inroads.reach import answers, filters, questions
from inroads_api.schema import fields
from inroads_api.schema.fields import ID, described, field, mirror, optional, stated, value
from inroads_api.schema.graph.coverage import Coverage
from inroads_api.schema.graph.evidence import Contradiction, contradictions_of
from inroads_api.schema.graph.grants import Grant
from inroads_api.schema.graph.node import AnIdentity, Node, identity, node
from inroads_api.schema.graph.paths import PathList
from inroads_api.schema.pages import Connection, First, Page, Window, connection, within, written

_T = TypeVar("_T")

RESOURCES: Final = [NodeKind.BUSINESS, NodeKind.ACCOUNT]
"""The node kinds that are queried by default."""


@strawberry.input(
    description="Which accesses are asked for; everything not given is allowed. `via`, `avoid` and"
    " `maxSteps` drop paths; what remains of an access is then kept if it has any of `roles`, any"
    " of `capabilities`, this `certainty` and this `state`, and is `contested` or not."
)
class AccessFilter:
    """A filter of accesses, as the input of a query."""

    roles: list[Role] | None = optional("Any of these roles.")
    capabilities: list[Capability] | None = optional("Any of these capabilities.")
    certainty: Certainty | None = optional("This certainty.")
    state: AccessState | None = optional("This state.")
    via: list[Relation] | None = optional(
        "Only paths over these relations; KEEPS is always allowed."
    )
    avoid: list[ID] | None = optional("No paths through these nodes or grants, by their ids.")
    max_steps: int | None = optional("No paths of more steps.")
    contested: bool | None = optional(
        "True: only accesses of which a role is contested. False: only the others."
    )

    def chosen(self) -> filters.AccessFilter:
        """Return the filter as the library takes it. Raises BadId, and InroadsError BAD_FILTER."""

        def given(listed: list[_T] | None) -> frozenset[_T] | None:
            return frozenset(listed) if listed or listed == [] else None

        return filters.AccessFilter(
            given(self.roles),
            given(self.capabilities),
            self.certainty or None,
            self.state or None,
            given(self.via),
            # A grant id is the resource's id, then `#` and the rest; it is compared as it stands.
            frozenset(each if "#" in each else node_id(each) for each in self.avoid or ()),
            None if self.max_steps is strawberry.UNSET else self.max_steps,
            None if self.contested is strawberry.UNSET else self.contested,
        )


@described
class RoleCount:
    """The number of accesses that have a role."""

    role: Role = fields.value("The role.")
    count: int = fields.value("How many accesses have it as a maximal role.")


@described
class AccessCounts:
    """The number of accesses, each of one identity to one business or account.

    An access with two maximal roles counts under both.
    """

    total: int = fields.value("All of them.")
    stated: int = fields.value("Those of which a path is stated.")
    inferred: int = fields.value("Those of which every path is inferred.")
    active: int = fields.value("Those of which a path is active.")
    latent: int = fields.value("Those of which every path is latent.")
    contested: int = fields.value("Those of which a role rests on contested paths alone.")
    by_role: list[RoleCount] = fields.stated(
        lambda self: [RoleCount(role=role, count=count) for role, count in self.roles.items()],
        "How many have each role; roles that none has are left out.",
    )


Kinds = Annotated[
    list[NodeKind] | None,
    strawberry.argument(description="The kinds of resource that are asked for."),
]
Filter = Annotated[
    AccessFilter | None, strawberry.argument(description="Which accesses are asked for.")
]
ModeArgument = Annotated[
    Mode | None,
    strawberry.argument(description="Whether to follow what conveys access, or every connection."),
]


@described
class AccessFacts:
    """The roles, capabilities, certainty, state and doubt of an access in one version."""

    found: strawberry.Private[model.Access | Facts]

    roles: list[Role] = stated(lambda self: self.found.roles, "The maximal roles over the paths.")
    capabilities: list[Capability] = stated(
        lambda self: self.found.capabilities, "What these roles can do, by the policy's table."
    )
    certainty: Certainty = stated(lambda self: self.found.certainty, "How sure the best path is.")
    state: AccessState = stated(lambda self: self.found.state, "Active when any path is.")
    state_reasons: list[str] = stated(
        lambda self: self.found.reasons, "Why it is latent, as codes; none when it is active."
    )
    contested: bool = stated(
        lambda self: self.found.contested,
        "True if any role rests on contested paths alone: records contradict each other about it.",
    )
    contested_roles: list[Role] = stated(
        lambda self: self.found.contested_roles, "The roles of which every path is contested."
    )


@described
class Access(AccessFacts):
    """The access of one identity to one resource."""

    graph: strawberry.Private[AccessGraph]
    found: strawberry.Private[model.Access]

    @field
    def principal(self) -> AnIdentity:
        """The identity that reaches the resource."""
        return identity(self.graph, self.found.principal)

    @field
    def resource(self) -> Node:
        """The business or account that is reached."""
        return node(self.graph, self.found.resource)

    distance: int = stated(
        lambda self: self.found.distance, "The number of steps of the shortest path."
    )

    @field
    def contradictions(self) -> list[Contradiction]:
        """The contradictions on the paths of the contested roles, each once."""
        return contradictions_of(self.graph, self.found.contradictions)

    @field
    def paths(self, first: First = 5) -> PathList:
        """The paths that prove the access, by certainty, state, length and printed form."""
        return PathList(graph=self.graph, found=self.found, count=within(first, 5))

    @field
    def explanation(self) -> Explanation:
        """The number of independent routes, and the grants whose removal would end them."""
        explained = explain.explain(self.graph, self.found)
        return Explanation(
            independent_routes=explained.independent_routes,
            cut=[Grant(graph=self.graph, held=each) for each in explained.cut],
            sentence=explained.sentence,
        )


@described
class Explanation:
    """An explanation of how an access could be ended."""

    independent_routes: int = value("The most paths that share no grant which one could revoke.")
    cut: list[Grant] = value(
        "The fewest grants whose removal ends the access; among equals, those that end the least"
        " else."
    )
    sentence: str = value("All of it in plain English.")


@described
class AccessConnection(Connection[Access]):
    """A page of accesses, by certainty, state, distance and printed form."""

    answer: strawberry.Private[answers.AccessAnswers[model.Access]]

    @field
    def truncated(self) -> bool:
        """True if a limit cut the search itself short: there may be more accesses."""
        return self.answer.truncated

    @field
    def coverage(self) -> Coverage:
        """The coverage of the documents, so that "nobody else" is never claimed falsely."""
        return mirror(Coverage, self.answer.coverage)


def accesses(
    graph: AccessGraph,
    question: Sequence[object],
    answer: answers.AccessAnswers[model.Access],
    page: Page,
) -> AccessConnection:
    """Return a page of an answer; only the accesses of the page are made into objects."""
    keys = [summary.key for summary in answer.summaries]

    load = written(answer, lambda each: Access(graph=graph, found=each))
    return AccessConnection(window=Window(graph.version, question, keys, load, page), answer=answer)


def reached_by_field(what: str) -> Any:
    """Return the field that lists the identities that reach a business or an account."""

    def reached_by(
        self: Node,
        page: Page,
        filter: Filter = strawberry.UNSET,  # noqa: A002  # the name in the GraphQL schema
        mode: ModeArgument = Mode.ACCESS,
    ) -> AccessConnection:
        chosen = filter.chosen() if filter else filters.ALL
        mode = mode or Mode.ACCESS
        answer = questions.reached_by(self.graph, self.key, chosen, mode)
        return accesses(self.graph, ("reachedBy", self.key, chosen, mode), answer, page)

    reached_by.__doc__ = f"Every identity that reaches this {what}, and how."
    return connection(reached_by)
