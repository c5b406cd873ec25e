"""The commands of review campaigns: `inroads review …`."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from inroads import review
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.model import NodeKind
from inroads.network.wording import MORE_PATHS, grant_label
from inroads.reach.answers import RESOURCES
from inroads.review import Campaign, Filter, Item, report, spreadsheet
from inroads.review import spreadsheet as sheets
from inroads.store.ledger import Ledger
from inroads.text import SHOWN, more, printable, shortened
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
    many,
    now,
    print_rows,
    say,
    say_coverage,
    write_json,
)

app = typer.Typer(
    name="review", help="Review campaigns: decide who keeps which access.", no_args_is_help=True
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
        help="Only items of this identity, business (with its accounts) or account.",
    ),
]
OfCertainty = Annotated[str | None, typer.Option("--certainty", help="stated or inferred.")]
OfState = Annotated[str | None, typer.Option("--state", help="active or latent.")]


GRANTS_SHOWN: Final = 8
"""The most grants of an item of which the records are shown."""


class ExportFormat(StrEnum):
    """Formats of a campaign: rows to fill in as CSV or NDJSON, the report as NDJSON or Markdown."""

    CSV = "csv"
    NDJSON = "ndjson"
    REPORT = "report"
    MARKDOWN = "markdown"


@dataclass(frozen=True)
class ItemOptions:
    """Options that filter items."""

    role: Annotated[str | None, typer.Option("--role", help="Only items with this role.")] = None
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
        list[str] | None, typer.Option("--role", help="Only accesses with this role. Repeatable.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only accesses to a business, or to an account.")
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
        dt.datetime | None, moment_option("--due", "When it is overdue (RFC 3339).")
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
        _print_status(made, output)
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
        print_rows([_summary(each) for each in review.campaigns(opened)], output)


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
        item = found.next(which.chosen(of))
        if item is None:
            say("nothing is undecided")
        else:
            _print_item(found, item, load_graph([str(opened.path)], None, policy), output)


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
        _print_item(found, found.item(number), load_graph([str(opened.path)], None, policy), output)


@app.command()
@grouped
def decide(
    *,
    name: CampaignName,
    by: Actor,
    verdict: Annotated[
        str | None, typer.Argument(metavar="[VERDICT]", help="keep, revoke or unsure.")
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
    """Decide items by number, all items of a node, or a filled-in export: all of them or none."""
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
            chosen = items or found.numbers(which.chosen(all_of, decided=False))
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
        _print_status(found, output)
        if not drift:
            return
        seen = found.drift(load_graph([str(opened.path)], None, policy))
        say(
            f"since it was frozen: {seen.same} the same, {len(seen.changed)} changed, {len(seen.ended)} ended,"
            f" {len(seen.unseen)} no longer seen, {len(seen.appeared)} appeared in its scope"
        )
        for number, pair, what in seen.changed:
            say(f"  changed: item {number} {' -> '.join(pair)}: {'; '.join(what.lines())}")
        for word, rows in (("ended", seen.ended), ("no longer seen", seen.unseen)):
            for number, pair in rows:
                say(f"  {word}: item {number} {' -> '.join(pair)}")
        for pair in seen.appeared:
            say(f"  appeared: {' -> '.join(pair)}")
        done, standing = len(seen.revoked_ended), len(seen.revoked_standing)
        say(f"revocations: {done} have taken effect, {standing} still stand")
        for number, pair in seen.revoked_standing:
            say(f"  still there: item {number} {' -> '.join(pair)}")


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
        ExportFormat, typer.Option("--format", "-f", help="Rows to fill in, or the report.")
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
        chosen = which.chosen(of, decided=False if undecided else None)
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


def _converted(given: dict[str, Any], kind: Any) -> Any:

    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise InroadsError(f"the question is wrong: {error}", "BAD_FILTER") from None


def _summary(campaign: Campaign) -> dict[str, Any]:

    head, signed = campaign.head, campaign.signed
    state = (
        "open" if signed is None else "signed off, partial" if signed.undecided else "signed off"
    )
    return {
        "campaign": campaign.id,
        "name": campaign.name,
        "state": "overdue" if campaign.overdue(now()) else state,
        **msgspec.to_builtins(campaign.whole()),
        "by": head.by,
        "started": head.started,
        "due": head.due,
        "version": head.version,
    }


def _print_status(campaign: Campaign, output: Format | None) -> None:

    progress = campaign.progress()
    rows = [
        {"business": business or "(all)", **msgspec.to_builtins(each)}
        for business, each in progress.items()
    ]
    print_rows(rows, output)
    if campaign.overdue(now()):
        say(f"overdue since {campaign.head.due}")
    if campaign.signed:
        rest = (
            f", {many(campaign.signed.undecided, 'item')} undecided"
            if campaign.signed.undecided
            else ""
        )
        say(f"signed off by {campaign.signed.by} at {campaign.signed.moment}{rest}")
    if campaign.forgotten:
        say(f"{many(campaign.forgotten, 'item')} went with persons who were forgotten")


def _print_item(campaign: Campaign, item: Item, graph: Explorer, output: Format | None) -> None:
    """Print an item as it was frozen, and its access in a graph."""

    standing = campaign.standing(item, graph)
    explanation, history = standing.explanation, campaign.history(item.number)
    now_ = (
        "ended"
        if explanation is None
        else "; ".join(standing.difference.lines())
        if standing.difference
        else ""
    )
    if (output or default_format()) is not Format.TABLE:
        told = {
            **report.named(item),
            "history": msgspec.to_builtins(history),
            "since": now_ or None,
            "explanation": explanation
            and {
                "sentence": explanation.sentence,
                "independent_routes": explanation.independent_routes,
                "cut": [grant_label(grant) for grant in explanation.cut],
            },
        }
        write_json(told, pretty=output is Format.JSON)
        return

    lines = [f"item {item.number}: {item.access.sentence}  [{item.opened}, {item.fingerprint}]"]
    paths = [f"{path.sentence}  [{path.certainty}, {path.state}]" for path in item.access.paths]
    lines += shortened([f"{number}. {each}" for number, each in enumerate(paths, 1)])
    lines += [MORE_PATHS] * item.access.truncated
    for grant in item.access.grants[:GRANTS_SHOWN]:
        records = [f"{each.label}: {each.source} {each.pointer}" for each in grant.records]
        lines += [f"     {grant.relation:<8} {line}" for line in shortened(records, SHOWN)]
    if (left := len(item.access.grants) - GRANTS_SHOWN) > 0:
        lines.append(f"     {more(left)} grants")
    if item.previous:
        lines.append(f"before: {item.previous.verdict} by {item.previous.by}: {item.previous.why}")
    lines += [
        f"changed since: {line}" for line in (item.difference.lines() if item.difference else [])
    ]
    lines += [
        f"decided: {each.verdict} by {each.by} at {each.moment}: {each.why}" for each in history
    ]
    lines.append(f"since frozen: {now_}" if now_ else "since frozen: the same")
    lines += [explanation.sentence] if explanation else []
    for line in lines:
        typer.echo(printable(line))
