"""From a stranger's first click to a session that everybody sees, in real browsers of several people."""

import datetime as dt
import re
import uuid

import pytest

from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.flow import GO_ON, LEFT, Booking, sign_up

pytestmark = pytest.mark.e2e
HOUR = dt.timedelta(hours=1)
TROUBLE = "I freeze when I speak in front of others."


@pytest.fixture
def booked_by_a_guest(visitor, letter_to, backstage):
    """Nadia, a stranger, on a phone: from the public site to a session with whoever is free, signing up midway."""
    address = f"nadia-{uuid.uuid4().hex[:8]}@new.example"
    guest = visitor(PHONE)
    page = guest.go("/")
    page.get_by_role("link", name="Book a session").first.click()
    way = Booking(guest).choose("Psychotherapy").choose_first_free().to_day(2)
    chosen = way.choose_time(1)
    until = way.is_held()
    assert re.fullmatch(r"\d+:\d\d", page.locator(LEFT).inner_text())
    page.get_by_role("link", name="Yes, create an account").click()
    sign_up(guest, address, letter_to)
    page.wait_for_url(re.compile(r"/book/details/"))
    assert way.is_held() == until  # back at the same step, the same hold running
    way.tell(concerns=TROUBLE, birth_on="1990-01-02", phone="+1 212 555 0188")
    assert not guest.overflows()
    session = backstage.session(key=way.confirm())
    assert not guest.axe()
    assert dt.datetime.strptime(chosen[:17], "%Y-%m-%dT%H:%MZ") == dt.datetime.fromisoformat(session["starts_utc"])
    return {**session, "address": address}


def test_guest_books_and_is_told(booked_by_a_guest, letter_to):
    """Patient and therapist are told by mail, with an entry for their calendars."""
    address, starts = booked_by_a_guest["address"], booked_by_a_guest["starts_utc"]
    stamp = dt.datetime.fromisoformat(starts).strftime("%Y%m%dT%H%M%SZ")
    theirs = letter_to(address, part="text/calendar")
    assert "METHOD:REQUEST" in theirs
    assert stamp in theirs
    mine = letter_to(f"{booked_by_a_guest['therapist'].lower()}@sunrise.example", part="text/calendar")
    assert stamp in mine


def test_guest_is_seen_by_therapist_and_desk(booked_by_a_guest, visitor):
    key, day = booked_by_a_guest["key"], booked_by_a_guest["starts"][:10]
    therapist = visitor(PHONE, who=booked_by_a_guest["therapist"].lower())
    page = therapist.go("/sessions/?when=upcoming&q=Newman")
    page.locator(f"a[href$='/sessions/{key}/']").first.click()
    page.get_by_text(TROUBLE).wait_for()
    oscar = visitor(DESKTOP, who="oscar")
    oscar.go(f"/calendar/?date={day}").locator(".ec-event", has_text="Nadia Newman").first.wait_for()
    assert TROUBLE not in oscar.page.content()


def clear_of(way, sessions):
    """Go to the first day with a time at which the family has nothing else, and return that time."""
    taken = [dt.datetime.fromisoformat(session["starts_utc"]) for session in sessions]
    for number in range(3, 7):
        for value in way.to_day(number).times():
            at = dt.datetime.strptime(value[:17], "%Y-%m-%dT%H:%MZ")
            if all(abs(at - other) > 3 * HOUR for other in taken):
                return value
    raise LookupError("the family has something on every day that is shown")


def test_guardian_books_for_a_child(visitor, backstage):
    dana = visitor(PHONE, who="dana")
    way = Booking(dana).start()
    way.choose_time(value=clear_of(way, backstage.sessions_of(name="Okafor")))
    way.tell(who="Mia Okafor", concerns="She stutters when she is tired.")
    dana.page.get_by_text("Mia Okafor").first.wait_for()
    session = backstage.session(key=way.confirm())
    assert session["patient"] == "Mia Okafor"
    page = dana.go("/my/")
    page.locator(f"article:has(a[href$='{session['key']}/'])", has_text="for Mia").wait_for()


def test_loser_of_a_race_keeps_what_was_typed_and_takes_another_time(visitor, backstage):
    """Carol has told everything; the other time she changes to was taken while she looked at it."""
    carol, rival = visitor(PHONE, who=backstage.newcomer()), visitor(PHONE)
    hers, theirs = Booking(carol).start(), Booking(rival).start()
    hers.to_day(4).choose_time(0)
    hers.tell(concerns=TROUBLE)
    carol.page.get_by_role("link", name="Change the time").click()
    hers.page.wait_for_selector("[data-booking-times]")
    contested = hers.times()[-1]
    theirs.page.goto(carol.page.url)
    theirs.choose_time(value=contested)
    theirs.is_held()
    hers.choose_time(value=contested)
    carol.page.get_by_role("heading", name="Please choose another time").wait_for()
    offered = carol.page.locator("main button[name=slot]")
    assert offered.count() == 3
    assert not carol.axe()
    chosen = offered.first.get_attribute("value")
    assert chosen != contested
    offered.first.click()
    carol.page.wait_for_url(re.compile(r"/book/review/"))  # nothing is asked again
    carol.page.get_by_text(TROUBLE).wait_for()
    assert backstage.session(key=hers.confirm())["starts_utc"][:16] == chosen[:16]


def test_hold_of_another_browser_is_not_offered(visitor):
    first, second = Booking(visitor(PHONE)).start().to_day(5), Booking(visitor(PHONE)).start()
    address = first.page.url
    taken = first.choose_time(2)
    first.is_held()
    second.page.goto(address)
    assert taken not in second.times()


def test_visitor_far_away_sees_both_clocks(visitor):
    way = Booking(visitor(PHONE, timezone_id="Europe/Berlin")).start()
    way.page.get_by_text("The large time is yours").wait_for()
    slot = way.page.locator("label.slot:has(small)").first
    hours = [int(time.split(":")[0]) for time in re.findall(r"\d+:\d\d", slot.inner_text())]
    assert len(hours) == 2
    assert (hours[0] - hours[1]) % 12 in {5, 6, 7}


@pytest.fixture
def times(visitor):
    """The address of Bob's times."""
    return Booking(visitor(PHONE)).start().page.url


@pytest.mark.parametrize("last_visit", ["", "America%2FNew_York"])
def test_the_first_page_after_a_journey_shows_the_clock_of_here(visitor, times, last_visit):
    traveller = visitor(PHONE, timezone_id="Europe/Berlin")
    if last_visit:
        cookie = {"name": "tz", "value": last_visit, "domain": "sunrise.localhost", "path": "/"}
        traveller.context.add_cookies([cookie])
    loaded = []
    traveller.page.on("request", lambda request: loaded.append(request.url) if request.url == times else None)
    traveller.page.goto(times)
    traveller.page.get_by_text("The large time is yours").wait_for()
    assert loaded == [times, times]
    traveller.page.goto(times)
    assert loaded == [times] * 3


def test_a_page_that_one_types_into_is_not_loaded_again(visitor):
    carol, waiting = visitor(PHONE, who="carol", timezone_id="Europe/Berlin"), []
    carol.page.route("**/timezone*.js", lambda route: waiting.append(route))
    carol.page.goto(carol.stack.url("/my/details/edit/"), wait_until="commit")
    carol.page.fill("[name=city]", "Potsdam")
    waiting[0].continue_()
    carol.page.wait_for_load_state("networkidle")
    assert "tz=Europe%2FBerlin" in carol.page.evaluate("document.cookie")
    assert carol.page.input_value("[name=city]") == "Potsdam"


def test_without_javascript_from_choice_to_session_with_signing_in(visitor, backstage):
    carol, login = visitor(PHONE, java_script_enabled=False), backstage.newcomer()
    way = Booking(carol).start().to_day(5)
    way.choose_time(1)
    carol.page.get_by_text("We keep this time for you until").wait_for()
    carol.page.get_by_role("link", name="No, sign in").click()
    carol.page.fill("input[name=login]", f"{login}@sunrise.example")
    carol.page.fill("input[name=password]", "verbena-demo-1")
    carol.page.locator("main form:has(input[name=password]) [type=submit]").first.click()
    carol.page.wait_for_url(re.compile(r"/book/details/"))
    carol.page.get_by_text("We keep this time for you until").wait_for()
    session = backstage.session(key=way.tell(concerns=TROUBLE).confirm())
    assert session["patient"].startswith("Carol")


def test_without_javascript_a_missing_answer_keeps_what_was_typed(visitor):
    dana = visitor(PHONE, who="dana", java_script_enabled=False)
    way = Booking(dana).start().to_day(6)
    way.choose_time(1)
    dana.page.locator("label:has(input[value=child])").click()
    dana.page.fill("[name=concerns]", TROUBLE)
    dana.page.locator(GO_ON).click()
    dana.page.locator("[data-error-summary]").wait_for()
    assert dana.page.input_value("[name=concerns]") == TROUBLE
    assert dana.page.locator("input[value=child]").is_checked()
