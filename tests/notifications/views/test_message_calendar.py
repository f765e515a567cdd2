import pytest

from tests.factories import MessageFactory


def url(message):
    return f"/messages/{message.pk}/session.ics"


def test_entry_is_a_file(browser, people):
    page = browser(people.alice).get(url(MessageFactory(calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")))
    assert page.content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert page["Content-Type"] == "text/calendar; charset=utf-8"
    assert page["Content-Disposition"] == 'attachment; filename="session.ics"'


def test_message_without_an_entry_is_not_found(browser, people):
    assert browser(people.alice).get(url(MessageFactory())).status_code == 404


def test_therapist_does_not_see_anothers(browser, people):
    assert browser(people.bob).get(url(MessageFactory(calendar="x", to_user=people.carol))).status_code == 404


@pytest.mark.parametrize("who", ["erin", "carol"])
def test_others_may_not(browser, people, who):
    assert browser(getattr(people, who)).get(url(MessageFactory(calendar="x"))).status_code == 403


def test_post_is_not_allowed(browser, people):
    assert browser(people.alice).post(url(MessageFactory(calendar="x"))).status_code == 405
