"""Prometheus counters of the web process, served on a port of their own (METRICS_PORT), never on the site."""

import logging
import os

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, multiprocess, start_http_server

log = logging.getLogger(__name__)
requests = Counter("verbena_requests_total", "Requests answered.", ["method", "route", "status"])
seconds = Histogram("verbena_request_seconds", "Seconds from request to answer.", ["route"])


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(method: str, route: str, status: int, taken: float) -> None:
    """Count one answer. Methods that strangers make up are one: each other value would cost memory for good."""
    method = method if method in METHODS else "OTHER"
    requests.labels(method, route, str(status)).inc()
    seconds.labels(route).observe(taken)


def serve() -> None:
    """Start the metrics server when METRICS_PORT is set; a busy port is logged, not fatal."""
    if not settings.METRICS_PORT:
        return
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # the library's own switch, read by it as well
        multiprocess.MultiProcessCollector(registry)
    try:
        start_http_server(int(settings.METRICS_PORT), registry=registry)
    except OSError:
        log.warning("metrics port is busy", extra={"port": settings.METRICS_PORT})
