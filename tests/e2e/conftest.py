"""A real Chromium against the running stack: web, worker, PostgreSQL, Redis, the demo's data."""

import email
import os
import re
import time
from email import policy

import pytest

from tests import stack as stacks

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
    "true"  # playwright keeps an event loop in this thread; the tests use no ORM in it
)

AXE = stacks.ROOT / "static" / "vendor" / "axe" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


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


class Person:
    """Somebody before a browser of their own, on one centre's site."""

    def __init__(self, stack, context):
        self.stack, self.context = stack, context
        self.page = context.new_page()
        self.page.set_default_timeout(10_000)
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
        """WCAG 2.2 A and AA by axe-core: the rules that the page breaks, in words."""
        self.page.evaluate(AXE.read_text())
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = self.page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
        return [
            f"{rule['id']}: {rule['help']} ({', '.join(str(node['target']) for node in rule['nodes'][:3])})"
            for rule in found["violations"]
        ]

    def overflows(self):
        """Whether the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")


@pytest.fixture
def visitor(stack, chromium):
    """Return a function: somebody new before a browser (a phone unless told), closed at the end, with no page errors."""
    people = []

    def come(viewport=PHONE, **facts):
        context = chromium.new_context(viewport=viewport, reduced_motion="reduce", **facts)
        people.append(Person(stack, context))
        return people[-1]

    yield come
    complaints = [text for person in people for text in person.complaints]
    for person in people:
        person.context.close()
    assert not complaints


@pytest.fixture
def letter_to(stack):
    """Return a function: the newest mail to an address, waited for."""

    def read(address, *, about="", part="text/plain", seconds=15):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for letter in sorted(_letters(stack.mail_dir), key=lambda item: item[0], reverse=True):
                if address in letter[1]["To"] and about in letter[1]["Subject"]:
                    texts = [one.get_content() for one in letter[1].walk() if one.get_content_type() == part]
                    if texts:
                        return str(texts[0])
            time.sleep(0.2)
        raise AssertionError(f"no mail to {address} about {about!r} came")

    return read


def _letters(folder):
    for path in folder.glob("*.log"):
        for text in re.split(r"\n-{70,}\n", path.read_text()):
            if "Subject:" in text:
                yield path.stat().st_mtime, email.message_from_string(text.lstrip(), policy=policy.default)
