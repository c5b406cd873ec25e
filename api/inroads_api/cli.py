"""The `inroads` command: disk, clock and terminal live here; every answer comes from the library."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inroads_api import (
    audit_cli,
    census_cli,
    export_cli,
    findings_cli,
    ledger_cli,
    pseudonyms_cli,
    report_cli,
    review_cli,
    tokens_cli,
    whatif_cli,
)
from inroads_api.given import (
    Documents,
    Given,
    LedgerFile,
    ObservedAt,
    PolicyFile,
    Pseudonymise,
    Strict,
    about_a_graph,
    finish,
    load_graph,
    names_of,
    places,
)
from inroads_api.ledger_cli import AsOf, default_ledger
from inroads_api.terminal import (
    REJECTED,
    USAGE,
    Format,
    Output,
    default_format,
    failing,
    many,
    moment,
    now,
    print_rows,
    problem_row,
    say,
    say_coverage,
    seconds,
    write_json,
)

# Everything heavier is imported by the command that needs it, so that --help is quick.
if TYPE_CHECKING:
    from inroads.explorer import Answers, ExplainedAccess, Explorer
    from inroads.pseudonyms import Pseudonyms

app = typer.Typer(
    name="inroads",
    help="Which businesses can this email reach, and how?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback with locals would show documents
    context_settings={"help_option_names": ["-h", "--help"]},
)


Roles = Annotated[list[str] | None, typer.Option("--role", help="Only accesses with any of these roles.")]
Capabilities = Annotated[list[str] | None, typer.Option("--capability", help="Only accesses with any of these.")]
OneCertainty = Annotated[str | None, typer.Option("--certainty", help="Only STATED, INFERRED or ASSOCIATED accesses.")]
OneState = Annotated[str | None, typer.Option("--state", help="Only ACTIVE or LATENT accesses.")]
Via = Annotated[
    list[str] | None, typer.Option("--via", help="Only paths over these relations (KEEPS is always allowed).")
]
Avoid = Annotated[list[str] | None, typer.Option("--avoid", metavar="ID", help="No paths through this node or grant.")]
MaxSteps = Annotated[int | None, typer.Option("--max-steps", min=1, help="No paths longer than this.")]
Association = Annotated[bool, typer.Option("--association", help="Follow every edge, not only what conveys access.")]


@app.command()
def demo(output: Output = None) -> None:
    """Answer the main question on the bundled example."""
    from inroads import EXAMPLE
    from inroads.explorer import load

    with failing():
        graph = load(EXAMPLE)
        answer = graph.reach("b@example.com")
        if (output or Format.TABLE) is Format.TABLE:
            typer.echo("Which businesses can b@example.com reach, and how?\n")
        _print_accesses(answer, "resource", output or Format.TABLE)
        if (output or Format.TABLE) is Format.TABLE:
            for access in answer:
                if len(access.paths) > 1:
                    typer.echo(access.explanation.sentence)


@app.command()
def check(
    paths: Annotated[list[str], typer.Argument(metavar="DOCS...", help="Files and folders; `-` is standard input.")],
    as_of: AsOf = None,
    observed_at: ObservedAt = None,
    policy: PolicyFile = None,
    pseudonymise: Pseudonymise = None,
    output: Output = None,
) -> None:
    """Read documents and report every problem: what was rejected, what could not be read, what contradicts itself."""
    with failing():
        graph = load_graph(paths, observed_at, policy, as_of, pseudonymise)
        rows = [problem_row("rejected", each) for each in sorted(graph.rejections)]
        rows += [problem_row("issue", each) for each in graph.issues]
        rows += _unknown_keys(graph)
        print_rows(rows, output)
        say(
            f"{many(len(graph.documents), 'document')} taken, {len(graph.rejections)} rejected, "
            f"{many(len(graph.issues), 'issue')}; {graph.number_of_nodes()} nodes, {len(graph.grants)} grants"
        )
        raise typer.Exit(REJECTED if graph.rejections else 0)


@app.command()
@about_a_graph
def reach(
    principal: Annotated[str, typer.Argument(metavar="EMAIL|NODE", help="An email, or identity:712052.")],
    given: Given,
    role: Roles = None,
    capability: Capabilities = None,
    certainty: OneCertainty = None,
    state: OneState = None,
    via: Via = None,
    avoid: Avoid = None,
    max_steps: MaxSteps = None,
    association: Association = False,
    output: Output = None,
) -> None:
    """Which businesses and accounts an identity reaches, and how."""
    with failing():
        graph = given.graph()
        chosen = _filters(role, capability, certainty, state, via, avoid, max_steps)
        _print_accesses(graph.reach(principal, mode=_mode(association), **chosen), "resource", output)
        finish(graph)


@app.command()
@about_a_graph
def who(
    resource: Annotated[str, typer.Argument(metavar="NODE", help="business:77128 or account:zDmNq.")],
    given: Given,
    role: Roles = None,
    capability: Capabilities = None,
    certainty: OneCertainty = None,
    state: OneState = None,
    via: Via = None,
    avoid: Avoid = None,
    max_steps: MaxSteps = None,
    association: Association = False,
    output: Output = None,
) -> None:
    """Who reaches a business or an account, and how."""
    with failing():
        graph = given.graph()
        chosen = _filters(role, capability, certainty, state, via, avoid, max_steps)
        _print_accesses(graph.reached_by(resource, mode=_mode(association), **chosen), "principal", output)
        finish(graph)


@app.command()
@about_a_graph
def explain(
    principal: Annotated[str, typer.Argument(metavar="PRINCIPAL", help="An email, or identity:712052.")],
    resource: Annotated[str, typer.Argument(metavar="RESOURCE", help="business:77128 or account:zDmNq.")],
    given: Given,
    association: Association = False,
    output: Output = None,
) -> None:
    """Every path of one access with the record behind each step, and what would end it."""
    with failing():
        graph = given.graph()
        access = graph.access(principal, resource, mode=_mode(association))
        if access is None:
            say(f"no access: {principal} and {resource} are both known, and no path leads from one to the other")
        _print_explanation(graph, access, output)
        identity = access.principal if access else graph.find(principal)
        if identity:
            say_coverage(many(len(access.paths) if access else 0, "path"), graph.coverage_of_reach(identity))
        finish(graph)


@app.command()
@about_a_graph
def query(
    text: Annotated[str, typer.Argument(metavar="GRAPHQL", help="A GraphQL document, or @FILE.")],
    given: Given,
    variables: Annotated[str | None, typer.Option(metavar="JSON", help="The variables as a JSON object.")] = None,
    operation: Annotated[str | None, typer.Option(metavar="NAME", help="Which operation of the document.")] = None,
) -> None:
    """Answer a GraphQL query without a server, from exactly the schema that the server serves."""

    from inroads.ledger import is_ledger
    from inroads_api.reviews import Desk, Reviews
    from inroads_api.schema import build_schema, execute
    from inroads_api.versions import Versions

    with failing():
        values = {} if variables is None else _json_object(variables)
        if text.startswith("@"):
            text = Path(text[1:]).read_text(encoding="utf-8")
        graph, known = given.graph(), given.places
        shown = len(known) == 1 and is_ledger(known[0]) and not given.pseudonymise
        desk = Desk(Reviews(Path(known[0]), now)) if shown else None
        response = execute(build_schema(), Versions(graph, now()), text, values, operation, desk=desk)
        write_json(response, pretty=True)
        if "errors" in response:
            raise typer.Exit(USAGE)
        finish(graph)


@app.command()
def changes(
    since: Annotated[str, typer.Option(metavar="MOMENT", help="The moment of the last review (RFC 3339).")],
    until: Annotated[str | None, typer.Option(metavar="MOMENT", help="Default: everything that was observed.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only changes of this kind: gained, lost, observed, …")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="access|cause", help="What a row is about. Default: cause in a table, else access."),
    ] = None,
    documents: Documents = None,
    ledger: LedgerFile = None,
    observed_at: ObservedAt = None,
    policy: PolicyFile = None,
    pseudonymise: Pseudonymise = None,
    strict: Strict = False,
    output: Output = None,
) -> None:
    """Who gained, lost or changed access between two moments, and because of which grants.

    What was OBSERVED for the first time is kept apart from what was GAINED.
    """
    from inroads.changes import changes as compare
    from inroads.errors import InroadsError
    from inroads_api.changes_cli import By, ChangesView, kinds, only

    with failing():
        wanted = kinds(kind)
        if by not in (None, *By):
            raise InroadsError(f"--by {by!r} is neither access nor cause")
        start, end = moment(since, "--since"), moment(until, "--until")
        if start and end and end < start:
            raise InroadsError(f"--until {until} is before --since {since}", "BAD_MOMENT")
        given = Given(documents, ledger, until, observed_at, policy, pseudonymise, strict)
        if "-" in given.places:
            raise InroadsError("changes reads its documents twice, and standard input can be read once")
        after = given.graph()
        before = given.until(since)
        view = ChangesView(before, after, only(compare(before, after), wanted))
        view.show(output, By(by) if by else None)
        view.summarise()
        if not before.documents:
            say(f"nothing had been observed by {since}")
        finish(after)


class Log(StrEnum):
    """How a server logs."""

    TEXT = "text"
    JSON = "json"


@app.command()
def serve(
    documents: Documents = None,
    ledger: LedgerFile = None,
    as_of: AsOf = None,
    host: Annotated[str, typer.Option(help="Where to listen; what others can reach needs --auth.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    auth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ask for a token of this file: see `inroads token create`.")
    ] = None,
    oidc_issuer: Annotated[
        str | None, typer.Option(metavar="URL", help="With --auth, take tokens of this provider, too.")
    ] = None,
    oidc_audience: Annotated[str | None, typer.Option(metavar="NAME", help="Only those that are for it.")] = None,
    oidc_jwks: Annotated[
        str | None,
        typer.Option(metavar="FILE|URL", help="Signed by a key of it. Default: of what its discovery names."),
    ] = None,
    oidc_businesses: Annotated[
        str | None,
        typer.Option(
            "--oidc-businesses-claim", metavar="NAME", help="Their claim that lists the businesses they see, or is *."
        ),
    ] = None,
    audit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --auth, write a line for each operation to this log.")
    ] = None,
    introspection: Annotated[
        bool, typer.Option("--introspection", help="With --auth, let anybody read the schema.")
    ] = False,
    tls_cert: Annotated[Path | None, typer.Option(metavar="FILE", help="Speak TLS with this certificate.")] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its key.")] = None,
    tls_client_ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ask clients for a certificate of this authority.")
    ] = None,
    allow_ingest: Annotated[
        bool,
        typer.Option("--allow-ingest", help="Take documents into the ledger, which is made if it is not there."),
    ] = False,
    allow_review: Annotated[
        bool, typer.Option("--allow-review", help="Start review campaigns, decide in them and sign them off.")
    ] = False,
    trusted: Annotated[
        Path | None,
        typer.Option("--trusted", metavar="FOLDER", help="GraphQL documents (.graphql) to be asked by their ids."),
    ] = None,
    trusted_only: Annotated[
        bool, typer.Option("--trusted-only", help="Answer only these documents and those of the package.")
    ] = False,
    cost_per_minute: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="The most that a token may spend in a minute, 0 for no limit; workers let N / workers be spent each."
            " Default: 1,000,000 where other machines can ask.",
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Server processes; several need one ledger.")] = 1,
    deadline: Annotated[str, typer.Option(help="How long a query may take, such as 10s or 5m.")] = "10s",
    keep_alive: Annotated[str, typer.Option(help="How long a stream may be silent, such as 15s.")] = "15s",
    log: Annotated[Log, typer.Option(help="The log on stderr: text for people, or a JSON object for each request.")] = (
        Log.TEXT
    ),
    traces: Annotated[
        bool, typer.Option("--traces", help="Send traces by OpenTelemetry to where the variables OTEL_… say.")
    ] = False,
    observed_at: ObservedAt = None,
    policy: PolicyFile = None,
    pseudonymise: Pseudonymise = None,
    strict: Strict = False,
) -> None:
    """Serve the GraphQL API, by default on 127.0.0.1; a ledger's new documents are served within seconds."""
    from inroads.errors import InroadsError
    from inroads.explorer import load
    from inroads.ledger import Ledger, is_ledger
    from inroads.policy import STOCK
    from inroads_api.app import create_app
    from inroads_api.binding import place, tls_options, url
    from inroads_api.live import follow, position
    from inroads_api.logs import CONFIG
    from inroads_api.meter import COST_PER_MINUTE
    from inroads_api.serving import Doors, Followed, run, run_workers

    with failing():
        if allow_ingest and pseudonymise:
            raise InroadsError("--allow-ingest takes documents as they are: not with --pseudonymise")
        tls = tls_options(tls_cert, tls_key, tls_client_ca)
        there = place(host, port, guarded=auth is not None)
        doors = Doors(
            auth, introspection, audit, trusted, trusted_only, oidc_issuer, oidc_audience, oidc_jwks, oidc_businesses
        )
        spending = (0 if there.local else COST_PER_MINUTE) if cost_per_minute is None else cost_per_minute
        doors = doors._replace(cost_per_minute=spending, workers=workers, traces=traces)
        opened = doors.opened()
        if allow_ingest and not documents and as_of is None:
            Ledger(ledger or default_ledger()).close()
        paths = places(documents, ledger)
        ledgers = [Path(path) for path in paths if is_ledger(path)]
        following = reached = None
        if len(ledgers) == 1 and as_of is None and "-" not in paths:
            observed = moment(observed_at)
            reload = partial(load, *paths, observed_at=observed, policy=policy or STOCK)
            if pseudonymise:
                reload = partial(_reloaded, reload, names_of(pseudonymise))
            following = follow(ledgers[0], reload, now, alone=len(paths) == 1 and not pseudonymise)
            reached = position(ledgers[0])  # before it is loaded: what is added meanwhile is seen again
        elif allow_ingest:
            raise InroadsError("--allow-ingest goes with one ledger, all of it: not with --as-of, nor with -d -")
        if workers > 1 and (len(paths) != 1 or not following or pseudonymise):
            raise InroadsError(
                "--workers goes with one ledger, all of it: not with -d, --as-of or --pseudonymise", "BAD_WORKERS"
            )
        if allow_review and (len(paths) != 1 or not following or pseudonymise):
            raise InroadsError("--allow-review goes with one ledger, all of it: not with -d, --as-of or --pseudonymise")
        allowed, silent = seconds(deadline, "--deadline"), seconds(keep_alive, "--keep-alive")
        graph = Given(documents, ledger, as_of, observed_at, policy, pseudonymise, strict).graph()
        ingest = ledgers[0] if allow_ingest else None
        config = CONFIG if log is Log.JSON else None
        sock = there.bound()
        say(f"GraphQL at {url(sock, tls=bool(tls))}/graphql, end with Ctrl-C")
        if not (tls or there.local):
            say("tokens travel in clear text, unless a proxy before this speaks TLS: --tls-cert FILE --tls-key FILE")
        if workers > 1:
            del graph  # it was read to say what was rejected, and to make the snapshot that the workers open
            followed = Followed(
                ledgers[0], moment(observed_at), policy, allow_ingest, allowed, doors, silent, allow_review
            )
            run_workers(workers, followed.application, sock, allowed, config, tls)
        else:
            application = create_app(
                graph,
                now(),
                following=following,
                position=reached,
                ingest=ingest,
                seconds=allowed,
                ledger=ledgers[0] if following else None,
                alone=len(paths) == 1 and not pseudonymise,
                keep_alive=silent,
                review=allow_review,
                pseudonymised=pseudonymise is not None,
                **opened,
            )
            run(doors.traced(application), sock, allowed, config, tls)


def _reloaded(load: Callable[[], Explorer], names: Pseudonyms) -> Explorer:
    return load().pseudonymised(names)


@app.command()
def schema() -> None:
    """Print the GraphQL schema with all that `serve` may serve: mutations need its --allow-ingest or --allow-review."""
    from inroads_api.schema import build_schema

    typer.echo(build_schema(allow_ingest=True, allow_review=True).as_str())


@app.command()
def generate(
    identities: Annotated[int, typer.Option(min=1, help="How many identities.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A file; a name in .gz is gzipped. Default: stdout.")
    ] = None,
) -> None:
    """Write the documents of a synthetic population as NDJSON."""
    import msgspec

    from inroads.generate import population

    with failing():
        encoder = msgspec.json.Encoder()
        with _opened(out) as stream:
            for envelope in population(identities, seed):
                stream.write(encoder.encode(envelope) + b"\n")


def _opened(out: Path | None) -> AbstractContextManager[Any]:
    import gzip

    if out is None:
        return nullcontext(sys.stdout.buffer)
    if out.suffix != ".gz":
        return out.open("wb")
    return gzip.GzipFile(out, "wb", compresslevel=1, mtime=0)  # no clock in it: the same seed, the same bytes


app.add_typer(ledger_cli.app)
app.add_typer(review_cli.app)
app.add_typer(tokens_cli.app)
app.add_typer(audit_cli.app)
app.command()(ledger_cli.ingest)
app.command()(ledger_cli.collect)
app.command()(ledger_cli.watch)
app.command()(census_cli.census)
app.command()(whatif_cli.what_if)
app.command()(whatif_cli.plan)
app.command()(whatif_cli.choke_points)
app.command()(whatif_cli.duties)
app.command()(findings_cli.findings)
app.command()(findings_cli.rules)
app.command()(export_cli.export)
app.command()(pseudonyms_cli.mask)
app.command()(pseudonyms_cli.unmask)
app.command()(report_cli.report)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(installed("inroads"))
        raise typer.Exit


def main() -> None:
    """The entry point of the installed command."""
    try:
        app()
    except BrokenPipeError:  # the reader of a pipe has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _mode(association: bool) -> str:
    return "ASSOCIATION" if association else "ACCESS"


def _filters(
    role: list[str] | None,
    capability: list[str] | None,
    certainty: str | None,
    state: str | None,
    via: list[str] | None,
    avoid: list[str] | None,
    max_steps: int | None,
) -> dict[str, Any]:
    """The fields of AccessFilter that were given, words in any case."""
    words = {"roles": role, "capabilities": capability, "via": via}
    given: dict[str, Any] = {name: [word.upper() for word in value] for name, value in words.items() if value}
    single = (("certainty", certainty), ("state", state))
    given |= {name: value.upper() for name, value in single if value is not None}
    return given | {name: value for name, value in (("avoid", avoid), ("max_steps", max_steps)) if value}


def _json_object(text: str) -> dict[str, Any]:
    import msgspec

    from inroads.errors import InroadsError

    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise InroadsError(f"--variables is not a JSON object: {error}", "BAD_VARIABLES") from None


def _unknown_keys(graph: Explorer) -> list[dict[str, Any]]:
    from collections import Counter

    from inroads.documents import unknown_keys

    found: Counter[str] = Counter()
    for document in graph.documents:
        found += unknown_keys(document)
    return [
        _row("unknown key", "unknown_key", "", key, f"kept unread, {many(n, 'time')}")
        for key, n in sorted(found.items())
    ]


def _row(what: str, code: str, source: str, pointer: str, message: str) -> dict[str, Any]:
    return {"problem": what, "code": code, "source": source, "pointer": pointer, "message": message}


def _print_accesses(answer: Answers, other: str, output: Format | None) -> None:
    """One row an access; `other` names the end that was asked for."""

    chosen = output or default_format()
    if chosen is Format.JSON:
        whole = {
            "version": answer.version,
            "coverage": answer.coverage,
            "truncated": answer.truncated,
            "total": len(answer),
            "accesses": answer.to_dicts(),
        }
        write_json(whole, pretty=True)
        return
    rows = (access.to_dict() for access in answer)
    if chosen is Format.TABLE:
        name = "name" if other == "resource" else "email"
        print_rows([_access_cells(row, other, name) for row in rows] or [{other: "no access"}], chosen)
    else:
        print_rows(rows, chosen)
    say_coverage(many(len(answer), "access", "es"), answer.coverage)
    if answer.truncated:
        say("a limit cut this answer short")


def _access_cells(row: dict[str, Any], other: str, name: str) -> dict[str, Any]:
    """An access as few columns, for eyes."""
    paths = row["paths"] if len(row["paths"]) == 1 else [f"{n}. {path}" for n, path in enumerate(row["paths"], 1)]
    return {
        other: [row[other], *filter(None, [row[name]])],
        "roles": row["roles"],
        "certainty": row["certainty"],
        "state": [row["state"], *row["reasons"]],
        "how": paths + ["… more paths than are listed"] * row["truncated"],
    }


def _print_explanation(graph: Explorer, access: ExplainedAccess | None, output: Format | None) -> None:

    chosen = output or default_format()
    if access is None:
        if chosen is Format.JSON:
            write_json(None)
        return
    explanation = access.explanation
    rows = list(_steps(graph, access))
    if chosen is Format.JSON:
        from inroads.explain import records
        from inroads.remedy import remedies

        cut = [{"id": grant.id, "records": records(grant)} for grant in explanation.cut]
        routes = {"independent_routes": explanation.independent_routes, "cut": cut, "sentence": explanation.sentence}
        whole = {**access.to_dict(), "explanation": routes, "steps": rows}
        whole["remediation"] = {row["grant"]: remedies(graph, graph.grants[row["grant"]]) for row in rows}
        write_json(whole, pretty=True)
    elif chosen is Format.TABLE:
        from inroads.explain import evidence_lines

        typer.echo(explanation.sentence)
        for number, (path, sentence) in enumerate(zip(access.paths, access.sentences, strict=True), 1):
            typer.echo(f"\n{number}. {sentence}  [{path.certainty}, {path.state}]")
            for step in path.steps:
                for line in evidence_lines(graph, graph.grants[step.grant]):
                    typer.echo(f"     {step.relation:<8} {line}")
    else:
        print_rows(rows, chosen)


def _steps(graph: Explorer, access: ExplainedAccess) -> Iterator[dict[str, Any]]:
    """One row for each step of each path, with the records behind it."""
    from inroads.explain import evidence_lines, records

    for number, path in enumerate(access.paths, 1):
        for place, step in enumerate(path.steps, 1):
            grant = graph.grants[step.grant]
            yield {
                "path": number,
                "step": place,
                "principal": step.principal,
                "relation": step.relation.value,
                "resource": step.resource,
                "role": step.role.value if step.role else None,
                "raw_role": step.raw_role,
                "certainty": path.certainty.value,
                "state": path.state.value,
                "grant": grant.id,
                "records": records(grant),
                "evidence": evidence_lines(graph, grant),
            }
