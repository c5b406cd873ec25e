"""A finding in plain English."""

from __future__ import annotations

from inroads.analysis.findings.finding import Finding
from inroads.analysis.findings.registry import RULES
from inroads.model import CONTRADICTIONS
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import counted, label, listed
from inroads.text import SHOWN, printable


def sentence(graph: AccessGraph, finding: Finding) -> str:
    """Return the sentence of a finding, with emails and names for the nodes."""
    labels = [label(graph, each) if each in graph else printable(each) for each in finding.subjects]
    if len(set(labels)) < len(labels):  # two people with one email: their ids tell them apart
        labels = [
            f"{each} ({printable(node)})"
            for each, node in zip(labels, finding.subjects, strict=True)
        ]
    facts = {name: _words(graph, value) for name, value in finding.facts}
    says = RULES[finding.rule].says
    if "{subjects" in says:
        facts["subjects"] = listed(labels, SHOWN)
    return says.format(*labels, **facts)


class _Number(int):
    """A number that counts a noun in a template: `{accesses:resource}` is "1 resource"."""

    def __format__(self, noun: str) -> str:
        return counted(int(self), noun) if noun else f"{int(self):,}"


def _words(graph: AccessGraph, value: str | int | tuple[str, ...]) -> str | _Number:
    if isinstance(value, tuple):
        names = (label(graph, each) if each in graph else _word(each) for each in value)
        return printable(listed(names, SHOWN))
    return printable(value) if isinstance(value, str) else _Number(value)


def _word(text: str) -> str:
    """Return a value as people read it: the code of a contradiction without its underscores."""
    return text.replace("_", " ") if text in CONTRADICTIONS else text
