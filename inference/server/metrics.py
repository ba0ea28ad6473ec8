"""Prometheus metrics in a registry of their own. No label names a person, an owner or a job."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80)


class Metrics:
    """All that is measured."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(namespace="typeface", registry=self.registry)
        self.requests = Counter(
            "typeface_requests", "Requests", ["route", "method", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "typeface_request_seconds",
            "Time to the end of the answer",
            ["route", "method"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.jobs = Counter("typeface_jobs", "Ended jobs", ["kind", "outcome"], registry=self.registry)
        self.queue_seconds = self._histogram("typeface_job_queue_seconds", "Wait of a job for its slot")
        self.run_seconds = self._histogram("typeface_job_run_seconds", "Run time of a job")
        self.photo_seconds = self._histogram("typeface_photo_seconds", "Reading and aligning a photo")
        self.waiting = Gauge("typeface_jobs_waiting", "Jobs in the queue", registry=self.registry)
        self.running = Gauge("typeface_jobs_running", "Jobs in a slot", registry=self.registry)
        self.ready = Gauge("typeface_ready", "1 when warm", registry=self.registry)

    def _histogram(self, name: str, what: str) -> Histogram:
        return Histogram(name, what, buckets=_SECONDS, registry=self.registry)


METRICS = web.AppKey("METRICS", Metrics)
