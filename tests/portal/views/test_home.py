import pytest
from django.urls import reverse

from tests.factories import UserFactory

URL = "/home/"


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("alice", "portal:dashboard"), ("oscar", "portal:dashboard"), ("erin", "portal:dashboard"),
        ("bob", "portal:today"), ("carol", "portal:my-sessions"), ("dana", "portal:my-sessions"),
    ],
)  # fmt: skip
def test_everybody_begins_where_their_work_is(browser, people, who, name):
    assert browser(getattr(people, who)).get(URL)["Location"] == reverse(name)


def test_whoever_has_no_role_is_told_what_to_do(browser, sunrise):
    page = browser(UserFactory()).get(URL).content.decode()
    assert "Ask the centre to give you a role" in page


def test_nobody_signed_in_is_sent_to_sign_in(browser):
    assert browser().get(URL)["Location"] == f"{reverse('account_login')}?next={URL}"


def test_nothing_is_posted_to_it(browser, people):
    assert browser(people.carol).post(URL).status_code == 405


def test_one_place_of_the_navigation_is_where_one_is(browser, people):
    for path, place in (("/sessions/rooms/", "Rooms"), ("/sessions/", "Sessions")):
        groups = browser(people.alice).get(path).context["nav"]
        assert [str(item["label"]) for group in groups for item in group["items"] if item["current"]] == [place]
