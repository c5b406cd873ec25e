"""AccessGraph: the folded documents as an immutable networkx.MultiDiGraph; the only file that builds one."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import networkx as nx

from inroads.claims import Place
from inroads.documents import Business, Me, Team, reread
from inroads.errors import AmbiguousEmail, BadId, Issue
from inroads.fold import Fold
from inroads.model import (
    Coverage,
    Document,
    Grant,
    NodeKind,
    Relation,
    Section,
    kind_of,
    native_id,
    node_id,
)
from inroads.policy import STOCK, Conveys, Policy


class Hop(NamedTuple):
    """One edge in walking order, with its grant and the class of the step."""

    principal: str
    resource: str
    grant: Grant
    conveys: Conveys


if TYPE_CHECKING:
    MultiDiGraph = nx.MultiDiGraph[str]
else:
    MultiDiGraph = nx.MultiDiGraph


class AccessGraph(MultiDiGraph):
    """Identities, businesses, accounts and groups, with an edge for each grant in the direction of access.

    Node keys are printed node ids, edge keys are grant ids; the edge of KEEPS is there in both directions. Node and
    edge attributes are plain strings and booleans (moments in ISO 8601), left out where nothing is known. A graph
    that `build` made is frozen and answers questions; views and copies of it are plain networkx.

    Nodes have `kind`, `observed` (its own document was read: a `me` for an identity, a `team` for a business), and
    what of these is known: `email first_name last_name confirmed_at unconfirmed` of an identity, `name active` of a
    business, `subscription_status business_status system_id` of an account. Edges have `relation` and `role`.
    """

    documents: tuple[Document, ...] = ()
    policy: Policy = STOCK
    version: str = ""
    issues: tuple[Issue, ...] = ()
    grants: Mapping[str, Grant]
    business_groups: Mapping[str, str]
    _succ: Mapping[str, Mapping[str, Mapping[str, Any]]]  # networkx's own adjacency, which its stub leaves out
    _pred: Mapping[str, Mapping[str, Mapping[str, Any]]]
    _conveys: Mapping[str, Conveys]
    _records: Mapping[tuple[str, str], tuple[int, Place]]
    _unreadable: Mapping[str, int]

    @classmethod
    def build(cls, fold: Fold, policy: Policy = STOCK) -> Self:
        """The graph of a fold."""
        graph = cls()
        records: dict[tuple[str, str], tuple[int, Place]] = {}
        for node in sorted(fold.attributes):
            plain: dict[str, Any] = {"kind": kind_of(node).value}
            for name, value in fold.attributes[node].items():
                if isinstance(value, tuple):
                    records[node, name] = value
                elif name == "confirmed_at" and value is None:
                    plain["unconfirmed"] = True
                elif value is not None:
                    plain[name] = value.isoformat() if isinstance(value, dt.datetime) else value
            if node in fold.observed:
                plain["observed"] = True
            graph.add_node(node, **plain)
        for grant in fold.grants:
            data = {"relation": grant.relation.value}
            if grant.roles:
                data["role"] = grant.roles[0].value
            graph.add_edge(grant.principal, grant.resource, key=grant.id, **data)
            if grant.relation is Relation.KEEPS:
                graph.add_edge(grant.resource, grant.principal, key=grant.id, **data)
        graph.grants = {grant.id: grant for grant in fold.grants}
        graph._conveys = {grant.id: policy.conveys(grant) for grant in fold.grants}
        graph._records = records
        graph.documents, graph.policy, graph.version, graph.issues = fold.documents, policy, fold.version, fold.issues
        graph.business_groups = fold.business_groups
        graph._unreadable = fold.unreadable
        return nx.freeze(graph)  # type: ignore[no-any-return]  # the stub forgets the class

    def hops_from(self, node: str) -> Iterator[Hop]:
        """The hops out of a node, in a stable order."""
        for resource, edges in self._succ[node].items():
            for key in edges:
                yield Hop(node, resource, self.grants[key], self._conveys[key])

    def hops_to(self, node: str) -> Iterator[Hop]:
        """The hops into a node, in a stable order."""
        for principal, edges in self._pred[node].items():
            for key in edges:
                yield Hop(principal, node, self.grants[key], self._conveys[key])

    def kept(self, node: str) -> list[str]:
        """The accounts that a business keeps, or the businesses that keep an account."""
        return [hop.resource for hop in self.hops_from(node) if hop.grant.relation is Relation.KEEPS]

    def latent(self, node: str) -> tuple[str, ...]:
        """Why access through a node is latent, as codes; empty when it is alive, or when nothing is known.

        A business counts together with the account it keeps.
        """
        if node not in self._latent:
            self._latent[node] = self._reasons(node)
        return self._latent[node]

    @cached_property
    def _latent(self) -> dict[str, tuple[str, ...]]:
        return {}  # filled as it is asked: the graph does not change, and paths ask for the same nodes again

    def _reasons(self, node: str) -> tuple[str, ...]:
        kind = kind_of(node)
        if kind is NodeKind.IDENTITY:
            return ("identity_unconfirmed",) if self.nodes[node].get("unconfirmed") else ()
        if kind is NodeKind.GROUP:
            return ()
        reasons = []
        for each in (node, *self.kept(node)):
            data = self.nodes[each]
            if data.get("active") is False:
                reasons.append("business_inactive")
            status = data.get("subscription_status")
            if status is not None and status not in self.policy.alive:
                reasons.append(status)
        return tuple(dict.fromkeys(reasons))

    def find(self, text: str) -> str | None:
        """The node that a user means by an email or a printed node id; None when it is not known.

        Emails compare trimmed and case-folded. Raises BadId, and AmbiguousEmail where identities share the email.
        """
        try:
            node = node_id(text)
        except BadId:
            found = self.by_email(text)
            if found is None and "@" not in text:
                raise BadId(f"{text!r} is neither an email nor a node id such as identity:712052") from None
            return found
        return node if node in self else None

    def by_email(self, email: str) -> str | None:
        """The identity with this email, trimmed and case-folded; None when there is none. Raises AmbiguousEmail."""
        found = self._emails.get(fold_email(email), ())
        if len(found) > 1:
            raise AmbiguousEmail(f"{len(found)} identities have this email: {', '.join(found)}", ids=found)
        return found[0] if found else None

    @cached_property
    def _emails(self) -> dict[str, tuple[str, ...]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for node, data in self.nodes(data=True):
            if email := data.get("email"):
                found[fold_email(email)].append(node)
        return {email: tuple(nodes) for email, nodes in found.items()}

    def search(self, text: str, first: int = 10) -> list[str]:
        """Up to `first` nodes whose id, email or name contains the text, exact matches first, then prefixes."""
        wanted = fold_email(text)
        if not wanted:
            return []
        ranked = []
        for node, words in self._words:
            rank = min((_rank(word, wanted) for word in words), default=3)
            if rank < 3:
                ranked.append((rank, node))
        return [node for _, node in sorted(ranked)[:first]]

    @cached_property
    def _words(self) -> list[tuple[str, tuple[str, ...]]]:
        words = []
        for node, data in self.nodes(data=True):
            name = " ".join(filter(None, (data.get("first_name"), data.get("last_name"))))
            texts = (node, native_id(node), data.get("email"), name, data.get("name"))
            words.append((node, tuple(fold_email(each) for each in texts if each)))
        return words

    def me(self, identity: str) -> Me | None:
        """The latest `me` document of an identity, typed; None when none was read."""
        found = self._records.get((identity, "record"))
        content = _content(self.documents[found[0]]) if found else None
        return content if isinstance(content, Me) else None

    def business_record(self, business: str) -> Business | None:
        """The latest record of a business, from whichever document shows it; None when none does."""
        found = self._records.get((business, "record"))
        if not found:
            return None
        content, place = _content(self.documents[found[0]]), found[1]
        if isinstance(content, Team):
            return content.business
        membership = (content.business_memberships or [])[place.index]
        return membership.business if membership else None

    def permissions(self, account: str) -> dict[str, bool | int | float | str | None]:
        """The plan flags of an account (never of a person) by name, from the latest document that lists them."""
        found = self._records.get((account, "permissions"))
        content = _content(self.documents[found[0]]) if found else None
        flags = (content.permissions or {}).get(native_id(account)) if isinstance(content, Me) else None
        return flags or {}

    def row(self, document: int, section: Section, index: int) -> Any:
        """The typed row of a membership, group, role or team section of a document."""
        content = _content(self.documents[document])
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
        """How many nodes of each kind are known."""
        return Counter(map(kind_of, self))

    def coverage(self) -> Coverage:
        """How much of the whole graph was observed: complete when every identity and business has its own document."""
        identities, _, teams, *_ = self._observed
        notes = [
            f"{observed} of {self.counts[kind]} {plural} have a {document} document of their own"
            for observed, kind, plural, document in (
                (identities, NodeKind.IDENTITY, "identities", "me"),
                (teams, NodeKind.BUSINESS, "businesses", "team"),
            )
            if observed < self.counts[kind]
        ]
        if not self.documents:
            notes.append("no document was read")
        return self._coverage(not notes, notes)

    def coverage_of_reach(self, identity: str) -> Coverage:
        """How far an identity's reach is known: complete when its own `me` document was read."""
        complete = bool(self.nodes[identity].get("observed"))
        notes = [*self._unread(identity)]
        if not complete:
            notes.append(f"no document of {identity} itself was read: what it reaches is a lower bound")
        notes.append("whose client a business is, is known only from documents that show that business")
        return self._coverage(complete, notes)

    def coverage_of_reached_by(self, resource: str) -> Coverage:
        """How far it is known who reaches a resource: complete when its business's `team` document was read."""
        businesses = [resource] if kind_of(resource) is NodeKind.BUSINESS else self.kept(resource)
        unseen = [business for business in businesses if not self.nodes[business].get("observed")]
        notes = [note for business in businesses for note in self._unread(business)]
        if not businesses:
            notes.append(f"no business is known to keep {resource}: who reaches it is a lower bound")
        notes += [f"no team document of {business} was read: who reaches it is a lower bound" for business in unseen]
        notes.append("clients are known only from documents of those clients, so there may be more of them")
        return self._coverage(bool(businesses) and not unseen, notes)

    def _unread(self, subject: str) -> Iterable[str]:
        if rows := self._unreadable.get(subject):
            yield f"{rows} row(s) of the latest document of {subject} could not be read"

    def _coverage(self, complete: bool, notes: list[str]) -> Coverage:
        return Coverage(complete, tuple(notes), *self._observed)

    @cached_property
    def _observed(self) -> tuple[int, int, int, dt.datetime | None, dt.datetime | None]:
        kinds = [kind_of(node) for node, data in self.nodes(data=True) if data.get("observed")]
        businesses = sum(name == "record" and node.startswith("business:") for node, name in self._records)
        moments = (self.documents[0].observed_at, self.documents[-1].observed_at) if self.documents else (None, None)
        return (kinds.count(NodeKind.IDENTITY), businesses, kinds.count(NodeKind.BUSINESS), *moments)


def fold_email(text: str) -> str:
    """The form in which emails and searches compare: trimmed and case-folded."""
    return text.strip().casefold()


def _rank(word: str, wanted: str) -> int:
    return 0 if word == wanted else 1 if word.startswith(wanted) else 2 if wanted in word else 3


@lru_cache(maxsize=256)
def _content(document: Document) -> Me | Team:
    return reread(document).content
