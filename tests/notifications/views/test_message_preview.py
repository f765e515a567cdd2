import pytest

from tests.factories import MessageFactory


def url(message):
    return f"/messages/{message.pk}/preview/"


def test_letter_is_served_where_nothing_runs(browser, people):
    page = browser(people.alice).get(url(MessageFactory(html="<p>Hello</p><script>alert(1)</script>")))
    assert page.content == b"<p>Hello</p><script>alert(1)</script>"
    policy = page["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'") and "script-src" not in policy
    assert page["X-Content-Type-Options"] == "nosniff"


def test_message_without_a_page_is_not_found(browser, people):
    assert browser(people.alice).get(url(MessageFactory())).status_code == 404


def test_therapist_does_not_see_anothers(browser, people):
    assert browser(people.bob).get(url(MessageFactory(html="x", to_user=people.carol))).status_code == 404


@pytest.mark.parametrize("who", ["erin", "carol"])
def test_others_may_not(browser, people, who):
    assert browser(getattr(people, who)).get(url(MessageFactory(html="x"))).status_code == 403


def test_post_is_not_allowed(browser, people):
    assert browser(people.alice).post(url(MessageFactory(html="x"))).status_code == 405
