import datetime as dt
import uuid

import pytest
from django.urls import reverse

from apps.notifications.models import Message
from apps.patients.models import Patient
from apps.portal import booking
from apps.scheduling import actions, world
from apps.sessions.actions import cancel_session
from apps.sessions.errors import SlotTaken
from apps.sessions.models import Hold, Occupancy, TherapySession
from apps.therapists.models import Therapist, TherapyType
from tests.factories import GuardianshipFactory, PatientFactory
from tests.factories.world import at, booked

URL = "/book/review/"


@pytest.fixture
def ready(browser, people, choose):
    """Return a function: a browser of this person that has only to confirm."""

    def open_browser(user=None):
        client = browser(user or people.carol)
        choose(client)
        client.post("/book/details/", {"who": "self", "concerns": "I stutter."})
        return client

    return open_browser


def key(client):
    return client.session["booking"]["key"]


def confirm(client):
    return client.post(URL, {"key": key(client)})


def test_everything_stands_on_it(ready):
    page = ready().get(URL).content.decode()
    for words in ("Bob Chen", "Speech therapy", "Carol Reyes", "I stutter.", "$85.00", "carol@sunrise.example"):
        assert words in page


def test_confirming_books_what_was_shown(ready, people):
    client = ready()
    response = confirm(client)
    session = TherapySession.objects.get()
    assert response["Location"] == reverse("portal:book-done", args=[session.pk])
    assert (session.starts_at, session.booked_by, session.price) == (at(10, days=1), people.carol, 85)
    assert session.participants.get().concerns == "I stutter."
    assert "booking" not in client.session
    assert not Hold.objects.exists()
    assert Message.objects.filter(session=session).count() == 2


def test_pressed_twice_it_books_once(ready):
    client = ready()
    sent = {"key": key(client)}
    first, second = client.post(URL, sent), client.post(URL, sent)
    assert first["Location"] == second["Location"]
    assert TherapySession.objects.count() == 1


def test_pressed_twice_at_once_it_books_once(ready, people, sunrise):
    """The second request read the draft before the first one had finished."""
    client = ready()
    draft = booking.Draft.of(type("Request", (), {"session": client.session}))
    confirm(client)
    again = booking.confirm(centre=sunrise, draft=draft, patient=people.carol.patient, by=people.carol)
    assert again == TherapySession.objects.get()


def test_details_that_were_not_given_are_asked_for_first(browser, people, choose, times_url, ten):
    """Carol's record names no birthday: without the details step nobody would ask whether she is of age."""
    Patient.objects.filter(user=people.carol).update(birth_on=None)
    client = browser(people.carol)
    client.post(times_url(**{"for": people.carol.patient.pk}), {"slot": ten})
    response = client.post(URL, {"key": key(client)})
    assert response["Location"] == "/book/details/"
    assert not TherapySession.objects.exists()


def test_details_given_for_one_are_none_for_another(browser, people, times_url, ten):
    mia, leo = Patient.objects.get(given_name="Mia"), PatientFactory(given_name="Leo", birth_on=None)
    GuardianshipFactory(guardian=people.dana.guardian, patient=leo)
    client = browser(people.dana)
    client.post(times_url(**{"for": mia.pk}), {"slot": ten})
    client.post("/book/details/", {"who": str(mia.pk), "phone": "212 664 7665"})
    assert client.get(URL).status_code == 200
    client.post(times_url(**{"for": leo.pk}), {"slot": ten})
    assert client.get(URL)["Location"] == "/book/details/"


def test_another_window_chose_another_time(ready):
    response = ready().post(URL, {"key": uuid.uuid4()})
    assert response.status_code == 422
    assert "chosen another time in the meantime" in response.content.decode()
    assert not TherapySession.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"key": "nonsense"}])
def test_a_broken_form_is_refused(ready, sent):
    assert ready().post(URL, sent).status_code == 422


def test_an_expired_time_that_is_still_free_is_booked(ready, noon):
    client = ready()
    noon.shift(dt.timedelta(minutes=30))
    assert confirm(client).status_code == 302
    assert TherapySession.objects.get().starts_at == at(10, days=1)


def test_a_time_swept_away_is_kept_anew_and_booked(ready, noon):
    client = ready()
    noon.shift(dt.timedelta(minutes=30))
    Hold.objects.all().delete()
    assert confirm(client).status_code == 302


def test_a_new_price_is_shown_before_it_is_booked(ready, speech):
    client = ready()
    Hold.objects.all().delete()
    TherapyType.objects.filter(pk=speech.pk).update(price="99.00")
    world.forget()
    response = confirm(client)
    assert response.status_code == 422
    assert "The price has changed" in response.content.decode()
    assert "$99.00" in response.content.decode()
    assert confirm(client).status_code == 302
    assert TherapySession.objects.get().price == 99


def test_a_time_that_somebody_took_offers_others_and_keeps_what_was_typed(ready, noon, sunrise, people, choose):
    client = ready()
    noon.shift(dt.timedelta(minutes=30))
    Occupancy.objects.all().delete()
    booked(sunrise, at(10, days=1), by=people.oscar, patient=Patient.objects.get(given_name="Mia"))
    response = confirm(client)
    assert response.status_code == 409
    assert len(response.context["alternatives"]) == 3
    assert "Everything you entered is kept" in response.content.decode()
    again = choose(client, response.context["alternatives"][0].value)
    assert again["Location"] == URL
    assert "I stutter." in client.get(URL).content.decode()
    assert confirm(client).status_code == 302


def test_a_race_that_the_wall_decides(ready, monkeypatch):
    def lose(**facts):
        raise SlotTaken

    client = ready()
    monkeypatch.setattr(actions, "book_held", lose)
    response = confirm(client)
    assert response.status_code == 409
    assert "This time has just been taken" in response.content.decode()


def test_the_patient_is_elsewhere_then(ready, sunrise, people, tara):
    client = ready()
    booked(sunrise, at(10, days=1), by=people.oscar, therapist=tara)
    response = confirm(client)
    assert response.status_code == 409
    assert "already has a session" in response.content.decode()


def test_no_time_is_offered_at_which_the_patient_is_elsewhere(ready, sunrise, people, tara):
    """Bob is free at eleven, Carol not: she is with Tara until a quarter past."""
    client = ready()
    booked(sunrise, at(10, 30, days=1), by=people.oscar, therapist=tara)
    response = confirm(client)
    assert response.status_code == 409
    begin = [one.starts_at for one in response.context["alternatives"]]
    assert begin == [at(9, days=1), at(11, 15, days=1), at(11, 30, days=1)]


def test_an_archived_patient_is_asked_again_who_it_is_for(ready, people):
    client = ready()
    Patient.objects.filter(user=people.carol).update(status="archived")
    assert confirm(client)["Location"] == "/book/details/"


def test_nobody_else_can_take_over_a_draft(ready, people):
    client = ready()
    client.force_login(people.dana)
    assert client.post(URL, {"key": uuid.uuid4()})["Location"] in ("/book/details/", "/book/")


def test_a_guest_and_a_browser_without_draft_are_sent_back(browser, people, noon, choose):
    guest = browser()
    choose(guest)
    assert guest.get(URL)["Location"] == "/book/details/"
    assert browser(people.carol).get(URL)["Location"] == "/book/"
    assert browser(people.carol).post(URL, {"key": uuid.uuid4()})["Location"] == "/book/"


def test_the_team_is_refused_and_another_method(browser, people, ready):
    assert ready().delete(URL).status_code == 405
    assert browser(people.alice).post(URL, {"key": uuid.uuid4()})["Location"] == "/book/"


def test_two_clicks_from_a_profile_book(browser, people, noon):
    client = browser(people.carol)
    page = client.get("/therapists/bob-chen/")
    one = page.context["times"][0][0]
    client.post(page.context["all_times_url"], {"slot": one.value, "quick": "1"})
    assert confirm(client).status_code == 302
    session = TherapySession.objects.get()
    assert (session.starts_at, session.lead) == (one.starts_at, Therapist.objects.get(slug="bob-chen"))


def test_as_a_fragment(ready):
    client = ready()
    response = client.get(URL, headers={"HX-Request": "true"})
    assert response.content.decode().strip().startswith("<form")


@pytest.mark.parametrize("step", [URL, "/book/details/"])
def test_going_back_after_booking_shows_what_is_booked(ready, step):
    client = ready()
    booked = confirm(client)["Location"]
    assert client.get(step)["Location"] == booked


def test_going_back_after_cancelling_begins_anew(ready, people):
    client = ready()
    confirm(client)
    cancel_session(session=TherapySession.objects.get(), by=people.carol, reason="")
    assert client.get(URL)["Location"] == reverse("portal:book")


def test_what_is_booked_is_not_shown_to_who_signs_in_after(ready, browser, people):
    client = ready()
    confirm(client)
    kept = client.session["booked"]
    other = browser(people.dana)
    session = other.session
    session["booked"] = kept
    session.save()
    assert other.get(URL)["Location"] == reverse("portal:book")
