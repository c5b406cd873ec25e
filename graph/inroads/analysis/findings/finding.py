"""Findings of rules, and the extent of what a rule looked at, as plain values."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from inroads.model import Section
from inroads.policy.rule_settings import Severity


class Proof(msgspec.Struct, frozen=True):
    """The place of a fact behind a finding: a document, a JSON pointer, and the record id if any.

    `record` is its name for people, such as `role 994207` or `subscription_status`.
    """

    record: str
    record_id: str | None
    source: str
    pointer: str
    observed_at: dt.datetime
    document: str


class Suppressed(msgspec.Struct, frozen=True):
    """The reason why a finding is suppressed, and the last day (UTC) on which it is."""

    reason: str
    expires: dt.date


class Finding(msgspec.Struct, frozen=True):
    """One finding of one rule.

    `subjects` are printed ids of nodes, and of a grant where the nodes alone do not distinguish
    findings. `identity` is a hash of the rule's id and the subjects alone, so it is equal in every
    version of a graph, whatever the evidence. `facts` are names and plain values in the order in
    which the rule gives them. `evidence_count` counts all proofs, where `evidence` holds the first.
    """

    identity: str
    rule: str
    rule_version: str
    severity: Severity
    subjects: tuple[str, ...]
    facts: tuple[tuple[str, str | int | tuple[str, ...]], ...]
    evidence: tuple[Proof, ...]
    suppressed: Suppressed | None
    evidence_count: int

    @property
    def key(self) -> tuple[int, str, tuple[str, ...]]:
        """The total order of findings: the most severe first, then by rule and subjects."""
        return -self.severity.rank, self.rule, self.subjects


def finding_identity(rule: str, subjects: tuple[str, ...]) -> str:
    """Return the name of a finding, equal in every version: 32 hexadecimal digits."""
    return hashlib.sha256(msgspec.json.encode([rule, *subjects])).hexdigest()[:32]


class RuleRun(msgspec.Struct, frozen=True):
    """The extent of a rule: it looked at `looked` of `what`, and could not see `unseen` more.

    `skipped` says why a rule did not run, and is None if it ran. So "no finding" is never confused
    with "not looked at".
    """

    rule: str
    what: str
    looked: int = 0
    unseen: int = 0
    notes: tuple[str, ...] = ()
    findings: int = 0
    skipped: str | None = None


class Stated(NamedTuple):
    """The latest statement of an attribute of a node, as a proof that is looked up on writing."""

    node: str
    attribute: str


class Spot(NamedTuple):
    """A place in a document by number; `inside` is the rest of the pointer."""

    document: int
    section: Section
    row: int = -1
    sub: int = -1
    inside: str = ""
    label: str = ""
    record_id: str | None = None


class LineEvidence(NamedTuple):
    """The pointer of an issue in a document by number."""

    document: int
    pointer: str
    label: str


class Ways(NamedTuple):
    """The grants on all paths of one identity to one resource."""

    principal: str
    resource: str


Source = int | Stated | Spot | LineEvidence | Ways
"""A source of evidence: the number of a grant, or one of the classes above."""


Fact = tuple[str, str | int | tuple[str, ...]]
"""A name with a plain value; ids of nodes are printed by their names for people."""


Evident = tuple[Source, ...] | Callable[[], tuple[Source, ...]]
"""The evidence of a finding, or a function of it, which is called where it is listed."""


class Match(NamedTuple):
    """A finding as a rule gives it; evidence is written out only for listed findings.

    A rule with many findings gives a function of its evidence, which is called for those alone.
    """

    subjects: tuple[str, ...]
    facts: tuple[Fact, ...] = ()
    evidence: Evident = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources of evidence."""
        return self.evidence() if callable(self.evidence) else self.evidence


class RuleOutcome(NamedTuple):
    """The result of a rule: how many it looked at, findings, how many it could not see, notes.

    `others` are findings of another severity than that of the rule.
    """

    looked: int
    hits: Sequence[Match]
    unseen: int = 0
    notes: tuple[str, ...] = ()
    others: tuple[tuple[Severity, Sequence[Match]], ...] = ()
