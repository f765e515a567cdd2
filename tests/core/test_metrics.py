import os
import subprocess
import sys

import pytest
from django.test import Client
from prometheus_client import REGISTRY

from apps.core import metrics
from config import env


def count(**labels):
    return REGISTRY.get_sample_value("verbena_requests_total", labels) or 0


def test_requests_are_counted_by_route_never_by_address(db):
    labels = {"method": "GET", "route": "home", "status": "200"}
    before = count(**labels)
    Client(HTTP_HOST="localhost").get("/?q=something")
    assert count(**labels) == before + 1


def test_methods_that_strangers_make_up_are_one(db):
    for method in ("BREW", "WHEN"):
        Client(HTTP_HOST="localhost").generic(method, "/")
    assert not count(method="BREW", route="home", status="403")
    assert count(method="OTHER", route="home", status="405") + count(method="OTHER", route="home", status="403") >= 2


def test_shared_folder_keeps_what_is_not_a_counter(tmp_path):
    """METRICS_DIR may name any folder: only the last run's counters are cleared away."""
    (tmp_path / "mine.txt").touch()
    (tmp_path / "counter_1.db").touch()
    facts = {**os.environ, "METRICS_DIR": str(tmp_path), "METRICS_PORT": "9"}
    subprocess.run([sys.executable, "-c", "import config.web"], env=facts, cwd=env.BASE_DIR, check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_metrics_are_not_on_the_site(db):
    for host in ("localhost", "sunrise.localhost"):
        assert Client(HTTP_HOST=host).get("/metrics").status_code == 404


def test_serve_does_nothing_without_a_port(settings, monkeypatch):
    settings.METRICS_PORT = ""
    monkeypatch.setattr(metrics, "start_http_server", pytest.fail)
    metrics.serve()


def test_busy_port_stops_nothing(settings, monkeypatch, caplog):
    def busy(*args, **kwargs):
        raise OSError

    settings.METRICS_PORT = "9"
    monkeypatch.setattr(metrics, "start_http_server", busy)
    metrics.serve()
    assert "metrics port is busy" in caplog.text
