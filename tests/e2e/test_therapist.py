"""A therapist's day: closing what is over, changing hours and being away, each at once true for everybody."""

import datetime as dt
import re

import pytest

from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.flow import FREE

pytestmark = pytest.mark.e2e
THURSDAY = 3


# --- how it went -----------------------------------------------------------------------------------------------------


@pytest.fixture
def over(backstage):
    """A session of Bob's of some days ago that nobody has closed."""
    return backstage.past_session(therapist="bob")


def test_complete_from_today(visitor, backstage, over):
    """From the day's page to the list of what is left, and there by the row's menu."""
    bob = visitor(PHONE, who="bob")
    page = bob.go("/today/")
    page.get_by_role("link", name=re.compile("from earlier days")).click()
    row = page.locator("tr", has_text=over["patient"])
    row.locator("details[data-menu] summary").click()
    assert not bob.overflows()
    row.get_by_role("button", name="Complete").click()
    page.get_by_role("status").filter(has_text="completed").wait_for()
    row.wait_for(state="detached")
    told = backstage.session(key=over["key"])
    assert told["state"] == "completed"
    assert "completed" in told["events"]


def test_complete_on_the_sessions_page(visitor, backstage, over):
    page = visitor(PHONE, who="bob").go(f"/sessions/{over['key']}/")
    page.get_by_role("button", name="Complete").click()
    page.locator(".card [data-status=completed], .card .badge", has_text="Completed").first.wait_for()
    assert not page.get_by_role("button", name="Complete").count()
    assert backstage.session(key=over["key"])["state"] == "completed"


def test_no_show_asks_first(visitor, backstage, over):
    bob = visitor(PHONE, who="bob")
    page = bob.go(f"/sessions/{over['key']}/")
    page.get_by_role("link", name="No-show").click()
    dialog = page.locator("#dialog[open]")
    dialog.get_by_role("heading", name="Mark as no-show?").wait_for()
    dialog.get_by_role("link", name="Back").click()
    dialog.wait_for(state="detached")
    assert backstage.session(key=over["key"])["state"] == "scheduled"
    page.get_by_role("link", name="No-show").click()
    dialog.get_by_role("button", name="Mark as no-show").click()
    page.locator(".badge", has_text="No-show").first.wait_for()
    assert backstage.session(key=over["key"])["state"] == "missed"


# --- when -----------------------------------------------------------------------------------------------------------


def thursdays(backstage):
    days = [dt.date.fromisoformat(day) for day in backstage.free_days(therapist="jordan")]
    return [day for day in days if day.weekday() == THURSDAY]


def offered(visitor, day):
    """The times that the public site offers at Jordan's on a date, to a stranger who comes now."""
    page = visitor(PHONE).go("/therapists/jordan-blake/")
    page.locator("main a[href*='/book/'][href*='jordan-blake']").first.click()
    if "/book/time/" not in page.url:
        page.locator("main a[href*='mode=video']").first.click()
    page.wait_for_url(re.compile(r"/book/time/"))
    page.goto(re.sub(r"&(day|at)=[^&]*", "", page.url) + f"&day={day:%Y-%m-%d}")
    return [re.sub(r"\s+", " ", slot.inner_text()) for slot in page.locator(FREE).all()]


@pytest.fixture
def jordan(visitor):
    return visitor(DESKTOP, who="jordan")


@pytest.fixture
def open_thursday(jordan, visitor, backstage):
    """Jordan opens Thursdays from 10:00 to 12:00, which nobody could book before; returns one of them."""
    page = jordan.go("/schedule/hours/mine/")
    if not thursdays(backstage):
        day = page.locator(f"[data-day='{THURSDAY}']")
        day.locator("[data-span-add]").click()
        day.locator("[data-span-start]").last.fill("10:00")
        day.locator("[data-span-end]").last.fill("12:00")
        page.get_by_role("button", name="Save hours").click()
        page.get_by_role("status").first.wait_for()
    return thursdays(backstage)[-1]


def test_new_hours_are_offered_at_once(visitor, backstage, open_thursday):
    assert offered(visitor, open_thursday)[0].startswith("10:00")


def test_time_off_takes_the_times_away_at_once(visitor, jordan, open_thursday, backstage):
    assert offered(visitor, open_thursday)
    page = jordan.go("/schedule/time-off/mine/")
    page.locator("a[href$='/new/']").first.click()
    dialog = page.locator("#dialog[open]")
    dialog.locator("[name=starts_on]").fill(open_thursday.isoformat())
    dialog.locator("[name=ends_on]").fill(open_thursday.isoformat())
    dialog.locator("footer [type=submit]").last.click()
    dialog.wait_for(state="detached")
    assert not offered(visitor, open_thursday)
    assert open_thursday.isoformat() not in backstage.free_days(therapist="jordan")
