"""From a stranger's first click to a booked session that the therapist and the front desk see, in a real browser."""

import re
import uuid

import pytest

from tests.e2e.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.e2e
FREE = "label.slot:has(input:not([disabled]))"
SUBMIT = "form[data-booking-times] [type=submit]"


def choose_type(page):
    page.locator("a[href*='mode=video']").first.click()
    page.wait_for_url(re.compile(r"/book/t"))


def choose_therapist(page, name="Bob Chen"):
    page.locator("a[href*='/book/time/']", has_text=name).first.click()
    page.wait_for_url(re.compile(r"/book/time/"))


def pick_time(page, number=0):
    """Choose the n-th free time of the first day that has one, and keep it."""
    if not page.locator(FREE).count():
        page.locator("a", has_text="Next free day").click()
    page.locator(FREE).nth(number).click()
    page.locator(SUBMIT).click()


def to_times(person, name="Bob Chen"):
    page = person.go("/book/")
    choose_type(page)
    if "/book/time/" not in page.url:
        choose_therapist(page, name)
    return page


def later_day(page, steps):
    """Go some days ahead, so that tests do not stand in each other's way."""
    days = page.locator("ol.strip a.day:not([aria-current])")
    target = days.nth(min(steps, days.count() - 1))
    key = target.get_attribute("id")
    target.click()
    page.wait_for_selector(f"#{key}[aria-current]")


def fill_details(page, who="self", **values):
    page.locator(f"input[name=who][value={who}]").check(force=True)
    for name, value in values.items():
        if page.locator(f"[name={name}]:visible").count():
            page.fill(f"[name={name}]", value)
    page.locator("[name=concerns]").fill("It is about speaking in front of others.")
    page.locator(".actionbar [type=submit]").click()
    page.wait_for_url(re.compile(r"/book/review/"))


def confirm(page):
    page.locator(".actionbar [type=submit]").click()
    page.wait_for_url(re.compile(r"/book/done/"))
    page.get_by_text("Your session is booked").wait_for()


def test_guest_signs_up_midway_and_everybody_sees_the_session(visitor, letter_to):
    address = f"nadia-{uuid.uuid4().hex[:8]}@new.example"
    guest = visitor(PHONE)
    page = to_times(guest)
    later_day(page, 3)
    pick_time(page)
    page.locator("[data-expires-at]").first.wait_for()
    page.locator("a[href*='/account/signup/']").first.click()
    for name, value in {
        "given_name": "Nadia",
        "family_name": "Newman",
        "email": address,
        "password1": "quiet-river-42",
    }.items():
        page.fill(f"input[name={name}]", value)
    page.locator("form:has(input[name=password1]) [type=submit]").first.click()
    page.wait_for_selector("input[name=code]")
    page.fill("input[name=code]", re.search(r"\b\d{4}-\d{4}\b", letter_to(address)).group())
    page.locator("form:has(input[name=code]) [type=submit]").first.click()
    page.wait_for_url(re.compile(r"/book/details/"))
    page.locator("[data-expires-at]").first.wait_for()  # the time is still kept
    fill_details(page, birth_on="1990-01-02", phone="+1 212 555 0188")
    assert not guest.axe()
    confirm(page)
    assert "METHOD:REQUEST" in letter_to(address, about="", part="text/calendar")
    oscar = visitor(DESKTOP).sign_in("oscar@sunrise.example")
    oscar.go("/sessions/?q=Newman")
    assert oscar.page.get_by_text("Nadia Newman").first.is_visible()
    bob = visitor(PHONE).sign_in("bob@sunrise.example")
    bob.go("/sessions/?q=Newman")
    assert bob.page.get_by_text("Nadia Newman").first.is_visible()


def test_guardian_books_for_a_child(visitor):
    dana = visitor(PHONE).sign_in("dana@sunrise.example")
    page = to_times(dana)
    later_day(page, 4)
    pick_time(page)
    page.wait_for_url(re.compile(r"/book/details/"))
    page.locator("label", has_text="Mia").first.click()
    page.locator(".actionbar [type=submit]").click()
    page.wait_for_url(re.compile(r"/book/review/"))
    confirm(page)
    dana.go("/my/")
    assert page.get_by_text("Mia").first.is_visible()


def test_two_browsers_race_and_the_loser_is_offered_three_times(visitor):
    first, second = visitor(PHONE), visitor(PHONE)
    pages = [to_times(person) for person in (first, second)]
    for page in pages:
        later_day(page, 5)
    chosen = [page.locator(FREE).nth(1) for page in pages]
    for slot in chosen:
        slot.click()
    pages[0].locator(SUBMIT).click()
    pages[0].locator("[data-expires-at]").first.wait_for()
    pages[1].locator(SUBMIT).click()
    pages[1].get_by_text("taken").first.wait_for()
    offered = pages[1].locator("button[name=slot]")
    assert offered.count() == 3
    offered.first.click()
    pages[1].locator("[data-expires-at]").first.wait_for()


def test_booking_without_javascript(visitor):
    carol = visitor(PHONE, java_script_enabled=False).sign_in("carol@sunrise.example")
    page = to_times(carol)
    page.locator("ol.strip a.day:not([aria-current])").nth(6).click()
    pick_time(page, 2)
    page.wait_for_url(re.compile(r"/book/(details|review)/"))
    if "/details/" in page.url:
        page.locator(".actionbar [type=submit]").click()
        page.wait_for_url(re.compile(r"/book/review/"))
    confirm(page)


def press_until(page, is_there, key="Tab", most=120):
    for _ in range(most):
        if page.evaluate(f"Boolean(document.activeElement && document.activeElement.matches({is_there!r}))"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{is_there} cannot be reached by {key}")


def test_booking_by_keyboard_alone(visitor):
    carol = visitor(DESKTOP).sign_in("carol@sunrise.example")
    page = carol.go("/book/")
    press_until(page, "a[href*='mode=video']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/book/t"))
    if "/book/time/" not in page.url:
        press_until(page, "a[href*='/book/time/']")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/book/time/"))
    if not page.locator(FREE).count():
        press_until(page, "a.btn[href*='day=']")
        page.keyboard.press("Enter")
        page.wait_for_selector(FREE)
    press_until(page, "input[name=slot]")
    page.keyboard.press("Space")
    press_until(page, SUBMIT)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/book/(details|review)/"))
    if "/details/" in page.url:
        press_until(page, ".actionbar [type=submit]")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/book/review/"))
    press_until(page, ".actionbar [type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/book/done/"))
