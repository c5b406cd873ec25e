"""The graph that a user holds: an AccessGraph that answers questions, and answers that print and
draw themselves.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import takewhile
from operator import attrgetter
from pathlib import Path as FilePath
from typing import IO, TYPE_CHECKING, Any, Final, Literal, Self, Unpack

from inroads.analysis.choke_points import ChokePoint, choke_points
from inroads.analysis.duties import Conflicts, duties
from inroads.analysis.findings import review
from inroads.analysis.findings.review import Findings
from inroads.analysis.plan import RevocationPlan, plan
from inroads.analysis.what_if import WhatIf
from inroads.columns.adjacency import Adjacency
from inroads.columns.claimset import KINDS
from inroads.columns.fold import fold
from inroads.columns.incremental import Baseline, grown
from inroads.documents.pseudonyms import Pseudonyms, rejected, rewritten
from inroads.documents.reader import Observation
from inroads.errors import InroadsError, Rejection, extra_missing
from inroads.markup import table
from inroads.model import Mode, NodeKind, Relation
from inroads.network import exits
from inroads.network.access_graph import AccessGraph
from inroads.network.listing import Direction, Neighbour, neighbour_rows
from inroads.network.names.lookup import Named, named, named_grant
from inroads.network.wording import counted
from inroads.output.answers import Answers, ExplainedAccess, explained
from inroads.output.export import write
from inroads.policy.loading import read_policy
from inroads.policy.rule_settings import Severity
from inroads.policy.tables import STOCK, Policy
from inroads.reach import questions
from inroads.reach.answers import RESOURCES
from inroads.reach.filters import (
    Filters,
    KindWord,
    ModeWord,
    RelationWord,
    filter_of,
    listed,
    one_of,
)
from inroads.sources.files import Refusals, unread
from inroads.sources.held import Held, is_held, unread_held
from inroads.sources.loader import Loaded, Stream, Taken, gather
from inroads.store import snapshot
from inroads.store.ledger import Bodies, Ledger, StoredDocument, is_ledger

if TYPE_CHECKING:
    from inroads.network.exits import Plain


class Explorer(AccessGraph):
    """An AccessGraph with the questions as methods. Nodes are given by id, email,
    name or part of a name; see `named`.

    `rejections` are the documents that were not taken; `masked` tells that it holds pseudonyms.
    """

    rejections: tuple[Rejection, ...] = ()
    masked: bool = False
    _base: Baseline | None = None

    @classmethod
    def observe(cls, arriving: Iterable[Observation | Rejection], policy: Policy = STOCK) -> Self:
        """Fold documents as they arrive; what is rejected is kept by reason, not by content."""
        return cls.gathered(gather([Stream(map(Taken, arriving))], policy), policy)

    @classmethod
    def gathered(cls, found: Loaded, policy: Policy = STOCK) -> Self:
        """The graph of what documents say."""
        graph = cls.build(fold(found.said, policy), policy)
        graph.rejections = found.rejections
        return graph

    def adding(self, arriving: Iterable[Observation | Rejection]) -> Self:
        """The next version of this graph, with more documents; this one stays as it is."""
        return self._with(gather([Stream(map(Taken, arriving))], self.policy))

    def grown(
        self,
        ledger: Ledger,
        after: int,
        until: int | None = None,
        workers: int = 1,
        progress: Callable[[int], None] | None = None,
    ) -> Self:
        """The next version of this graph, with what a ledger's log has after one number, up to
        another.

        For `progress` see `load`.
        """
        unread = _advancing(ledger.unread(after=after), ledger, progress)
        items = takewhile(lambda item: until is None or item.sequence <= until, unread)
        ahead = _bytes_after(ledger, after)
        stream = Stream(items, Bodies(ledger.path), attrgetter("sequence"), ahead=ahead)
        return self._with(gather([stream], self.policy, workers=workers))

    def pseudonymised(self, key: bytes | Pseudonyms) -> Self:
        """Return this graph with keyed pseudonyms for everything that names a person or business.

        It answers as this one does, and nothing that is made of it can hold an original name or id.
        Raises InroadsError WEAK_KEY.
        """
        names = key if isinstance(key, Pseudonyms) else Pseudonyms(key)
        graph = self.observe(rewritten(self.documents, names, self.policy), self.policy)
        graph.rejections = tuple(rejected(each, names) for each in self.rejections)
        graph.masked = True
        return graph

    def _with(self, found: Loaded) -> Self:
        if self.masked:
            raise InroadsError(
                "add to the graph of the original documents, and pseudonymise that", "PSEUDONYMISED"
            )
        if self.known is not None:
            raise InroadsError("add to the documents of the run, and open its folder", "PARTIAL")
        if not len(found.said.documents.moment) and not found.rejections:
            return self
        if len(self.fold.said.claims.document) >= COLLECTED_FROM:
            gc.collect()
        if len(self.documents):
            made = grown(self.fold, self.index.derived, found.said, self.policy, self._base)
            graph = self.of(Adjacency(made.fold, self.policy, made.derived))
            graph._base = made.base
        else:  # which a fold of all takes less time for
            graph = self.gathered(found, self.policy)
        graph.rejections = (*self.rejections, *found.rejections)
        return graph

    def reach(
        self,
        principal: str,
        kinds: Iterable[NodeKind | KindWord] | NodeKind | KindWord = RESOURCES,
        mode: Mode | ModeWord = Mode.ACCESS,
        **filters: Unpack[Filters],
    ) -> Answers:
        """Every business and account that an identity reaches; `filters` are the fields of
        `AccessFilter`.

        Raises as `named`, and InroadsError BAD_FILTER.
        """
        node = self.named(principal, NodeKind.IDENTITY).node
        wanted, how = one_of(listed(kinds), list[NodeKind]), one_of(mode, Mode)
        return Answers(
            self, questions.reach(self, node, wanted, filter_of(self._whole(), filters), how)
        )

    def reached_by(
        self, resource: str, mode: Mode | ModeWord = Mode.ACCESS, **filters: Unpack[Filters]
    ) -> Answers:
        """Every identity that reaches a business or account; otherwise as `reach`."""
        node, how = self.named(resource, *RESOURCES).node, one_of(mode, Mode)
        return Answers(
            self, questions.reached_by(self, node, filter_of(self._whole(), filters), how)
        )

    def access(
        self,
        principal: str,
        resource: str,
        mode: Mode | ModeWord = Mode.ACCESS,
        **filters: Unpack[Filters],
    ) -> ExplainedAccess | None:
        """Return the access of an identity to a resource; None if both are known without access.

        A group is named by its printed id. Raises as `reach`.
        """
        identity = self.named(principal, NodeKind.IDENTITY).node
        node = self.named(resource, *RESOURCES, by_id={NodeKind.GROUP}).node
        chosen, how = filter_of(self._whole(), filters), one_of(mode, Mode)
        found = questions.access(self, identity, node, chosen, how)
        return explained(self, found) if found else None

    def accesses(
        self,
        pairs: Iterable[tuple[str, str]],
        mode: Mode | ModeWord = Mode.ACCESS,
        **filters: Unpack[Filters],
    ) -> list[ExplainedAccess | None]:
        """Return the access of each pair of a principal and a resource; see `access`."""
        return [self.access(principal, resource, mode, **filters) for principal, resource in pairs]

    def neighbours(
        self, node: str, *relations: Relation | RelationWord, direction: Direction | None = None
    ) -> list[Neighbour]:
        """Return the other ends of a node's grants, whether they convey access or not.

        They are over some relations and in one direction only, where these are given.
        """
        key = self.named(node, *NodeKind).node
        wanted = one_of(relations or tuple(Relation), frozenset[Relation])
        toward = one_of([direction] if direction else [*Direction], list[Direction])
        found = neighbour_rows(self, key, wanted, toward)
        return list(map(found.neighbour, range(len(found.rows))))

    def named(
        self, text: str, *kinds: NodeKind | KindWord, by_id: Iterable[NodeKind] = ()
    ) -> Named:
        """Find the node of one of these kinds, or of any, that an id, an email or a name means.

        See `inroads.network.names.lookup.named` for what wins, and what is raised.
        """
        wanted = one_of(kinds or tuple(NodeKind), frozenset[NodeKind])
        return named(self._whole(), text, wanted, by_id)

    def without(
        self, *grants: str, add: str | Iterable[str] = (), records: str | Iterable[str] = ()
    ) -> WhatIf[Self]:
        """Compute what would become of every access without these grants; nothing is written.

        A grant is given by its id, or by a record such as `role 994207`. `add` imagines grants,
        such as `business:1#MEMBER@identity:2=MANAGER`; of `records` each goes alone. Raises as
        `WhatIf`.
        """
        wanted = ([each] if isinstance(each, str) else each for each in (add, records))
        add, records = (tuple(named_grant(self._whole(), each) for each in some) for some in wanted)
        return WhatIf(self, [named_grant(self, each) for each in grants], add, records)

    def plan(self, principal: str, resource: str) -> RevocationPlan | None:
        """Plan how to end an access with the least collateral; None when there is none.

        Raises as `access`.
        """
        found = self.access(principal, resource)
        return plan(self, found) if found else None

    def choke_points(
        self, *of: str, by: Literal["ended", "inferred"] = "ended", first: int | None = None
    ) -> list[ChokePoint]:
        """The grants that alone end most accesses, or with `by="inferred"` most inferred ones.

        Of all accesses, or with `of` only of those of some identities, or to some businesses and
        accounts. Raises InroadsError BAD_FIGURE and WRONG_KIND, and otherwise as `reach`.
        """
        nodes = [self.named(each, NodeKind.IDENTITY, *RESOURCES).node for each in of]
        return choke_points(self, nodes).ranked(by, first)

    def duties(self) -> Conflicts:
        """Return the identities that hold both sides of a `separation_of_duty` rule of the policy."""
        return duties(self)

    def findings(
        self,
        rules: Iterable[str] | None = None,
        severity: Severity | str | None = None,
        *,
        suppressed: bool | None = None,
        now: dt.datetime | None = None,
        since: AccessGraph | None = None,
        about: str | None = None,
    ) -> Findings:
        """Run the rules of a security review on this graph; see `findings.review`.

        `about` is an identity, a business with the accounts that it keeps, or an account; see
        `Findings.about`. Raises also as `named`.
        """
        node = None if about is None else self.named(about, NodeKind.IDENTITY, *RESOURCES).node
        return review(
            self, rules, severity, suppressed=suppressed, now=now, since=since, about=node
        )

    def export(self, name: str, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the graph in a format that other tools open, such as graphml; see
        `inroads.output.export.write`.
        """
        write(self, name, path, force=force)

    def to_networkx(self) -> Plain:
        """Copy the whole graph into a plain `networkx.MultiDiGraph`, in bulk."""
        return exits.to_networkx(self._whole())

    def edges_frame(self, library: str | None = None) -> Any:
        """The edges as a frame of `pandas`, `polars` or `arrow`, or of the first that is installed.

        Raises InroadsError BAD_LIBRARY, and EXTRA_MISSING if the library is not installed.
        """
        return exits.edges_frame(self._whole(), library)

    def to_sparse(self) -> exits.SparseGraph:
        """The number of edges between nodes as a scipy CSR array, with the order of the nodes.

        Raises InroadsError EXTRA_MISSING without scipy.
        """
        return exits.to_sparse(self._whole())

    def __repr__(self) -> str:
        if "grants" not in vars(self):  # a view or a copy, which is plain networkx
            return super().__repr__()
        starts = self.fold.kind_starts
        sizes = zip(KINDS, starts[1:], starts, strict=False)
        told = [counted(stop - start, kind.lower()) for kind, stop, start in sizes]
        told.append(counted(len(self.documents), "document"))
        if self.rejections:
            told.append(f"{len(self.rejections):,} rejected")
        return f"Explorer: {', '.join(told)}"

    def _repr_html_(self) -> str:
        if "grants" not in vars(self):
            return table(repr(self), (), 0)
        refused = ({"rejected": each.source, "why": each.message} for each in self.rejections)
        notes = (table(each, (), 0) for each in self.coverage().notes)
        return "\n".join([table(repr(self), refused, len(self.rejections)), *notes])

    def __dir__(self) -> list[str]:
        """Return the names of what works: a frozen graph refuses what changes it."""
        return sorted(set(super().__dir__()) - REFUSED)

    def _whole(self) -> Self:
        if "grants" not in vars(self):
            raise InroadsError(
                "only the whole graph answers questions, not a view or a copy of it", "NOT_WHOLE"
            )
        return self


def load(
    *given: str | os.PathLike[str] | Held,
    as_of: dt.datetime | None = None,
    observed_at: dt.datetime | None = None,
    policy: Policy | str | os.PathLike[str] = STOCK,
    stdin: IO[bytes] | None = None,
    progress: Callable[[int], None] | None = None,
    workers: int = 1,
    businesses: Iterable[str] = (),
    identities: Iterable[str] = (),
) -> Explorer:
    """The graph of all documents in these ledgers, files and folders; `-` is `stdin`.

    Documents may also be given themselves: dicts, JSON text, lists or columns of frames of these.
    Without an envelope they were observed at `observed_at`, else now.

    With `as_of` (aware) only of those observed until then. Documents without an envelope were
    observed at `observed_at` (aware), else when their file was modified. `policy` may name a TOML
    file. `progress` is told how many bytes were read since it was told last; of a ledger's file, as
    much as of its log. With more `workers` large input is read on so many processes; a script must
    then start from `if __name__ == "__main__":`, as for all of them. Raises FileNotFoundError,
    LedgerError, BadPolicy, and InroadsError BAD_MOMENT; a document that cannot be taken is in the
    graph's `rejections`.

    Of the folder of a run on Spark, only the neighbourhood of some `businesses` and `identities` is
    opened, see `inroads.spark.opening`: it needs the extra `inroads[spark]`. Raises InroadsError
    TOO_MUCH if none is named, or other sources are given beside it, OTHER_FORMAT and OTHER_POLICY.
    """
    for each in (as_of, observed_at):
        if each is not None and (not isinstance(each, dt.datetime) or each.utcoffset() is None):
            raise InroadsError(
                f"{each!r} is no moment: give a datetime with its time zone, such as UTC",
                "BAD_MOMENT",
            )
    if not isinstance(policy, Policy):
        policy = read_policy(FilePath(policy))
    if businesses or identities or any(map(_is_run, given)):
        return _opened(given, businesses, identities, policy)
    held: list[Any] = [each for each in given if is_held(each)]
    paths: list[Any] = [each for each in given if not is_held(each)]
    ledgers = [path for path in paths if is_ledger(path)]
    others = [path for path in paths if path not in ledgers]

    if len(given) == 1 and ledgers and as_of is None:
        return _kept(FilePath(paths[0]), policy, workers, progress)
    refusals = Refusals()
    with ExitStack() as stack:
        opened = [
            stack.enter_context(Ledger(path, create=False, read_only=True)) for path in ledgers
        ]
        logs = [(each, _advancing(each.unread(as_of), each, progress)) for each in opened]
        streams = [
            Stream(items, Bodies(each.path), attrgetter("sequence"), ahead=_bytes_after(each))
            for each, items in logs
        ]
        files = Stream(unread(others, observed_at, stdin, progress, refusals), note=refusals.note)
        values = Stream(unread_held(held, observed_at, refusals), note=refusals.note)
        read = gather([*streams, files, values], policy, as_of, workers)
        return Explorer.gathered(read, policy)


REFUSED: Final = frozenset(
    {
        *("add_edge", "add_edges_from", "add_node", "add_nodes_from", "add_weighted_edges_from"),
        *("clear", "clear_edges", "new_edge_key", "update"),
        *("remove_edge", "remove_edges_from", "remove_node", "remove_nodes_from"),
        *(name for name in dir(AccessGraph) if name.endswith(("_factory", "_class"))),
    }
)
"""The names of networkx that a frozen graph refuses, and those that only its own code needs."""

COLLECTED_FROM = 1_000_000
"""With so many claims, versions that were let go of make room for the next: what networkx keeps
holds itself.
"""

SNAPSHOT_FROM = 5_000
"""A snapshot is kept when so many documents were read that none had."""


def _bytes_after(ledger: Ledger, after: int = 0) -> int:
    """Return about how many bytes of a ledger are behind a number of its log."""
    newest = max(1, ledger.sequence)
    return ledger.path.stat().st_size * max(0, newest - after) // newest


def _advancing(
    items: Iterable[StoredDocument], ledger: Ledger, progress: Callable[[int], None] | None
) -> Iterator[StoredDocument]:
    share = _bytes_after(ledger) / max(1, ledger.sequence)
    before = 0
    for item in items:
        if progress:
            here = int(item.sequence * share)
            progress(here - before)
            before = here
        yield item


def _is_run(given: Any) -> bool:
    """Return whether a path is the folder of a finished run on Spark."""
    return isinstance(given, str | os.PathLike) and all(
        (FilePath(given) / name).is_dir() for name in ("complete", "claims")
    )


def _opened(
    given: tuple[Any, ...], businesses: Iterable[str], identities: Iterable[str], policy: Policy
) -> Explorer:
    """The neighbourhood of some nodes, out of the folder of a run on Spark."""
    asked = [*businesses], [*identities]
    if len(given) != 1 or not any(asked):
        raise InroadsError(
            "a folder of tables is opened alone, for some businesses or identities: name them",
            "TOO_MUCH",
        )
    try:
        from inroads.spark.opening import opened  # noqa: PLC0415  # an extra brings what it needs
    except ImportError:
        raise extra_missing("this needs pyarrow", "spark") from None
    return opened(given[0], *asked, policy)


def _kept(
    path: FilePath, policy: Policy, workers: int, progress: Callable[[int], None] | None
) -> Explorer:
    """The graph of a ledger: of its latest snapshot, and of what has been added since."""
    with Ledger(path, create=False, read_only=True) as ledger:
        position, forgetting = ledger.sequence, ledger.forgetting  # before anything is read
        kept = snapshot.find(ledger, policy)
        graph = Explorer.of(kept.columns) if kept else Explorer.observe((), policy)
        read = len(graph.documents)
        graph = graph.grown(ledger, kept.position if kept else 0, None, workers, progress)
        if len(graph.documents) - read < SNAPSHOT_FROM or not snapshot.save(
            graph.index, ledger, position, forgetting
        ):
            return graph
        made, kept = graph, snapshot.find(ledger, policy)
    if not kept or kept.position != position:
        return made
    graph = Explorer.of(kept.columns)
    del made
    gc.collect()  # the columns in memory, which hold each other, for those that are mapped
    return graph
