"""Items as rows of a spreadsheet, and decisions read back from it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

import msgspec

from inroads.network.wording import MORE_PATHS
from inroads.review.values import Answer, Item, ReviewError, Verdict
from inroads.text import fitting, many, printable

COLUMNS: Final = (
    "number", "decision", "why", "by", "decided_at", "carried", "opened", "principal", "who", "resource", "what",
    "business", "account", "roles", "certainty", "state", "contested", "contradictions", "paths", "changed", "previous",
    "fingerprint",
)  # fmt: skip
"""The columns; `decision` and `why` are for the reviewer to fill.

`account` is the account that the business keeps, where the decision covers it, too.
"""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def row(item: Item) -> dict[str, Any]:
    """An item as plain values: strings, numbers and lists of strings."""
    access, decision, previous = item.access, item.decision, item.previous
    before = (
        previous
        and f"{previous.verdict} by {previous.by} at {previous.moment}: {previous.why}".rstrip(": ")
    )
    values = (
        item.number,
        decision.verdict.value.lower() if decision else "",
        decision.why if decision else "",
        decision.by if decision else "",
        decision.moment if decision else "",
        bool(decision and decision.origin),
        item.opened.value,
        access.principal,
        access.who,
        access.resource,
        access.what,
        item.business,
        item.kept.resource if item.kept else "",
        [role.value for role in access.roles],
        access.certainty.value,
        access.state.value,
        [role.value for role in access.contested_roles],
        list(access.contradictions),
        [path.sentence for path in access.paths] + [MORE_PATHS] * access.truncated,
        item.difference.lines() if item.difference else [],
        before or "",
        item.fingerprint,
    )
    return dict(zip(COLUMNS, values, strict=True))


def write(items: Iterable[Item], stream: IO[str]) -> None:
    """The items as CSV; no cell is a formula, nor longer than spreadsheets and `read` take."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in items:
        parts = (each if isinstance(each, list) else [str(each)] for each in row(item).values())
        writer.writerow([guarded(fitting(each, "; ")) for each in parts])


def guarded(cell: str) -> str:
    """Return a printable cell that no spreadsheet runs as a formula; `bare` reverses it."""
    text = printable(cell)
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def bare(cell: str) -> str:
    """Return the text of a cell before it was guarded."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith((*_FORMULA, "'")) else cell


def read(data: bytes) -> list[Answer]:
    """Read the decisions from an exported CSV or NDJSON file; rows without a decision are skipped.

    Each row needs `number`, `decision` and `why`; `fingerprint` is checked if it is present. Raises
    ReviewError with every problem.
    """
    problems: list[str] = []
    answers: dict[int, Answer] = {}
    for line, given in _rows(data, problems):
        try:
            answer = _answer(given, f"line {line}")
        except ReviewError as error:
            problems.append(f"line {line}: {error.message}")
            continue
        if answer is None:
            continue
        if answer.item in answers:
            problems.append(
                f"line {line}: item {answer.item} was already decided in {answers[answer.item].where}"
            )
        answers.setdefault(answer.item, answer)
    if problems:
        raise ReviewError(
            f"no decision was taken, because of problems in {many(len(problems), 'row')}",
            "BAD_SHEET",
            tuple(problems),
        )
    return list(answers.values())


def _rows(data: bytes, problems: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReviewError(
            f"the file is not UTF-8: {error.reason} at byte {error.start}", "BAD_SHEET"
        ) from None
    return _json_rows(text, problems) if text.lstrip().startswith("{") else _csv_rows(text)


def _json_rows(text: str, problems: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, msgspec.json.decode(line, type=dict[str, Any])
            except (msgspec.DecodeError, RecursionError):
                problems.append(f"line {number}: the line is not a JSON object")


def _csv_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    head = text.split("\n", 1)[0]
    # Spreadsheets of some countries write semicolons.
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [bare(cell.strip()) for cell in next(reader, [])]
        missing = [name for name in ("number", "decision", "why") if name not in names]
        if missing:
            raise ReviewError(f"the first line has no column {', '.join(missing)}", "BAD_SHEET")
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield line, dict(zip(names, map(bare, cells), strict=False))
    except csv.Error as error:
        raise ReviewError(f"line {reader.line_num}: {error}", "BAD_SHEET") from None


def _answer(given: dict[str, Any], where: str) -> Answer | None:
    decision, number, why, expect = (
        given.get(name) for name in ("decision", "number", "why", "fingerprint")
    )
    if "number" not in given or "decision" not in given:
        raise ReviewError("a row needs number and decision, as in an exported file")
    if not all(each is None or isinstance(each, str) for each in (decision, why, expect)):
        raise ReviewError("decision, why and fingerprint must be texts")
    if not decision or not decision.strip():
        if why and why.strip():
            raise ReviewError("the row has a reason but no decision")
        return None
    plain = str(number).strip()
    if isinstance(number, bool) or not (plain.isascii() and plain.isdecimal() and len(plain) < 19):
        raise ReviewError("the number must be the number of an item")
    try:
        verdict = Verdict(decision.strip().upper())
    except ValueError:
        raise ReviewError(
            f"{printable(decision)[:40]!r} is not one of keep, revoke, unsure"
        ) from None
    return Answer(int(plain), verdict, why or "", expect or "", where)
