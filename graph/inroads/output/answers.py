"""Answers in a user's hands: they print one line a path, draw themselves, and give rows."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any, Final

from inroads.analysis.census import Counts, counts_of
from inroads.analysis.explain import explain
from inroads.errors import extra_missing
from inroads.markup import table
from inroads.model import Access, Explanation, NodeKind, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.network.frames import Column, Framed, Kind, columns
from inroads.network.wording import counted, label, path_sentence
from inroads.output.evidence_rows import CONTESTED
from inroads.output.picture.drawing import svg
from inroads.output.picture.scenes import Scene, of_answer, of_paths
from inroads.output.rows import json_row, table_row
from inroads.reach.answers import AccessAnswers
from inroads.text import many, printable

if TYPE_CHECKING:
    import pandas as pd

    from inroads.output.picture.widget import PictureWidget

COLUMNS: Final = {
    "principal": Kind.TEXT,
    "email": Kind.TEXT,
    "resource": Kind.TEXT,
    "name": Kind.TEXT,
    "roles": Kind.TEXT,
    "capabilities": Kind.TEXT,
    "certainty": Kind.CATEGORY,
    "state": Kind.CATEGORY,
    "reasons": Kind.TEXT,
    "distance": Kind.NUMBER,
    "paths": Kind.NUMBER,
    "how": Kind.TEXT,
    "truncated": Kind.FLAG,
    "contested": Kind.FLAG,
    "contested_roles": Kind.TEXT,
}
"""The columns of accesses in a frame; `paths` is their number, and `how` is the best one in words."""

CUT: Final = "… a limit cut this answer short"
"""The line after a list that a limit cut short."""

PRINTED: Final = 20
"""The most paths of an access that are printed; an answer prints no further access after these."""

NOTES: Final = 3
"""The most notes of a coverage in a notebook."""


class ExplainedAccess(Access, frozen=True):
    """An access that prints one line a path, draws itself, and explains what would end it."""

    graph: AccessGraph

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

    def _repr_svg_(self) -> str:
        return svg(self._scene())

    def _repr_html_(self) -> str:
        ends = f"{label(self.graph, self.principal)} → {label(self.graph, self.resource)}"
        facts = [*self.roles, self.certainty, self.state, *[CONTESTED] * self.contested]
        rows = ({"path": number, "how": how} for number, how in enumerate(self.sentences, 1))
        told = table(f"{ends}: {', '.join(facts)}", rows, len(self.paths))
        return f"{_image(self._scene())}\n{told}"

    def widget(self) -> PictureWidget:
        """The paths as a picture to move in; needs the extra `inroads[widget]`."""
        ends = (self.principal, self.resource)
        return _widget(self._scene(), self.principal, ends, inverse=False)

    def _scene(self) -> Scene:
        return of_paths(self.graph, self.paths, truncated=self.truncated)


class Answers(AccessAnswers[ExplainedAccess], Framed):
    """All accesses of one question, best first; they print one line a path, draw themselves and
    give rows.
    """

    def __init__(self, graph: AccessGraph, answers: AccessAnswers[Access]) -> None:
        super().__init__(
            graph,
            answers.root,
            answers.summaries,
            lambda summary: explained(graph, answers.write(summary)),
            lambda: answers.coverage,
            answers.tree,
            truncated=answers.truncated,
        )

    @property
    def counts(self) -> Counts:
        """The number of these accesses by role, certainty and state, and the contested ones."""
        return counts_of(self.graph, self.columns)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one plain row an access: strings, numbers, lists of strings."""
        return [access.to_dict() for access in self]

    def columns_of_frame(self) -> dict[str, Column]:
        """Return the accesses as the columns of COLUMNS."""
        return columns(COLUMNS, map(_plain, self))

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a DataFrame; needs the extra `inroads[pandas]`.

        Its `attrs` say as `truncated` whether a limit cut the answer short.
        """
        frame = super().to_pandas()
        frame.attrs["truncated"] = self.truncated
        return frame

    def widget(self) -> PictureWidget:
        """The answer as a picture to move in; needs the extra `inroads[widget]`."""
        inverse = kind_of(self.root) is not NodeKind.IDENTITY
        return _widget(of_answer(self), self.root, (self.root,), inverse=inverse)

    def __str__(self) -> str:
        lines: list[str] = []
        for place in range(len(self)):
            if len(lines) >= PRINTED:
                lines.append(f"… {many(len(self) - place, 'more access', 'es')}")
                break
            lines += _lines(self[place])
        return "\n".join([*lines, *[CUT] * self.truncated] or ["no access"])

    __repr__ = __str__

    def _repr_svg_(self) -> str:
        return svg(of_answer(self))

    def _repr_html_(self) -> str:
        rows = map(self._cells, self)
        notes = [*self.coverage.notes[:NOTES], *[CUT] * self.truncated]
        told = table(self._headline(), rows, len(self))
        return "\n".join(
            [
                _image(of_answer(self)),
                told,
                *(f"<p>{escape(printable(each))}</p>" for each in notes),
            ]
        )

    def _cells(self, access: ExplainedAccess) -> dict[str, Any]:
        """Return a row for people, without the end that was asked about."""
        row = table_row(access, self.graph) | {"how": _first_and_number(access)}
        del row["principal" if kind_of(self.root) is NodeKind.IDENTITY else "resource"]
        return row

    def _headline(self) -> str:
        """Return the number of accesses, by certainty and state."""
        figures = ("stated", "inferred", "active", "latent", CONTESTED)
        told = [f"{n:,} {word}" for word in figures if (n := getattr(self.counts, word))]
        toward = "of" if kind_of(self.root) is NodeKind.IDENTITY else "to"
        begin = f"{counted(len(self), 'access')} {toward} {label(self.graph, self.root)}"
        return ": ".join(filter(None, [begin, ", ".join(told)]))


def explained(graph: AccessGraph, access: Access) -> ExplainedAccess:
    """Return an access of a graph as one that explains itself."""
    return ExplainedAccess(
        **{name: getattr(access, name) for name in access.__struct_fields__}, graph=graph
    )


def _first_and_number(access: ExplainedAccess) -> str:
    """Return the first path of an access as a sentence, and the number of the others."""
    first, *others = access.sentences
    least = "at least " if access.truncated else ""
    return f"{first} And by {least}{many(len(others), 'more path')}." if others else first


def _plain(access: ExplainedAccess) -> dict[str, Any]:
    row = access.to_dict()
    return {**row, "paths": len(access.paths), "how": access.sentences[0]}


def _image(scene: Scene) -> str:
    """Return a scene as an image that holds its data, which viewers of untrusted notebooks keep."""
    data = b64encode(svg(scene).encode()).decode()
    return f'<img alt="{escape(scene.title)}" src="data:image/svg+xml;base64,{data}">'


def _widget(scene: Scene, root: str, ends: tuple[str, ...], *, inverse: bool) -> PictureWidget:
    """Return a scene as a widget. Raises InroadsError EXTRA_MISSING, and NOT_BUILT without its script."""
    try:
        from inroads.output.picture.widget import widget  # noqa: PLC0415  # an optional extra
    except ImportError:
        raise extra_missing("this needs anywidget", "widget") from None
    return widget(scene, root, ends, inverse=inverse)


def _lines(access: ExplainedAccess) -> Iterable[str]:
    ends = f"{access.principal} -> {access.resource}"
    for path in access.paths[:PRINTED]:
        sure = f"{path.certainty}, {CONTESTED}" if path.contested else path.certainty
        sentence = path_sentence(access.graph, path)
        yield printable(f"{ends}  {path.role}  {sure}  {path.state}  {sentence}")
    if len(access.paths) > PRINTED:
        yield f"{printable(ends)}  … {many(len(access.paths) - PRINTED, 'more path')}"
    if access.truncated:
        yield f"{printable(ends)}  … more paths than are listed"
