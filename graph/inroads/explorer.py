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
from typing import IO, TYPE_CHECKING, Any, Literal, Self, Unpack

from inroads.analysis.census import Counts, counts_of
from inroads.analysis.choke_points import ChokePoint, choke_points
from inroads.analysis.duties import Conflicts, duties
from inroads.analysis.explain import explain
from inroads.analysis.findings import review
from inroads.analysis.findings.review import Findings
from inroads.analysis.plan import RevocationPlan, plan
from inroads.analysis.what_if import WhatIf
from inroads.columns.adjacency import Adjacency
from inroads.columns.fold import fold
from inroads.columns.incremental import Baseline, grown
from inroads.documents.pseudonyms import Pseudonyms, rejected, rewritten
from inroads.documents.reader import Observation
from inroads.errors import InroadsError, Rejection
from inroads.model import Access, Explanation, Mode, NodeKind, Path, Relation
from inroads.network import exits
from inroads.network.access_graph import AccessGraph
from inroads.network.listing import Direction, Neighbour, neighbour_rows
from inroads.network.names.lookup import Named, named, named_grant
from inroads.network.wording import path_sentence
from inroads.output.drawing import svg
from inroads.output.evidence_rows import CONTESTED
from inroads.output.export import write
from inroads.output.rows import json_row
from inroads.policy.loading import load_policy
from inroads.policy.rule_settings import Severity
from inroads.policy.tables import STOCK, Policy
from inroads.reach import questions
from inroads.reach.answers import RESOURCES, AccessAnswers
from inroads.reach.filters import (
    Filters,
    KindWord,
    ModeWord,
    RelationWord,
    filter_of,
    one_of,
)
from inroads.sources.files import Refusals, unread
from inroads.sources.loader import Loaded, Stream, Taken, gather
from inroads.store import snapshot
from inroads.store.ledger import Bodies, Ledger, StoredDocument, is_ledger
from inroads.text import more, printable

if TYPE_CHECKING:
    import pandas as pd

    from inroads.network.exits import Plain

PATHS_DRAWN = 200
"""The most paths that a picture considers."""


PRINTED = 20
"""The most paths of an access that are printed; an answer prints no further access after these."""


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
        stream = Stream(items, Bodies(ledger.path), attrgetter("sequence"))
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
        if not len(found.said.documents.moment) and not found.rejections:
            return self
        if len(self.fold.said.claims.document) >= COLLECTED_FROM:
            gc.collect()
        made = grown(self.fold, self.index.derived, found.said, self.policy, self._base)
        graph = self.of(Adjacency(made.fold, self.policy, made.derived))
        graph._base = made.base
        graph.rejections = (*self.rejections, *found.rejections)
        return graph

    def reach(
        self,
        principal: str,
        kinds: Iterable[NodeKind | KindWord] = RESOURCES,
        mode: Mode | ModeWord = Mode.ACCESS,
        **filters: Unpack[Filters],
    ) -> Answers:
        """Every business and account that an identity reaches; `filters` are the fields of
        `AccessFilter`.

        Raises as `named`, and InroadsError BAD_FILTER.
        """
        node = self.named(principal, NodeKind.IDENTITY).node
        wanted, how = one_of(list(kinds), list[NodeKind]), one_of(mode, Mode)
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
        return _explained(self, found) if found else None

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
        found = neighbour_rows(self, key, wanted, [direction] if direction else Direction)
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
    ) -> Findings:
        """Run the rules of a security review on this graph; see `findings.review`."""
        return review(self, rules, severity, suppressed=suppressed, now=now, since=since)

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

    def _whole(self) -> Self:
        if "grants" not in vars(self):
            raise InroadsError(
                "only the whole graph answers questions, not a view or a copy of it", "NOT_WHOLE"
            )
        return self


def load(
    *paths: str | os.PathLike[str],
    as_of: dt.datetime | None = None,
    observed_at: dt.datetime | None = None,
    policy: Policy | str | os.PathLike[str] = STOCK,
    stdin: IO[bytes] | None = None,
    progress: Callable[[int], None] | None = None,
    workers: int = 1,
) -> Explorer:
    """The graph of all documents in these ledgers, files and folders; `-` is `stdin`.

    With `as_of` (aware) only of those observed until then. Documents without an envelope were
    observed at `observed_at` (aware), else when their file was modified. `policy` may name a TOML
    file. `progress` is told how many bytes were read since it was told last; of a ledger's file, as
    much as of its log. With more `workers` large input is read on so many processes; a script must
    then start from `if __name__ == "__main__":`, as for all of them. Raises FileNotFoundError,
    LedgerError and BadPolicy; a document that cannot be taken is in the graph's `rejections`.
    """
    if not isinstance(policy, Policy):
        policy = load_policy(FilePath(policy).read_text(encoding="utf-8"))
    ledgers = [path for path in paths if is_ledger(path)]
    others = [path for path in paths if path not in ledgers]

    if len(paths) == 1 and ledgers and as_of is None:
        return _kept(FilePath(paths[0]), policy, workers, progress)
    refusals = Refusals()
    with ExitStack() as stack:
        opened = [
            stack.enter_context(Ledger(path, create=False, read_only=True)) for path in ledgers
        ]
        logs = [(each, _advancing(each.unread(as_of), each, progress)) for each in opened]
        streams = [Stream(items, Bodies(each.path), attrgetter("sequence")) for each, items in logs]
        files = Stream(unread(others, observed_at, stdin, progress, refusals), note=refusals.note)
        return Explorer.gathered(gather([*streams, files], policy, as_of, workers), policy)


COLLECTED_FROM = 1_000_000
"""With so many claims, versions that were let go of make room for the next: what networkx keeps
holds itself.
"""

SNAPSHOT_FROM = 5_000
"""A snapshot is kept when so many documents were read that none had."""


def _advancing(
    items: Iterable[StoredDocument], ledger: Ledger, progress: Callable[[int], None] | None
) -> Iterator[StoredDocument]:
    share = ledger.path.stat().st_size / max(1, ledger.sequence)
    before = 0
    for item in items:
        if progress:
            here = int(item.sequence * share)
            progress(here - before)
            before = here
        yield item


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


class ExplainedAccess(Access, frozen=True):
    """An access that prints one line a path, draws itself, and explains what would end it."""

    graph: Explorer

    @property
    def explanation(self) -> Explanation:
        """Independent routes, the cut with the least collateral, and a sentence."""
        return explain(self.graph, self)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The paths in plain English, best first."""
        return tuple(path_sentence(self.graph, path) for path in self.paths)

    def to_dict(self) -> dict[str, Any]:
        """Return a plain row: strings, numbers, lists of strings."""
        return json_row(self, self.graph)

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return svg(self.graph, self.paths, truncated=self.truncated)


class Answers(AccessAnswers[ExplainedAccess]):
    """All accesses of one question, best first; they print one line a path, draw themselves and
    give rows.
    """

    graph: Explorer

    def __init__(self, graph: Explorer, answers: AccessAnswers[Access]) -> None:
        super().__init__(
            graph,
            answers.root,
            answers.summaries,
            lambda summary: _explained(graph, answers.write(summary)),
            lambda: answers.coverage,
            lambda _: answers.bundles,
            truncated=answers.truncated,
        )

    @property
    def counts(self) -> Counts:
        """The number of these accesses by role, certainty and state, and the contested ones."""
        return counts_of(self.graph, self.columns)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one plain row an access: strings, numbers, lists of strings."""
        return [access.to_dict() for access in self]

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a DataFrame; needs the extra `inroads[pandas]`.

        Its `attrs` say as `truncated` whether a limit cut the answer short.
        """
        import pandas as pd  # noqa: PLC0415  # an optional extra

        columns = [
            "principal",
            "email",
            "resource",
            "name",
            "roles",
            "capabilities",
            "certainty",
            "state",
            "reasons",
            "distance",
            "paths",
            "truncated",
            "contested",
            "contested_roles",
            "contradictions",
        ]
        frame = pd.DataFrame(self.to_dicts(), columns=columns)
        frame.attrs["truncated"] = self.truncated
        return frame

    def __str__(self) -> str:
        lines: list[str] = []
        for place in range(len(self)):
            if len(lines) >= PRINTED:
                lines.append(f"{more(len(self) - place)} accesses")
                break
            lines += _lines(self[place])
        lines = lines or ["no access"]
        if self.truncated:
            lines.append("… a limit cut this answer short")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        paths: list[Path] = []
        cut = self.truncated
        for number, access in enumerate(self, 1):
            paths += access.paths
            cut |= access.truncated
            if len(paths) >= PATHS_DRAWN:
                cut |= number < len(self)
                break
        return svg(self.graph, paths, truncated=cut)


def _explained(graph: Explorer, access: Access) -> ExplainedAccess:
    return ExplainedAccess(
        **{name: getattr(access, name) for name in access.__struct_fields__}, graph=graph
    )


def _lines(access: ExplainedAccess) -> Iterable[str]:
    ends = f"{access.principal} -> {access.resource}"
    for path in access.paths[:PRINTED]:
        sure = f"{path.certainty}, {CONTESTED}" if path.contested else path.certainty
        sentence = path_sentence(access.graph, path)
        yield printable(f"{ends}  {path.role}  {sure}  {path.state}  {sentence}")
    if len(access.paths) > PRINTED:
        yield f"{printable(ends)}  {more(len(access.paths) - PRINTED)} paths"
    if access.truncated:
        yield f"{printable(ends)}  … more paths than are listed"
