"""A therapist draws a week, takes it back, copies a day, saves; the same without JavaScript and with the keyboard alone."""

import pytest

from tests.e2e.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.e2e
MINE = "/schedule/hours/mine/"
ROWS = """[...document.querySelectorAll('[data-day]')].map(day =>
    [...day.querySelectorAll('[data-span]:not([data-removed])')].map(row =>
        [...row.querySelectorAll('[type=time]')].map(input => input.value).join('-')))"""


@pytest.fixture
def ingrid(visitor):
    """Ingrid is on leave in the demo: nobody else's test books her."""

    def come(viewport=DESKTOP, **facts):
        person = visitor(viewport, **facts).sign_in("ingrid@sunrise.example")
        person.go(MINE)
        return person

    return come


def drag(page, day, start, end):
    """From one hour to another in a day's column, which shows six to ten in the evening."""
    box = page.locator(f"[data-week-day='{day}']").bounding_box()
    x, y = box["x"] + box["width"] / 2, lambda hour: box["y"] + box["height"] * (hour - 6) / 16
    page.mouse.move(x, y(start) + 1)
    page.mouse.down()
    page.mouse.move(x, y(end) + 1, steps=4)
    page.mouse.up()


def test_hours_drawn_previewed_undone_copied_and_saved(ingrid):
    person = ingrid()
    page = person.page
    before = page.evaluate(ROWS)
    assert before[6] == []
    drag(page, 6, 10, 13)
    assert page.evaluate(ROWS)[6] == ["10:00-13:00"]
    page.wait_for_selector("#month :text('Not saved yet')")
    drag(page, 6, 11, 12)  # moves it
    assert page.evaluate(ROWS)[6] == ["11:00-14:00"]
    page.click("[data-hours-undo]")
    page.click("[data-hours-undo]")
    assert page.evaluate(ROWS) == before
    drag(page, 6, 10, 13)
    for _ in range(3):  # rows are used again: the form does not grow with every copy
        page.click("[data-day='6'] summary")
        page.click("[data-day='6'] [data-day-copy=all]")
    assert page.evaluate(ROWS) == [["10:00-13:00"]] * 7
    assert int(page.locator("[name=span-TOTAL_FORMS]").input_value()) < 30
    page.click("text=Save hours")
    page.wait_for_selector(".toast:has-text('hold at once')")
    assert page.locator("[data-week-total]").inner_text() == "21"
    assert person.axe() == []


def test_hours_by_keyboard_refused_and_kept(ingrid):
    page = ingrid().page
    page.focus("[data-day='0'] [data-span-add]")
    page.keyboard.press("PageDown")
    page.focus("[data-day='2'] [data-span-add]")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    start = page.evaluate("document.activeElement.value")
    assert start and page.evaluate("document.activeElement.closest('[data-day]').dataset.day") == "2"
    page.evaluate("document.activeElement.closest('[data-span]').querySelector('[data-span-end]').value = '00:05'")
    page.keyboard.press("Control+s")
    page.wait_for_selector("[data-error-summary]")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    assert f"{start}-00:05" in page.evaluate(ROWS)[2]
    assert page.locator("[data-day='2'] .hours-problem[role=alert]").inner_text().startswith("The end must come after")


def test_hours_without_javascript(ingrid):
    person = ingrid(PHONE, java_script_enabled=False)
    page = person.page
    spare = page.locator("[data-day='6'] [data-span]").last
    spare.locator("[type=time]").first.fill("18:00")
    spare.locator("[type=time]").last.fill("20:00")
    page.click("text=Save hours")
    page.wait_for_selector(".toast:has-text('hold at once')")
    row = page.locator("[data-day='6'] [data-span]:has([value='18:00'])")
    assert row.locator("[type=time]").last.input_value() == "20:00"
    row.locator("[type=checkbox]").check()
    page.click("text=Save hours")
    page.wait_for_selector(".toast:has-text('hold at once')")
    assert page.locator("[data-day='6'] [value='18:00']").count() == 0


def test_hours_on_a_phone_fit_and_take_a_tap(ingrid):
    person = ingrid(PHONE, has_touch=True)
    page = person.page
    page.click("[data-day='5'] summary")
    page.click("[data-day='5'] [data-day-clear]")
    column = page.locator("[data-week-day='5']")
    column.tap(position={"x": 12, "y": column.bounding_box()["height"] / 4 + 1})
    assert page.evaluate(ROWS)[5] == ["10:00-11:00"]
    assert not person.overflows()
    page.click("text=Save hours")
    page.wait_for_selector(".toast:has-text('hold at once')")


def test_holiday_is_switched_in_place(visitor):
    person = visitor(DESKTOP).sign_in("alice@sunrise.example")
    page = person.go("/schedule/closures/")
    for is_open in (True, False):
        page.focus("#holiday-5")
        page.keyboard.press("Space")
        page.wait_for_selector(f"#holidays li:nth-child(5):has-text('{'open' if is_open else 'closed'}')")
        page.wait_for_function("document.activeElement.id == 'holiday-5'")
        assert page.locator("#holiday-5").is_checked() == is_open
    assert person.axe() == []
