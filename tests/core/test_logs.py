import io
import json
import logging

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.core import logs
from apps.patients.models import Patient, PatientIdentifier
from tests.factories import PatientIdentifierFactory

SECRET = "Persephone"


@pytest.fixture
def lines():
    """What would be written, as the console handler writes it."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonFormatter())
    handler.addFilter(logs.ContextFilter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_request_line_says_who_where_and_how_long(people, browser, lines):
    response = browser(people.alice).get("/brand.css")
    line = lines()[-1]
    assert line["message"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "brand", 200)
    assert (line["centre"], line["request_id"]) == ("c_sunrise", response["X-Request-ID"])
    assert line["ms"] >= 0
    assert {"at", "level", "logger"} <= set(line)


def test_request_line_names_the_user(people, browser, lines):
    browser(people.alice).get("/people/")
    assert lines()[-1]["user_id"] == str(people.alice.pk)


def test_request_line_holds_nothing_that_was_sent(people, browser, lines):
    client = browser(people.alice)
    client.get("/brand.css", {"q": SECRET})
    client.post(f"/nothing/{SECRET}/", {"name": SECRET}, headers={"user-agent": SECRET, "referer": f"http://{SECRET}/"})
    assert SECRET not in json.dumps(lines())


def test_error_line_holds_no_row_that_postgresql_refused(sunrise, lines):
    """PostgreSQL's message quotes the whole row: its words must not reach the log."""
    PatientIdentifierFactory(value=SECRET)
    try:
        with transaction.atomic():
            PatientIdentifierFactory(value=SECRET)
    except IntegrityError as error:
        assert SECRET in str(error)
        logging.getLogger("test").exception("refused")
    [line] = [line for line in lines() if line["logger"] == "test"]
    assert SECRET not in json.dumps(line)
    assert "django.db.utils.IntegrityError 23505 patient_identifier_one_patient" in line["exc_info"]
    assert "test_logs.py" in line["exc_info"]
    assert PatientIdentifier.objects.count() == 1


def test_error_line_of_a_page_holds_no_address(db, lines, settings):
    settings.ROOT_URLCONF = "tests.tenants.urls_probe"
    Client(HTTP_HOST="sunrise.localhost", raise_request_exception=False).get(f"/broken?q={SECRET}")
    written = json.dumps(lines())
    assert "builtins.ZeroDivisionError" in written
    assert SECRET not in written


def test_object_in_a_log_line_is_not_spelled_out(sunrise, lines):
    patient = Patient(given_name=SECRET)
    logging.getLogger("test").warning("look", extra={"request": patient})
    assert SECRET not in json.dumps(lines())


def test_task_line_quotes_neither_arguments_nor_exceptions(lines):
    facts = {"name": "apps.x.tasks.y", "args": SECRET, "exc": SECRET, "traceback": SECRET}
    words = "Task %(name)s raised unexpected: %(exc)s %(traceback)s"
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("celery.app.trace").exception(words, facts, extra={"data": facts})
    [line] = lines()
    assert (line["message"], line["task"]) == ("task failed", "apps.x.tasks.y")
    assert "builtins.ValueError" in line["exc_info"]
    assert SECRET not in json.dumps(line)
