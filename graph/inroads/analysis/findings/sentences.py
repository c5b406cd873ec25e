"""A finding in plain English."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from inroads.analysis.findings.finding import Finding
from inroads.analysis.findings.registry import RULES
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import counted, label, listed
from inroads.text import SHOWN, printable


def sentence(graph: AccessGraph, finding: Finding) -> str:
    """Return the sentence of a finding, with emails and names for the nodes."""
    return sentences(graph)(finding)


def sentences(graph: AccessGraph) -> Callable[[Finding], str]:
    """Return a function that writes the sentence of a finding, and looks up each node once."""

    @cache
    def named(node: str) -> str:
        return label(graph, node) if node in graph else node

    def write(finding: Finding) -> str:
        labels = [printable(named(each)) for each in finding.subjects]
        if len(set(labels)) < len(labels):  # two people with one email: their ids tell them apart
            labels = [
                f"{each} ({printable(node)})"
                for each, node in zip(labels, finding.subjects, strict=True)
            ]
        facts = {name: _words(named, value) for name, value in finding.facts}
        return RULES[finding.rule].says.format(*labels, subjects=listed(labels, SHOWN), **facts)

    return write


class _Number(int):
    """A number that counts a noun in a template: `{accesses:resource}` is "1 resource"."""

    def __format__(self, noun: str) -> str:
        return counted(int(self), noun) if noun else f"{int(self):,}"


def _words(named: Callable[[str], str], value: str | int | tuple[str, ...]) -> str | _Number:
    if isinstance(value, tuple):
        return printable(listed(map(named, value), SHOWN))
    return printable(value) if isinstance(value, str) else _Number(value)
