import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.core.models import Mode
from apps.sessions.actions import cancel_session
from tests.factories import ClosureFactory, PatientFactory, RoomFactory
from tests.factories.world import another_therapist, at, booked

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def session(sunrise, people):
    return booked(sunrise, at(14, days=1), by=people.oscar)


@pytest.fixture
def url(session):
    return reverse("portal:session-move", args=[session.pk])


@pytest.fixture
def typed(bob):
    """Tomorrow at ten instead, with Bob still."""
    return {"therapist": str(bob.pk), "on": "2026-11-24", "slot": "10:00", "reason": "She has an exam"}


def test_session_move_moves(browser, people, session, url, typed):
    answer = browser(people.oscar).post(url, typed)
    assert answer["Location"] == reverse("sessions:session-detail", args=[session.pk])
    session.refresh_from_db()
    assert session.starts_at == at(10, days=1)
    event = session.events.last()
    assert (event.kind, event.reason, event.by) == ("moved", "She has an exam", people.oscar)
    assert (event.from_starts_at, event.to_starts_at) == (at(14, days=1), at(10, days=1))
    assert AuditRecord.objects.about(session).filter(verb="moved").exists()


def test_session_move_begins_where_the_session_is(browser, people, session, url, bob):
    text = browser(people.oscar).get(url).text
    assert 'value="2026-11-24"' in text
    assert re.search(r'name="slot" value="14:00" checked', text)
    assert re.search(rf'value="{bob.pk}" selected', text)
    assert "<html" not in browser(people.oscar, htmx=True).get(url).text


def test_session_move_is_filled_in_by_a_drag(browser, people, session, url):
    tara = another_therapist()
    text = browser(people.oscar).get(f"{url}?start=2026-11-25T11:15&therapist={tara.pk}").text
    assert 'value="2026-11-25"' in text
    assert re.search(r'name="slot" value="11:15" checked', text)
    assert re.search(rf'value="{tara.pk}" selected', text)


def test_session_move_over_the_calendar_tells_it(browser, people, session, url, typed):
    answer = browser(people.oscar, htmx=True).post(f"{url}?stay=1", typed)
    assert answer.status_code == 204
    assert "sessions-changed" in answer["HX-Trigger"]


def test_session_move_to_another_therapist_and_room(browser, people, sunrise, typed):
    tara, room = another_therapist(), RoomFactory(name="Zen room")
    session = booked(sunrise, at(14, days=1), mode=Mode.IN_PERSON)
    url = reverse("portal:session-move", args=[session.pk])
    assert (
        browser(people.oscar).post(url, {**typed, "therapist": str(tara.pk), "room": str(room.pk)}).status_code == 302
    )
    session.refresh_from_db()
    assert (session.lead, session.room) == (tara, room)
    text = browser(people.oscar).get(reverse("sessions:session-detail", args=[session.pk])).text
    assert "Bob Chen → Tara Novak" in text
    assert "Garden room → Zen room" in text


def test_session_move_offers_free_times_its_own_among_them(browser, people, session, url, typed):
    text = browser(people.oscar, htmx=True).post(f"{url}?part=times", {**typed, "do": "look"}).text
    assert text.lstrip().startswith('<div id="desk-times"')
    assert 'name="slot" value="14:15"' in text  # overlaps only itself
    assert 'name="slot" value="10:00" checked' in text


def test_session_move_names_the_rules_and_goes_on_with_a_reason(browser, people, session, url, typed):
    ClosureFactory(name="Team day", starts_on=dt.date(2026, 11, 25), ends_on=dt.date(2026, 11, 25))
    closed = {**typed, "on": "2026-11-25"}
    answer = browser(people.oscar).post(url, closed)
    assert answer.status_code == 422
    assert "The centre is closed on this day. (Team day)" in answer.text
    assert "She has an exam" in answer.text
    accepted = re.search(r'name="accepted" value="([^"]+)"', answer.text)[1]
    answer = browser(people.oscar).post(url, {**closed, "accepted": accepted, "override_reason": "Bob agreed"})
    assert answer.status_code == 302
    session.refresh_from_db()
    assert session.starts_at == at(10, days=2)
    assert session.events.last().reason == "Bob agreed"


def test_session_move_offers_the_nearest_times_when_it_is_taken(browser, people, sunrise, session, url, typed):
    booked(sunrise, at(10, days=1), patient=PatientFactory())
    answer = browser(people.oscar).post(url, typed)
    assert answer.status_code == 422
    near = re.findall(r'name="take" value="([^"]+)"', answer.text)
    assert len(near) == 3
    assert browser(people.oscar).post(url, {**typed, "take": near[0]}).status_code == 302
    session.refresh_from_db()
    assert session.starts_at == at(9, days=1)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"therapist": ""}, "This field is required"),
        ({"on": "x"}, "Enter a valid date"),
        ({"slot": ""}, "Choose a free time"),
        ({"reason": "x" * 301}, "at most 300 fit"),
    ],
)
def test_session_move_says_beside_the_field_what_is_wrong(browser, people, session, url, typed, wrong, sentence):
    answer = browser(people.oscar).post(url, {**typed, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    session.refresh_from_db()
    assert session.starts_at == at(14, days=1)


def test_session_move_of_what_has_begun_or_was_cancelled(browser, people, sunrise, session, url, typed):
    cancel_session(session=session, by=people.oscar)
    assert "can no longer be moved" in browser(people.oscar).get(url).text
    answer = browser(people.oscar).post(url, typed)
    assert answer.status_code == 422
    begun = booked(sunrise, at(11, 45))
    text = browser(people.oscar).get(reverse("portal:session-move", args=[begun.pk])).text
    assert "can no longer be moved" in text


@pytest.mark.parametrize("name", ["bob", "erin", "carol", "dana"])
def test_session_move_needs_the_permission(browser, people, session, url, typed, name):
    assert browser(getattr(people, name)).get(url).status_code == 403
    assert browser(getattr(people, name)).post(url, typed).status_code == 403


def test_session_move_of_a_stranger_is_404(browser, people, session, url, typed):
    wrong = url.replace(str(session.pk), str(uuid.uuid4()))
    assert browser(people.oscar).get(wrong).status_code == 404
    assert browser(people.oscar).post(wrong, typed).status_code == 404
    assert browser().get(url).status_code == 302


def test_session_move_wrong_method(browser, people, url):
    assert browser(people.oscar).delete(url).status_code == 405


def test_session_move_offers_no_empty_therapist(browser, people, session, url):
    text = browser(people.oscar).get(url).text
    lines = re.search(r'<select name="therapist".*?</select>', text, re.S)[0]
    assert "Bob Chen" in lines
    assert 'value=""' not in lines
