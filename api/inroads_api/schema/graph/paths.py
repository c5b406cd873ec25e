"""The GraphQL types of the paths that prove an access, and of their steps."""

from __future__ import annotations

from functools import partial

import strawberry

from inroads import model
from inroads.model import AccessState, Certainty, Relation, Role
from inroads.network import wording
from inroads.network.access_graph import AccessGraph
from inroads_api.schema.fields import described, field, stated
from inroads_api.schema.graph.grants import Grant
from inroads_api.schema.graph.node import Node, node


@described
class PathList:
    """The first paths of an access."""

    graph: strawberry.Private[AccessGraph]
    found: strawberry.Private[model.Access]
    count: strawberry.Private[int]

    @field
    def nodes(self) -> list[Path]:
        """The paths, best first."""
        return [Path(graph=self.graph, walked=each) for each in self.found.paths[: self.count]]

    @field
    def truncated(self) -> bool:
        """True if there are more paths, or may be because a limit cut the search short."""
        return self.found.truncated or len(self.found.paths) > self.count


@described
class Path:
    """An ordered list of steps that proves an access."""

    graph: strawberry.Private[AccessGraph]
    walked: strawberry.Private[model.Path]

    @field
    def steps(self) -> list[Step]:
        """The steps, from the identity to the resource."""
        return [Step(graph=self.graph, taken=each) for each in self.walked.steps]

    role: Role = stated(
        "walked.role",
        "The role that the path conveys; UNKNOWN for a mere association.",
    )
    roles: list[Role] = stated(
        "walked.roles",
        "All roles of the grant that conveys the access; more than one where its records disagree.",
    )
    certainty: Certainty = stated("walked.certainty", "How sure the path is.")
    state: AccessState = stated(
        "walked.state",
        "How alive the path is: latent if any node or grant on it is.",
    )
    state_reasons: list[str] = stated(
        "walked.reasons", "Why it is latent, as codes; none when it is active."
    )
    contested: bool = stated(
        "walked.contested",
        "True if a step is: records contradict each other about its grant.",
    )

    @field
    def sentence(self) -> str:
        """The path in plain English."""
        return wording.path_sentence(self.graph, self.walked)


@described
class Step:
    """A hop of a path, its ends in walking order."""

    graph: strawberry.Private[AccessGraph]
    taken: strawberry.Private[model.Step]

    @partial(field, name="from")
    def principal(self) -> Node:
        """The node at which the step starts."""
        return node(self.graph, self.taken.principal)

    relation: Relation = stated(
        "taken.relation",
        "The relation that is followed; KEEPS is followed both ways.",
    )

    @partial(field, name="to")
    def resource(self) -> Node:
        """The node at which the step ends."""
        return node(self.graph, self.taken.resource)

    role: Role | None = stated("taken.role", "The role of the grant, for relations that have one.")
    raw_role: str | None = stated("taken.raw_role", "The document's own word for the role.")
    contested: bool = stated(
        "taken.contested", "True if records contradict each other about the grant."
    )

    certainty: Certainty = stated(
        "taken.certainty",
        "How sure the step is; a path is as sure as its least sure step.",
    )
    state: AccessState = stated(
        "taken.state",
        "How alive the step is: latent if its grant or an end of it is.",
    )

    @field
    def grant(self) -> Grant | None:
        """The grant that the step goes over, with its evidence."""
        return Grant(graph=self.graph, held=self.graph.grants[self.taken.grant])
