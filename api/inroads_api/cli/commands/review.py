"""The commands of review campaigns: `inroads review …`."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from inroads import review
from inroads.errors import BadId, InroadsError, extra_missing
from inroads.explorer import Explorer
from inroads.model import AccessState, Certainty, NodeKind, Role, node_id
from inroads.reach.answers import RESOURCES
from inroads.review import Campaign, Filter, report, spreadsheet
from inroads.review import spreadsheet as sheets
from inroads.review.values import Verdict, checked_line
from inroads.store.ledger import Ledger
from inroads.text import many
from inroads_api.cli.campaigns import print_item, print_status, row_of, say_drift, short_row
from inroads_api.cli.choices import choice_argument, choice_option
from inroads_api.cli.naming import said_node
from inroads_api.cli.options import (
    AsOf,
    Contested,
    LedgerFile,
    PolicyFile,
    default_ledger,
    grouped,
    load_graph,
    moment_option,
    words,
)
from inroads_api.cli.terminal import (
    REJECTED,
    Format,
    Output,
    default_format,
    failing,
    now,
    print_rows,
    say,
    say_coverage,
)
from inroads_api.cli.worklist.session import Session

app = typer.Typer(
    name="review",
    help="Review campaigns: decide who keeps which access.",
    no_args_is_help=True,
    add_completion=False,
)

CampaignName = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="The name or the number of a campaign.")
]
Actor = Annotated[
    str, typer.Option("--by", metavar="WHO", help="The person who does this, such as an email.")
]
ItemsOf = Annotated[
    str | None,
    typer.Option(
        "--of",
        metavar="NODE",
        help="Only items of this identity, business (with its accounts) or account: an email, an id"
        " or a name.",
    ),
]
OfCertainty = Annotated[
    str | None,
    choice_option(
        "--certainty", of=(Certainty.STATED, Certainty.INFERRED), told="Only with this certainty."
    ),
]
OfState = Annotated[
    str | None, choice_option("--state", of=AccessState, told="Only in this state.")
]


VERDICTS = (Verdict.KEEP, Verdict.REVOKE, Verdict.UNSURE)


class ExportFormat(StrEnum):
    """Formats of a campaign: rows to fill in as CSV or NDJSON, the report as NDJSON or Markdown."""

    CSV = "csv"
    NDJSON = "ndjson"
    REPORT = "report"
    MARKDOWN = "markdown"


@dataclass(frozen=True)
class ItemOptions:
    """Options that filter items."""

    role: Annotated[
        str | None,
        choice_option("--role", of=Role, told="Only items with this role.", metavar="ROLE"),
    ] = None
    certainty: OfCertainty = None
    state: OfState = None
    contested: Contested = None

    def chosen(self, of: str | None, *, decided: bool | None = None) -> Filter:
        """Return the filter as the library takes it."""

        given = words(role=self.role, certainty=self.certainty, state=self.state)
        more = {"of": of, "decided": decided, "contested": self.contested}
        found: Filter = _converted(given | more, Filter)
        return found


@app.command()
def start(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the campaign.")],
    by: Actor,
    identity: Annotated[
        list[str] | None,
        typer.Option("--identity", help="Only accesses of this email or identity. Repeatable."),
    ] = None,
    resource: Annotated[
        list[str] | None,
        typer.Option("--resource", help="Only accesses to this business or account. Repeatable."),
    ] = None,
    role: Annotated[
        list[str] | None,
        choice_option(
            "--role", of=Role, told="Only accesses with this role. Repeatable.", metavar="ROLE"
        ),
    ] = None,
    kind: Annotated[
        str | None,
        choice_option("--kind", of=sorted(RESOURCES), told="Only accesses to these."),
    ] = None,
    certainty: OfCertainty = None,
    state: OfState = None,
    contested: Contested = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="CAMPAIGN", help="Carry over what was decided in this campaign."
        ),
    ] = None,
    due: Annotated[
        dt.datetime | None, moment_option("--due", "When it is overdue. 2026-03-01 is 00:00 UTC.")
    ] = None,
    as_of: AsOf = None,
    policy: PolicyFile = None,
    ledger: LedgerFile = None,
    output: Output = None,
) -> None:
    """Freeze the accesses of a scope as the items of a new campaign. Default: every access."""
    with failing(), _opened(ledger, write=True) as opened:
        given = words(roles=role, kinds=[kind] if kind else None, certainty=certainty, state=state)
        if contested is not None:
            given["contested"] = contested
        previous = review.campaign(opened, since) if since is not None else None
        position = opened.sequence  # before it is loaded
        graph = load_graph([str(opened.path)], None, policy, as_of)
        given["identities"] = [said_node(graph, each, NodeKind.IDENTITY) for each in identity or ()]
        given["resources"] = [said_node(graph, each, *RESOURCES) for each in resource or ()]
        scope = _converted(given, review.Scope)
        made = review.start(
            opened,
            graph,
            scope,
            name,
            by=by,
            now=now(),
            as_of=as_of,
            due=due,
            previous=previous,
            position=position,
        )
        print_status(made, output)
        endings = made.endings()
        for kind_ in sorted({each.kind for each in endings}):
            say(
                f"{many(sum(each.kind is kind_ for each in endings), 'access', 'es')} of {since}: {kind_.lower()}"
            )
        say_coverage(many(made.head.items, "item"), made.head.coverage)


@app.command(name="list")
def list_(ledger: LedgerFile = None, output: Output = None) -> None:
    """List all campaigns with their progress."""
    with failing(), _opened(ledger) as opened:
        rows = [row_of(each) for each in review.campaigns(opened)]
        if not rows:
            say("there is no campaign; `inroads review start NAME --by WHO` begins one")
        if (output or default_format()) is Format.TABLE:
            rows = [short_row(each) for each in rows]
        print_rows(rows, output)


@app.command(name="next")
@grouped
def next_(
    *,
    name: CampaignName,
    of: ItemsOf = None,
    which: ItemOptions,
    policy: PolicyFile = None,
    ledger: LedgerFile = None,
    output: Output = None,
) -> None:
    """Show the next undecided item: accesses that were revoked and still exist, then the riskiest.

    Inferred accesses, contested ones and controlling roles come first, active accesses before
    latent ones, then by business.
    """
    with failing(), _opened(ledger) as opened:
        found = review.campaign(opened, name)
        graph = cache(partial(load_graph, [str(opened.path)], None, policy))
        item = found.next(which.chosen(_about(found, of, graph)))
        if item is None:
            say("nothing is undecided")
        else:
            print_item(found, item, graph(), output)


@app.command()
def show(
    name: CampaignName,
    number: Annotated[int, typer.Argument(metavar="ITEM", help="The number of an item.")],
    policy: PolicyFile = None,
    ledger: LedgerFile = None,
    output: Output = None,
) -> None:
    """Show one item as it was frozen, its decisions, and its access now."""
    with failing(), _opened(ledger) as opened:
        found = review.campaign(opened, name)
        print_item(found, found.item(number), load_graph([str(opened.path)], None, policy), output)


@app.command()
@grouped
def work(
    *,
    name: CampaignName,
    by: Actor,
    of: ItemsOf = None,
    which: ItemOptions,
    ledger: LedgerFile = None,
) -> None:
    """Decide the items one after the other on the full screen: a key each. `?` shows the keys.

    Each decision is on the disk before the next item shows. Needs the extra inroads[review].
    """
    with failing(), _opened(ledger, write=True) as opened:
        found = review.campaign(opened, name)
        checked_line(by, "who decides", 200)
        if found.signed:
            raise InroadsError(f"the campaign {found.name!r} was signed off", "CAMPAIGN_CLOSED")
        try:
            screen = import_module("inroads_api.cli.worklist.screen")
        except ModuleNotFoundError:
            raise extra_missing("the full screen needs Textual", "review") from None
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise InroadsError("the full screen needs a terminal", "NO_TERMINAL")
        session = Session(found, by, now, which.chosen(_about(found, of)))
        queue = screen.Worklist(session)
        queue.run(mouse=False)  # so that the terminal selects text as ever
        say(f"{session.total - session.undecided} of {many(session.total, 'item')} decided")
        raise typer.Exit(queue.return_code or 0)


@app.command()
@grouped
def decide(
    *,
    name: CampaignName,
    by: Actor,
    verdict: Annotated[
        str | None, choice_argument("VERDICT", of=VERDICTS, told="{}.", metavar="[VERDICT]")
    ] = None,
    items: Annotated[
        list[int] | None, typer.Argument(metavar="[ITEM]...", help="Numbers of items.")
    ] = None,
    why: Annotated[
        str,
        typer.Option("--why", metavar="TEXT", help="The reason. Required for revoke and unsure."),
    ] = "",
    all_of: Annotated[
        str | None,
        typer.Option(
            "--all-of",
            metavar="NODE",
            help="All undecided items of this identity, business or account.",
        ),
    ] = None,
    which: ItemOptions,
    expect: Annotated[
        str,
        typer.Option(
            "--expect", metavar="FINGERPRINT", help="Decide only if the item has this fingerprint."
        ),
    ] = "",
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="FILE", help="An exported CSV or NDJSON file that was filled in."
        ),
    ] = None,
    ledger: LedgerFile = None,
) -> None:
    """Decide items by number, all items of a node, or a filled-in export: all of them or none.

    To correct a mistake decide the item again: the last decision counts, and the history keeps all.
    """
    with failing(), _opened(ledger, write=True) as opened:
        found = review.campaign(opened, name)
        given = [bool(items), all_of is not None, sheet is not None]
        if sum(given) != 1 or (verdict is None) is not (sheet is not None):
            raise InroadsError(
                "say a verdict with items or with --all-of, or only --file", "BAD_DECISION"
            )
        if sheet is not None:
            done = found.answer(sheets.read(sheet.read_bytes()), by=by, now=now(), keeping=True)
        else:
            if (verdict or "").upper() != Verdict.KEEP and not why.strip():
                raise InroadsError(
                    f"the reason is needed for {verdict}: give it by --why TEXT", "BAD_DECISION"
                )
            about = _about(found, all_of)
            chosen = items or found.numbers(which.chosen(about, decided=False))
            done = found.decide(chosen, verdict or "", by=by, now=now(), why=why, expect=expect)
        left = found.count(review.Filter(decided=False))
        say(
            f"{many(done.new, 'decision')} taken, {done.known} known already; {many(left, 'item')} undecided"
        )


@app.command()
def status(
    name: CampaignName,
    drift: Annotated[
        bool, typer.Option("--drift/--no-drift", help="Compare with what the ledger says now.")
    ] = True,
    policy: PolicyFile = None,
    ledger: LedgerFile = None,
    output: Output = None,
) -> None:
    """Show the progress of each business, changes since the freeze, and effects of revocations."""
    with failing(), _opened(ledger) as opened:
        found = review.campaign(opened, name)
        print_status(found, output)
        if not drift:
            return
        seen = found.drift(load_graph([str(opened.path)], None, policy))
        say_drift(found, seen, output)


@app.command(name="sign-off")
def sign_off(
    name: CampaignName,
    by: Actor,
    partial: Annotated[
        bool, typer.Option("--partial", help="Allow undecided items. The report names them.")
    ] = False,
    ledger: LedgerFile = None,
) -> None:
    """Close a campaign, with the SHA-256 of its report."""
    with failing(), _opened(ledger, write=True) as opened:
        closed = report.sign_off(review.campaign(opened, name), by=by, now=now(), partial=partial)
        say(f"signed off; SHA-256 of the report {closed.signed.sha256 if closed.signed else ''}")


@app.command()
@grouped
def export(
    *,
    name: CampaignName,
    form: Annotated[
        ExportFormat,
        choice_option(
            *("--format", "-f"),
            of=ExportFormat,
            told="Rows to fill in, or the report.",
            show_default="csv",
        ),
    ] = ExportFormat.CSV,
    of: ItemsOf = None,
    which: ItemOptions,
    undecided: Annotated[
        bool, typer.Option("--undecided", help="Only rows without a decision.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Default: stdout.")
    ] = None,
    ledger: LedgerFile = None,
) -> None:
    """Write the items as rows that `decide --file` takes back, or the report with its SHA-256."""
    with failing(), _opened(ledger) as opened:
        found = review.campaign(opened, name)
        chosen = which.chosen(_about(found, of), decided=False if undecided else None)
        if form in (ExportFormat.REPORT, ExportFormat.MARKDOWN) and chosen != review.ALL:
            raise InroadsError("a report is of all items", "BAD_FORMAT")
        stream = out.open("w", encoding="utf-8", newline="") if out else sys.stdout
        try:
            if form is ExportFormat.CSV:
                spreadsheet.write(found.items(chosen), stream)
            elif form is ExportFormat.NDJSON and out is None:
                print_rows(map(spreadsheet.row, found.items(chosen)), Format.NDJSON)
            elif form is ExportFormat.NDJSON:
                stream.writelines(
                    f"{msgspec.json.encode(spreadsheet.row(each)).decode()}\n"
                    for each in found.items(chosen)
                )
            else:
                stream.writelines(
                    report.ndjson(found) if form is ExportFormat.REPORT else report.markdown(found)
                )
        finally:
            if out:
                stream.close()


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report, as NDJSON or Markdown.")],
    name: Annotated[
        str | None,
        typer.Option(
            "--campaign", help="Also check that it is the signed report of this campaign."
        ),
    ] = None,
    ledger: LedgerFile = None,
) -> None:
    """Check that a report is unchanged. Exit with 3 if it was changed."""
    with failing():
        data = file.read_bytes()
        seal = report.seal(data)
        if not seal.holds:
            say(f"{file}: changed: its SHA-256 is {seal.found}, and it says {seal.said}")
            raise typer.Exit(REJECTED)
        say(f"{file}: unchanged, SHA-256 {seal.found}")
        if name is not None:
            with _opened(ledger) as opened:
                found = review.campaign(opened, name)
                if found.signed is None or not report.is_signed(found, data):
                    say(f"it is not the report that was signed off for {name}")
                    raise typer.Exit(REJECTED)
                say(f"signed off by {found.signed.by} at {found.signed.moment}")


@contextmanager
def _opened(file: Path | None, *, write: bool = False) -> Iterator[Ledger]:

    with Ledger(file or default_ledger(), create=False, read_only=not write) as opened:
        yield opened


def _about(
    found: Campaign, of: str | None, graph: Callable[[], Explorer] | None = None
) -> str | None:
    """Return the node that `--of` means, and say so if the campaign has no item of it.

    A printed id needs no graph, and may be of a node that the documents no longer name.
    """
    if of is None:
        return None
    try:
        node = node_id(of)
    except BadId:
        whole = graph() if graph else load_graph([str(found.ledger.path)], None, None)
        node = said_node(whole, of, NodeKind.IDENTITY, *RESOURCES)
    if not found.count(review.Filter(of=node)):
        say(f"the campaign {found.name!r} has no item of {node}")
    return node


def _converted(given: dict[str, Any], kind: Any) -> Any:

    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise InroadsError(f"the question is wrong: {error}", "BAD_FILTER") from None
