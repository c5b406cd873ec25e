"""Examples of commands, two for each, which their help shows and a test runs or parses."""

from __future__ import annotations

from typing import Final

EXAMPLES: Final[dict[str, tuple[str, str]]] = {
    "": (
        "inroads demo",
        "inroads reach b@example.com --example",
    ),
    "demo": (
        "inroads demo",
        "inroads demo --format json",
    ),
    "reach": (
        "inroads reach b@example.com --example",
        "inroads reach b@example.com --example --role owner --state active",
    ),
    "reached-by": (
        "inroads reached-by account:Xr82w --example",
        "inroads reached-by BillSpring --example --format csv",
    ),
    "search": (
        "inroads search bill --example",
        "inroads search 712 --example --kind identity",
    ),
    "explain": (
        "inroads explain b@example.com account:Xr82w --example",
        "inroads explain b@example.com group:23738 --example --association",
    ),
    "census": (
        "inroads census --example",
        "inroads census --example --kind business --sort inferred --top 5",
    ),
    "query": (
        "inroads query '{ graph { version } }' --example",
        "inroads query '{ identity(by: {email: \"b@example.com\"}) { id } }' --example",
    ),
    "check": (
        "inroads check documents/",
        "inroads check documents/ --format ndjson",
    ),
    "changes": (
        "inroads changes --since 2026-01-01T00:00:00Z",
        "inroads changes --since 2026-01-01T00:00:00Z --kind gained --about b@example.com",
    ),
    "what-if": (
        "inroads what-if --remove 'role 994207' --example",
        "inroads what-if --add '363103#MEMBER@b@example.com=MANAGER' --example",
    ),
    "plan": (
        "inroads plan b@example.com account:Xr82w --example",
        "inroads plan b@example.com business:77128 --example --format json",
    ),
    "choke-points": (
        "inroads choke-points --example",
        "inroads choke-points --of account:Xr82w --sort inferred --example",
    ),
    "findings": (
        "inroads findings --example",
        "inroads findings --about b@example.com --severity medium --example",
    ),
    "duties": (
        "inroads duties --example",
        "inroads duties --policy policy.toml",
    ),
    "rules": (
        "inroads rules",
        "inroads rules --policy policy.toml --format json",
    ),
    "review": (
        "inroads review start 2026-Q1 --by a@example.com",
        "inroads review list",
    ),
    "review start": (
        "inroads review start 2026-Q2 --by a@example.com --from 2026-Q1",
        "inroads review start owners --role owner --by a@example.com",
    ),
    "review list": (
        "inroads review list",
        "inroads review list --format json",
    ),
    "review next": (
        "inroads review next 2026-Q1",
        "inroads review next 2026-Q1 --of business:77128 --role owner",
    ),
    "review show": (
        "inroads review show 2026-Q1 1",
        "inroads review show 2026-Q1 1 --format json",
    ),
    "review work": (
        "inroads review work 2026-Q1 --by a@example.com",
        "inroads review work 2026-Q1 --by a@example.com --certainty inferred",
    ),
    "review decide": (
        "inroads review decide 2026-Q1 keep 1 2 --by a@example.com",
        "inroads review decide 2026-Q1 revoke 3 --why left --by a@example.com",
    ),
    "review status": (
        "inroads review status 2026-Q1",
        "inroads review status 2026-Q1 --no-drift",
    ),
    "review sign-off": (
        "inroads review sign-off 2026-Q1 --by a@example.com",
        "inroads review sign-off 2026-Q1 --by a@example.com --partial",
    ),
    "review export": (
        "inroads review export 2026-Q1 -o items.csv",
        "inroads review export 2026-Q1 --format report -o report.ndjson",
    ),
    "review verify": (
        "inroads review verify report.ndjson",
        "inroads review verify report.ndjson --campaign 2026-Q1",
    ),
    "report": (
        "inroads report -o report.html --example",
        "inroads report -o one.html --identity b@example.com --example",
    ),
    "ingest": (
        "inroads ingest documents/",
        "inroads ingest documents/ --ledger inroads.db --format ndjson",
    ),
    "collect": (
        "inroads collect --tokens tokens.toml",
        "inroads collect --tokens tokens.toml --teams --ledger inroads.db",
    ),
    "watch": (
        "inroads watch documents/ --every 5m",
        "inroads watch --collect --tokens tokens.toml",
    ),
    "ledger": (
        "inroads ledger info",
        "inroads ledger list --subject identity:712052",
    ),
    "ledger info": (
        "inroads ledger info",
        "inroads ledger info --ledger inroads.db --format json",
    ),
    "ledger list": (
        "inroads ledger list --subject identity:712052",
        "inroads ledger list --limit 5 --format csv",
    ),
    "ledger show": (
        "inroads ledger show SHA",
        "inroads ledger show SHA --ledger inroads.db",
    ),
    "ledger retract": (
        "inroads ledger retract SHA --why 'from a test system'",
        "inroads ledger retract SHA --why 'from a test system' --yes",
    ),
    "ledger forget": (
        "inroads ledger forget identity:712052",
        "inroads ledger forget identity:712052 --yes",
    ),
    "ledger verify": (
        "inroads ledger verify",
        "inroads ledger verify --format json",
    ),
    "ledger backup": (
        "inroads ledger backup copy.db",
        "inroads ledger backup copy.db --ledger inroads.db",
    ),
    "ledger compact": (
        "inroads ledger compact",
        "inroads ledger compact --ledger inroads.db",
    ),
    "export": (
        "inroads export graphml -o graph.graphml.gz --example",
        "inroads export csv -o tables/ --example",
    ),
    "mask": (
        "inroads mask b@example.com --key-file key",
        "inroads mask business:77128 --key-file key",
    ),
    "unmask": (
        "inroads unmask PSEUDONYM --key-file key",
        "inroads unmask PSEUDONYM --key-file key -d documents/",
    ),
    "generate": (
        "inroads generate --identities 100 -o people.ndjson",
        "inroads generate --identities 100 --seed 7 -o people.ndjson.gz",
    ),
    "serve": (
        "inroads serve --example",
        "inroads serve --ledger inroads.db --auth auth.json --workers 2",
    ),
    "schema": (
        "inroads schema",
        "inroads schema > schema.graphql",
    ),
    "token": (
        "inroads token create bridget --auth auth.json --expires 30d",
        "inroads token list --auth auth.json",
    ),
    "token create": (
        "inroads token create bridget --auth auth.json --expires 30d",
        "inroads token create bridget --auth auth.json --business 77128",
    ),
    "token list": (
        "inroads token list --auth auth.json",
        "inroads token list --auth auth.json --format csv",
    ),
    "token revoke": (
        "inroads token revoke ID --auth auth.json",
        "inroads token revoke ID --auth other.json",
    ),
    "audit": (
        "inroads audit verify audit.log",
        "inroads audit hash identity:712052 --auth auth.json",
    ),
    "audit verify": (
        "inroads audit verify audit.log",
        "inroads audit verify audit.1.log audit.log --format json",
    ),
    "audit hash": (
        "inroads audit hash identity:712052 --auth auth.json",
        "inroads audit hash b@example.com identity:712052 --auth auth.json",
    ),
    "spark": (
        "inroads spark describe answers",
        "inroads spark describe answers findings",
    ),
    "spark run": (
        "inroads spark run /lake/me.ndjson /lake/answers --remote sc://127.0.0.1:15002",
        "inroads spark run delta:/lake/me /lake/may --since 2026-04-01T00:00:00Z --remote sc://spark",
    ),
    "spark describe": (
        "inroads spark describe answers",
        "inroads spark describe answers accesses",
    ),
}
"""The examples of each command by its words."""
