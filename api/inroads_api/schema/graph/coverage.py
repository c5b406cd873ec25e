"""The GraphQL types of coverage, of issues of documents, and of the policy."""

from __future__ import annotations

import datetime as dt

from inroads.model import Capability, Role
from inroads_api.schema.fields import described, value


@described
class Coverage:
    """The coverage of the documents: how much of the service they show."""

    complete: bool = value(
        "Whether the documents that decide the question were read: each section, and each record."
    )
    notes: list[str] = value("What stays a lower bound, one sentence each.")
    identities_observed: int = value("How many identities have their own document in the graph.")
    businesses_observed: int = value("How many businesses have a record in the graph.")
    teams_observed: int = value(
        "How many businesses have a team document, or a whole listing of members, in the graph."
    )
    oldest: dt.datetime | None = value(
        "The moment of the oldest document that the answer rests on: the latest ones about what was"
        " asked, and those that state the steps of its paths. Of the whole graph: of all documents."
    )
    newest: dt.datetime | None = value("The moment of the newest of these documents.")


@described
class Issue:
    """Something in one document that a user should know, although the document was taken."""

    code: str = value("A stable code.")
    source: str = value("The document's source.")
    sha256: str = value("The document's SHA-256, in hexadecimal.")
    pointer: str = value("The JSON pointer of the place in the document.")
    message: str = value("What is the matter, in plain English.")


@described
class RoleRule:
    """A row of the policy: what a role can do."""

    role: Role = value("The role.")
    capabilities: list[Capability] = value("What it can do.")
    controls: bool = value("Whether its holder acts for the business.")


@described
class Policy:
    """The policy that decides the answers."""

    digest: str = value("A hash that two policies share exactly when their tables are equal.")
    roles: list[RoleRule] = value("What each role can do.")
    alive: list[str] = value("The subscription statuses under which an account works.")
