"""A page says in which zone it shows its times, where that is the visitor's and the page may be loaded again."""

import re

import pytest
from django.urls import reverse

pytestmark = pytest.mark.usefixtures("noon")


def zone_of(answer):
    found = re.search(r'timezone\.\S*js" data-zone="([^"]+)"', answer.content.decode())
    return found and found[1]


def test_a_visitors_page_says_the_zone_of_the_last_visit_or_the_centres(browser):
    client = browser()
    assert zone_of(client.get("/book/")) == "America/New_York"
    client.cookies["tz"] = "Europe%2FBerlin"
    assert zone_of(client.get("/book/")) == "Europe/Berlin"


def test_a_patients_page_says_it(browser, people):
    assert zone_of(browser(people.carol).get(reverse("portal:my-sessions"))) == "America/New_York"


def test_an_answer_to_what_was_sent_is_not_loaded_again(browser, times_url):
    answer = browser().post(times_url(), {"slot": ""})
    assert answer.status_code == 422
    assert zone_of(answer) is None


@pytest.mark.parametrize("who", ["alice", "oscar", "bob", "erin"])
def test_the_team_works_in_the_centres_zone(browser, people, who):
    client = browser(getattr(people, who))
    assert zone_of(client.get("/book/")) is None


def test_a_page_without_times_says_none(browser):
    assert zone_of(browser().get(reverse("account_login"))) is None
