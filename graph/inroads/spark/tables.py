"""The tables that pass between the stages on Spark: names, columns, types and meaning.

Nodes are printed ids (`identity:712052`), moments are in UTC, and a document is named by its moment
and the SHA-256 of its body. Words of relations, roles, kinds and contradictions are those of `model`;
a section is the name of a `Section` in lower case. A column without a value is null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from inroads.analysis.census import FIGURES

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

FORMAT: Final = 1
"""The version of these tables. It is raised when a column changes its meaning."""

MOMENT: Final = pa.timestamp("us", tz="UTC")
_TEXT, _FLAG, _SMALL, _LONG = pa.string(), pa.bool_(), pa.int32(), pa.int64()


def _column(name: str, kind: Any, meaning: str, *, null: bool = False) -> Any:
    return pa.field(name, kind, null, {"meaning": meaning})


_DOCUMENT: Final = (
    _column("observed_at", MOMENT, "when the document was observed"),
    _column("document", _TEXT, "the SHA-256 of its redacted body, as hexadecimal digits"),
)

EVIDENCE: Final = pa.struct(
    [
        *_DOCUMENT,
        _column("pointer", _TEXT, "the JSON pointer of the record"),
        _column("record", _LONG, "the id of the record", null=True),
    ]
)
"""Where a grant is stated."""

CLAIMS: Final = pa.schema(
    [
        *_DOCUMENT,
        _column("principal", _TEXT, "the node that holds"),
        _column("relation", _TEXT, "the relation"),
        _column("resource", _TEXT, "the node that is held"),
        _column("scope", _TEXT, "the scope of which a newer cover ends the claim"),
        _column("other_scope", _TEXT, "a second such scope", null=True),
        _column("owner", _TEXT, "see `documents.claims.Claim`", null=True),
        _column("role", _TEXT, "the canonical role", null=True),
        _column("word", _TEXT, "the document's own word for the role", null=True),
        _column("client_role", _FLAG, "it is a client's role row"),
        _column("client", _LONG, "the number of the client in the vendor's account", null=True),
        _column("active", _FLAG, "false if the record says that it is not active"),
        _column("section", _TEXT, "the section of the record"),
        _column("row", _SMALL, "the record's index in its section, or -1"),
        _column("sub", _SMALL, "its index inside that record, or -1"),
        _column("record", _LONG, "the id of the record", null=True),
        _column("contested", _SMALL, "a bit for each contradiction that the record shows"),
        _column("wrapped", _FLAG, "the document's pointers have a prefix"),
        _column("nested", _FLAG, "the business of its team is a record of its own"),
    ]
)
"""Claims of edges, one for each record that states one."""

COVERS: Final = pa.schema([_column("scope", _TEXT, "a scope that the document covers"), *_DOCUMENT])
"""Scopes, each with the documents that cover it."""

KEEPERS: Final = pa.schema(
    [
        _column("account", _TEXT, "an account"),
        _column("business", _TEXT, "the business whose own record says that it keeps the account"),
        *_DOCUMENT,
    ]
)
"""The keepers of accounts, by records of the businesses themselves."""

GROUPS: Final = pa.schema(
    [
        _column("group", _TEXT, "a group"),
        _column("business", _TEXT, "a business that a document shows it to belong to as a whole"),
    ]
)
"""Groups of whole businesses."""

ATTRIBUTES: Final = pa.schema(
    [
        _column("node", _TEXT, "the node"),
        _column("name", _TEXT, "the name of the attribute"),
        _column("text", _TEXT, "its value if that is a text", null=True),
        _column("number", _LONG, "its value if that is a number, a flag or a place", null=True),
        *_DOCUMENT,
        _column("subject", _TEXT, "the node that the document is about"),
        _column("ordinal", _SMALL, "the order of the document's statements of one attribute"),
    ]
)
"""Attributes of nodes. A row without a value says that there is none."""

NAMED: Final = pa.schema([_column("node", _TEXT, "a node that some document names")])
"""All nodes."""

DOCUMENTS: Final = pa.schema(
    [
        *_DOCUMENT,
        _column("source", _TEXT, "where the document came from"),
        _column("kind", _TEXT, "me, team or members"),
        _column("subject", _TEXT, "the node that it is about"),
        _column("unreadable", _SMALL, "how many of its rows could not be read"),
        _column("wrapped", _FLAG, "its pointers have a prefix"),
        _column("nested", _FLAG, "the business of its team is a record of its own"),
        _column("moment_source", _TEXT, "how its moment is known", null=True),
    ]
)
"""The documents that were taken."""

ISSUES: Final = pa.schema(
    [
        _column("observed_at", MOMENT, "when the document was observed", null=True),
        _column("document", _TEXT, "the document; null if it was rejected", null=True),
        _column("source", _TEXT, "where it came from"),
        _column("pointer", _TEXT, "the JSON pointer of the place"),
        _column("code", _TEXT, "a stable code"),
        _column("message", _TEXT, "what is the matter, and what was done"),
        _column("place", _LONG, "the number of a rejected document's row in the input", null=True),
    ]
)
"""Documents that were rejected, and problems in those that were taken."""

SAID: Final = {
    "claims": CLAIMS,
    "covers": COVERS,
    "keepers": KEEPERS,
    "groups": GROUPS,
    "attributes": ATTRIBUTES,
    "named": NAMED,
    "documents": DOCUMENTS,
    "issues": ISSUES,
}
"""The tables that documents are read into."""

WIDE: Final = pa.schema(
    [
        _column("table", _TEXT, "the table of the row"),
        *{
            field.name: field.with_nullable(True) for each in SAID.values() for field in each
        }.values(),
    ]
)
"""All these tables in one, since one reading of the documents gives them all."""

GRANTS: Final = pa.schema(
    [
        _column("grant", _TEXT, "the printed id of the grant"),
        _column("principal", _TEXT, "the node that holds"),
        _column("relation", _TEXT, "the relation"),
        _column("resource", _TEXT, "the node that is held"),
        _column("client_role", _FLAG, "it is stated by client's role rows"),
        _column("roles", pa.list_(_TEXT), "the canonical roles, as its records speak"),
        _column("active", _FLAG, "no record says that it is not active"),
        _column("inactive", pa.list_(_TEXT), "the reasons why it is not active"),
        _column("contested", pa.list_(_TEXT), "the codes of its contradictions"),
        _column("records", _LONG, "how many records state it"),
        _column("evidence", pa.list_(EVIDENCE), "the first of them, in the order of evidence"),
    ]
)
"""The grants that stand."""

NODES: Final = pa.schema(
    [
        _column("node", _TEXT, "the node"),
        _column("kind", _TEXT, "its kind"),
        _column("observed", _FLAG, "an identity or business with a document of its own"),
        _column("email", _TEXT, "of an identity", null=True),
        _column("first_name", _TEXT, "of an identity", null=True),
        _column("last_name", _TEXT, "of an identity", null=True),
        _column("confirmed_at", _TEXT, "of an identity, in ISO 8601", null=True),
        _column("unconfirmed", _FLAG, "an identity that is known to be unconfirmed"),
        _column("name", _TEXT, "of a business", null=True),
        _column("active", _FLAG, "of a business", null=True),
        _column("subscription_status", _TEXT, "of an account", null=True),
        _column("business_status", _TEXT, "of an account", null=True),
        _column("system_id", _TEXT, "of an account", null=True),
        _column("listed", _LONG, "how many people a listing of a business's team has", null=True),
        _column("listed_of", _LONG, "how many that listing says there are", null=True),
        _column("without_login", _LONG, "how many in it have no identity", null=True),
        _column("cluster", _TEXT, "the least business of its cluster; see `gathering`", null=True),
    ]
)
"""All nodes, with the attributes that are known."""

KEEPS: Final = pa.schema(
    [
        _column("business", _TEXT, "a business"),
        _column("account", _TEXT, "an account that it keeps"),
    ]
)
"""The accounts that businesses keep."""


_WORDS: Final = pa.list_(_TEXT)

STEP: Final = pa.struct(
    [
        _column("from", _TEXT, "the end at which the step starts; KEEPS is walked both ways"),
        _column("relation", _TEXT, "the relation"),
        _column("to", _TEXT, "the other end"),
        _column("grant", _TEXT, "the printed id of the grant"),
        _column("evidence", EVIDENCE, "the record of the grant that speaks first", null=True),
    ]
)
"""A step of a path."""

ACCESSES: Final = pa.schema(
    [
        _column("identity", _TEXT, "the identity"),
        _column("resource", _TEXT, "the business or account that it reaches"),
        _column("roles", _WORDS, "the maximal roles over its paths, in the order of `model.Role`"),
        _column("capabilities", _WORDS, "what these allow, in the order of `model.Capability`"),
        _column("certainty", _TEXT, "the certainty of its best path"),
        _column("state", _TEXT, "ACTIVE if any path is, else LATENT"),
        _column("state_reasons", _WORDS, "why it is latent, as codes in order"),
        _column("contested", _FLAG, "there are contested roles"),
        _column("contested_roles", _WORDS, "the roles of which every path is contested"),
        _column("distance", _SMALL, "the number of steps of its shortest path"),
        _column("paths", _LONG, "how many paths prove it"),
        _column("truncated", _FLAG, "a limit cut the search for paths: there may be more"),
        _column("witness", pa.list_(STEP), "its first path, see `reach.paths.path_order`"),
    ]
)
"""The accesses of all identities."""


_FIGURES: Final = tuple(_column(each, _SMALL, "see `analysis.census.FIGURES`") for each in FIGURES)

COUNTS: Final = pa.schema(
    [
        _column("kind", _TEXT, "the kind of the node"),
        _column("id", _TEXT, "the node"),
        _column("name", _TEXT, "an email, or the name of a business", null=True),
        *_FIGURES,
    ]
)
"""How many accesses there are of each identity, or to each business and account."""

CHANGES: Final = pa.schema(
    [
        _column("identity", _TEXT, "the identity"),
        _column("resource", _TEXT, "the business or account"),
        _column("kind", _TEXT, "gained, lost or altered"),
        *(
            _column(
                f"{side}_{name}", kind, f"{name} of the access then; null without one", null=True
            )
            for side in ("before", "after")
            for name, kind in (
                *(("roles", _WORDS), ("certainty", _TEXT)),
                *(("state", _TEXT), ("contested", _FLAG)),
            )
        ),
    ]
)
"""Accesses that differ between two moments."""

PROOF: Final = pa.struct([STEP.field("grant"), STEP.field("evidence")])
"""A grant that proves a finding. Of an access these are the grants of its first path."""

FINDINGS: Final = pa.schema(
    [
        _column("rule", _TEXT, "the rule"),
        _column("severity", _TEXT, "the severity under the policy"),
        _column("subjects", _WORDS, "the nodes that it is about, perhaps with a grant"),
        _column("sentence", _TEXT, "the finding in plain English"),
        _column("evidence", pa.list_(PROOF), "the first grants that prove it"),
        _column("finding", _TEXT, "the name of the finding, equal in every version"),
        _column("suppressed", _TEXT, "why the policy suppresses it", null=True),
    ]
)
"""Findings of the rules that need no more than an identity's accesses, its grants and its nodes."""

ANSWERS: Final = {
    "accesses": ACCESSES,
    "blast_radius": COUNTS,
    "exposure": COUNTS,
    "findings": FINDINGS,
    "changes": CHANGES,
}
"""The tables that follow from grants and nodes; `changes` only where two moments are compared."""


TABLES: Final = {
    "issues": (ISSUES, "documents that were rejected, and problems in those that were taken"),
    "documents": (DOCUMENTS, "the documents that were taken"),
    "claims": (CLAIMS, "what records say of who holds what"),
    "covers": (COVERS, "what each document covers, so that its silence ends older claims"),
    "keepers": (KEEPERS, "which business kept which account, by its own records"),
    "groups": (GROUPS, "groups of whole businesses"),
    "attributes": (ATTRIBUTES, "what records say of nodes"),
    "named": (NAMED, "all nodes that some document names"),
    "grants": (GRANTS, "the grants that stand"),
    "nodes": (NODES, "all nodes, with what is known of them"),
    "keeps": (KEEPS, "the accounts that businesses keep"),
    "accesses": (ACCESSES, "who reaches what, and by which path"),
    "exposure": (COUNTS, "how many reach each business and account"),
    "blast_radius": (COUNTS, "how much each identity reaches"),
    "findings": (
        FINDINGS,
        "findings of the rules that need no more than an identity's surroundings",
    ),
    "changes": (CHANGES, "accesses that differ between two moments"),
}
"""The tables of a folder that are for its users, with their meaning, in the order of their making."""


def meaning(column: Any) -> str:
    """Return what a column of a schema means."""
    told: str = column.metadata[b"meaning"].decode()
    return told


def typed(kind: Any) -> str:
    """Return a type of Arrow in short: of a struct the names of its fields.

    >>> typed(STEP)
    '(from, relation, to, grant, evidence)'
    """
    if pa.types.is_list(kind):
        return f"list of {typed(kind.value_type)}"
    if pa.types.is_struct(kind):
        return f"({', '.join(kind.field(place).name for place in range(kind.num_fields))})"
    return str(kind)


def spark_schema(schema: pa.Schema) -> StructType:
    """Return the schema of a table as Spark has it."""
    from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415  # workers need none

    return from_arrow_schema(schema)
