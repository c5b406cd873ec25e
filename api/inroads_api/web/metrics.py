"""Figures of a server: requests, their cost and time by operation, the graph, and the ledger.

No label holds a text of a caller except the name of an operation. That is a GraphQL name of bounded
length, and the number of names is bounded, too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from inroads_api.versions.versions import Versions

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which the workers of one server share their counts."""

MAX_NAMES: Final = 50
"""The most operation names that get a label of their own, first come first served."""

OTHER: Final = "(other)"
"""The label of all other names."""

UNNAMED: Final = "(unnamed)"
"""The label of operations without a name."""

_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,39}", re.ASCII)


class Names:
    """The names of operations that may be labels of figures."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def told(self, name: str | None) -> str:
        """The label of an operation name.

        A name that is not a short GraphQL name, or comes after the first MAX_NAMES, is OTHER.

        >>> names = Names()
        >>> names.told("Review"), names.told(None)
        ('Review', '(unnamed)')
        >>> names.told("a@example.com"), names.told("x" * 41)
        ('(other)', '(other)')
        """
        if not name:
            return UNNAMED
        if name not in self._known:
            if len(self._known) >= MAX_NAMES or not _NAME.fullmatch(name):
                return OTHER
            self._known.add(name)
        return name


class Metrics:
    """The figures of one server."""

    def __init__(self, versions: Versions, ledger: Path | None) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Graph(versions, ledger))
        # With several workers the counts come from the files of all workers, including this one.
        shared = os.environ.get(SHARED)
        own = CollectorRegistry() if shared else self._registry
        if shared:
            # The library has no annotations for this class alone.
            MultiProcessCollector(self._registry, shared)  # type: ignore[no-untyped-call]  # it has no types
        requests = Counter(
            "inroads_requests",
            "Requests by operation and outcome.",
            ["operation", "outcome"],
            registry=own,
        )
        seconds = Histogram(
            "inroads_request_seconds",
            "The duration of requests, in seconds.",
            ["operation"],
            registry=own,
        )
        cost = Histogram(
            "inroads_request_cost",
            "The estimated cost of requests.",
            ["operation"],
            buckets=(10, 100, 1_000, 10_000, 100_000),
            registry=own,
        )

        self.streams = Gauge(
            "inroads_streams", "Open streams.", registry=own, multiprocess_mode="livesum"
        )
        # The library looks for the figure of some labels under a lock.
        self._requests_of = lru_cache(requests.labels)
        self._seconds_of = lru_cache(seconds.labels)
        self._cost_of = lru_cache(cost.labels)
        self.events = Counter("inroads_stream_events", "Sent events of streams.", registry=own)

    def count(self, operation: str, outcome: str, seconds: float, cost: int | None) -> None:
        """Count a request that was answered; `outcome` is ok, or the code of its first error."""
        self._requests_of(operation, outcome).inc()
        self._seconds_of(operation).observe(seconds)
        if cost is not None:
            self._cost_of(operation).observe(cost)

    def text(self) -> bytes:
        """All figures in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Graph(Collector):
    """Figures of the served version, read at each scrape."""

    def __init__(self, versions: Versions, ledger: Path | None) -> None:
        self._versions, self._ledger = versions, ledger

    def collect(self) -> Iterator[Metric]:
        """The figures of the version that is served, and of its ledger."""
        served = self._versions.current
        yield InfoMetricFamily(
            "inroads_graph", "The version that is served.", {"version": served.name}
        )
        built = served.built_at.timestamp()
        yield GaugeMetricFamily(
            "inroads_graph_built_timestamp_seconds", "When it was built.", built
        )
        documents = len(served.graph.documents)
        yield GaugeMetricFamily(
            "inroads_graph_documents", "How many documents it holds.", documents
        )
        if served.position is not None:
            yield GaugeMetricFamily(
                "inroads_ledger_position", "How far of the ledger it holds.", served.position
            )
        if self._ledger is not None and self._ledger.exists():
            size = self._ledger.stat().st_size
            yield GaugeMetricFamily(
                "inroads_ledger_bytes", "The size of the ledger's file, without its log.", size
            )
