"""How gunicorn runs the web process: shared memory, JSON logs, metrics served by the master on a port of their own."""

import os
from pathlib import Path
from typing import Any

from config import env

wsgi_app = "config.wsgi"
worker_class = "gthread"
threads = 2
preload_app = True
max_requests, max_requests_jitter = 20_000, 2_000  # a worker remembers something of every schema it has seen
timeout = 60
graceful_timeout = 10
control_socket_disable = True

logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "apps.core.logs.JsonFormatter"}},
    "filters": {"context": {"()": "apps.core.logs.ContextFilter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["context"]}},
    "root": {"handlers": ["console"], "level": env.level("LOG_LEVEL")},
    "loggers": {
        "gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}


def _share_metrics() -> None:
    """Give the workers a folder to count in together; prometheus_client looks for it when it is first imported."""
    folder = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or env.text("METRICS_DIR") or env.VAR_DIR / "metrics")
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.db"):  # of the last run; whatever else lies there is not ours
        left.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


if env.text("METRICS_PORT"):
    _share_metrics()


def when_ready(_server: Any) -> None:
    from apps.core import metrics

    metrics.serve()


def child_exit(_server: Any, worker: Any) -> None:
    if env.text("METRICS_PORT"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
