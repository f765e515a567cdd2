import io
import json
import logging

import pytest
from celery.signals import before_task_publish, task_postrun, task_prerun
from django.db import IntegrityError, transaction
from django.test import Client

from apps.core import logs
from apps.core.tasks import centre_task
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


def test_error_line_of_a_page_names_the_route_and_the_user_not_the_path(people, browser, lines, settings):
    """A path may hold the key of an invitation, or a therapist's name."""
    settings.ROOT_URLCONF = "tests.tenants.urls_probe"
    client = browser(people.alice)
    client.raise_request_exception = False
    client.get(f"/broken/{SECRET}")
    [line] = [line for line in lines() if line["logger"] == "django.request"]
    assert line["message"] == "Internal Server Error: broken-word"
    assert (line["centre"], line["user_id"]) == ("c_sunrise", str(people.alice.pk))
    assert SECRET not in json.dumps(lines())


def test_refused_form_is_logged_without_its_address(sunrise, lines, settings):
    settings.ROOT_URLCONF = "tests.tenants.urls_probe"
    client = Client(HTTP_HOST="sunrise.localhost", enforce_csrf_checks=True)
    client.post(f"/broken/{SECRET}", {"name": SECRET})
    written = [line for line in lines() if line["logger"] == "django.security.csrf"]
    assert "Forbidden" in written[0]["message"]
    assert SECRET not in json.dumps(written)


def test_object_in_a_log_line_is_not_spelled_out(sunrise, lines):
    patient = Patient(given_name=SECRET)
    logging.getLogger("test").warning("look", extra={"request": patient})
    assert SECRET not in json.dumps(lines())


@centre_task
def ask(*words):
    logging.getLogger("test").warning("inside")


def test_task_lines_name_the_centre_and_the_request_that_asked(sunrise, lines, settings):
    """The line that Celery writes when a task is done included: it is written between these two signals."""
    token = logs.request_id.set("abc")
    headers = {}
    before_task_publish.send(sender="x", headers=headers)
    logs.request_id.reset(token)
    ask.push_request(**headers)
    task_prerun.send(sender=ask, task=ask, args=["c_sunrise", SECRET])
    logging.getLogger("celery.app.trace").info("done", extra={"data": {"name": "ask", "runtime": 0.1}})
    task_postrun.send(sender=ask, task=ask)
    ask.pop_request()
    logging.getLogger("test").warning("after")
    [line, after] = lines()
    assert (line["message"], line["centre"], line["request_id"]) == ("task done", "c_sunrise", "abc")
    assert (after["centre"], after["request_id"]) == ("", "")
    assert SECRET not in json.dumps(line)


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
