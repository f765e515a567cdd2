import pytest
from django.urls import reverse

from apps.notifications import letters
from apps.patients.models import Patient
from apps.scheduling.actions import move_session
from apps.sessions import actions
from tests.factories import PatientFactory
from tests.factories.world import at, booked


@pytest.fixture
def session(sunrise, noon, people):
    return booked(sunrise, at(10, days=4), patient=people.carol.patient, by=people.carol, concerns="I stutter.")


@pytest.fixture
def url(session):
    return reverse("portal:my-session", args=[session.pk])


def test_it_tells_what_when_and_where(browser, people, url):
    page = browser(people.carol).get(url).content.decode()
    for words in ("Speech therapy", "Bob Chen", "$85.00 for 45 minutes", "I stutter.", "Booked by you"):
        assert words in page


def test_history_is_told_in_plain_words(browser, people, sunrise, session, url):
    move_session(centre=sunrise, session=session, starts_at=at(11, days=4), by=people.oscar, reason="Bob is late")
    page = browser(people.carol).get(url).content.decode()
    assert "by the centre" in page
    assert "Oscar" not in page
    assert "Bob is late" not in page


def test_why_the_centre_cancelled_is_told(browser, people, session, url):
    actions.cancel_session(session=session, by=people.oscar, reason="The therapist is ill")
    page = browser(people.carol).get(url).content.decode()
    assert "Cancelled by the centre" in page
    assert "The therapist is ill" in page
    assert "Book again" in page


def test_of_others_in_it_nothing_is_told(browser, people, session, url, joins):
    joins(session, patient=PatientFactory(given_name="Zelda"), price=99, concerns="A secret")
    page = browser(people.carol).get(url).content.decode()
    assert "Zelda" not in page
    assert "A secret" not in page
    assert "$85.00 for 45 minutes" in page


def test_too_late_to_cancel_names_the_phone(browser, people, sunrise, noon):
    soon = booked(sunrise, at(15), patient=people.carol.patient)
    page = browser(people.carol).get(reverse("portal:my-session", args=[soon.pk])).content.decode()
    assert "please call us" in page
    assert reverse("portal:my-session-cancel", args=[soon.pk]) not in page


def test_a_strangers_session_is_404(browser, people, url):
    assert browser(people.dana).get(url).status_code == 404


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_the_team_has_other_pages(browser, people, url, who):
    assert browser(getattr(people, who)).get(url).status_code == 403


def test_wrong_method(browser, people, url):
    assert browser(people.carol).post(url).status_code == 405


def test_the_done_page_is_the_familys_alone(browser, people, session):
    url = reverse("portal:book-done", args=[session.pk])
    page = browser(people.carol).get(url).content.decode()
    assert "Your session is booked" in page
    assert browser(people.dana).get(url).status_code == 404
    assert browser(people.oscar).get(url).status_code == 403
    assert browser(people.carol).post(url).status_code == 405


def test_the_calendar_file_is_the_entry_of_the_mails(browser, people, session):
    url = reverse("portal:my-session-calendar", args=[session.pk])
    response = browser(people.carol).get(url)
    text = response.content.decode()
    assert response["Content-Type"].startswith("text/calendar")
    assert "METHOD:PUBLISH" in text
    assert "DTSTART:20261127T150000Z" in text
    letter = session.messages.get(to_address=people.carol.email)
    letters.write(letter)
    sent = letter.calendar
    uid = next(line for line in sent.splitlines() if line.startswith("UID:"))
    assert uid in text
    assert browser(people.dana).get(url).status_code == 404
    assert browser(people.oscar).get(url).status_code == 403
    assert browser(people.carol).post(url).status_code == 405


def test_a_guardians_calendar_file_does_not_name_the_patient(browser, people, sunrise, noon):
    session = booked(sunrise, at(10, days=1), patient=Patient.objects.get(given_name="Mia"))
    text = browser(people.dana).get(reverse("portal:my-session-calendar", args=[session.pk])).content.decode()
    assert "dana@sunrise.example" in text
    assert "Okafor" not in text.split("ATTENDEE")[0]


def test_a_cancelled_session_has_no_calendar_file(browser, people, session):
    actions.cancel_session(session=session, by=people.carol)
    url = reverse("portal:my-session-calendar", args=[session.pk])
    assert browser(people.carol).get(url).status_code == 404
