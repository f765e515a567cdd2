"""What surrounds every page: colours by a switch and by the system's wish, the drawer, the policy that watches scripts."""

import uuid

import pytest
from playwright.sync_api import expect

from tests.e2e import walk
from tests.e2e.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.e2e
BREAK_IN = """() => {
  const script = document.createElement("script");
  script.textContent = "window.broken = true";
  document.body.append(script);
}"""


def brightness(page):
    """0 for black to 1 for white, of the page's ground."""
    return page.evaluate(
        """() => {
          const canvas = document.createElement("canvas").getContext("2d");
          canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
          canvas.fillRect(0, 0, 1, 1);
          const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
          return (red + green + blue) / 765;
        }"""
    )


def test_colours_follow_the_switch_and_stay(visitor):
    oscar = visitor(DESKTOP, who="oscar")
    page = oscar.go("/dashboard/")
    assert brightness(page) > 0.9
    page.locator("details[data-menu]:has([data-theme-switch]) summary").first.click()
    page.locator("[data-theme=dark]:visible").first.click()
    page.wait_for_function("document.documentElement.classList.contains('dark')")
    oscar.go("/sessions/")  # another page, drawn by the server
    assert brightness(page) < 0.2
    page.locator("details[data-menu]:has([data-theme-switch]) summary").first.click()
    page.locator("[data-theme=light]:visible").first.click()
    page.reload()
    assert brightness(page) > 0.9


def test_colours_follow_the_system(visitor):
    assert brightness(visitor(PHONE, color_scheme="dark").go("/")) < 0.2


def test_navigation_is_a_drawer_on_a_phone(visitor):
    oscar = visitor(PHONE, who="oscar")
    page = oscar.go("/dashboard/")
    link = page.locator("[data-sidebar] a[href='/calendar/']")
    expect(link).not_to_be_in_viewport()
    page.locator("[data-sidebar-toggle]").click()
    expect(link).to_be_in_viewport()
    assert not oscar.overflows()
    assert not oscar.axe()
    page.keyboard.press("Escape")
    expect(link).not_to_be_in_viewport()
    assert page.evaluate("document.activeElement.matches('[data-sidebar-toggle]')")


def test_button_pressed_twice_sends_its_form_once(visitor):
    guest, posts = visitor(PHONE), []
    page = guest.go("/account/signup/")
    facts = {"given_name": "Nadia", "family_name": "Newman", "email": f"{uuid.uuid4().hex[:8]}@new.example"}
    for name, value in {**facts, "password1": "quiet-river-42"}.items():
        page.fill(f"input[name={name}]", value)
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    button = page.locator("main form:has(input[name=password1]) [type=submit]")
    button.evaluate("button => { button.click(); setTimeout(() => button.click(), 60); }")
    page.wait_for_url("**/confirm-email/")
    assert len(posts) == 1


def test_policy_stops_scripts_written_into_a_page(visitor):
    """The control of every test here: what breaks the policy is noticed, and does not run."""
    guest = visitor(PHONE)
    page = guest.go("/")
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate(BREAK_IN)
    assert page.evaluate("window.broken") is None
    assert len(guest.complaints) == 1
    guest.complaints.clear()


def test_faults_are_found_where_there_are_some(visitor):
    """The control of the walk over every page: too wide, unlabelled and pale things are named."""
    guest = visitor(PHONE)
    page = guest.go("/therapists/")
    page.evaluate(
        """() => {
          const wide = document.createElement("input");
          wide.style.minWidth = "900px";
          document.querySelector("main").append(wide);
          document.querySelector("h1").style.color = "#eeeeee";
        }"""
    )
    assert walk.overflows(page)
    assert "input" in guest.overflows()
    assert {line.split(":")[0] for line in guest.axe()} == {"label", "color-contrast"}


def test_without_javascript_what_was_said_stands_above_the_page_and_covers_nothing(visitor):
    page = visitor(PHONE, java_script_enabled=False).go("/book/review/")
    said = page.locator(".toast", has_text="choose a time first").bounding_box()
    below = page.locator("main").bounding_box()
    assert said["y"] + said["height"] <= below["y"]
    page.goto(page.url)
    assert page.locator(".topbar").bounding_box()["y"] == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_button_under_the_pointer_stays_readable(visitor, scheme):
    guest = visitor(PHONE, color_scheme=scheme)
    page = guest.go("/account/login/")
    page.evaluate(walk.STILL)
    page.locator("main form [type=submit]").first.hover()
    assert not guest.axe()
