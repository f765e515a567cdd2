"""No mouse: booking from the first page to the last, and the desk's keys."""

import re

import pytest

from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.flow import GO_ON, LEFT, Booking

pytestmark = pytest.mark.e2e
SEEN = """() => {
  const one = document.activeElement;
  const shown = one.closest("label") ?? one;  // a radio's place is its label's
  const box = shown.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  const style = getComputedStyle(shown);
  return {
    uncovered: Boolean(top && (shown.contains(top) || top.contains(shown))),
    marked: style.outlineStyle !== "none" || style.boxShadow !== "none",
    name: (shown.innerText || shown.getAttribute("aria-label") || "").trim().slice(0, 40),
  };
}"""
BUSY_DAY = """() => [...document.querySelectorAll("a.day:not([aria-current])")]
  .find((day) => Number(/(\\d+) times free/.exec(day.innerText)?.[1]) > 3).id"""


class Keys:
    """Somebody who has a keyboard only, and who must always see where they are."""

    def __init__(self, person):
        self.person, self.page = person, person.page

    def to(self, selector, key="Tab", most=80):
        """Press a key until the focus is there. The way may be long, but it has to lead there."""
        for _ in range(most):
            self.page.keyboard.press(key)
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                self.must_be_seen()
                return self
        raise AssertionError(f"{selector} cannot be reached with {key}")

    def must_be_seen(self):
        seen = self.page.evaluate(SEEN)
        assert seen["uncovered"], f"{seen['name']} has the focus and lies under something"
        assert seen["marked"], f"{seen['name']} has the focus and does not show it"

    def press(self, key="Enter", then=""):
        self.page.keyboard.press(key)
        if then:
            self.page.wait_for_url(re.compile(then))
        return self


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_booking_by_keyboard_alone(visitor, backstage, size):
    patient = visitor(size, who=backstage.newcomer())
    page, keys = patient.go("/"), Keys(patient)
    keys.to("main header a[href='/book/']").press(then="/book/$")
    keys.to("main a[href*='mode=video']").press(then="/book/time/")
    keys.to(f"#{page.evaluate(BUSY_DAY)}").press()
    page.wait_for_selector("a.day[aria-current]:focus")
    keys.to("input[name=slot]").press("Space")
    first = page.locator("input[name=slot]:checked").get_attribute("value")
    keys.press("ArrowDown").must_be_seen()
    second = page.locator("input[name=slot]:checked").get_attribute("value")
    assert second != first
    keys.to(GO_ON).press(then="/book/details/")
    page.locator(LEFT).wait_for()
    keys.to("[name=concerns]")
    page.keyboard.type("I would like to read aloud again.")
    keys.to(GO_ON).press(then="/book/review/")
    keys.to(GO_ON).press(then="/book/done/")
    key = page.url.rstrip("/").rsplit("/", 1)[-1]
    assert backstage.session(key=key)["starts_utc"][:16] == second[:16]


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_no_field_is_focused_under_a_bar(visitor, backstage, key):
    person = visitor(PHONE, who=backstage.newcomer())
    page, keys = person.go("/book/"), Keys(person)
    Booking(person).choose().choose_time()
    page.wait_for_url("**/book/details/")
    page.get_by_text("A child who is not listed").click()
    page.locator(GO_ON).press("Enter")  # refused: sentences beside the fields push them down
    page.locator("[data-error-summary]").wait_for()
    keys.must_be_seen()
    if key == "Shift+Tab":
        page.locator(GO_ON).focus()
    for _ in range(12):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement === document.body"):
            break
        keys.must_be_seen()


def test_first_tab_skips_to_the_content(visitor):
    page = visitor(DESKTOP, who="oscar").go("/patients/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('main'))")


@pytest.fixture
def desk(visitor):
    return Keys(visitor(DESKTOP, who="oscar"))


def test_question_mark_lists_the_keys_and_escape_gives_the_focus_back(desk):
    page = desk.person.go("/dashboard/")
    desk.to("main a")
    before = page.evaluate("document.activeElement.href")
    desk.press("?")
    page.locator("dialog#keys[open]").get_by_text("Book a session").wait_for()
    desk.press("Escape")
    page.locator("dialog#keys[open]").wait_for(state="detached")
    assert page.evaluate("document.activeElement.href") == before


def test_slash_searches(desk):
    page = desk.person.go("/sessions/")
    desk.press("/")
    assert page.evaluate("document.activeElement.matches('[data-search]')")
    page.keyboard.type("nobody is called so")
    page.get_by_text("No session matches").wait_for()


def test_search_goes_on_while_the_list_is_drawn_anew(desk):
    page = desk.person.go("/patients/")
    desk.press("/")
    for letters in ("o", "ka", "for"):
        page.keyboard.type(letters)
        so_far = page.evaluate("document.activeElement.value")
        page.wait_for_url(lambda url, so_far=so_far: f"q={so_far}" in url)
        page.wait_for_function("document.querySelector('#list tbody')")
    assert page.evaluate("document.activeElement.matches('[data-search]') && document.activeElement.value") == "okafor"
    assert page.locator("#list tbody th").first.inner_text().startswith("Okafor")


def test_letters_typed_while_a_list_is_asked_for_are_not_lost(desk):
    page = desk.person.go("/patients/")
    held = []
    page.route("**/patients/?q=o&**", lambda route: held.append(route))
    desk.press("/")
    page.keyboard.type("o")
    while not held:
        page.wait_for_timeout(50)
    page.keyboard.type("kafor")
    held.pop().continue_()
    page.wait_for_url("**/patients/?q=okafor&**")
    assert page.evaluate("document.activeElement.value") == "okafor"


def test_letters_typed_while_a_list_settles_are_not_lost(desk):
    page = desk.person.go("/patients/")
    desk.press("/")
    page.evaluate(
        """() => document.body.addEventListener(
             "htmx:afterSwap", () => document.execCommand("insertText", false, "kafor"), {once: true})"""
    )  # the new field is there, htmx does not mind it yet
    page.keyboard.type("o")
    page.wait_for_url("**/patients/?q=okafor&**")
    assert page.evaluate("document.activeElement.value") == "okafor"


def test_n_books_from_any_page(desk):
    page = desk.person.go("/patients/")
    desk.press("n")
    page.locator("#dialog[open] form [name=therapy_type]").wait_for()
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("n/?")  # in a field these are letters
    assert page.input_value("#dialog [name=q]") == "n/?"
    assert not desk.person.axe()


def test_n_gives_the_focus_back_to_where_it_was(desk):
    page = desk.person.go("/dashboard/")
    desk.to("main a[href*='/sessions/']")
    before = page.evaluate("document.activeElement.href")
    desk.press("n")
    page.locator("#dialog[open] form [name=therapy_type]").wait_for()
    desk.press("Escape")
    page.locator("#dialog[open]").wait_for(state="detached")
    assert page.evaluate("document.activeElement.href") == before
    desk.must_be_seen()


def test_date_is_typed_to_its_end(desk):
    page = desk.person.go("/dashboard/")
    desk.press("n")
    page.locator("#dialog[open] form [name=therapy_type]").wait_for()
    desk.to("#dialog [name=on]")
    wanted = page.evaluate(
        "new Date(Date.now() + 400 * 86400000).toISOString().slice(0, 10)"
    )  # too far: nothing is free
    year, month, day = wanted.split("-")
    with page.expect_response("**part=times"):
        page.keyboard.type(month + day + year, delay=60)
        desk.to("#dialog [name=room]", most=4)
    page.locator("#dialog [name=room]:focus").wait_for()
    assert page.input_value("#dialog [name=on]") == wanted


def test_next_free_day_leaves_the_focus_at_its_first_time(desk):
    page = desk.person.go("/dashboard/")
    desk.press("n")
    page.locator("#dialog[open] form [name=therapy_type]").wait_for()
    page.evaluate("document.querySelector('#desk-times').dataset.old = ''")
    page.fill("#dialog [name=on]", page.evaluate("new Date(Date.now() - 86400000).toISOString().slice(0, 10)"))
    page.locator("#desk-times:not([data-old]) button[name=look]").wait_for()
    desk.to("#dialog button[name=look]").press()
    page.locator("#dialog input[name=slot]:focus").wait_for(state="attached")
    desk.must_be_seen()


def test_arrows_walk_through_the_calendar(desk, backstage):
    made = backstage.coming_session(therapist="amara")
    page = desk.person.go(f"/calendar/?date={made['starts'][:10]}")
    page.locator(".event-open", has_text=made["patient"]).wait_for()
    walked = set()
    for _ in range(page.locator(".event-open").count()):
        desk.press("ArrowDown")
        walked.add(page.evaluate("document.activeElement.innerText"))
    assert any(made["patient"] in text for text in walked)
    title = page.locator(".ec-title").inner_text()
    desk.press("ArrowRight")
    page.wait_for_function("title => document.querySelector('.ec-title').innerText !== title", arg=title)


# --- a list that is drawn anew ----------------------------------------------------------------------------------------


def complete(keys, session):
    """By the menu of the session's row."""
    row = keys.page.locator("tr", has_text=session["patient"])
    row.locator("summary").focus()
    keys.press("Enter").to("[action$='/complete/'] button").press()
    keys.page.get_by_role("status").filter(has_text="completed").last.wait_for()


@pytest.fixture
def bob(visitor):
    return Keys(visitor(DESKTOP, who="bob"))


def test_focus_comes_back_to_the_row_that_was_completed(bob, backstage):
    over = backstage.past_session(therapist="bob")
    page = bob.person.go(f"/sessions/?q={over['family']}")
    complete(bob, over)
    page.locator("tr", has_text="Completed").wait_for()
    page.locator("tr", has_text=over["patient"]).locator("summary:focus").wait_for()
    bob.must_be_seen()


def test_focus_goes_to_the_next_row_when_the_completed_one_leaves_the_list(bob, backstage):
    two = [backstage.past_session(therapist="bob", days=days) for days in (6, 7)]
    page = bob.person.go("/today/")
    page.get_by_role("link", name=re.compile("from earlier days")).click()
    page.locator("tr", has_text=two[0]["patient"]).wait_for()
    complete(bob, two[0])
    page.locator("tr", has_text=two[0]["patient"]).wait_for(state="detached")
    page.locator("tr summary:focus").wait_for()
    bob.must_be_seen()


def test_focus_comes_back_to_the_row_whose_session_was_cancelled_in_a_dialog(desk, backstage):
    coming = backstage.coming_session(therapist="bob")
    page = desk.person.go(f"/sessions/?q={coming['family']}")
    page.locator("tr", has_text=coming["patient"]).locator("summary").focus()
    desk.press("Enter").to("a[href*='/cancel/']").press()
    dialog = page.locator("#dialog[open]")
    dialog.locator("[name=reason]").fill("She called")
    dialog.locator("footer [type=submit]").last.focus()
    desk.press("Enter")
    dialog.wait_for(state="detached")
    page.locator("tr", has_text="Cancelled").wait_for()
    page.locator("tr", has_text=coming["patient"]).locator("summary:focus").wait_for()
    desk.must_be_seen()
