"""The GraphQL types of what-if, revocation plans, choke points and conflicts of duty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, cast

import strawberry

from inroads.analysis import duties, outcome
from inroads.analysis import plan as plans
from inroads.analysis import what_if as what_if_
from inroads.analysis.changes import Kind, facts
from inroads.analysis.outcome import Fate
from inroads.errors import InroadsError
from inroads.model import NodeKind, Relation, Role, kind_of, node_id
from inroads.network.access_graph import AccessGraph
from inroads.policy.separation import DutyScope
from inroads.reach import answers, questions
from inroads_api.limits import MAX_FIRST
from inroads_api.schema.context import Info, asked
from inroads_api.schema.fields import (
    ID,
    describe,
    described,
    field,
    mirror,
    optional,
    stated,
    value,
)
from inroads_api.schema.graph import node
from inroads_api.schema.graph.accesses import Access, AccessFacts
from inroads_api.schema.graph.coverage import Coverage
from inroads_api.schema.graph.grants import Grant
from inroads_api.schema.graph.identities import Identity
from inroads_api.schema.graph.node import Node, identity
from inroads_api.schema.graph.paths import PathList
from inroads_api.schema.pages import Connection, First, Page, Window, connection, within, written
from inroads_api.schema.resolved import find, note, resolved, unknown
from inroads_api.versions.marks import Imagined
from inroads_api.versions.versions import ServedVersions, Version

if TYPE_CHECKING:
    from inroads_api.schema.query import GraphInfo

AGraph = Annotated["GraphInfo", strawberry.lazy("inroads_api.schema.query")]

describe(
    Fate,
    "What becomes of an access.",
    {
        "ENDS": "It ends.",
        "LOWERED": "It stays with fewer or other capabilities, latent, inferred only or contested.",
        "CHANGED": "It stays, with something less and something more.",
        "STAYS": "It stays as it was by other paths.",
        "RAISED": "It stays with more capabilities, turns active, or is now stated.",
        "GAINED": "It is new.",
    },
)
describe(
    DutyScope,
    "Where both sides of a duty must be held.",
    {
        "SAME_BUSINESS": "In one business, which counts with the accounts it keeps.",
        "ANY": "Anywhere.",
    },
    name="DutyScope",
)


class ChokeFigure(StrEnum):
    """The figure by which choke points are ranked."""

    ENDED = "ended"
    INFERRED = "inferred"


describe(
    ChokeFigure,
    "What choke points are ranked by.",
    {"ENDED": "How many accesses end.", "INFERRED": "How many inferred accesses end."},
)


@strawberry.input(description="A grant to imagine between nodes that are known.")
class ImaginedGrant:
    """A hypothetical grant, as the input of a query."""

    principal: ID = strawberry.field(
        description="Who holds it: an identity, or for CLIENT a business."
    )
    relation: Relation = strawberry.field(
        description="MEMBER of a business, ROLE on an account, or CLIENT of one."
    )
    resource: ID = strawberry.field(description="The business or the account, by its node id.")
    role: Role | None = optional("The canonical role; a CLIENT needs none.")

    def text(self, ends: Sequence[str]) -> str:
        """The grant in the text form that the library takes. Raises BadId.

        `ends` are the ids of the resource and the principal in the version that is asked.
        """
        resource, principal = (resolved(node_id(each)) for each in ends)
        name = f"{resource}#{self.relation}@{principal}"
        return f"{name}={self.role}" if self.role else name


Fates = Annotated[
    list[Fate] | None, strawberry.argument(description="Only what ends thus; null for all.")
]


@described
class Outcome:
    """The outcome of a what-if for one access."""

    what: strawberry.Private[what_if_.WhatIf[AccessGraph]]
    found: strawberry.Private[outcome.Outcome]

    fate: Fate = stated("found.fate", "What becomes of it in one word.")
    kinds: list[Kind] = stated(
        "found.kinds",
        "How it alters, in the words of changes; none where it stays as it was.",
    )

    @field
    def principal(self) -> Identity:
        """The identity that has or would have the access."""
        return identity(self.what.base, self.found.principal)

    @field
    def resource(self) -> Node:
        """The business or account that is or would be reached."""
        return node(self.what.base, self.found.resource)

    @field
    def before(self) -> AccessFacts | None:
        """The access as it is; null where there is none."""
        found = facts(self.found.before)
        return AccessFacts(found=found) if found else None

    @field
    def after(self) -> AccessFacts | None:
        """The access as it would be; null where there would be none."""
        found = facts(self.found.after)
        return AccessFacts(found=found) if found else None

    @field
    def remaining(self, first: First = 5) -> PathList | None:
        """The paths by which the resource would still be reached; null if there would be none."""
        after, base, standing = self.found.after, self.what.base, self.what.standing
        if standing is not base:  # only a part of the imagined version
            standing = standing.marked(str(Imagined.of(self.what.version)), base)
        return PathList(graph=standing, found=after, count=within(first, 5)) if after else None

    @field
    def sentence(self) -> str:
        """All of it in plain English."""
        return what_if_.outcome_sentence(self.what, self.found)


@described
class OutcomeConnection(Connection[Outcome]):
    """A page of outcomes: by fate, principal and resource."""


@described
class WhatIf:
    """The outcome of revoking or making grants, for every access they are part of.

    Nothing is written.
    """

    what: strawberry.Private[what_if_.WhatIf[AccessGraph]]
    seen: strawberry.Private[Version]
    again: strawberry.Private[Callable[[Version], WhatIf | None]]
    entered: strawberry.Private[Callable[[Version], Any]]

    version: str = stated("what.version", "The name of the hypothetical version.")
    truncated: bool = stated("what.truncated", "Whether a limit cut the paths of an access short.")
    notes: list[str] = stated("what.notes", "What one should know before acting on it.")

    @field
    def coverage(self) -> Coverage:
        """The coverage of the documents: identities that were not observed may be affected, too."""
        return mirror(Coverage, self.what.coverage)

    @field
    def removed(self) -> list[Grant]:
        """The grants that would be revoked, with all records that must go."""
        return [Grant(graph=self.what.base, held=each) for each in self.what.removed]

    @field
    def graph(self, info: Info) -> AGraph | None:
        """The imagined version, as all fields inside are answered by it.

        The ids of its objects can be asked about as long as the server keeps it.
        """
        return cast("GraphInfo", self.entered(info.context.imagined(self.seen, self.what)))

    def in_version(self, version: Version) -> WhatIf | None:
        """Return the answer to the same question on another version."""
        return self.again(version)

    @connection
    def outcomes(self, page: Page, fates: Fates = strawberry.UNSET) -> OutcomeConnection:
        """The outcome for each access that loses a path or changes."""
        wanted = sorted(fates if fates or fates == [] else Fate)
        chosen = [each for each in self.what.outcomes if each.fate in wanted]
        question = ("what if", wanted)
        keys = [each.key for each in chosen]
        load = written(chosen, lambda each: Outcome(what=self.what, found=each))
        window = Window(self.what.base, question, keys, load, page, self.what.version)
        return OutcomeConnection(window=window)


@described
class Plan:
    """A plan that ends an access."""

    found: strawberry.Private[plans.RevocationPlan]
    seen: strawberry.Private[Version]
    again: strawberry.Private[Callable[[Version], Plan | None]]
    entered: strawberry.Private[Callable[[Version], Any]]

    verified: bool = stated("found.verified", "Whether the access ends by it, asked of the graph.")
    truncated: bool = stated("found.truncated", "Whether a limit cut the paths of an access short.")

    @field
    def access(self) -> Access:
        """The access as it is."""
        return Access(graph=self.found.what_if.base, found=self.found.access)

    @field
    def revoke(self) -> list[Grant]:
        """The smallest set of grants whose removal ends the access.

        Among sets of that size, it is the one that ends the fewest other accesses. Of a contested
        access these are the contested grants alone.
        """
        return [Grant(graph=self.found.what_if.base, held=each) for each in self.found.revoke]

    @field
    def what_if(self) -> WhatIf:
        """The outcome of the plan for the accesses of all identities."""
        return _outcome_of(self)

    sentence: str = stated("found.explanation.sentence", "All of it in plain English.")


def _outcome_of(planned: Plan) -> WhatIf:
    def again(version: Version) -> WhatIf | None:
        found = planned.again(version)
        return _outcome_of(found) if found else None

    return WhatIf(
        what=planned.found.what_if, seen=planned.seen, again=again, entered=planned.entered
    )


@described
class ChokePoint:
    """A grant, and what it ends when it alone is revoked."""

    grant: Grant = value("The grant.")
    ended: int = value("How many accesses end.")
    inferred: int = value("How many of them are inferred.")


@described
class DutyConflict:
    """An identity that holds both sides of what no person should hold together."""

    graph: strawberry.Private[AccessGraph]
    found: strawberry.Private[duties.Conflict]

    duty: str = stated("found.duty.name", "The name that the policy gives to the duty.")
    reason: str = stated("found.duty.reason", "Why the sides are kept apart.")
    scope: DutyScope = stated("found.duty.scope", "Where both must be held.")

    @field
    def principal(self) -> Identity:
        """The identity that holds both sides."""
        return identity(self.graph, self.found.principal)

    @field
    def where(self) -> Node | None:
        """The business of both sides, or an account without a known keeper.

        It is null for the scope ANY.
        """
        return node(self.graph, self.found.where) if self.found.where else None

    @field
    def left(self) -> list[Access]:
        """The best accesses that hold the left side."""
        return [Access(graph=self.graph, found=each) for each in self.found.left]

    @field
    def right(self) -> list[Access]:
        """The best accesses that hold the right side."""
        return [Access(graph=self.graph, found=each) for each in self.found.right]

    @field
    def sentence(self) -> str:
        """The conflict in plain English, with the best path of each side."""
        return duties.conflict_sentence(self.graph, self.found)


def imagine(
    versions: ServedVersions,
    seen: Version,
    remove: Sequence[str],
    add: Sequence[ImaginedGrant],
    entered: Callable[[Version], Any],
) -> WhatIf:
    """Return the answer to a what-if on a version, or on the version of the ids in it.

    `entered` returns the object that answers all questions by a version.
    """
    ends = [end for each in add for end in (each.resource, each.principal)]
    seen, ids = asked(seen, *remove, *ends)
    removed, added_ends = ids[: len(remove)], ids[len(remove) :]
    added = [each.text(added_ends[2 * place :][:2]) for place, each in enumerate(add)]
    return _imagine(versions, seen, removed, added, entered)


def _imagine(
    versions: ServedVersions,
    seen: Version,
    remove: Sequence[str],
    add: Sequence[str],
    entered: Callable[[Version], Any],
) -> WhatIf:
    what = what_if_.WhatIf(seen.graph, remove, add)
    note(end for grant in what.removed for end in (grant.principal, grant.resource))
    return WhatIf(
        what=versions.imagine(seen, what),
        seen=seen,
        again=lambda version: _imagine(versions, version, remove, add, entered),
        entered=entered,
    )


def plan(
    seen: Version, principal: str, resource: str, entered: Callable[[Version], Any]
) -> Plan | None:
    """Return the plan that ends an access of a version, or None if there is no such access."""
    seen, (principal, resource) = asked(seen, principal, resource)
    graph = seen.graph
    who, what = find(graph, principal), resolved(node_id(resource))
    known = who is not None and what in graph and kind_of(what) in answers.RESOURCES
    found = questions.access(graph, who, what) if known and who else None
    if not found:
        return None
    return Plan(
        found=plans.plan(graph, found),
        seen=seen,
        again=lambda version: plan(version, principal, resource, entered),
        entered=entered,
    )


def choke_points(
    versions: ServedVersions, seen: Version, of: Sequence[str], by: ChokeFigure, first: int
) -> list[ChokePoint]:
    """Return the first choke points of a version.

    Raises InroadsError TOO_MANY_IDS, and NotFound for a node that no document names.
    """
    if len(of) > MAX_FIRST:
        raise InroadsError(f"there are {len(of)} ids; the limit is {MAX_FIRST}", "TOO_MANY_IDS")
    seen, ids = asked(seen, *of)
    graph = seen.graph
    nodes = [resolved(node_id(each)) for each in ids]
    for each in nodes:
        if each not in graph:
            raise unknown(graph, each, [NodeKind.IDENTITY, *answers.RESOURCES])
    ranked = versions.choke_points(seen, nodes).ranked(by.value, first)
    return [
        ChokePoint(
            grant=Grant(graph=graph, held=graph.grants[each.grant]),
            ended=each.ended,
            inferred=each.inferred,
        )
        for each in ranked
    ]


def duty_conflicts(versions: ServedVersions, seen: Version, page: Page) -> Connection[DutyConflict]:
    """Return a page of the conflicts of duty of a version."""
    found = versions.conflicts(seen)

    load = written(found, lambda each: DutyConflict(graph=seen.graph, found=each))
    return Connection(window=Window(seen.graph, ("duties",), found.keys, load, page))
