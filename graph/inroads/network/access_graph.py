"""AccessGraph: the folded documents as an immutable networkx.MultiDiGraph; the only file that
builds one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Self

import networkx as nx
import numpy as np

from inroads.columns.adjacency import KEPT, Adjacency
from inroads.columns.arrays import Ints
from inroads.columns.claimset import (
    ATTRIBUTES,
    DOCUMENT_KINDS,
    KEEPS,
    KINDS,
    MOMENT_SOURCES,
    NONE,
    ROLES,
    WORD_ATTRIBUTES,
    latest_covers,
)
from inroads.columns.fold import Fold
from inroads.documents.claims import TABLES_OF_ME
from inroads.documents.reader import Content, reread
from inroads.documents.records import Business, Me, Members, Team
from inroads.errors import AmbiguousEmail, BadId, Issue
from inroads.model import (
    Access,
    Capability,
    Coverage,
    Document,
    Grant,
    NodeKind,
    Role,
    Section,
    StoredBody,
    native_id,
    node_id,
)
from inroads.moments import moment_of
from inroads.network.coverage import NO_GRANTS, MeasuredCoverage
from inroads.network.issues import issues
from inroads.network.mappings import (
    NO_DOCUMENTS,
    PLAIN,
    Adjacent,
    Data,
    Documents,
    Grants,
    Hop,
    Neighbours,
    Nodes,
    NodeView,
)
from inroads.network.names.emails import identities_with
from inroads.network.names.former_emails import FormerEmail, former_emails
from inroads.network.search import FIELDS, Corpus, Matches, MatchField, corpus, search
from inroads.policy.grammar import CONVEYS
from inroads.policy.tables import STOCK, Policy
from inroads.text import shortened

if TYPE_CHECKING:
    MultiDiGraph = nx.MultiDiGraph[str]
else:
    MultiDiGraph = nx.MultiDiGraph


class AccessGraph(MultiDiGraph):
    """Identities, businesses, accounts and groups, with an edge for each grant in the direction of
    access.

    Node keys are printed node ids, edge keys are grant ids; the edge of KEEPS is there in both
    directions. Node and edge attributes are plain strings and booleans (moments in ISO 8601), left
    out where nothing is known. A graph that `build` made is frozen and answers questions; views and
    copies of it are plain networkx.

    Nodes have `kind`, `observed` (its own document was read: a `me` for an identity, a `team` or a
    whole listing of its members for a business), and what of these is known: `email first_name
    last_name confirmed_at unconfirmed` of an identity, `name active` of a business,
    `subscription_status business_status system_id` of an account. Edges have `relation` and `role`,
    and `contested` where records contradict each other: the codes, with a blank between.
    """

    documents: Documents = NO_DOCUMENTS
    policy: Policy = STOCK
    version: str = ""
    limited: int = 0
    """To how many businesses it is limited; 0 where it is of all (see `limited_view`)."""
    known: frozenset[str] | None = None  # the nodes of which it has all that was said; None: of all
    mark: str = ""
    """What the ids of its objects end with in answers that are about other versions, too."""
    ground: AccessGraph | None = None
    """The graph that knows all of the nodes, if this one has only a part of what is said of them."""
    fold: Fold
    index: Adjacency
    _node: Mapping[str, dict[str, Any]]  # networkx's own attributes, which its stub leaves out
    _adj: Mapping[str, Mapping[str, Mapping[str, Any]]]
    _pred: Mapping[str, Mapping[str, Mapping[str, Any]]]
    grants: Mapping[str, Grant]

    @classmethod
    def build(cls, fold: Fold, policy: Policy = STOCK) -> Self:
        """The graph of a fold."""
        return cls.of(Adjacency(fold, policy))

    @classmethod
    def of(cls, adjacency: Adjacency) -> Self:
        """The graph of columns that are ready."""
        graph, fold, policy = cls(), adjacency.fold, adjacency.policy
        graph.fold, graph.policy, graph.version, graph.index = fold, policy, fold.version, adjacency
        graph.mark, graph.ground = "", None  # found sooner here than in the class
        graph.documents = Documents(
            len(fold.said.documents.moment), lru_cache(KEPT)(graph._document)
        )
        graph.grants = Grants(adjacency)
        graph._node = Nodes(adjacency, lru_cache(KEPT)(graph._attributes), (graph, "_node"))
        graph._adj = Neighbours(adjacency, (graph, "_adj"), forward=True)
        graph._pred = Neighbours(adjacency, (graph, "_pred"), forward=False)
        vars(graph)["nodes"] = NodeView(graph)
        vars(graph)["adj"] = Adjacent(graph._adj)  # type: ignore[arg-type]  # the stub wants dicts
        return nx.freeze(graph)  # type: ignore[no-any-return]  # the stub forgets the class

    def __reduce__(self) -> Any:
        if "fold" not in vars(self):  # a copy or a view, which is plain networkx
            return super().__reduce__()
        state = {
            name: vars(self)[name]
            for name in ("graph", "rejections", "masked", "limited", "known")
            if name in vars(self)
        }
        return _rebuilt, (type(self), self.fold, self.policy), state

    def marked(self, mark: str, ground: AccessGraph | None = None) -> Self:
        """Return this graph with another mark; both share all that was computed so far."""
        graph = object.__new__(type(self))
        vars(graph).update(vars(self), mark=mark, ground=ground)
        return graph

    def size(self, weight: str | None = None) -> float:  # type: ignore[override]  # the stub tells int from float
        """The number of edges, or the sum of their weights: networkx would sum the degrees of all
        nodes.
        """
        if weight is None and "fold" in vars(self):
            return len(self.index.out_hops)
        return super().size(weight)

    def _document(self, number: int) -> Document:
        said = self.fold.said
        rows = said.documents
        store = said.stores[rows.store[number]]
        return Document(
            moment_of(int(rows.moment[number])),
            bytes(rows.sha256[number]).ljust(32, b"\0").hex(),
            rows.source.text(number),
            DOCUMENT_KINDS[rows.kind[number]],
            self.index.name(rows.subject[number]),
            "/response" if rows.wrapped[number] else "",
            "/business" if rows.nested[number] else "",
            StoredBody(store.body, int(rows.at[number]), int(rows.size[number])),
            MOMENT_SOURCES[rows.moment_source[number]],
        )

    def _attributes(self, number: int) -> Data:
        """Return the attributes of a node, as networkx shows them."""
        fold, kind = self.fold, self.index.kind(number)
        place = number - fold.kind_starts[KINDS.index(kind)]
        data: dict[str, Any] = {"kind": kind.value}
        for name in PLAIN[kind]:
            value = fold.attributes[name][place]
            if value != NONE:
                texts = fold.said.words if name in WORD_ATTRIBUTES else fold.said.texts
                data[name] = bool(value) if name == "active" else texts.text(value)
        if kind is NodeKind.IDENTITY and fold.unconfirmed[place]:
            data["unconfirmed"] = True
        if fold.observed[number]:
            data["observed"] = True
        return Data(data)

    @cached_property
    def issues(self) -> tuple[Issue, ...]:
        """The issues of the documents that a user should know, by source and place."""
        return issues(self) if "fold" in vars(self) else ()

    @cached_property
    def business_groups(self) -> Mapping[str, str]:
        """The groups that are known to be of a whole business, with the business."""
        name = self.index.name
        pairs = zip(
            self.fold.business_groups.tolist(), self.fold.group_owners.tolist(), strict=True
        )
        return {name(group): name(business) for group, business in pairs}

    def hops_from(self, node: str) -> Iterator[Hop]:
        """The hops out of a node, in a stable order."""
        index = self.index
        here = self.number(node)
        return (self.hop(here, grant) for _, grant in index.hops_from(here))

    def hops_to(self, node: str) -> Iterator[Hop]:
        """The hops into a node, in a stable order."""
        index = self.index
        here = self.number(node)
        return (self.hop(other, grant) for other, grant in index.hops_to(here))

    def hop(self, principal: int, grant: int) -> Hop:
        """A hop over a grant from one of its ends, by numbers."""
        index, held = self.index, self.index.facts(grant)
        ends = held.principal, held.resource
        if index.principal[grant] != principal:  # a KEEPS that is walked from the account
            ends = ends[::-1]
        return Hop(*ends, held, CONVEYS[index.conveys[grant]])

    def roles_of(self, bits: int) -> tuple[Role, ...]:
        """The maximal ones of these roles."""
        if bits not in self._roles:
            self._roles[bits] = self.policy.maximal(
                role for place, role in enumerate(ROLES) if bits >> place & 1
            )
        return self._roles[bits]

    def capabilities(self, roles: tuple[Role, ...]) -> tuple[Capability, ...]:
        """Return the capabilities that the policy gives to these roles together."""
        if roles not in self._capabilities:
            self._capabilities[roles] = self.policy.capabilities(roles)
        return self._capabilities[roles]

    @cached_property
    def _capabilities(self) -> dict[tuple[Role, ...], tuple[Capability, ...]]:
        return {}  # filled as it is asked, too

    @cached_property
    def _roles(self) -> dict[int, tuple[Role, ...]]:
        return {}  # filled as it is asked: there are not many

    def number(self, node: str) -> int:
        """The number of a node in the columns. Raises KeyError for what no document names."""
        number = self.index.number(node)
        if number is None:
            raise KeyError(node)
        return number

    def kept(self, node: str) -> list[str]:
        """The accounts that a business keeps, or the businesses that keep an account."""
        index = self.index
        return [
            index.name(other)
            for other, grant in index.hops_from(self.number(node))
            if index.relation[grant] == KEEPS
        ]

    def fails(self, node: str) -> bool:
        """Return whether a node itself makes access through it latent.

        The nodes that it keeps do not count.
        """
        number = self.index.number(node)
        return number is not None and bool(self.index.failing[number])

    def covering(self, node: str, what: str) -> int | None:
        """The number of the latest document that covers a scope of a node; `what` is one of SCOPES."""
        number = self.index.number(node)
        if number is None:
            return None
        document = int(latest_covers(self.fold.said, np.array([number]), what)[0])
        return None if document == NONE else document

    def stating(self, node: str, attribute: str) -> int | None:
        """The number of the document that decides an attribute of a node; None where none states
        it.
        """
        rows, number = self.fold.said.attributes, self.index.number(node)
        if number is None:
            return None
        first, last = (
            np.searchsorted(rows.node, rows.node.dtype.type(number), side)
            for side in ("left", "right")
        )
        named = np.flatnonzero(rows.name[first:last] == ATTRIBUTES.index(attribute))
        documents = rows.document[first + named[::-1]].tolist()
        return next((each for each in documents if self.stands(each, attribute)), None)

    def stands(self, document: int, attribute: str) -> bool:
        """Return whether no newer document of the subject has ended what a document says.

        Only a status or a permission ends so: with a table that lacks it.
        """
        if attribute not in TABLES_OF_ME:
            return True
        said = self.fold.said
        latest = int(latest_covers(said, said.documents.subject[[document]], attribute)[0])
        moment = said.documents.moment
        return latest == NONE or bool(moment[latest] <= moment[document])

    def latent(self, node: str) -> tuple[str, ...]:
        """Why access through a node is latent, as codes; none when it is alive, or nothing is known.

        A business counts together with the account it keeps.
        """
        return self.latent_at(self.number(node))

    def latent_at(self, number: int) -> tuple[str, ...]:
        """Return `latent` of a node by its number."""
        if not self.index.dead[number]:
            return ()
        if number not in self._latent:
            self._latent[number] = self._reasons(number)
        return self._latent[number]

    @cached_property
    def _latent(self) -> dict[int, tuple[str, ...]]:
        return {}  # filled as it is asked: paths ask for the same nodes again

    def _reasons(self, number: int) -> tuple[str, ...]:
        kept = map(self.number, self.kept(self.index.name(number)))
        failing = (each for each in (number, *kept) if self.index.failing[each])
        return tuple(dict.fromkeys(map(self._reason, failing)))

    def _reason(self, number: int) -> str:
        """Why a node itself makes access through it latent."""
        kind = self.index.kind(number)
        if kind is NodeKind.ACCOUNT:
            place = number - self.fold.kind_starts[KINDS.index(kind)]
            return self.fold.said.words.text(self.fold.attributes["subscription_status"][place])
        return "business_inactive" if kind is NodeKind.BUSINESS else "identity_unconfirmed"

    def find(self, text: str) -> str | None:
        """The node that a user means by an email or a printed node id; None when it is not known.

        Emails compare as `fold_email` does. Raises BadId, and AmbiguousEmail where identities
        share the email.
        """
        try:
            node = node_id(text)
        except BadId:
            found = self.by_email(text)
            if found is None and "@" not in text:
                raise BadId(
                    f"{text!r} is neither an email nor a node id such as identity:712052"
                ) from None
            return found
        return node if node in self else None

    def by_email(self, email: str) -> str | None:
        """The identity with this email, compared as `fold_email` does; None when there is none. Raises
        AmbiguousEmail.
        """
        found = identities_with(self, email)
        if len(found) > 1:
            raise AmbiguousEmail(
                f"{len(found)} identities have this email: {', '.join(shortened(found))}", ids=found
            )
        return found[0] if found else None

    def formerly(self, email: str) -> tuple[FormerEmail, ...]:
        """The identities that had this email and have another one now; see `former_emails`."""
        return former_emails(self, email)

    def search(self, text: str, first: int = 10) -> list[str]:
        """Up to `first` nodes whose id, email or name contains the text, exact matches first, then
        prefixes.
        """
        return [match.node for match in self.matches(text)[: max(first, 0)]]

    def matches(
        self,
        text: str,
        kinds: Iterable[NodeKind] = KINDS,
        fields: Iterable[MatchField] = FIELDS,
    ) -> Matches:
        """All nodes of some kinds that a search of some fields finds, with the field and the place.

        They are ordered by place (exact, prefix, within), by field (email, name, id), by kind and
        by printed id.
        """
        return search(self.index, self.corpus, text, frozenset(kinds), frozenset(fields))

    @cached_property
    def corpus(self) -> Corpus:
        """The emails and names that a search reads."""
        return corpus(self.index)

    def _record(self, node: str, name: str) -> tuple[Document, int] | None:
        """The document that has a node's latest record, and the index in it."""
        number = self.index.number(node)
        document = NONE if number is None else int(self.fold.attributes[name][number])
        if number is None or document == NONE:
            return None
        return self.documents[document], int(self.fold.attributes[f"{name}_index"][number])

    def me(self, identity: str) -> Me | None:
        """The latest `me` document of an identity, typed; None when none was read."""
        found = self._record(identity, "record")
        content = _content(found[0]) if found else None
        return content if isinstance(content, Me) else None

    def business_record(self, business: str) -> Business | None:
        """The latest record of a business, from whichever document shows it; None when none does."""
        found = self._record(business, "record")
        if not found:
            return None
        content, index = _content(found[0]), found[1]
        if isinstance(content, Team):
            return content.business
        membership = (
            (content.business_memberships or [])[index] if isinstance(content, Me) else None
        )
        return membership.business if membership else None

    def permissions(self, account: str) -> dict[str, bool | int | float | str | None]:
        """The plan flags of an account (never of a person) by name, from the latest document that
        lists them.
        """
        found = self._record(account, "permissions")
        content = _content(found[0]) if found else None
        flags = (
            (content.permissions or {}).get(native_id(account)) if isinstance(content, Me) else None
        )
        return flags or {}

    def row(self, document: int, section: Section, index: int) -> Any:
        """The typed row of a membership, group, role, team or listing section of a document."""
        content = _content(self.documents[document])
        if isinstance(content, Members):
            return content.response[index]
        if isinstance(content, Team):
            return content.business_group.members[index]
        rows: Any = {
            Section.MEMBERSHIP: content.business_memberships,
            Section.GROUP: content.groups,
            Section.ROLE: content.roles,
        }[section]
        return rows[index]

    @cached_property
    def counts(self) -> Counter[NodeKind]:
        """Count the known nodes of each kind."""
        starts = self.fold.kind_starts if "fold" in vars(self) else (0,) * (len(KINDS) + 1)
        return Counter(
            {kind: starts[place + 1] - starts[place] for place, kind in enumerate(KINDS)}
        )

    def coverage(self) -> Coverage:
        """Return the coverage of the whole graph.

        It is complete when every identity and business has its own document.
        """
        return self._measured.of_all

    def coverage_of_reach(self, identity: str, grants: Ints = NO_GRANTS) -> Coverage:
        """Return the coverage of an identity's reach: complete when its own `me` document was read.

        Its oldest and newest moments are those of the latest documents about the identity, and of
        the documents that state these grants, which the answer passes.
        """
        return self._measured.of_reach(identity, grants)

    def coverage_of_reached_by(self, resource: str, grants: Ints = NO_GRANTS) -> Coverage:
        """Return the coverage of the identities that reach a resource.

        It is complete when the `team` document of its business was read, or a whole listing of it.
        For `grants` see `coverage_of_reach`.
        """
        return self._measured.of_reached_by(resource, grants)

    def coverage_of_access(self, access: Access) -> Coverage:
        """Return the coverage of an identity's reach, as far as the paths of one access go."""
        steps = {step.grant for path in access.paths for step in path.steps}
        numbers = [self.index.grant_number(each) for each in steps]
        grants = np.array([each for each in numbers if each is not None], np.int64)
        return self._measured.of_reach(access.principal, grants, access.resource)

    @cached_property
    def _measured(self) -> MeasuredCoverage:
        return MeasuredCoverage(self)


@lru_cache(maxsize=256)
def _content(document: Document) -> Content:
    return reread(document).content


def _rebuilt(kind: type[AccessGraph], fold: Fold, policy: Policy) -> AccessGraph:
    return kind.build(fold, policy)
