"""A real Chromium against the running stack: web, worker, PostgreSQL, Redis, the demo's data."""

import email
import os
import re
import time
from email import policy

import pytest

from tests import stack as stacks
from tests.e2e import walk
from tests.e2e.backstage import Backstage
from tests.e2e.walk import DESKTOP, PHONE, ZONE

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
    "true"  # playwright keeps an event loop in this thread; the tests use no ORM in it
)

__all__ = ["DESKTOP", "PHONE"]


@pytest.fixture(autouse=True)
def _clean_cache():
    """These tests have servers of their own: the suite's cache is not theirs to clear."""


@pytest.fixture(scope="session")
def stack():
    """The product, running with the demo's data, once for all browser tests."""
    with stacks.running() as made:
        yield made


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=stacks.CHROMIUM, args=stacks.CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def backstage(stack):
    """What a browser cannot do: make a session of last week, look into the database. See tests/e2e/backstage.py."""
    made = Backstage(stack.env)
    yield made
    made.close()


class Person:
    """Somebody before a browser of their own, on one centre's site."""

    def __init__(self, stack, context):
        self.stack, self.context = stack, context
        self.page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.complaints = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def go(self, path):
        self.page.goto(self.stack.url(path))
        return self.page

    def sign_in(self, address, password=stacks.PASSWORD):
        self.go("/account/login/")
        self.page.fill("input[name=login]", address)
        self.page.fill("input[name=password]", password)
        self.page.locator("form:has(input[name=password]) [type=submit]").first.click()
        self.page.wait_for_url(lambda url: "/login" not in url)
        return self

    def axe(self):
        """WCAG 2.2 A and AA by axe-core: the rules that the page breaks, in words. It leaves traces: let it come last."""
        self.page.add_script_tag(url=walk.AXE)
        return walk.axe(self.page)

    def overflows(self):
        """What sticks out of the window to the side; empty when nothing does."""
        return walk.culprits(self.page) if walk.overflows(self.page) else ""


@pytest.fixture
def visitor(stack, chromium, backstage):
    """Return a function: somebody new before a browser (a phone unless told), closed at the end, with no page errors.

    `who="oscar"` is signed in already, in a session of their own.
    """
    people = []

    def come(viewport=PHONE, *, who="", **facts):
        facts = {"timezone_id": ZONE, "reduced_motion": "reduce", **facts}
        context = chromium.new_context(viewport=viewport, **facts)
        if who:
            cookie = {"name": "sessionid", "value": backstage.session_cookie(who=who)}
            context.add_cookies([{**cookie, "domain": "sunrise.localhost", "path": "/"}])
        people.append(Person(stack, context))
        return people[-1]

    yield come
    complaints = [text for person in people for text in person.complaints]
    for person in people:
        person.context.close()
    assert not complaints


@pytest.fixture
def letter_to(stack):
    """Return a function: the text of the newest mail to an address, waited for; `part` is another of its parts."""

    def read(address, *, about="", part="text/plain", seconds=15):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for letter in sorted(_letters(stack.mail_dir), key=lambda item: item[0], reverse=True):
                if address in letter[1]["To"] and about in letter[1]["Subject"]:
                    texts = [one.get_content() for one in letter[1].walk() if one.get_content_type() == part]
                    if texts:
                        return str(texts[0])
            time.sleep(0.1)  # a file on disk has no event to wait for
        raise AssertionError(f"no mail to {address} about {about!r} came")

    return read


def _letters(folder):
    for path in folder.glob("*.log"):
        for text in re.split(r"\n-{70,}\n", path.read_text()):
            if "Subject:" in text:
                yield path.stat().st_mtime, email.message_from_string(text.lstrip(), policy=policy.default)
