"""How the command line shows changes: each with its causes and their records, or each cause with its changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Final

import msgspec
import typer

from inroads.analysis.causes import Cause, NodeCause, stated
from inroads.analysis.change_sentences import cause_sentence, sentence
from inroads.analysis.changes import AccessFacts, CausedChanges, Change, Changes, Kind
from inroads.documents.pointers import pointer
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.model import Evidence, Grant
from inroads.network.wording import record_label
from inroads.text import printable
from inroads_api.cli.terminal import Format, default_format, many, print_rows, say

UNCERTAIN: Final = frozenset({Kind.OBSERVED, Kind.UNOBSERVED})
"""What was seen for the first time need not be new, and what is no longer shown need not have ended."""


class By(StrEnum):
    """What a row is about."""

    ACCESS = "access"
    CAUSE = "cause"


def kinds(words: Iterable[str] | None) -> frozenset[Kind]:
    """The kinds that are asked for, in any case; all of them when none is named. Raises InroadsError."""
    chosen = {word.strip().upper().replace("-", "_"): word for word in words or ()}
    for name, word in chosen.items():
        if name not in Kind.__members__:
            raise InroadsError(f"--kind {word!r} is none of {', '.join(Kind)}", "BAD_KIND")
    return frozenset(Kind[name] for name in chosen) or frozenset(Kind)


def only(found: Changes, wanted: frozenset[Kind]) -> Changes:
    """The changes that are of any of these kinds."""
    return msgspec.structs.replace(
        found,
        changes=tuple(change for change in found.changes if not wanted.isdisjoint(change.kinds)),
    )


class ChangesView:
    """Changes between two graphs, as rows for tools and as text for eyes."""

    def __init__(self, before: Explorer, after: Explorer, found: Changes) -> None:
        self.before, self.after, self.found = before, after, found
        self._told: dict[tuple[int, str], dict[str, Any]] = {}

    def show(self, output: Format | None, by: By | None) -> None:
        """One row an access, or one a cause; on a terminal grouped by cause unless told otherwise."""
        chosen = output or default_format()
        if chosen is Format.TABLE:
            self._tables(by or By.CAUSE)
        else:
            rows = self._causes() if by is By.CAUSE else map(self._row, self.found.changes)
            print_rows(map(_flat, rows) if chosen is Format.CSV else rows, chosen)

    def summarise(self) -> None:
        """How many changes of which kind, on stderr."""
        say(
            f"{many(len(self.found.changes), 'change')} between versions {self.found.before} and {self.found.after}"
        )
        counts = Counter(kind for change in self.found.changes for kind in change.kinds)
        if counts:
            say("  " + ", ".join(f"{counts[kind]} {kind}" for kind in Kind if counts[kind]))
        if counts[Kind.OBSERVED]:
            say("  OBSERVED: seen for the first time, which need not be new")
        if counts[Kind.UNOBSERVED]:
            say("  UNOBSERVED: no longer shown, which need not have ended")
        if self.found.truncated:
            say("a limit cut this answer short")

    # ---- rows

    def _row(self, change: Change) -> dict[str, Any]:
        return {
            "change": [kind.value for kind in change.kinds],
            **self._ends(change),
            "before": _facts(change.before),
            "after": _facts(change.after),
            "causes": [self._cause(cause) for cause in change.causes],
            "how": sentence(self.before, self.after, change),
        }

    def _ends(self, change: Change) -> dict[str, Any]:
        return {
            "principal": change.principal,
            "email": self.after.nodes[change.principal].get("email"),
            "resource": change.resource,
            "name": self.after.nodes[change.resource].get("name"),
        }

    def _cause(self, cause: Cause) -> dict[str, Any]:
        if (
            cause.key not in self._told
        ):  # many changes may have one cause, and finding who states it takes time
            sides = ((self.before, cause.before), (self.after, cause.after))
            before, after = (
                self._grant(graph, side)
                if isinstance(side, Grant)
                else self._attribute(graph, cause, side)
                for graph, side in sides
            )
            self._told[cause.key] = {
                "id": cause.id,
                "what": cause_sentence(self.before, self.after, cause),
                "witnessed": cause.witnessed,
                "before": before,
                "after": after,
            }
        return self._told[cause.key]

    def _grant(self, graph: Explorer, grant: Grant) -> dict[str, Any]:
        return {
            "roles": [role.value for role in grant.roles],
            "active": grant.active,
            "evidence": [_evidence(graph, each, record_label(each)) for each in grant.evidence],
        }

    def _attribute(self, graph: Explorer, cause: Cause, word: str | None) -> dict[str, Any] | None:
        if word is None or not isinstance(cause, NodeCause):
            return None
        record = stated(graph, cause)
        evidence = [_evidence(graph, record, cause.attribute, cause.pointer)] if record else []
        return {cause.attribute: word, "evidence": evidence}

    def _causes(self) -> Iterator[dict[str, Any]]:
        for group in self.found.groups:
            changes = [
                {
                    "change": [kind.value for kind in change.kinds],
                    **self._ends(change),
                    "how": sentence(self.before, self.after, change),
                }
                for change in group.changes
            ]
            yield {**self._cause(group.cause), "changes": changes}

    # ---- tables

    def _tables(self, by: By) -> None:
        sure = [change for change in self.found.changes if UNCERTAIN.isdisjoint(change.kinds)]
        unsure = [change for change in self.found.changes if not UNCERTAIN.isdisjoint(change.kinds)]
        for heading, changes in (
            ("Changed", sure),
            (
                "Observed for the first time, or no longer observed: not known to have changed",
                unsure,
            ),
        ):
            if changes:
                typer.echo(f"{heading}\n{'=' * len(heading)}")
                part = msgspec.structs.replace(self.found, changes=tuple(changes))
                if by is By.ACCESS:
                    self._table(changes)
                else:
                    self._groups(part)

    def _groups(self, part: Changes) -> None:
        for group in part.groups:
            self._heading(group)
            self._table(group.changes)
        causeless = [change for change in part.changes if not change.causes]
        if causeless:
            typer.echo("\nNo cause was found before a limit cut the search")
            self._table(causeless)

    def _heading(self, group: CausedChanges) -> None:
        cause = self._cause(group.cause)
        typer.echo()
        typer.echo(printable(f"{cause['id']}: {cause['what']}"))
        for when in ("before", "after"):
            for line in _evidence_lines(cause[when], short=True):
                typer.echo(printable(f"  {when + ':':<7} {line}"))

    def _table(self, changes: Iterable[Change]) -> None:
        print_rows([self._cells(change) for change in changes], Format.TABLE)

    def _cells(self, change: Change) -> dict[str, Any]:
        ends = self._ends(change)
        return {
            "change": [kind.value for kind in change.kinds],
            "principal": [ends["principal"], *filter(None, [ends["email"]])],
            "resource": [ends["resource"], *filter(None, [ends["name"]])],
            "before": _words(change.before),
            "after": _words(change.after),
        }


def _facts(facts: AccessFacts | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {
        "roles": [role.value for role in facts.roles],
        "certainty": facts.certainty.value,
        "state": facts.state.value,
        "reasons": list(facts.reasons),
    }


def _words(facts: AccessFacts | None) -> list[str]:
    return (
        ["no access"]
        if facts is None
        else [*facts.roles, facts.certainty, facts.state, *facts.reasons]
    )


def _evidence(graph: Explorer, each: Evidence, name: str, within: str = "") -> dict[str, Any]:
    document = graph.documents[each.document]
    return {
        "record": name,
        "record_id": each.record_id,
        "source": document.source,
        "pointer": pointer(document, each.section, each.index, each.sub) + within,
        "observed_at": document.observed_at.isoformat().replace("+00:00", "Z"),
        "document": document.sha256,
    }


def _evidence_lines(side: dict[str, Any] | None, *, short: bool) -> list[str]:
    """The records of one side of a cause, a line each."""
    return [
        f"{each['record']}: {each['source']} {each['pointer']}, observed {each['observed_at']}, "
        f"sha256 {each['document'][:12] if short else each['document']}"
        for each in (side or {}).get("evidence", ())
    ]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose cells are texts or lists of texts: what is nested, a line each."""
    causes = row.get("causes", [row])
    flat = row | {when: _said(row[when]) for when in ("before", "after")}
    if "causes" in row:
        flat["causes"] = [f"{each['id']}: {each['what']}" for each in causes]
    else:
        ends = ("principal", "resource")
        flat["changes"] = [
            " ".join([*each["change"], *(each[end] for end in ends)]) for each in row["changes"]
        ]
    for when in ("before", "after"):
        flat[f"evidence_{when}"] = [
            line for each in causes for line in _evidence_lines(each[when], short=False)
        ]
    return flat


def _said(side: dict[str, Any] | None) -> list[str]:
    """What one side amounts to, but for its evidence."""
    words: list[str] = []
    for name, value in (side or {}).items():
        if isinstance(value, bool):
            words += [] if value else [f"not {name}"]
        elif name != "evidence":
            words += [value] if isinstance(value, str) else value
    return words
