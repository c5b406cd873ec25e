"""The enums of the library as GraphQL enums, with a description of each value."""

from __future__ import annotations

from inroads.model import (
    AccessState,
    Capability,
    Certainty,
    Mode,
    MomentSource,
    NodeKind,
    Relation,
    Role,
)
from inroads.reach.answers import AccessOrder
from inroads_api.schema.fields import describe

describe(
    NodeKind,
    "The four kinds of node. Every kind of id counts separately.",
    {
        "IDENTITY": "A person, known by one email across the service.",
        "BUSINESS": "A business, the scope of most calls of the service.",
        "ACCOUNT": "The accounting system that a business may keep.",
        "GROUP": "A group of people: everyone in a business, or a project.",
    },
)
describe(
    Relation,
    "The kinds of edge, each from a principal to a resource.",
    {
        "MEMBER": "An identity is a member of a business.",
        "ROLE": "An identity has a role on an account, which no membership states.",
        "GROUP": "An identity is in a group that is not known to be business-level.",
        "GROUP_OF": "A group is of a business.",
        "KEEPS": "A business keeps an account: the same scope under two ids.",
        "CLIENT": "A business is a client of the account of a vendor.",
    },
)
describe(
    Role,
    "Canonical roles; the documents' own words are kept beside them.",
    {
        "OWNER": "The primary identity of the business.",
        "ADMIN": "An additional identity with full access; the documents' word is"
        " `business_partner`.",
        "MANAGER": "Without access to full financial reports and information.",
        "EMPLOYEE": "Own expenses, projects and time tracking.",
        "ACCOUNTANT": "Accounting items such as reports and expense categorisation.",
        "CONTRACTOR": "Has a business of their own; tracks time for this one and invoices it.",
        "CLIENT": "Has received an invoice from the business and saved it.",
        "STAFF": "Some member of the team; the older dialect does not say which.",
        "UNKNOWN": "A word that is in no table: kept as spelled, never hidden, never control.",
    },
)
describe(
    Capability,
    "What a role lets a person do, by the policy's table.",
    {
        "PRIMARY_IDENTITY": "Be the primary identity of the business.",
        "FULL_ACCESS": "Everything in the business.",
        "OPERATIONS": "The daily work of the business, without full financial reports.",
        "FINANCIAL_REPORTS": "Read financial reports.",
        "EXPENSE_CATEGORISATION": "Categorise expenses.",
        "OWN_EXPENSES": "Their own expenses.",
        "PROJECTS": "Projects.",
        "TIME_TRACKING": "Track time as a member of the team.",
        "TEAM_MEMBER": "Be listed as a member of the team.",
        "CONTRACT_TIME_TRACKING": "Track time as a contractor.",
        "INVOICE_THE_BUSINESS": "Send invoices to the business.",
        "RECEIVED_INVOICES": "See the invoices that the business sent them.",
    },
)
describe(
    Certainty,
    "How sure a path is, best first.",
    {
        "STATED": "Each step is a record that names this identity's own grant.",
        "INFERRED": "It passes through a business that the identity controls: by rule, not by"
        " record.",
        "ASSOCIATED": "Connected, which is not access.",
    },
)
describe(
    AccessState,
    "How alive a path or an access is, best first.",
    {
        "ACTIVE": "Nothing known stands in its way.",
        "LATENT": "Something known suspends it, and the reasons say what.",
    },
)
describe(
    MomentSource,
    "How the moment of a document is known, surest first.",
    {
        "ENVELOPE": "Its envelope says it.",
        "GIVEN": "Whoever handed it in says it: an option, a collector, or the API at arrival.",
        "FILE": "Only the modification time of its file says it: a copied file may be newer than"
        " what it shows.",
    },
)
describe(
    AccessOrder,
    "An order of accesses; equal ones follow BEST.",
    {
        "BEST": "By certainty, state, distance and printed id.",
        "ID": "By the printed id of the other end.",
        "NAME": "By the email of the identity, or the name of the business; accounts come last.",
        "ROLE": "By the first role, as roles are listed.",
        "STATE": "Active ones first.",
        "DISTANCE": "The nearest first.",
    },
)
describe(
    Mode,
    "What a question follows.",
    {
        "ACCESS": "Only what conveys access by the policy.",
        "ASSOCIATION": "Every edge in its direction, whatever its class.",
    },
)
