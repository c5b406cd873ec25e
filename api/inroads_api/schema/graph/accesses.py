"""The GraphQL types of accesses, their filters, counts and explanations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, NamedTuple, TypeVar

import strawberry

from inroads import model
from inroads.analysis.census import counts_of, scope_counts_of
from inroads.analysis.changes import AccessFacts as Facts
from inroads.analysis.explain import Explainer
from inroads.errors import BadId, InroadsError
from inroads.model import (
    AccessState,
    Capability,
    Certainty,
    Mode,
    NodeKind,
    Relation,
    Role,
    kind_of,
    node_id,
)
from inroads.network.access_graph import AccessGraph
from inroads.reach import answers, filters, questions
from inroads.reach.answers import AccessOrder, scopes_of
from inroads_api.limits import MAX_FIRST
from inroads_api.schema import fields
from inroads_api.schema.context import asked, own_ids
from inroads_api.schema.fields import ID, described, field, mirror, optional, stated, value
from inroads_api.schema.graph.coverage import Coverage
from inroads_api.schema.graph.evidence import Contradiction, contradictions_of
from inroads_api.schema.graph.grants import Grant
from inroads_api.schema.graph.node import AnIdentity, Node, identity, node
from inroads_api.schema.graph.paths import PathList
from inroads_api.schema.graph.views.bundles import BundleList, bundle_list
from inroads_api.schema.graph.views.path_graphs import PathGraph, graph_of
from inroads_api.schema.pages import (
    MAX_OFFSET,
    Connection,
    Elsewhere,
    First,
    Page,
    Window,
    rows,
    within,
)
from inroads_api.schema.resolved import find, resolved, unknown
from inroads_api.versions.versions import Version

_T = TypeVar("_T")
Row = answers.Row[model.Access]

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

    def chosen(self, graph: AccessGraph) -> filters.AccessFilter:
        """Return the filter as the library takes it.

        Raises BadId, and InroadsError BAD_FILTER and VERSIONS_DIFFER.
        """
        avoided = own_ids(graph, self.avoid or ())

        def given(listed: list[_T] | None) -> frozenset[_T] | None:
            return frozenset(listed) if listed or listed == [] else None

        return filters.AccessFilter(
            given(self.roles),
            given(self.capabilities),
            self.certainty or None,
            self.state or None,
            given(self.via),
            # A grant id is the resource's id, then `#` and the rest; it is compared as it stands.
            frozenset(each if "#" in each else node_id(each) for each in avoided),
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
Sort = Annotated[AccessOrder | None, strawberry.argument(description="The order of the list.")]
ModeArgument = Annotated[
    Mode | None,
    strawberry.argument(description="Whether to follow what conveys access, or every connection."),
]


@described
class AccessFacts:
    """The roles, capabilities, certainty, state and doubt of an access in one version."""

    found: strawberry.Private[model.Access | Facts | Row]

    roles: list[Role] = stated("found.roles", "The maximal roles over the paths.")
    capabilities: list[Capability] = stated(
        "found.capabilities", "What these roles can do, by the policy's table."
    )
    certainty: Certainty = stated("found.certainty", "How sure the best path is.")
    state: AccessState = stated("found.state", "Active when any path is.")
    state_reasons: list[str] = stated(
        "found.reasons", "Why it is latent, as codes; none when it is active."
    )
    contested: bool = stated(
        "found.contested",
        "True if any role rests on contested paths alone: records contradict each other about it.",
    )
    contested_roles: list[Role] = stated(
        "found.contested_roles", "The roles of which every path is contested."
    )


@described
class Access(AccessFacts):
    """The access of one identity to one resource."""

    graph: strawberry.Private[AccessGraph]
    found: strawberry.Private[model.Access | Row]
    many: strawberry.Private[bool] = False
    explainer: strawberry.Private[Explainer | None] = None

    @property
    def whole(self) -> model.Access:
        """The access with its paths. Raises InroadsError FIRST_OUT_OF_RANGE on a large page."""
        if self.many:
            raise InroadsError(
                f"with paths a page has up to {MAX_FIRST} accesses", "FIRST_OUT_OF_RANGE"
            )
        return self.found.whole if isinstance(self.found, answers.Row) else self.found

    @field
    def principal(self) -> AnIdentity:
        """The identity that reaches the resource."""
        return identity(self.graph, self.found.principal)

    @field
    def resource(self) -> Node:
        """The business or account that is reached."""
        return node(self.graph, self.found.resource)

    distance: int = stated("found.distance", "The number of steps of the shortest path.")

    @field
    def contradictions(self) -> list[Contradiction]:
        """The contradictions on the paths of the contested roles, each once."""
        return contradictions_of(self.graph, self.found.contradictions)

    @field
    def paths(self, first: First = 5) -> PathList:
        """The paths that prove the access, by certainty, state, length and printed form."""
        return PathList(graph=self.graph, found=self.whole, count=within(first, 5))

    @field
    def path_graph(self, first: First = 100) -> PathGraph:
        """The first paths as one graph, in which each node and each step is there once."""
        return graph_of(self.graph, self.whole, within(first, MAX_FIRST))

    @field
    def coverage(self) -> Coverage:
        """The coverage of what the identity reaches: complete if no other path can be missing."""
        return mirror(Coverage, self.graph.coverage_of_access(self.whole))

    @field
    def explanation(self) -> Explanation:
        """The number of independent routes, and the grants whose removal would end them."""
        explained = (self.explainer or Explainer(self.graph)).explain(self.whole)
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
class Scope:
    """A business with the accounts that it keeps, as one row of a list."""

    graph: strawberry.Private[AccessGraph]
    key: strawberry.Private[str]

    @field
    def node(self) -> Node:
        """The business; the account itself if no business is known that keeps it."""
        return node(self.graph, self.key)

    accesses: list[Access] = value("The accesses to the business and its accounts, in order.")


@described
class ScopeList:
    """The scopes of a list of accesses, in the order of their best accesses."""

    answer: strawberry.Private[answers.AccessAnswers[model.Access]]
    nodes: list[Scope] = value("The scopes.")
    total_count: int = value("The number of scopes of the whole list.")
    counts: AccessCounts = stated(
        lambda self: scope_counts_of(self.answer.graph, self.answer.columns),
        "How many scopes the filter keeps; one counts under a figure if any of its accesses does.",
    )


@described
class AccessConnection(Connection[Access]):
    """A page of accesses, by certainty, state, distance and printed form."""

    answer: strawberry.Private[answers.AccessAnswers[model.Access]]
    narrowed: strawberry.Private[Callable[[AccessFilter | None], Narrowed]]
    ordered: strawberry.Private[Sequence[answers.Summary]]
    key: strawberry.Private[str]
    again: strawberry.Private[Callable[[AccessGraph], AccessConnection]]

    @field
    def truncated(self) -> bool:
        """True if a limit cut the search itself short: there may be more accesses."""
        return self.answer.truncated

    @field
    def coverage(self) -> Coverage:
        """The coverage of the documents, so that "nobody else" is never claimed falsely."""
        return mirror(Coverage, self.answer.coverage)

    counts: AccessCounts = stated(
        lambda self: counts_of(self.answer.graph, self.answer.columns),
        "How many accesses the filter keeps, by certainty, state and role.",
    )

    @field
    def bundles(
        self,
        filter: Filter = strawberry.UNSET,  # noqa: A002  # the name in the GraphQL schema
        first: First = 50,
        members: Annotated[
            int | None, strawberry.argument(description="How many members to give, from 0 to 100.")
        ] = 10,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="The `after` of a bundle: give its next members, and what hangs on"
                " these."
            ),
        ] = strawberry.UNSET,
    ) -> BundleList:
        """The accesses as a tree, in which what hangs on one parent in the same way is one bundle.

        `filter` takes the place of the filter of the list. A bundle is listed only if its parent
        is the node that was asked about, or a listed member; parents come first. BAD_MODE with the
        mode ASSOCIATION.
        """
        counts = within(first, 50), within(members, 10, "members")

        def listed(accesses: AccessConnection) -> BundleList:
            return bundle_list(*accesses.narrowed(filter or None), after or None, *counts)

        try:
            return listed(self)
        except Elsewhere as elsewhere:
            return listed(elsewhere.answered(self))

    def in_version(self, version: Version) -> AccessConnection | None:
        """Return the first page of the list in another version, or None if its node is unknown."""
        return self.again(version.graph) if self.key in version.graph else None

    @field
    def scopes(
        self,
        first: First = 50,
        offset: Annotated[
            int | None, strawberry.argument(description="How many scopes to pass over.")
        ] = 0,
    ) -> ScopeList:
        """The list with a business and the accounts that it keeps as one row.

        Identities are their own rows.
        """
        graph, answer = self.answer.graph, self.answer
        size, start = within(first, 50), within(offset, 0, "offset", most=MAX_OFFSET)
        found = scopes_of(graph, self.ordered)
        return ScopeList(
            answer=answer,
            nodes=[
                Scope(
                    graph=graph,
                    key=scope.key,
                    accesses=[
                        Access(graph=graph, found=row)
                        for row in answer.rows_of([self.ordered[place] for place in scope.places])
                    ],
                )
                for scope in found[start : start + size]
            ],
            total_count=len(found),
        )


class Narrowed(NamedTuple):
    """An answer under another filter, and the question that it answers."""

    answer: answers.AccessAnswers[model.Access]
    question: tuple[object, ...]


Ask = Callable[[AccessGraph, filters.AccessFilter], answers.AccessAnswers[model.Access]]
"""A question about the accesses of one node."""


def accesses(
    graph: AccessGraph,
    key: str,
    question: tuple[object, ...],
    ask: Ask,
    chosen: AccessFilter | None,
    sort: AccessOrder | None,
    page: Page,
) -> AccessConnection:
    """Return a page of an answer about a node; paths are written out only if they are read."""
    given = chosen.chosen(graph) if chosen else filters.ALL
    answer = ask(graph, given)
    order = sort or AccessOrder.BEST
    ordering = answer.sorted_by(order)
    named = (*question, given) if order is AccessOrder.BEST else (*question, given, order)

    def load(part: slice) -> list[Access]:
        rows = answer.rows_of(ordering.summaries[part])
        many, explainer = len(rows) > MAX_FIRST, Explainer(graph)
        return [Access(graph=graph, found=row, many=many, explainer=explainer) for row in rows]

    def narrowed(other: AccessFilter | None) -> Narrowed:
        if other is None:
            return Narrowed(answer, (*question, given))
        narrower = other.chosen(graph)
        return Narrowed(ask(graph, narrower), (*question, narrower))

    def again(other: AccessGraph) -> AccessConnection:
        return accesses(other, key, question, ask, chosen, sort, Page(page.size))

    return AccessConnection(
        window=Window(graph, named, ordering.keys, load, page),
        answer=answer,
        narrowed=narrowed,
        ordered=ordering.summaries,
        key=key,
        again=again,
    )


def reached_by_field(what: str) -> Any:
    """Return the field that lists the identities that reach a business or an account."""

    def reached_by(
        self: Node,
        page: Page,
        filter: Filter = strawberry.UNSET,  # noqa: A002  # the name in the GraphQL schema
        mode: ModeArgument = Mode.ACCESS,
        sort: Sort = AccessOrder.BEST,
    ) -> AccessConnection:
        mode = mode or Mode.ACCESS
        return accesses(
            self.graph,
            self.key,
            ("reachedBy", self.key, mode),
            lambda graph, chosen: questions.reached_by(graph, self.key, chosen, mode),
            filter or None,
            sort,
            page,
        )

    reached_by.__doc__ = f"Every identity that reaches this {what}, and how."
    return rows(reached_by)


@strawberry.input(description="An identity and what it may reach.")
class AccessKey:
    """The two ends of an access."""

    principal: ID = strawberry.field(description="An identity, by its node id or its email.")
    resource: ID = strawberry.field(description="A business or an account, by its node id.")


def access_of(seen: Version, principal: str, resource: str, mode: Mode | None) -> Access | None:
    """Return the access of a pair, or None if both are known and there is none.

    Raises BadId, and NotFound for an end that the graph does not know, with the nearest.
    """
    version, (principal, resource) = asked(seen, principal, resource)
    graph = version.graph
    who, what = find(graph, principal), resolved(node_id(resource))
    if who is None:
        raise unknown(graph, principal, [NodeKind.IDENTITY])
    if what not in graph:
        raise unknown(graph, resource, RESOURCES)
    if kind_of(who) is not NodeKind.IDENTITY:
        raise BadId(f"{principal!r} is not an identity")
    found = questions.access(graph, who, what, mode=mode or Mode.ACCESS)
    return Access(graph=graph, found=found) if found else None
