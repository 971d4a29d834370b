"""The counters and measurements for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LATENCIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)
BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Metrics:
    """All metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._commands = Counter(
            "muster_commands", "Acts answered", ["command", "outcome"], registry=self.registry
        )
        self._latency = Histogram(
            "muster_command_seconds",
            "From act to answer",
            ["command"],
            buckets=LATENCIES,
            registry=self.registry,
        )
        self._batches = Histogram(
            "muster_write_batch", "Changes in one commit", buckets=BATCHES, registry=self.registry
        )
        self._commit = Histogram(
            "muster_write_seconds", "Time of one commit", buckets=LATENCIES, registry=self.registry
        )
        self._sent = Counter(
            "muster_outbox_sends",
            "Tries to send outbox rows",
            ["platform", "outcome"],
            registry=self.registry,
        )
        self._trouble = Counter(
            "muster_platform_errors", "Errors of a platform", ["platform", "what"], registry=self.registry
        )
        self._depth = Gauge(
            "muster_outbox_depth", "Outbox rows not sent", ["platform", "state"], registry=self.registry
        )

    def observe(self, command: str, outcome: str, seconds: float) -> None:
        """Notes that an act was answered."""
        self._commands.labels(command, outcome).inc()
        self._latency.labels(command).observe(seconds)

    def batch(self, size: int, seconds: float) -> None:
        """Notes that a batch of changes was committed."""
        self._batches.observe(size)
        self._commit.observe(seconds)

    def sent(self, platform: str, outcome: str) -> None:
        """Notes an attempt to send an outbox row."""
        self._sent.labels(platform, outcome).inc()

    def trouble(self, platform: str, what: str) -> None:
        """Notes that a platform refused or did not answer."""
        self._trouble.labels(platform, what).inc()

    def depths(self, depths: list[tuple[str, str, int]]) -> None:
        """Sets the numbers of outbox rows that are not sent, from (platform, state, number of rows)."""
        self._depth.clear()
        for platform, state, rows in depths:
            self._depth.labels(platform, state).set(rows)
