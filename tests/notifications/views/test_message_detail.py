import uuid

import pytest

from apps.notifications.models import Message
from tests.factories import MessageFactory


def url(message):
    return f"/messages/{message.pk}/"


def test_shows_text_address_and_state(browser, people):
    message = MessageFactory(text="See you <b>soon</b>.", state="failed", attempts=3, error="550 unknown")
    page = browser(people.oscar).get(url(message)).content.decode()
    for words in ("See you &lt;b&gt;soon&lt;/b&gt;.", "carol@sunrise.example", "550 unknown", "Failed"):
        assert words in page


def test_shows_the_calendar_entry(browser, people, book):
    book()
    message = Message.objects.get(to_user=people.carol)
    page = browser(people.oscar).get(url(message)).content.decode()
    assert "Makes an entry" in page and "Speech therapy · Sunrise Therapy" in page


def test_therapist_sees_own_and_no_other(browser, people):
    own, other = MessageFactory(to_user=people.bob), MessageFactory(to_user=people.carol)
    bob = browser(people.bob)
    assert bob.get(url(own)).status_code == 200
    assert bob.get(url(other)).status_code == 404
    assert b"Send again" not in bob.get(url(own)).content


@pytest.mark.parametrize("who", ["erin", "carol", "dana"])
def test_others_may_not(browser, people, who):
    assert browser(getattr(people, who)).get(url(MessageFactory())).status_code == 403


def test_unknown_message_is_not_found(browser, people):
    assert browser(people.alice).get(f"/messages/{uuid.uuid4()}/").status_code == 404


def test_post_is_not_allowed(browser, people):
    assert browser(people.alice).post(url(MessageFactory())).status_code == 405


@pytest.mark.parametrize("shown", [True, False])
def test_secret_body_is_shown_in_a_demo_only(browser, people, settings, shown):
    settings.SHOW_SECRET_MAIL = shown
    message = MessageFactory(is_secret=True, text="Your code is 424242", html="<b>424242</b>")
    alice = browser(people.alice)
    assert (b"424242" in alice.get(url(message)).content) is shown
    assert alice.get(url(message) + "preview/").status_code == (200 if shown else 404)


def test_number_of_queries(browser, people, book, django_assert_max_num_queries):
    book()
    message, alice = Message.objects.get(to_user=people.carol), browser(people.alice)
    Message.objects.filter(pk=message.pk).update(state="failed", text="Written")
    alice.get(url(message))
    with django_assert_max_num_queries(6):
        alice.get(url(message))


def test_a_letter_that_waits_is_shown_as_it_will_be(browser, people, book, django_assert_max_num_queries):
    book()
    message, alice = Message.objects.get(to_user=people.carol), browser(people.alice)
    alice.get(url(message))
    with django_assert_max_num_queries(14):
        page = alice.get(url(message)).content.decode()
    assert "Hello Carol Reyes" in page
    assert not Message.objects.get(pk=message.pk).text
