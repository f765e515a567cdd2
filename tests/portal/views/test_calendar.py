import pytest
from django.urls import reverse

from tests.factories import RoomFactory, TherapistFactory
from tests.factories.world import another_therapist, at, booked

pytestmark = pytest.mark.usefixtures("noon")
PAGE = "/calendar/"


def test_calendar_has_a_column_for_each_therapist_and_room(browser, people, sunrise):
    another_therapist()
    TherapistFactory(status="pending")
    RoomFactory(name="Cellar", is_active=False)
    config = browser(people.oscar).get(PAGE).context["config"]
    assert [one["title"] for one in config["resources"]["therapist"]] == ["Bob Chen", "Tara Novak"]
    assert [one["title"] for one in config["resources"]["room"]] == ["Garden room", "No room"]
    assert config["view"] == "columns"
    assert config["utc_offset"] == "-05:00"


def test_calendar_without_therapists_says_what_is_missing(browser, people, bob):
    assert "No therapist can be booked yet" not in browser(people.oscar).get(PAGE).text
    bob.status = "pending"
    bob.save()
    assert "No therapist can be booked yet" in browser(people.oscar).get(PAGE).text


def test_calendar_keeps_the_column_of_who_left_while_sessions_are_open(browser, people, sunrise):
    gone = another_therapist()
    booked(sunrise, at(14), therapist=gone)
    gone.status = "inactive"
    gone.save()
    config = browser(people.oscar).get(PAGE).context["config"]
    assert "Tara Novak" in [one["title"] for one in config["resources"]["therapist"]]


def test_calendar_of_a_therapist_is_their_own_week(browser, people, sunrise):
    another_therapist()
    config = browser(people.bob).get(PAGE).context["config"]
    assert [one["title"] for one in config["resources"]["therapist"]] == ["Bob Chen"]
    assert "room" not in config["resources"]
    assert config["view"] == "week"
    assert config["book_url"] == ""


def test_calendar_without_javascript_lists_the_day(browser, people, sunrise):
    session = booked(sunrise, at(9))
    answer = browser(people.oscar).get(f"{PAGE}?date=2026-11-23")
    assert reverse("sessions:session-detail", args=[session.pk]) in answer.text
    assert "?date=2026-11-22" in answer.text
    assert "?date=2026-11-24" in answer.text
    assert "Nothing is booked on this day" in browser(people.oscar).get(f"{PAGE}?date=2026-11-22").text


@pytest.mark.parametrize("query", ["date=nonsense", "date=9999-12-31", "view=x&by=x&only=x&colour=x", "date="])
def test_calendar_shows_today_for_an_address_that_makes_no_sense(browser, people, query):
    config = browser(people.oscar).get(f"{PAGE}?{query}").context["config"]
    assert config["date"] == "2026-11-23"
    assert (config["by"], config["only"], config["view"]) == ("therapist", "", "columns")


def test_calendar_begins_as_the_address_says(browser, people):
    room = RoomFactory()
    config = browser(people.oscar).get(f"{PAGE}?view=list&by=room&only={room.pk}&colour=kind&date=2026-12-01").context
    config = config["config"]
    assert (config["view"], config["by"], config["only"], config["colour"]) == ("list", "room", str(room.pk), "kind")


@pytest.mark.parametrize(("name", "books"), [("alice", True), ("oscar", True), ("erin", False)])
def test_calendar_books_for_whoever_may(browser, people, name, books):
    answer = browser(getattr(people, name)).get(PAGE)
    assert bool(answer.context["config"]["book_url"]) == books


def test_calendar_refuses_patients_strangers_and_other_methods(browser, people):
    assert browser(people.carol).get(PAGE).status_code == 403
    assert browser(people.dana).get(PAGE).status_code == 403
    assert browser().get(PAGE).status_code == 302
    assert browser(people.alice).post(PAGE).status_code == 405
