"""The front desk's and the therapist's day in a real browser: dragging, clicking, keys, completing; without JavaScript too."""

import datetime as dt
import re
import zoneinfo

import pytest

from tests.e2e.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.e2e
ZONE = zoneinfo.ZoneInfo("America/New_York")
EVENT = ".ec-event:has(.ec-event-body)"


def working_day(days_ahead):
    """A Monday to Wednesday, at least so many days ahead: no public holiday's Thursday."""
    day = dt.datetime.now(ZONE).date() + dt.timedelta(days=days_ahead)
    return day + dt.timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 2 else 0)


@pytest.fixture
def oscar(visitor):
    return visitor(DESKTOP).sign_in("oscar@sunrise.example")


def movable(page):
    """The first session of the day that may be dragged."""
    return page.locator(".ec-event.ec-draggable, .ec-event[class*=drag]").first


def drag_down(page, event, pixels):
    event.scroll_into_view_if_needed()
    box = event.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + pixels / 2, steps=5)
    page.mouse.move(x, y + pixels, steps=5)
    page.mouse.up()


def open_day(person, day):
    page = person.go(f"/calendar/?date={day.isoformat()}")
    page.wait_for_selector(".ec-event", state="attached")
    return page


ANSWERED = """() => {
  const dialog = document.querySelector("dialog[open]");
  return !dialog || dialog.querySelector("[name=override_reason], button[name=take], [role=alert]");
}"""


def submit_move(page):
    """Move as the dialog proposes; where that is refused, take one of the times it offers or say why to go on."""
    page.locator("dialog[open] footer [type=submit]").last.click()
    page.wait_for_function(ANSWERED)
    if page.locator("dialog[open] button[name=take]").count():
        page.locator("dialog[open] button[name=take]").first.click()
    elif page.locator("dialog[open] [name=override_reason]").count():
        page.locator("dialog[open] [name=override_reason]").fill("The patient asked for it.")
        page.locator("dialog[open] footer [type=submit]").last.click()
    page.locator("dialog[open]").wait_for(state="detached")


def test_dragging_asks_first_and_cancelling_puts_it_back(oscar):
    page = open_day(oscar, working_day(3))
    event = movable(page)
    before = event.inner_text()
    drag_down(page, event, 60)
    page.locator("dialog[open] form", has_text="Move the session").first.wait_for()
    page.locator("dialog[open] [data-dialog-close]").last.click()
    page.locator("dialog[open]").wait_for(state="detached")
    page.wait_for_function(
        "top => Math.abs(document.querySelector('.ec-event').getBoundingClientRect().top - top) < 2000", arg=0
    )
    page.wait_for_function("text => document.querySelector('.ec-event.ec-draggable').innerText === text", arg=before)


def test_dragged_session_is_moved_and_its_history_says_so(oscar):
    page = open_day(oscar, working_day(4))
    drag_down(page, movable(page), 90)
    page.locator("dialog[open] form", has_text="Move the session").first.wait_for()
    address = page.locator("dialog[open] form").first.get_attribute("hx-post") or page.locator(
        "dialog[open] form"
    ).first.get_attribute("action")
    submit_move(page)
    session = re.search(r"[0-9a-f-]{36}", address).group()
    oscar.go(f"/sessions/{session}/")
    assert page.get_by_text("Moved", exact=True).first.is_visible()


def test_desk_keys_open_search_and_booking(oscar):
    page = oscar.go("/dashboard/")
    page.keyboard.press("?")
    page.locator("dialog#keys[open]").wait_for(state="attached")
    page.keyboard.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached")
    page.keyboard.press("n")
    page.locator("dialog[open] [name=therapy_type]").wait_for()
    assert not oscar.axe()


def book_at_the_desk(page, words="Dudley"):
    """Find the patient, take the first free time, book."""
    page.fill("[name=q]", words)
    page.locator("label", has_text="Dudley Runolfsson").first.click()
    page.locator("label.slot:has(input:not([disabled]))").first.click()
    page.locator("footer [type=submit]").last.click()


def test_desk_books_in_one_dialog(oscar):
    page = oscar.go(f"/desk/book/?start={working_day(7).isoformat()}")
    book_at_the_desk(page)
    page.wait_for_url(re.compile(r"/(sessions|calendar|dashboard)/"))
    oscar.go("/sessions/?q=Runolfsson&when=upcoming")
    assert page.get_by_text("Dudley Runolfsson").first.is_visible()


def test_desk_books_somebody_without_javascript(visitor):
    desk = visitor(DESKTOP, java_script_enabled=False).sign_in("oscar@sunrise.example")
    page = desk.go(f"/desk/book/?start={working_day(8).isoformat()}&q=Dudley")
    assert page.get_by_text("Dudley Runolfsson").first.is_visible()


OVER = """
import datetime as dt
from django_tenants.utils import tenant_context
from apps.accounts.models import User
from apps.patients.models import Patient
from apps.scheduling import actions
from apps.tenants.models import Centre
from apps.therapists.models import Therapist
centre = Centre.objects.get(slug="sunrise")
with tenant_context(centre):
    bob = Therapist.objects.get(user__email="bob@sunrise.example")
    when = dt.datetime.now(centre.zone).replace(hour=3, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
    slot = actions.Slot(bob, bob.therapy_types.first(), "video", when)
    patient = Patient.objects.get(given_name="Elias", family_name="Beer")
    by = User.objects.get(email="oscar@sunrise.example")
    made = actions.book_session(centre=centre, slot=slot, patient=patient, by=by, by_staff=True, override_reason="walked in")
    print("made", made.pk)
"""


def test_therapist_completes_what_is_over(visitor, stack):
    """Bob says that yesterday's session took place; it is then completed, and no longer to close."""
    key = re.search(r"made (\S+)", stack.manage("shell", "-v0", "-c", OVER)).group(1)
    bob = visitor(PHONE).sign_in("bob@sunrise.example")
    page = bob.go("/sessions/?when=to_close")
    page.locator(f"a[href*='{key}']").first.wait_for()
    bob.go(f"/sessions/{key}/")
    page.get_by_role("button", name="Complete").first.click()
    page.get_by_text("Completed").first.wait_for()
    bob.go("/sessions/?when=to_close")
    assert not page.locator(f"a[href*='{key}']").count()


def test_theme_is_kept_over_pages(visitor):
    guest = visitor(PHONE)
    guest.context.add_cookies([{"name": "theme", "value": "dark", "domain": "sunrise.localhost", "path": "/"}])
    page = guest.go("/therapists/")
    assert "dark" in page.evaluate("document.documentElement.className")
    assert not guest.axe()
    assert not guest.overflows()
