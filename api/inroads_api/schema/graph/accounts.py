"""The GraphQL type of accounts."""

from __future__ import annotations

from inroads.analysis.census import counts
from inroads.model import NodeKind, native_id
from inroads_api.schema.fields import ID, attribute, described, field, stated
from inroads_api.schema.graph.accesses import AccessCounts, reached_by_field
from inroads_api.schema.graph.node import KINDS, ABusiness, Node, business
from inroads_api.schema.graph.records import ApiPath, Permission, api_paths, permission
from inroads_api.versions.marks import plain


@described
class Account(Node):
    """The accounting system that a business may keep."""

    id: ID = stated(
        lambda self: self.key + self.graph.mark if self.graph.mark else plain(self.key),
        "The printed form of the node: `account:zDmNq`, with the mark of a past or imagined version."
        " An empty mark `@~` follows where the service's own id ends like a mark.",
    )

    @field
    def account_id(self) -> ID:
        """The service's own id: a short string in which case matters."""
        return ID(native_id(self.key))

    @field
    def business(self) -> ABusiness | None:
        """The business that keeps this account, when a document names it."""
        return next((business(self.graph, key) for key in self.graph.kept(self.key)), None)

    subscription_status: str | None = attribute(
        "subscription_status",
        "The subscription, as spelled: `active`, `active_trial`, `trial_expired`, `cancelled` and"
        " others.",
    )
    business_status: str | None = attribute(
        "business_status",
        "The status of the account's business in newer documents, as spelled.",
    )
    system_id: ID | None = attribute(
        "system_id", "The integer id of the same accounting system, in the deprecated dialect."
    )

    @field
    def permissions(self) -> list[Permission]:
        """The flags of the account's plan by name: of the account, never rights of a person."""
        return [
            permission(name, flag)
            for name, flag in sorted(self.graph.permissions(self.key).items())
        ]

    @field
    def api_paths(self) -> list[ApiPath]:
        """The beginnings of the service's paths that take this account's id."""
        return api_paths(self.key)

    reached_by = reached_by_field("account")

    exposure: AccessCounts = stated(
        lambda self: counts(self.graph, self.key), "Who reaches this account, in figures."
    )


KINDS[NodeKind.ACCOUNT] = Account
