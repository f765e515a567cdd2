"""The front desk in a real browser: dragging with a question, booking by a click, finding and registering patients."""

import datetime as dt
import uuid

import pytest

from tests.e2e.conftest import DESKTOP

pytestmark = pytest.mark.e2e
HOUR = 68  # pixels of the calendar: two rows of half an hour

SHARED = """
  const plain = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await plain(...asked);
    if (!String(asked[0]).includes("/calendar/events/")) return answer;
    const columns = JSON.parse(document.getElementById("calendar-config").textContent).resources.therapist;
    const events = (await answer.json()).map((event) => event.move_url?.includes("%s")
      ? {...event, resourceIds: columns.slice(0, 2).map((one) => one.id)} : event);
    return new Response(JSON.stringify(events), {headers: {"Content-Type": "application/json"}});
  };
"""  # the demo has no session of two therapists: one is shown in two columns


@pytest.fixture
def made(backstage):
    """A session of Bob's in some days, whose therapist is free an hour later as well."""
    return backstage.coming_session(therapist="bob")


@pytest.fixture
def oscar(visitor):
    return visitor(DESKTOP, who="oscar")


def later(starts, minutes=60):
    return (dt.datetime.fromisoformat(starts) + dt.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")


def event_of(person, session):
    """The session's box in the calendar of its day, in sight."""
    page = person.go(f"/calendar/?date={session['starts'][:10]}")
    event = page.locator(".ec-event", has_text=session["patient"]).first
    event.wait_for()
    event.evaluate("one => one.scrollIntoView({block: 'center'})")
    return event


def drag_down(page, event, pixels):
    box = event.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + pixels / 2, steps=6)
    page.mouse.move(x, y + pixels, steps=6)
    page.mouse.up()


# --- dragging --------------------------------------------------------------------------------------------------------


def test_dragging_asks_and_then_moves(oscar, made, backstage):
    event, page = event_of(oscar, made), oscar.page
    before = event.bounding_box()["y"]
    drag_down(page, event, HOUR)
    dialog = page.locator("#dialog[open]")
    dialog.get_by_role("heading", name="Move the session").wait_for()
    assert backstage.session(key=made["key"])["starts"] == made["starts"]  # not before it is confirmed
    dialog.locator("footer").get_by_role("button", name="Move").click()
    dialog.wait_for(state="detached")
    page.get_by_role("status").first.wait_for()
    moved = backstage.session(key=made["key"])
    assert moved["starts"] == later(made["starts"])
    assert "moved" in moved["events"]
    page.wait_for_selector("[data-calendar]:not([aria-busy])")
    event.wait_for()
    assert abs(event.bounding_box()["y"] - before - HOUR) < 4


def test_dragging_and_leaving_it_puts_it_back(oscar, made, backstage):
    event, page = event_of(oscar, made), oscar.page
    before = event.bounding_box()["y"]
    drag_down(page, event, HOUR)
    dialog = page.locator("#dialog[open]")
    dialog.get_by_role("link", name="Leave it").click()
    dialog.wait_for(state="detached")
    page.wait_for_function(
        """([name, top]) => [...document.querySelectorAll(".ec-event")].some(
          (one) => one.innerText.includes(name) && Math.abs(one.getBoundingClientRect().top - top) < 2)""",
        arg=[made["patient"], before],
    )
    assert backstage.session(key=made["key"])["starts"] == made["starts"]


def test_moving_by_the_dialog_alone(oscar, made, backstage):
    """Dragging is never the only way: a click opens the session, and from there it is moved by its form."""
    event, page = event_of(oscar, made), oscar.page
    event.locator(".event-open").click()
    dialog = page.locator("#dialog[open]")
    dialog.get_by_role("link", name="Move").click()
    dialog.get_by_role("heading", name="Move the session").wait_for()
    wanted = later(made["starts"])
    dialog.locator(f"label.slot:has(input[value='{wanted[11:]}'])").click()
    dialog.locator("footer").get_by_role("button", name="Move").click()
    dialog.wait_for(state="detached")
    assert backstage.session(key=made["key"])["starts"] == wanted


def test_the_time_that_is_moved_is_in_sight(oscar, backstage):
    """On a narrow screen the times scroll; the box begins at the one that the session has."""
    page, key = oscar.page, backstage.coming_session(therapist="bob", late=True)["key"]
    page.set_viewport_size({"width": 390, "height": 844})
    oscar.go(f"/desk/sessions/{key}/move/")
    page.wait_for_function(
        """() => {
          const box = document.querySelector("[data-show-chosen]").getBoundingClientRect();
          const chosen = document.querySelector("[data-show-chosen] :checked").parentElement.getBoundingClientRect();
          return box.top <= chosen.top && chosen.bottom <= box.bottom;
        }"""
    )


# --- booking ---------------------------------------------------------------------------------------------------------


def click_hour_after(page, event):
    """A click into the therapist's column, an hour below the session."""
    box = event.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 4 + HOUR)


def test_click_on_an_empty_slot_books_there(oscar, made, backstage):
    """Somebody new is registered in the same dialog, and stands in the calendar without loading it again."""
    event, page = event_of(oscar, made), oscar.page
    click_hour_after(page, event)
    dialog = page.locator("#dialog[open]")
    dialog.get_by_role("heading", name="Book a session").wait_for()
    family = f"Desker{uuid.uuid4().hex[:6]}"
    dialog.locator("[name=q]").press_sequentially(family)
    dialog.get_by_text(f"Nobody is found for “{family}”").wait_for()
    dialog.locator("label", has_text="Somebody new").click()
    for name, value in {"given_name": "Ada", "family_name": family, "birth_on": "1984-03-01"}.items():
        dialog.locator(f"[name$={name}]:visible").first.fill(value)
    dialog.locator("[name$=email]:visible").first.fill(f"{family.lower()}@new.example")
    chosen = dialog.locator("[name=slot]:checked")
    assert chosen.get_attribute("value") == later(made["starts"])[11:]
    dialog.locator("footer").get_by_role("button", name="Book").click()
    dialog.wait_for(state="detached")
    page.locator(".ec-event", has_text=family).wait_for()
    booked = backstage.sessions_of(name=family)
    assert [(one["therapist"], one["starts"]) for one in booked] == [("Bob", later(made["starts"]))]


def test_refused_booking_keeps_what_was_typed(oscar, made):
    page = oscar.go(f"/desk/book/?start={made['starts']}")
    page.fill("[name=concerns]", "Comes with an interpreter.")
    page.locator("main footer").get_by_role("button", name="Book").click()
    page.locator("[data-error-summary]").wait_for()
    assert page.input_value("[name=concerns]") == "Comes with an interpreter."
    assert not oscar.axe()


def test_booking_without_javascript(visitor, made, backstage):
    """Each step of the form is a plain answer of the server."""
    desk = visitor(DESKTOP, who="oscar", java_script_enabled=False)
    page = desk.go(f"/desk/book/?start={later(made['starts'])}")
    page.fill("[name=q]", made["family"])
    page.get_by_role("button", name="Find").click()
    page.locator("label", has_text=made["patient"]).click()
    page.locator("[name=therapist]").select_option(label="Bob Chen")
    page.get_by_role("button", name="Show the times for this choice").click()
    free = page.locator("label.slot:has(input:not([value=other]))").last
    at = free.locator("input").get_attribute("value")
    free.click()
    page.locator("main footer").get_by_role("button", name="Book").click()
    page.locator(".toast, [role=status]").first.wait_for()
    booked = backstage.sessions_of(name=made["family"])
    assert [one["starts"][11:] for one in booked if one["key"] != made["key"]] == [at]


def test_dragging_one_of_two_therapists_aside_is_refused(oscar, made):
    """Their columns show one session: which of the two should go, a drag cannot say."""
    page = oscar.page
    page.add_init_script(SHARED % made["key"])
    event = event_of(oscar, made)
    box = event.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 2.5, box["y"] + 8, steps=12)
    page.mouse.up()
    page.get_by_text("Several therapists hold this session").wait_for()
    assert not page.locator("#dialog[open]").count()
    assert event.bounding_box()["x"] == box["x"]


def test_enter_in_the_search_finds_and_books_nothing(oscar):
    page = oscar.go("/desk/book/")
    page.fill("[name=q]", "okafor")
    page.press("[name=q]", "Enter")
    page.locator("#id_patient").get_by_text("Mia Okafor").wait_for()
    assert page.url.endswith("/desk/book/")
    assert not page.locator("[data-error-summary]").count()
    assert page.evaluate("document.activeElement.name") == "q"


# --- the list --------------------------------------------------------------------------------------------------------


def test_list_says_nothing_is_booked_once_it_knows(oscar):
    page, waiting = oscar.page, []
    page.route("**/calendar/events/**", lambda one: waiting.append(one))
    oscar.go("/calendar/?view=list&date=2031-01-06")
    empty = page.get_by_text("Nothing is booked here.")
    empty.wait_for(state="attached")
    page.wait_for_function("document.querySelector('[data-calendar][aria-busy]')")
    assert waiting
    assert not empty.is_visible()
    for one in waiting:
        one.fulfill(json=[])
    empty.wait_for(state="visible")
