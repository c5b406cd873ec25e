"""The GraphQL types of the scope of a campaign."""

from __future__ import annotations

import strawberry
from msgspec import UNSET

from inroads.model import AccessState, Certainty, NodeKind, Role
from inroads.review import Scope
from inroads_api.schema.fields import ID, described, known, optional, value
from inroads_api.schema.graph.accesses import RESOURCES


@described
class ReviewScope:
    """The accesses that a campaign is about; an empty or null field does not restrict them."""

    identities: list[ID] = value("Only of these identities, by their node ids.")
    resources: list[ID] = value("Only to these businesses and accounts, by their node ids.")
    roles: list[Role] = value("Only with any of these roles.")
    certainty: Certainty | None = value("Only of this certainty.")
    state: AccessState | None = value("Only in this state.")
    kinds: list[NodeKind] = value("Only to any of these kinds.")
    contested: bool | None = value("Only with a contested role, or only without one.")


def scope_of(scope: Scope) -> ReviewScope:
    """Return the GraphQL object of a campaign's scope."""
    return ReviewScope(
        identities=[ID(each) for each in scope.identities],
        resources=[ID(each) for each in scope.resources],
        roles=[each for each in Role if each in scope.roles],
        certainty=scope.certainty,
        state=scope.state,
        kinds=[each for each in NodeKind if each in scope.kinds],
        contested=known(scope.contested),
    )


@strawberry.input(description="Which accesses a campaign is about; everything not given is in it.")
class ReviewScopeInput:
    """The scope of a campaign, as the input of a mutation."""

    identities: list[ID] | None = optional("Only of these identities, by their node ids or emails.")
    resources: list[ID] | None = optional(
        "Only to these businesses and accounts, exactly these, by their node ids."
    )
    roles: list[Role] | None = optional("Only with any of these roles.")
    certainty: Certainty | None = optional("Only of this certainty.")
    state: AccessState | None = optional("Only in this state.")
    kinds: list[NodeKind] | None = optional("Only to businesses, or to accounts.")
    contested: bool | None = optional("True: only with a contested role. False: only without one.")

    def chosen(self) -> Scope:
        """Return the scope as the library takes it."""
        return Scope(
            tuple(self.identities or ()),
            tuple(self.resources or ()),
            frozenset(self.roles or ()),
            self.certainty or None,
            self.state or None,
            frozenset(self.kinds or RESOURCES),
            self.contested if isinstance(self.contested, bool) else UNSET,
        )
