"""The rules of a security review over one version of a graph, and their findings."""

from __future__ import annotations

from inroads.analysis.findings.finding import Finding, Proof, RuleRun, Suppressed
from inroads.analysis.findings.registry import RULES, Maturity, Rule
from inroads.analysis.findings.review import BareFinding, Findings, least_severity, review
from inroads.analysis.findings.sentences import sentence
from inroads.policy.rule_settings import Judgement, Severity, Suppression

__all__ = [
    "RULES",
    "BareFinding",
    "Finding",
    "Findings",
    "Judgement",
    "Maturity",
    "Proof",
    "Rule",
    "RuleRun",
    "Severity",
    "Suppressed",
    "Suppression",
    "least_severity",
    "review",
    "sentence",
]
