"""Remedies for a grant: the records that state it, and how to end each one in the vendor's product.

Nothing here calls the service. The product's screens are not documented beside the records, so the
actions name what must go, not where to click. A role's own `links.destroy` is repeated as the
document gives it, and is only as trustworthy as the document.
"""

from __future__ import annotations

from typing import Final

import msgspec

from inroads.documents.pointers import pointer
from inroads.model import Evidence, Grant, Relation, Section
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import label, record_label
from inroads.text import printable

FACTS: Final = (Relation.KEEPS, Relation.GROUP_OF)
"""Relations that are facts about businesses, accounts and groups: nobody can revoke them."""

_DIALECT: Final = {
    Section.MEMBERSHIP: "business_memberships",
    Section.TEAM_MEMBER: "team",
    Section.LISTED_MEMBER: "members",
    Section.GROUP: "groups",
    Section.ROLE: "roles (deprecated)",
    Section.CLIENT: "business_clients",
    Section.TEAM_CLIENT: "business_clients",
}

_ACTION: Final = {
    Section.MEMBERSHIP: "remove {who} from the team of {what}",
    Section.TEAM_MEMBER: "remove {who} from the team of {what}",
    Section.LISTED_MEMBER: "remove {who} from the team of {what}",
    Section.GROUP: "remove {who} from {what}; the row goes with it",
    Section.ROLE: "destroy this role of {who} on {account}",
    Section.CLIENT: "remove {client} of {what} on the vendor's side",
    Section.TEAM_CLIENT: "remove {client} of {what} on the vendor's side",
}
"""The action by the section of the record.

`account` is the account of the role itself, even if a membership merges several.
"""


class Remedy(msgspec.Struct, frozen=True):
    """One record that must go for a grant to end, and how.

    `record` is its name for people. `destroy` is the vendor's own link if the record has one; it is
    never called, and is as untrusted as all text of documents. `source` and `pointer` give the
    place of the record.
    """

    record: str
    dialect: str
    action: str
    destroy: str | None
    source: str
    pointer: str

    @property
    def sentence(self) -> str:
        """The whole remedy in one line, without characters that could steer a terminal."""
        text = f"{self.record} ({self.dialect}): {self.action}"
        return printable(text + (f" (its links.destroy: {self.destroy})" if self.destroy else ""))


def remedies(graph: AccessGraph, grant: Grant) -> tuple[Remedy, ...]:
    """Return one remedy for each record of a grant, without repetitions; none for a fact."""
    if grant.relation in FACTS:
        return ()
    found: dict[str, Remedy] = {}
    for each, client in zip(grant.evidence, grant.clients, strict=True):
        name = (
            record_label(each)
            if each.record_id
            else f"{record_label(each)} at {_place(graph, each)}"
        )
        known = found.get(name)
        if known is None or (known.destroy is None and each.section is Section.ROLE):
            found[name] = _remedy(graph, grant, each, name, client)
    return tuple(found.values())


def _remedy(
    graph: AccessGraph, grant: Grant, each: Evidence, name: str, client: str | None
) -> Remedy:
    row = (
        graph.row(each.document, each.section, each.index) if each.section is Section.ROLE else None
    )
    number = f"client {client}" if client else "this client"
    account = label(graph, f"account:{row.accountid}") if row else ""
    action = _ACTION[each.section].format(
        who=label(graph, grant.principal),
        what=label(graph, grant.resource),
        account=account,
        client=number,
    )
    if row and client:
        action += f", or remove {number} there on the vendor's side"
    destroy = (row.links or {}).get("destroy") if row else None
    source = graph.documents[each.document].source
    link = destroy if isinstance(destroy, str) else None
    return Remedy(name, _DIALECT[each.section], action, link, source, _place(graph, each))


def _place(graph: AccessGraph, each: Evidence) -> str:
    return pointer(graph.documents[each.document], each.section, each.index, each.sub)
