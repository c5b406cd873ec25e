"""An access at one moment, with its paths and records, as values that outlive the graph."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from inroads.analysis.remediation import FACTS
from inroads.columns.arrays import Ints, stack, take
from inroads.columns.claimset import KIND_BITS, KINDS
from inroads.documents.pointers import pointer
from inroads.errors import InroadsError, NotFound
from inroads.model import (
    Access,
    AccessState,
    Capability,
    Certainty,
    Grant,
    NodeKind,
    Path,
    Relation,
    Role,
    kind_of,
)
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import label, path_sentence, record_label
from inroads.reach.answers import RESOURCES
from inroads.reach.contested import are_contested
from inroads.reach.everyone import Accesses, accesses_of, every_access
from inroads.reach.questions import reach
from inroads.text import printable


class Scope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The accesses that a campaign is about; a field that is not set allows everything.

    `identities` are node ids or emails, `resources` exactly these businesses and accounts. An
    access is in the scope if it has any of `roles`, this `certainty`, this `state`, is `contested`
    or not, and is to any of `kinds`.
    """

    identities: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    roles: frozenset[Role] = frozenset()
    certainty: Certainty | None = None
    state: AccessState | None = None
    kinds: frozenset[NodeKind] = RESOURCES
    # Unset is left out of reports, so that those signed off before it was there keep their digest.
    contested: bool | msgspec.UnsetType = msgspec.UNSET


class Record(msgspec.Struct, frozen=True, array_like=True):
    """A record behind a grant, and the place that states it."""

    label: str
    id: str | None
    sha256: str
    observed_at: str
    source: str
    pointer: str


class FrozenGrant(msgspec.Struct, frozen=True, array_like=True):
    """A grant with its records, without repetitions.

    A fact such as KEEPS has only its first record, since every client of an account states which
    business keeps it: hundreds of records.
    """

    id: str
    relation: Relation
    roles: tuple[Role, ...]
    words: tuple[str, ...]
    records: tuple[Record, ...]

    @property
    def compared(self) -> list[Any]:
        """Return the facts that make a grant another grant when one of them differs.

        A grant whose records have other ids was granted anew. Facts such as KEEPS are stated by
        every document that shows the business, so their records come and go. Words count where no
        table maps them.
        """
        records = () if self.relation in FACTS else {each.id or each.label for each in self.records}
        words = self.words if Role.UNKNOWN in self.roles else ()
        return [self.id, sorted(self.roles), sorted(records), sorted(set(words))]


class FrozenPath(msgspec.Struct, frozen=True, array_like=True):
    """A path: its grants by id, what it conveys, and a sentence."""

    grants: tuple[str, ...]
    roles: tuple[Role, ...]
    certainty: Certainty
    state: AccessState
    reasons: tuple[str, ...]
    sentence: str

    @property
    def compared(self) -> list[Any]:
        """Return the facts that make a path another path when one of them differs.

        The reasons for being latent do not count.
        """
        return [self.grants, sorted(self.roles), self.certainty, self.state]


class Frozen(msgspec.Struct, frozen=True, array_like=True):
    """An access as it was; `who` and `what` are the labels of its ends.

    `contested_roles` are those that rest on contested paths alone, `contradictions` the codes of
    what contests them. Items of older campaigns have neither.
    """

    principal: str
    resource: str
    who: str
    what: str
    roles: tuple[Role, ...]
    capabilities: tuple[Capability, ...]
    certainty: Certainty
    state: AccessState
    reasons: tuple[str, ...]
    truncated: bool
    paths: tuple[FrozenPath, ...]
    grants: tuple[FrozenGrant, ...]
    contested_roles: tuple[Role, ...] = ()
    contradictions: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> bytes:
        """Return a digest of 16 bytes, shared exactly by accesses between which nothing differs.

        `difference` is the comparison.
        """
        compared = [
            [self.principal, self.resource, self.truncated],
            [sorted(self.roles), sorted(self.capabilities), self.certainty, self.state],
            sorted(msgspec.json.encode(each.compared).decode() for each in self.paths),
            sorted(msgspec.json.encode(each.compared).decode() for each in self.grants),
        ]
        if self.contested_roles:  # else as in campaigns that know of no contradictions
            compared.append([sorted(self.contested_roles), sorted(self.contradictions)])
        return hashlib.sha256(msgspec.json.encode(compared)).digest()[:16]

    @property
    def sentence(self) -> str:
        """The access in plain English."""
        reasons = f" (latent: {', '.join(map(printable, self.reasons))})" if self.reasons else ""
        sure = ", by inference only" if self.certainty is Certainty.INFERRED else ""
        doubt = ""
        if self.contested_roles:
            doubt = f" (contested: {', '.join([*self.contested_roles, *self.contradictions])})"
        roles = " and ".join(self.roles)
        return f"{self.who} reaches {self.what} as {roles}{sure}{reasons}{doubt}."


class Difference(msgspec.Struct, frozen=True):
    """The difference of an access between two moments, as sentences."""

    facts: tuple[str, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    grants: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return all sentences, one a line."""
        paths = [
            *(f"gained: {each}" for each in self.gained),
            *(f"lost: {each}" for each in self.lost),
        ]
        return [*self.facts, *paths, *self.grants]


_COMPARED: Final = (
    "roles",
    "capabilities",
    "certainty",
    "state",
    "truncated",
    "contested_roles",
    "contradictions",
)


def difference(before: Frozen, after: Frozen) -> Difference:
    """Compare two states of one access."""
    facts = [
        f"{name} {_said(old)} -> {_said(new)}"
        for name in _COMPARED
        if _sorted(old := getattr(before, name)) != _sorted(new := getattr(after, name))
    ]
    olds, news = ({str(each.compared): each for each in side.paths} for side in (before, after))
    gained = tuple(news[key].sentence for key in news if key not in olds)
    lost = tuple(olds[key].sentence for key in olds if key not in news)
    stood, stands = ({each.id: each for each in side.grants} for side in (before, after))
    grants = tuple(
        f"{key}: {_grant(stood[key])} -> {_grant(stands[key])}"
        for key in stood
        if key in stands and stood[key].compared != stands[key].compared
    )
    return Difference(tuple(facts), gained, lost, grants)


def _sorted(value: Any) -> Any:
    return sorted(value) if isinstance(value, tuple) else value


def _said(value: Any) -> str:
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value)


def _grant(grant: FrozenGrant) -> str:
    return " = ".join([*grant.roles, *(each.label for each in grant.records)])


class Freezer:
    """Freezes accesses of one graph."""

    def __init__(self, graph: AccessGraph) -> None:
        self.graph = graph
        # Many accesses share the facts about businesses.
        self._grant = lru_cache(2**14)(self._frozen_grant)

    def freeze(self, access: Access) -> Frozen:
        """Freeze an access as it is now."""
        graph, ids = self.graph, {step.grant: None for path in access.paths for step in path.steps}
        return Frozen(
            access.principal,
            access.resource,
            label(graph, access.principal),
            label(graph, access.resource),
            access.roles,
            access.capabilities,
            access.certainty,
            access.state,
            access.reasons,
            access.truncated,
            tuple(map(self._path, access.paths)),
            tuple(map(self._grant, ids)),
            access.contested_roles,
            tuple(dict.fromkeys(each.code for each in access.contradictions)),
        )

    def _path(self, path: Path) -> FrozenPath:
        grants = tuple(step.grant for step in path.steps)
        sentence = path_sentence(self.graph, path)
        return FrozenPath(grants, path.roles, path.certainty, path.state, path.reasons, sentence)

    def _frozen_grant(self, name: str) -> FrozenGrant:
        grant: Grant = self.graph.grants[name]
        records = {}
        for each in grant.evidence[:1] if grant.relation in FACTS else grant.evidence:
            said = record_label(each)
            if said not in records:
                document = self.graph.documents[each.document]
                place = pointer(document, each.section, each.index, each.sub)
                moment = document.observed_at.isoformat()
                source = document.source.encode("utf-8", "backslashreplace").decode()
                records[said] = Record(said, each.record_id, document.sha256, moment, source, place)
        words = tuple(dict.fromkeys(word for word in grant.words if word is not None))
        return FrozenGrant(grant.id, grant.relation, grant.roles, words, tuple(records.values()))


class Pair(NamedTuple):
    """An access by its two ends."""

    principal: str
    resource: str


def resolved(graph: AccessGraph, scope: Scope) -> Scope:
    """Resolve emails in a scope to node ids. Raises NotFound for unknown names, and WRONG_KIND."""
    if "fold" not in vars(graph):
        raise InroadsError(
            "a review needs the whole graph, not a view or a copy of it", "NOT_WHOLE"
        )
    if not scope.kinds or not scope.kinds <= RESOURCES:
        raise InroadsError("the kinds of a scope must be businesses or accounts", "WRONG_KIND")
    identities = {_found(graph, each, {NodeKind.IDENTITY}) for each in scope.identities}
    resources = {_found(graph, each, RESOURCES) for each in scope.resources}
    return msgspec.structs.replace(
        scope, identities=tuple(sorted(identities)), resources=tuple(sorted(resources))
    )


def _found(graph: AccessGraph, text: str, kinds: Iterable[NodeKind]) -> str:
    node = graph.find(text)
    if node is None:
        raise NotFound(f"no document names {text.strip()!r}")
    if kind_of(node) not in kinds:
        raise InroadsError(f"{node} is no {' or '.join(sorted(kinds)).lower()}", "WRONG_KIND")
    return node


def selected(graph: AccessGraph, scope: Scope) -> Accesses:
    """Return the accesses in a resolved scope, as columns by principal and resource."""
    nodes = scope.identities or scope.resources
    parts = (
        (accesses_of(graph, node) for node in nodes if node in graph)
        if nodes
        else every_access(graph)
    )
    found = [_within(graph, scope, each) for each in parts]
    if not found:
        return Accesses(*(np.zeros(0, np.int64),) * len(Accesses._fields))
    together = stack(found)
    return take(together, np.lexsort((together.resource, together.principal)))


def _within(graph: AccessGraph, scope: Scope, found: Accesses) -> Accesses:
    kinds = graph.index.codes_column[found.resource] >> KIND_BITS
    keep = np.isin(kinds, [KINDS.index(kind) for kind in scope.kinds])
    if scope.certainty:
        keep &= found.certainty == _CERTAINTIES.index(scope.certainty)
    if scope.state:
        keep &= found.state == _STATES.index(scope.state)
    if isinstance(scope.contested, bool):
        keep &= are_contested(graph, found.roles, found.sound) == scope.contested
    if scope.roles:
        bits = np.unique(found.roles).tolist()
        keep &= np.isin(
            found.roles, [each for each in bits if not scope.roles.isdisjoint(graph.roles_of(each))]
        )
    if scope.resources:
        numbers = [graph.number(each) for each in scope.resources if each in graph]
        keep &= np.isin(found.resource, numbers)
    return take(found, keep)


_CERTAINTIES: Final = tuple(Certainty)
_STATES: Final = tuple(AccessState)


def frozen(graph: AccessGraph, pairs: Iterable[Pair]) -> Iterator[Frozen]:
    """Yield these accesses frozen, by principal; an access that is gone is skipped."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for principal, resource in pairs:
        wanted[principal].add(resource)
    freezer = Freezer(graph)
    for principal, resources in wanted.items():
        if principal in graph:
            answer = reach(graph, principal)
            for place, summary in enumerate(answer.summaries):
                if summary.other in resources:
                    yield freezer.freeze(answer[place])


def pairs(graph: AccessGraph, found: Accesses) -> list[Pair]:
    """Yield the ends of accesses by their printed ids."""
    return list(map(Pair, _names(graph, found.principal), _names(graph, found.resource)))


def _names(graph: AccessGraph, numbers: Ints) -> list[str]:
    return list(map(graph.index.name, numbers.tolist()))


class Risk(NamedTuple):
    """The sort key of the order of review, the lowest first.

    Inferred accesses, which no record states, contested ones, and accesses with a controlling role
    come first; active ones before latent ones; then by resource, so that one business is reviewed at once, and
    principal.
    """

    plain: bool
    latent: bool
    business: str
    resource: str
    principal: str


def risk(graph: AccessGraph, access: Frozen, business: str) -> Risk:
    """Return the risk of an access."""
    controls = any(graph.policy.roles[role].controls for role in access.roles)
    inferred = access.certainty is not Certainty.STATED
    latent = access.state is AccessState.LATENT
    plain = not (inferred or controls or access.contested_roles)
    return Risk(plain, latent, business, access.resource, access.principal)


def business_of(graph: AccessGraph, resource: str) -> str:
    """Return the business of a resource; the account itself if no business is known to keep it."""
    if kind_of(resource) is NodeKind.BUSINESS:
        return resource
    return min(
        (each for each in graph.kept(resource) if kind_of(each) is NodeKind.BUSINESS),
        default=resource,
    )
