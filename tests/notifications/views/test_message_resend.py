import uuid

import pytest
from icalendar import Calendar

from apps.accounts.models import AuditRecord
from apps.notifications.models import Message
from apps.patients.models import Patient
from apps.sessions.actions import cancel_session
from tests.factories import MessageFactory, PatientFactory


def url(message):
    return f"/messages/{message.pk}/resend/"


def failed(**facts):
    return MessageFactory(state="failed", error="550", attempts=1, **facts)


def test_same_letter_is_queued_again_and_written_down(browser, people):
    message = failed(html="<p>x</p>", calendar="y", calendar_method="REQUEST", to_user=people.carol)
    answer = browser(people.oscar).post(url(message))
    again = Message.objects.exclude(pk=message.pk).get()
    assert answer.url == f"/messages/{again.pk}/"
    assert (again.state, again.attempts, again.error) == ("queued", 0, "")
    for name in ("subject", "text", "html", "calendar", "calendar_method", "to_address", "to_user", "kind"):
        assert getattr(again, name) == getattr(message, name)
    record = AuditRecord.objects.get()
    assert (record.verb, record.object_id, record.by) == ("resent", str(message.pk), people.oscar)


def test_corrected_address_is_used(browser, people, book):
    patient = PatientFactory(email="misspelt@nowhere.example")
    book(patient)
    Message.objects.update(state="failed")
    Patient.objects.filter(pk=patient.pk).update(email="right@somewhere.example")
    message = Message.objects.get(to_address="misspelt@nowhere.example")
    browser(people.oscar).post(url(message))
    again = Message.objects.get(key__startswith="resend")
    assert again.to_address == "right@somewhere.example"
    attendee = Calendar.from_ical(again.calendar).walk("VEVENT")[0]["ATTENDEE"]
    assert (str(attendee), attendee.params["CN"]) == ("mailto:right@somewhere.example", patient.full_name)


def test_message_sent_again_may_be_sent_again(browser, people, book):
    book()
    Message.objects.update(state="failed")
    for message in (Message.objects.get(to_user=people.bob), None):
        message = message or Message.objects.get(key__startswith="resend")
        browser(people.oscar).post(url(message))
        Message.objects.update(state="failed")
    assert Message.objects.filter(to_address="bob@sunrise.example").count() == 3


def test_fragment_is_told_where_to_go(browser, people):
    answer = browser(people.oscar, htmx=True).post(url(failed()))
    assert answer["HX-Redirect"].startswith("/messages/")


def refused(browser, people, message):
    answer = browser(people.oscar).post(url(message), follow=True)
    assert not Message.objects.filter(key__startswith="resend").exists()
    return answer.content.decode()


def test_secret_is_not_sent_twice(browser, people):
    assert "are not sent twice" in refused(browser, people, failed(is_secret=True))


def test_message_that_waits_is_not_sent_twice(browser, people):
    assert "it will go out by itself" in refused(browser, people, MessageFactory())


def test_old_news_is_not_sent_again(browser, people, book, clock):
    session = book()
    Message.objects.update(state="failed")
    clock.shift(60)
    cancel_session(session=session, by=people.oscar)
    booked = Message.objects.get(kind="session_booked", to_user=people.carol)
    assert "The session has changed" in refused(browser, people, booked)


@pytest.mark.parametrize("who", ["bob", "erin", "carol", "dana"])
def test_others_may_not(browser, people, who):
    user = getattr(people, who)
    assert browser(user).post(url(failed(to_user=user))).status_code == 403


def test_unknown_message_is_not_found(browser, people):
    assert browser(people.alice).post(f"/messages/{uuid.uuid4()}/resend/").status_code == 404


def test_get_is_not_allowed(browser, people):
    assert browser(people.alice).get(url(failed())).status_code == 405
