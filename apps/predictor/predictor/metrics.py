"""Call counts, category distribution and latency, summed over all workers."""

import os
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from predictor.model import Model

OUTCOMES = ("ok", "invalid", "too_large", "error")
UNKNOWN = "(unknown)"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


class Metrics:
    """The metrics; labels are bounded: categories unknown to the model count as one."""

    def __init__(self, model: Model) -> None:
        self._registry = CollectorRegistry()
        self.calls = Counter(
            "predictor_calls",
            "Calls of POST /predict by outcome.",
            ["outcome"],
            registry=self._registry,
        )
        self.items = Counter(
            "predictor_items",
            "Predicted items by category.",
            ["category"],
            registry=self._registry,
        )
        self.latency = Histogram(
            "predictor_call_duration_seconds",
            "Time to answer POST /predict.",
            buckets=BUCKETS,
            registry=self._registry,
        )
        info = Gauge(
            "predictor_model_info",
            "The loaded model; always 1.",
            ["version", "sha256", "source"],
            registry=self._registry,
            multiprocess_mode="max",
        )
        info.labels(model.version, model.sha256, model.source).set(1)
        for outcome in OUTCOMES:
            self.calls.labels(outcome)

    def as_prometheus(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self._all())

    def as_json(self) -> dict[str, Any]:
        """The same numbers for people and scripts."""
        samples = [s for family in self._all().collect() for s in family.samples]

        def by_label(name: str, label: str) -> dict[str, int]:
            return {s.labels[label]: int(s.value) for s in samples if s.name == name}

        def total(name: str) -> float:
            return sum(s.value for s in samples if s.name == name)

        calls = by_label("predictor_calls_total", "outcome")
        name = "predictor_call_duration_seconds"
        return {
            "calls": {"total": sum(calls.values()), **calls},
            "categories": by_label("predictor_items_total", "category"),
            "latencySeconds": {
                "count": int(total(f"{name}_count")),
                "sum": total(f"{name}_sum"),
                "buckets": by_label(f"{name}_bucket", "le"),
            },
        }

    def _all(self) -> CollectorRegistry:
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return self._registry
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        return registry
