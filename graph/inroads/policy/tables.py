"""All judgement: what a word means, what a role can do, what a relation conveys, what is alive.

The tables quote the vendor's identity-model page beside each row. A user's own TOML replaces rows::

    [words.membership]              # or words.roles, the deprecated dialect
    bookkeeper = "ACCOUNTANT"
    [roles.MANAGER]
    controls = true                 # a manager acts for the business towards its vendors
    capabilities = ["OPERATIONS"]
    [relations.CLIENT]
    otherwise = "NONE"              # a client relation conveys nothing, unless the role controls
    [subscriptions]
    alive = ["active", "active_trial", "past_due"]

The tables `findings` and `suppressions` are read by `rule_settings`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property

import msgspec

from inroads.model import Capability, Grant, Relation, Role
from inroads.policy.grammar import Conveys
from inroads.policy.rule_settings import STOCK as STOCK_JUDGEMENT
from inroads.policy.rule_settings import Judgement
from inroads.policy.separation import Duty

_C = Capability
_TEAM = frozenset({_C.TEAM_MEMBER})
_EMPLOYEE = _TEAM | {_C.OWN_EXPENSES, _C.PROJECTS, _C.TIME_TRACKING}
_ACCOUNTANT = _TEAM | {_C.FINANCIAL_REPORTS, _C.EXPENSE_CATEGORISATION}
_MANAGER = _EMPLOYEE | {_C.OPERATIONS}
_ADMIN = _MANAGER | _ACCOUNTANT | {_C.FULL_ACCESS}


class RolePolicy(msgspec.Struct, frozen=True):
    """The capabilities of a role, and whether its holder acts for the business (CONTROL)."""

    capabilities: frozenset[Capability]
    controls: bool


class RelationRow(msgspec.Struct, frozen=True):
    """The class of a step over a relation: when the grant's role controls, and otherwise."""

    controlling: Conveys
    otherwise: Conveys


ROLES: dict[Role, RolePolicy] = {
    # "The primary Identity of a FreshBooks business."
    Role.OWNER: RolePolicy(_ADMIN | {_C.PRIMARY_IDENTITY}, controls=True),
    # "An additional Identity with full access to the FreshBooks business."
    Role.ADMIN: RolePolicy(_ADMIN, controls=True),
    # "Identity without access to full financial reports and information."
    # Our reading, the page is silent: a manager does not act for the business towards its vendors.
    Role.MANAGER: RolePolicy(_MANAGER, controls=False),
    # "Identity with access limited to their own expenses, projects, and time tracking."
    Role.EMPLOYEE: RolePolicy(_EMPLOYEE, controls=False),
    # "Identity with access limited to accounting items such as report and expense categorization"
    # Our reading, as for a manager.
    Role.ACCOUNTANT: RolePolicy(_ACCOUNTANT, controls=False),
    # "An Identity with their own Business that can track time and invoice this business."
    Role.CONTRACTOR: RolePolicy(
        frozenset({_C.CONTRACT_TIME_TRACKING, _C.INVOICE_THE_BUSINESS}), controls=False
    ),
    # "Identity that has received an invoice from this Business and saved it to their own."
    Role.CLIENT: RolePolicy(frozenset({_C.RECEIVED_INVOICES}), controls=False),
    # The deprecated dialect's word for some team member; the membership says which.
    Role.STAFF: RolePolicy(_TEAM, controls=False),
    # Not on the page: kept, shown, never hidden, never grants control.
    Role.UNKNOWN: RolePolicy(frozenset(), controls=False),
}

STAFF_AGREES_WITH = frozenset({Role.MANAGER, Role.EMPLOYEE, Role.ACCOUNTANT})
"""STAFF says the same as these roles and is absorbed by them."""

WORDS: dict[str, dict[str, Role]] = {
    # "This shows as 'owner' in the business_memberships of the identity response, ..."
    "membership": {
        "owner": Role.OWNER,
        "business_partner": Role.ADMIN,
        "business_manager": Role.MANAGER,
        "manager": Role.MANAGER,
        "business_employee": Role.EMPLOYEE,
        "business_accountant": Role.ACCOUNTANT,
        "contractor": Role.CONTRACTOR,
        "client": Role.CLIENT,
    },
    # "... and 'admin' in the older, deprecated roles array of the response."
    "roles": {
        "admin": Role.OWNER,
        "owner": Role.OWNER,
        "business_partner": Role.ADMIN,
        "business_manager": Role.MANAGER,
        "business_employee": Role.EMPLOYEE,
        "business_accountant": Role.ACCOUNTANT,
        "contractor": Role.CONTRACTOR,
        "client": Role.CLIENT,
        "staff": Role.STAFF,
    },
}

RELATIONS: dict[Relation, RelationRow] = {
    # "Group Memberships are the best way in our system to express relationships between people and the businesses"
    Relation.MEMBER: RelationRow(Conveys.CONTROL, Conveys.REACH),
    # "Whenever possible, try to make use of Business Memberships rather than Roles."
    Relation.ROLE: RelationRow(Conveys.REACH, Conveys.REACH),
    # "All of the business objects listed in the business_memberships will have an accountId"
    Relation.KEEPS: RelationRow(Conveys.RESOLVE, Conveys.RESOLVE),
    # "if leafy@example.com is an Administrator of one account and gets added as a Client on another,
    # they will have some access to both"
    Relation.CLIENT: RelationRow(Conveys.REACH, Conveys.REACH),
    # "Identities have roles in Groups, but these are just named strings, not Role objects"
    Relation.GROUP: RelationRow(Conveys.NONE, Conveys.NONE),
    Relation.GROUP_OF: RelationRow(Conveys.NONE, Conveys.NONE),
}

ALLOWED: dict[Relation, frozenset[Conveys]] = {
    Relation.MEMBER: frozenset({Conveys.CONTROL, Conveys.REACH, Conveys.NONE}),
    Relation.ROLE: frozenset({Conveys.CONTROL, Conveys.REACH, Conveys.NONE}),
    Relation.KEEPS: frozenset({Conveys.RESOLVE}),
    Relation.CLIENT: frozenset({Conveys.REACH, Conveys.NONE}),
    Relation.GROUP: frozenset({Conveys.NONE}),
    Relation.GROUP_OF: frozenset({Conveys.NONE}),
}
"""The values that a user's row may have. Passing control on through a client relation is no reading of the page."""

ALIVE: frozenset[str] = frozenset({"active", "active_trial"})
"""The subscription statuses under which an account works; any other known status is latent."""


class Policy(msgspec.Struct, frozen=True, dict=True):
    """One consistent set of tables, and the few lines that read them."""

    words: dict[str, dict[str, Role]]
    roles: dict[Role, RolePolicy]
    relations: dict[Relation, RelationRow]
    alive: frozenset[str]
    separation: tuple[Duty, ...] = ()
    judgement: Judgement = STOCK_JUDGEMENT  # of findings alone, so it is not in the digest

    def __repr__(self) -> str:
        # Policies are defaults of functions, whose help would be pages of tables.
        return f"<Policy {self.digest[:8]}>"

    def role(self, dialect: str, word: str | None) -> Role:
        """Return the canonical role of a word, as spelled, or else as it would be in the table.

        UNKNOWN for a word that is not in the table of the dialect.
        """
        if word is None:
            return Role.UNKNOWN
        table = self.words[dialect]
        return table.get(word) or table.get(in_one_word(word), Role.UNKNOWN)

    def conveys(self, grant: Grant) -> Conveys:
        """The class of a step over this grant."""
        row = self.relations[grant.relation]
        controls = any(self.roles[role].controls for role in grant.roles)
        return row.controlling if controls else row.otherwise

    def capabilities(self, roles: Iterable[Role]) -> tuple[Capability, ...]:
        """The union of what these roles can do, in the order of the enumeration."""
        held: set[Capability] = set().union(*(self.roles[role].capabilities for role in roles))
        return tuple(capability for capability in Capability if capability in held)

    def maximal(self, roles: Iterable[Role]) -> tuple[Role, ...]:
        """The roles that no other one covers, in the order of the enumeration.

        A role without capabilities is comparable with nothing, so that an unknown word is never hidden.
        """
        given = set(roles)
        return tuple(
            role
            for role in Role
            if role in given and not any(self._below(role, other) for other in given)
        )

    def _below(self, role: Role, other: Role) -> bool:
        mine = self.roles[role].capabilities
        return bool(mine) and mine < self.roles[other].capabilities

    @cached_property
    def digest(self) -> str:
        """A hash that two policies share exactly when the tables that make a graph are equal."""
        plain = msgspec.to_builtins(self, order="deterministic", str_keys=True)
        del plain["judgement"]
        plain["alive"] = sorted(self.alive)
        del plain["separation"]  # it judges answers, and folds nothing
        for row in plain["roles"].values():
            row["capabilities"] = sorted(row["capabilities"])
        return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


def in_one_word(word: str) -> str:
    """Return a role word as the tables spell theirs: `business_partner` for `Business Partner`."""
    return word.lower().replace(" ", "_")


STOCK = Policy(WORDS, ROLES, RELATIONS, ALIVE)
"""The policy that answers are given under unless the user brings another."""
