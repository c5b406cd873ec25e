"""Causes of changes: differing grants and attributes that decide an access."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from inroads.documents.claims import Place, Statement, state
from inroads.documents.pointers import escape
from inroads.documents.reader import reread
from inroads.model import (
    Access,
    AccessState,
    Certainty,
    Evidence,
    Grant,
    NodeKind,
    Path,
    Relation,
    Section,
    kind_of,
    native_id,
)
from inroads.network.access_graph import AccessGraph
from inroads.policy.grammar import GRAMMAR, Phase


class GrantCause(msgspec.Struct, frozen=True):
    """A grant that was added or removed, or whose roles or state changed, with its evidence.

    `before` and `after` hold the evidence of their own version. `absent_from` is the newest document
    that would have shown the grant, by its number in the version that lacks it; None if that version
    read no such document, or neither lacks it.
    """

    id: str
    before: Grant | None
    after: Grant | None
    absent_from: int | None

    @property
    def witnessed(self) -> bool:
        """Return whether both versions observed the grant, or its absence."""
        return self.absent_from is not None or None not in (self.before, self.after)

    @property
    def key(self) -> tuple[int, str]:
        """The total order of causes: grants, then attributes, by printed form."""
        return 0, self.id


class NodeCause(msgspec.Struct, frozen=True):
    """An attribute of a node that makes access through it latent.

    `attribute` is `confirmed_at` of an identity (`confirmed` or `unconfirmed`), `active` of a
    business (`active` or `inactive`), or `subscription_status` of an account (the service's word).
    A value is None where it is not known. `stated` finds the record that says so.
    """

    id: str
    attribute: str
    before: str | None
    after: str | None

    @property
    def witnessed(self) -> bool:
        """Return whether both versions know the attribute."""
        return self.before is not None and self.after is not None

    @property
    def pointer(self) -> str:
        """The JSON pointer of the attribute in the record that states it."""
        if self.attribute == "subscription_status":
            return f"/subscription_statuses/{escape(native_id(self.id))}"
        return f"/{self.attribute}"

    @property
    def key(self) -> tuple[int, str]:
        """The total order of causes: grants, then attributes, by printed form."""
        return 1, self.id


Cause = GrantCause | NodeCause


class ComparedAccess(NamedTuple):
    """One access in one version (`here`), compared with the other version (`there`)."""

    here: AccessGraph
    there: AccessGraph
    access: Access | None
    other: Access | None

    @property
    def paths(self) -> tuple[Path, ...]:
        return self.access.paths if self.access else ()

    def breaks(self, path: Path) -> list[str]:
        """Return the grants that break a path in `there`: missing, or conveying too little."""
        missing, changed = [], []
        phase: Phase | None = Phase.ACTING
        for step in path.steps:
            conveys = self.here.policy.conveys(self.here.grants[step.grant])
            theirs = self.there.grants.get(step.grant)
            if theirs is None:
                missing.append(step.grant)
            elif self.there.policy.conveys(theirs) is not conveys:
                changed.append(step.grant)
                conveys = self.there.policy.conveys(theirs)
            phase = GRAMMAR.get((phase, conveys)) if phase else None
        return missing if phase else missing + changed

    def role_causes(self) -> Iterator[str]:
        """Yield the grants that convey a role which the access has in this version only."""
        carried = (
            {role for path in self.other.paths for role in path.roles} if self.other else set()
        )
        only = set(self.access.roles) - carried if self.access else set()
        for path in self.paths:
            if only.isdisjoint(path.roles):
                continue
            yield from self.breaks(path)
            conveying = next(
                step.grant for step in reversed(path.steps) if step.relation is not Relation.KEEPS
            )
            theirs = self.there.grants.get(conveying)
            if theirs is not None and not only.intersection(path.roles) <= set(theirs.roles):
                yield conveying

    def certainty_causes(self) -> Iterator[str]:
        """Yield the grants without which `there` lacks the paths of the better certainty."""
        for path in self.paths:
            if self.access and path.certainty is self.access.certainty:
                yield from self.breaks(path)

    def state_causes(self) -> Iterator[str]:
        """Yield the grants and nodes that make active paths of `here` inactive in `there`."""
        for path in self.paths:
            if path.state is AccessState.ACTIVE:
                yield from self.breaks(path)
                yield from self.deadening(path)

    def deadening(self, path: Path) -> Iterator[str]:
        """Yield the grants and nodes that make an active path latent in the other version.

        A node also fails through an account that it keeps.
        """
        for step in path.steps:
            theirs = self.there.grants.get(step.grant)
            if theirs is not None and not theirs.active:
                yield step.grant
        for node in (path.steps[0].principal, *(step.resource for step in path.steps)):
            if node not in self.there:
                continue
            if self.there.fails(node):
                yield node
            for hop in self.there.hops_from(node):
                if hop.grant.relation is Relation.KEEPS and self.there.fails(hop.resource):
                    if hop.grant.id not in self.here.grants:
                        yield hop.grant.id
                    if not self.here.fails(hop.resource):
                        yield hop.resource

    def contested_causes(self) -> Iterator[str]:
        """Yield the grants that break sound paths of `here` in `there`, or are contested there."""
        for path in self.paths:
            if not path.contested:
                yield from self.breaks(path)
                for step in path.steps:
                    theirs = self.there.grants.get(step.grant)
                    if theirs is not None and theirs.contested:
                        yield step.grant


def deciding(before: ComparedAccess, after: ComparedAccess) -> Iterator[str]:
    """Yield the ids of grants and nodes that decide an access, with repetitions; see `Change`."""
    if all(after.breaks(path) for path in after.paths):
        for side in (before, after):
            for path in side.paths:
                yield from side.breaks(path)
    for side in (before, after):
        yield from side.role_causes()
    old, new = before.access, after.access
    if old and new and old.certainty is not new.certainty:
        yield from (before if old.certainty is Certainty.STATED else after).certainty_causes()
    if old and new and old.state is not new.state:
        yield from (before if old.state is AccessState.ACTIVE else after).state_causes()
    if old and new and old.contested is not new.contested:
        yield from (after if old.contested else before).contested_causes()


VITAL: Final = {
    NodeKind.IDENTITY: "confirmed_at",
    NodeKind.BUSINESS: "active",
    NodeKind.ACCOUNT: "subscription_status",
}


def vital(graph: AccessGraph, node: str) -> str | None:
    """Return the word of the attribute that decides whether a node is alive; None if not known."""
    data = graph.nodes[node] if node in graph else {}
    kind = kind_of(node)
    if kind is NodeKind.IDENTITY:
        return (
            "unconfirmed"
            if data.get("unconfirmed")
            else "confirmed"
            if data.get("confirmed_at")
            else None
        )
    if kind is NodeKind.BUSINESS:
        return {True: "active", False: "inactive"}.get(data.get("active", ""))
    status = data.get("subscription_status")
    return None if status is None else str(status)


def stated(graph: AccessGraph, cause: NodeCause) -> Evidence | None:
    """Return the latest record that states the attribute of a cause; None if there is none."""
    number = graph.stating(cause.id, cause.attribute)
    if number is None:
        return None
    place = _place(state(reread(graph.documents[number]), graph.policy), cause)
    # An account has no record of its own.
    owner = kind_of(cause.id) is not NodeKind.ACCOUNT
    return Evidence(number, *place, native_id(cause.id) if owner else None) if place else None


def _place(statement: Statement, cause: NodeCause) -> Place | None:
    """Find the place where a document states the attribute; the last one if there are several."""
    record, found = Place(Section.DOCUMENT), None
    for attribute in statement.attributes:
        if (
            attribute.node == cause.id
            and isinstance(attribute.value, Place)
            and attribute.name == "record"
        ):
            # A record comes before its attributes.
            record = attribute.value
        elif (attribute.node, attribute.name) == (cause.id, cause.attribute):
            found = record
    return found
