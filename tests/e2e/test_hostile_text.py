"""What a real Chromium makes of pages full of hostile text: nothing runs, nothing is asked of a stranger's server.

The browser's requests are answered in this process, from the test's own transaction: the running stack keeps its demo.
"""

from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from tests import factories
from tests.e2e.conftest import DESKTOP
from tests.factories import world as days
from tests.isolation import texts
from tests.isolation.hostile import PAYLOADS
from tests.isolation.routes import build_world

pytestmark = pytest.mark.e2e
EVENTS = "/calendar/events/"
WATCH = "window.ran = []; window.hostile = (...what) => window.ran.push(what.join() || 'it')"


@pytest.fixture
def full(sunrise, people, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(days.MONDAY_NOON, tick=True):
        world = build_world(sunrise, people)
        factories.PatientFactory.create_batch(24)
        factories.MessageFactory.create_batch(20)
        texts.fill(PAYLOADS)
        yield world


def kept(client, paths):
    """The answers that the browser will ask for: it asks from where this transaction is not seen."""
    events = f"{EVENTS}?start=2026-11-29T00:00&end=2026-12-06T00:00"
    wanted = {**{path: path for path in (*paths, "/brand.css")}, EVENTS: events}
    return {urlsplit(path).path: client.get(asked) for path, asked in wanted.items()}


def answer_with(answers, strangers):
    """A route of the browser's: our pages and files, everything else noted and refused."""

    def answer(route):
        asked = urlsplit(route.request.url)
        if asked.hostname != "sunrise.localhost":
            strangers.append(route.request.url)
            route.abort()
            return
        is_file = asked.path.startswith("/static/")
        given = Client().get(asked.path) if is_file else answers.get(asked.path)
        if given is None:  # a picture
            route.fulfill(status=204)
            return
        body = given.getvalue() if is_file else given.content
        route.fulfill(status=given.status_code, headers=dict(given.headers.items()), body=body)

    return answer


@pytest.fixture
def looker(chromium, full):
    """Return a function: what went wrong when somebody looked at some pages."""

    def look(user, paths):
        client, wrong = Client(HTTP_HOST="sunrise.localhost"), []
        if user:
            client.force_login(user)
        context = chromium.new_context(viewport=DESKTOP)
        context.add_init_script(WATCH)
        context.route("**/*", answer_with(kept(client, paths), wrong))
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        for path in paths:
            page.goto(f"http://sunrise.localhost{path}", wait_until="networkidle" if "calendar" in path else "load")
            wrong += [f"{path} ran {what}" for what in page.evaluate("window.ran")]
        context.close()
        return wrong

    return look


def test_pages_of_the_desk_run_nothing(looker, full):
    paths = ["/dashboard/", "/calendar/?view=list&date=2026-11-30", "/patients/", f"/patients/{full.patient.pk}/"]
    paths += [
        f"/sessions/{full.session.pk}/",
        "/messages/",
        "/people/audit/",
        f"/setup/therapists/{full.colleague.pk}/",
    ]
    assert looker(full.alice, paths) == []


def test_public_pages_run_nothing(looker, full):
    assert looker(None, ["/", "/therapists/", f"/therapists/{full.colleague.slug}/", "/book/"]) == []


def test_control_a_script_that_is_not_escaped_is_seen(looker, full, monkeypatch):
    """With the policy off and a page that escapes nothing, the very same look sees it."""
    monkeypatch.setattr("django.template.base.conditional_escape", str)
    monkeypatch.setattr("csp.middleware.CSPMiddleware.process_response", lambda self, request, response: response)
    assert [line for line in looker(full.alice, ["/patients/"]) if "ran" in line]
