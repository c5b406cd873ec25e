"""The GraphQL type of groups."""

from __future__ import annotations

from collections.abc import Iterator

from inroads import model
from inroads.model import NodeKind, Relation, Section, native_id
from inroads_api.schema.fields import ID, described, field
from inroads_api.schema.graph.node import KINDS, ABusiness, Node, business
from inroads_api.schema.graph.records import GroupMembership, each_of, given, held, records
from inroads_api.schema.pages import Connection, Page, connection


@described
class Group(Node):
    """A group of people: everyone in a business when it is business-level, else a project's."""

    @field
    def group_id(self) -> ID:
        """The service's own id."""
        return ID(native_id(self.key))

    @field
    def business(self) -> ABusiness | None:
        """The business that the group is of."""
        owners = held(self.graph, self.key, Relation.GROUP_OF)
        return next((business(self.graph, grant.resource) for grant in owners), None)

    @field
    def business_level(self) -> bool:
        """True if this is the group of everyone in its business.

        Only then are its rows memberships.
        """
        return self.key in self.graph.business_groups

    @field
    def active(self) -> bool | None:
        """True if its rows state that the business is active; null if no row states it."""
        rows = (
            self.graph.row(said.document, said.section, said.index).active
            for _, said in _rows_of(self)
        )
        said = [each for each in rows if isinstance(each, bool)]
        return all(said) if said else None

    @connection
    def members(self, page: Page) -> Connection[GroupMembership]:
        """The rows that put an identity into this group."""
        return records(GroupMembership, self.graph, ("group", self.key), _rows_of(self), page)


def _rows_of(group: Group) -> Iterator[tuple[model.Grant, model.Evidence]]:
    """Yield the standing rows of a group with their grants.

    Rows of a business-level group state memberships of its business.
    """
    graph = group.graph
    yield from each_of(given(graph, group.key, Relation.GROUP), Section.GROUP)
    if group.key in graph.business_groups:
        shown = {
            said for owned in held(graph, group.key, Relation.GROUP_OF) for said in owned.evidence
        }
        teams = {said.document for said in shown if said.section is Section.TEAM_GROUP}
        members = given(graph, graph.business_groups[group.key], Relation.MEMBER)
        for grant, said in each_of(members, Section.GROUP, Section.TEAM_MEMBER):
            if said in shown or (said.section is Section.TEAM_MEMBER and said.document in teams):
                yield grant, said


KINDS[NodeKind.GROUP] = Group
