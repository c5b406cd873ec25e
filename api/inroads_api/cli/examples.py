"""Examples of commands, two for each, which their help shows and a test runs."""

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
        "inroads changes --since 2026-01-01T00:00:00Z --kind gained --kind lost",
    ),
    "what-if": (
        "inroads what-if --remove 'role 994207' --example",
        "inroads what-if --add 'business:363103#MEMBER@identity:712052=MANAGER' --example",
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
        "inroads findings --severity high --fail-on high --example",
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
    "audit": (
        "inroads audit verify audit.log",
        "inroads audit hash identity:712052 --auth auth.json",
    ),
}
"""The examples of each command by its words."""
