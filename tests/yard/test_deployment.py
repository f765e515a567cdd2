"""What Docker cannot be asked about here is read instead."""

import re
import subprocess

import pytest
import yaml

from config import env
from config.yard import dotenv
from config.yard.places import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
BOOTSTRAP = (ROOT / "config" / "yard" / "bootstrap.sql").read_text()
VARIABLE = re.compile(r"\$\{([A-Z_]+)")


def test_compose_has_the_processes_of_the_procfile_and_what_they_need():
    processes = {line.split(":", 1)[0] for line in (ROOT / "Procfile").read_text().splitlines()}
    assert processes == {"web", "worker", "beat"}
    assert processes | {"migrate", "postgres", "redis"} == set(SERVICES)
    assert SERVICES["postgres"]["image"] == "postgres:16"
    assert SERVICES["redis"]["image"] == "redis:7"


def test_procfile_bears_a_checkout_with_a_space_in_its_path():
    line = next(line for line in (ROOT / "Procfile").read_text().splitlines() if "BEAT_SCHEDULE" in line)
    command = line.split(":", 1)[1].replace("python config/yard keep celery", "printf '%s\\n'")
    told = subprocess.run(command, shell=True, env={"BEAT_SCHEDULE": "/a b/beat"}, capture_output=True, text=True)
    assert "/a b/beat" in told.stdout.splitlines()


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_no_banner_stands_among_the_lines_of_the_log(name):
    (line,) = (one for one in (ROOT / "Procfile").read_text().splitlines() if one.startswith(f"{name}:"))
    assert "celery --quiet " in line
    assert SERVICES[name]["command"].startswith("celery --quiet ")


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_processes_wait_for_the_migration(name):
    assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("name", ["worker", "beat", "postgres", "redis"])
def test_services_have_a_health_check(name):
    assert SERVICES[name]["healthcheck"]["test"]


def test_image_checks_its_health_and_is_not_root():
    assert "HEALTHCHECK" in DOCKERFILE
    assert "/healthz" in DOCKERFILE
    assert DOCKERFILE.rindex("USER verbena") < DOCKERFILE.rindex("CMD")


def test_image_uses_the_pg_dump_of_the_server():
    major = re.search(r"ARG POSTGRES_MAJOR=(\d+)", DOCKERFILE)[1]
    assert SERVICES["postgres"]["image"] == f"postgres:{major}"


def test_compose_gives_every_secret_of_production():
    given = SERVICES["web"]["environment"]
    assert {name for name, variable in env.VARIABLES.items() if variable.secret} <= set(given)


def test_compose_hands_on_the_number_of_proxies():
    """Without it everybody behind the proxy would share one limit on signing in, whatever .env says."""
    assert SERVICES["web"]["environment"]["TRUSTED_PROXIES"] == "${TRUSTED_PROXIES:-0}"


def test_compose_mounts_files_that_exist():
    mounts = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])]
    files = [mount for mount in mounts if mount.startswith("./")]
    assert files
    assert all((ROOT / file).is_file() for file in files)
    assert set(mounts) - set(files) <= set(COMPOSE["volumes"])


def test_env_example_shows_every_setting_with_its_default():
    shown = dotenv.parse((ROOT / ".env.example").read_text())
    processes = set(VARIABLE.findall((ROOT / "Procfile").read_text())) - set(env.VARIABLES)
    assert {name: shown.get(name) for name in env.VARIABLES} == {n: v.default for n, v in env.VARIABLES.items()}
    assert set(shown) == set(env.VARIABLES) | processes


def test_bootstrap_makes_the_roles_of_the_contract():
    statements = BOOTSTRAP.replace("\n", " ")
    for part in (
        "CREATE ROLE verbena_owner NOLOGIN CREATEROLE'",
        "CREATE ROLE verbena LOGIN NOINHERIT'",
        "GRANT verbena_owner TO verbena",
        "CREATE DATABASE verbena OWNER verbena_owner ENCODING UTF8 TEMPLATE template0'",
        "ALTER ROLE verbena PASSWORD :'password'",
    ):
        assert part in statements


def test_ci_runs_check_and_test_and_nothing_else():
    script = ROOT / ".ci" / "run"
    commands = [line for line in script.read_text().splitlines() if line.startswith("make")]
    assert commands == ["make check", "make test"]
    assert script.stat().st_mode & 0o100
