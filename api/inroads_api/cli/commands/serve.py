"""The command that serves the explorer and the GraphQL API: `inroads serve`."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from inroads.errors import InroadsError
from inroads.explorer import Explorer, load
from inroads.policy.tables import STOCK
from inroads.store.ledger import Ledger, is_ledger
from inroads_api import pages
from inroads_api.cli.choices import choice_option
from inroads_api.cli.help import CONNECTIONS, LOGS, PROVIDER, REQUESTS, TLS, HelpAll
from inroads_api.cli.options import Given, default_ledger, duration_option, grouped, names_of
from inroads_api.cli.terminal import failing, now, say
from inroads_api.execution.execute import build_schema
from inroads_api.server.application import application, require_telemetry, worker
from inroads_api.server.listening import place, tls_options, url
from inroads_api.server.processes import run, run_workers
from inroads_api.server.protocol import ConnectionLimits
from inroads_api.versions.following import follow, position
from inroads_api.versions.versions import Version
from inroads_api.web.logs import CONFIG
from inroads_api.web.rate_limit import COST_PER_MINUTE
from inroads_api.web.services import open_services
from inroads_api.web.settings import ServerSettings


class Log(StrEnum):
    """How a server logs."""

    TEXT = "text"
    JSON = "json"


@grouped
def serve(
    *,
    given: Given,
    host: Annotated[
        str, typer.Option(help="Where to listen; what others can reach needs --auth.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 8000,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ORIGIN",
            help="Let pages of this origin ask, such as http://localhost:5173. Repeatable.",
            rich_help_panel=REQUESTS,
        ),
    ] = None,
    auth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Ask for a token of this file (`inroads token create`)."),
    ] = None,
    oidc_issuer: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="With --auth, take tokens of this provider, too.",
            rich_help_panel=PROVIDER,
        ),
    ] = None,
    oidc_audience: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only those that are for it.", rich_help_panel=PROVIDER),
    ] = None,
    oidc_jwks: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|URL",
            help="Signed by a key of it. Default: of what its discovery names.",
            rich_help_panel=PROVIDER,
        ),
    ] = None,
    oidc_businesses: Annotated[
        str | None,
        typer.Option(
            "--oidc-businesses-claim",
            metavar="NAME",
            help="Their claim that lists the businesses they see, or is *.",
            rich_help_panel=PROVIDER,
        ),
    ] = None,
    oidc_scope: Annotated[
        str | None,
        typer.Option(
            "--oidc-scope-claim",
            metavar="NAME",
            help="Their claim that holds the scopes, such as scp (Entra, Okta). Default: scope.",
            rich_help_panel=PROVIDER,
        ),
    ] = None,
    audit: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With --auth, write a line for each operation to this log.",
            rich_help_panel=LOGS,
        ),
    ] = None,
    introspection: Annotated[
        bool,
        typer.Option(
            "--introspection",
            help="With --auth, let anybody read the schema.",
            rich_help_panel=REQUESTS,
        ),
    ] = False,
    tls_cert: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Speak TLS with this certificate.", rich_help_panel=TLS),
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its key.", rich_help_panel=TLS)
    ] = None,
    tls_client_ca: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Ask clients for a certificate of this authority.",
            rich_help_panel=TLS,
        ),
    ] = None,
    allow_ingest: Annotated[
        bool,
        typer.Option(
            "--allow-ingest",
            help="Take documents into the ledger, which is made if it is not there.",
        ),
    ] = False,
    allow_review: Annotated[
        bool,
        typer.Option(
            "--allow-review", help="Start review campaigns, decide in them and sign them off."
        ),
    ] = False,
    trusted: Annotated[
        Path | None,
        typer.Option(
            "--trusted",
            metavar="FOLDER",
            help="GraphQL documents (.graphql) to be asked by their ids.",
            rich_help_panel=REQUESTS,
        ),
    ] = None,
    trusted_only: Annotated[
        bool,
        typer.Option(
            "--trusted-only",
            help="Answer only these documents and those of the package.",
            rich_help_panel=REQUESTS,
        ),
    ] = False,
    cost_per_minute: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="The most that a token may spend in a minute, 0 for no limit; workers let N / workers be spent each."
            " Default: 1,000,000 where other machines can ask.",
            rich_help_panel=REQUESTS,
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Server processes; several need one ledger.")
    ] = 1,
    max_connections: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="The most open connections of a process.",
            rich_help_panel=CONNECTIONS,
        ),
    ] = 1_000,
    max_connections_each: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="The most of them from one address, which a proxy may have.",
            rich_help_panel=CONNECTIONS,
        ),
    ] = 250,
    head_timeout: Annotated[
        dt.timedelta,
        duration_option(
            "--head-timeout",
            "How long the headers of a request may take.",
            "10s",
            rich_help_panel=CONNECTIONS,
        ),
    ] = dt.timedelta(seconds=10),
    deadline: Annotated[
        dt.timedelta,
        duration_option(
            "--deadline",
            "How long a query may take, such as 10s or 5m.",
            "10s",
            rich_help_panel=REQUESTS,
        ),
    ] = dt.timedelta(seconds=10),
    keep_alive: Annotated[
        dt.timedelta,
        duration_option(
            "--keep-alive",
            "How long a stream may be silent, such as 15s.",
            "15s",
            rich_help_panel=CONNECTIONS,
        ),
    ] = dt.timedelta(seconds=15),
    log: Annotated[
        Log,
        choice_option(
            "--log",
            of=Log,
            told="The log on stderr; json is an object a request.",
            rich_help_panel=LOGS,
        ),
    ] = Log.TEXT,
    traces: Annotated[
        bool,
        typer.Option(
            "--traces",
            help="Send traces by OpenTelemetry to where the variables OTEL_… say.",
            rich_help_panel=LOGS,
        ),
    ] = False,
    help_all: HelpAll = False,  # noqa: ARG001  # its callback has printed and ended
) -> None:
    """Serve the explorer and the GraphQL API; a ledger's new documents within seconds."""
    with failing():
        if allow_ingest and given.pseudonymise:
            raise InroadsError(
                "--allow-ingest takes documents as they are: not with --pseudonymise"
            )
        tls = tls_options(tls_cert, tls_key, tls_client_ca)
        there = place(host, port, guarded=auth is not None)
        if cost_per_minute is None:
            cost_per_minute = 0 if there.local else COST_PER_MINUTE
        observed = given.observed_at
        names = names_of(given.pseudonymise) if given.pseudonymise else None
        settings = ServerSettings(
            observed_at=observed,
            policy=given.policy,
            pseudonymised=names is not None,
            allow_ingest=allow_ingest,
            allow_review=allow_review,
            origins=tuple(allow_origin or ()),
            auth=auth,
            introspection=introspection,
            oidc_issuer=oidc_issuer,
            oidc_audience=oidc_audience,
            oidc_jwks=oidc_jwks,
            oidc_businesses=oidc_businesses,
            oidc_scope=oidc_scope,
            audit=audit,
            trusted=trusted,
            trusted_only=trusted_only,
            cost_per_minute=cost_per_minute,
            workers=workers,
            deadline=int(deadline.total_seconds()),
            keep_alive=int(keep_alive.total_seconds()),
            traces=traces,
        )
        services = open_services(settings)
        # Said before anything is read, and before there are workers.
        if traces:
            require_telemetry()
        if trusted:
            services.trusted.check(
                build_schema(allow_ingest=allow_ingest, allow_review=allow_review)._schema
            )
        if allow_ingest and not (given.documents or given.example) and given.as_of is None:
            Ledger(given.ledger or default_ledger()).close()
        paths = given.places
        ledgers = [Path(path) for path in paths if is_ledger(path)]
        alone = len(paths) == 1 and not given.pseudonymise

        def reload() -> Explorer:
            graph = load(*paths, observed_at=observed, policy=given.policy or STOCK)
            return graph.pseudonymised(names) if names else graph

        following = reached = None
        if len(ledgers) == 1 and given.as_of is None and "-" not in paths:
            following = follow(ledgers[0], reload, now, alone=alone)
            # Before it is loaded: what is added meanwhile is seen again.
            reached = position(ledgers[0])
        elif allow_ingest:
            raise InroadsError(
                "--allow-ingest goes with one ledger, all of it: not with --as-of, nor with -d -"
            )
        if workers > 1 and not (following and alone):
            raise InroadsError(
                "--workers goes with one ledger, all of it: not with -d, --as-of or --pseudonymise",
                "BAD_WORKERS",
            )
        if allow_review and not (following and alone):
            raise InroadsError(
                "--allow-review goes with one ledger, all of it: not with -d, --as-of or --pseudonymise"
            )
        settings = replace(settings, ledger=ledgers[0] if following else None, alone=alone)
        graph = given.graph()
        config = CONFIG if log is Log.JSON else None
        limits = ConnectionLimits(
            max_connections, max_connections_each, head_timeout.total_seconds()
        )
        sock = there.bound()
        at = url(sock, tls=bool(tls))
        if pages.built():
            say(f"the explorer is at {at}/ and GraphQL at {at}/graphql; end with Ctrl-C")
        else:
            say(f"GraphQL is at {at}/graphql; end with Ctrl-C")
            say(pages.ABSENT)
        if not (tls or there.local):
            say(
                "tokens travel in clear text, unless a proxy before this speaks TLS: --tls-cert FILE --tls-key FILE"
            )
        if workers > 1:
            # It was read to say what was rejected, and to make the snapshot that the workers open.
            del graph
            made = partial(worker, settings)
            run_workers(workers, made, sock, settings.deadline, config, tls, limits)
        else:
            version = Version(graph, now(), reached)
            served = application(version, settings, replace(services, following=following))
            run(served, sock, settings.deadline, config, tls, limits)
