import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.scheduling import world
from apps.therapists.models import Therapist
from tests.factories import UserFactory, cast
from tests.factories.world import another_therapist, at, booked

URL = "/book/therapist/"


@pytest.fixture
def query(speech):
    return {"type": speech.pk, "mode": "video"}


def test_first_free_says_who_and_when(browser, noon, sunrise, people, query):
    another_therapist()
    for hour in (14, 15, 16):
        booked(sunrise, at(hour), by=people.oscar)
    response = browser().get(URL, query)
    assert response.context["first"].therapist.full_name == "Tara Novak"
    assert "therapist=any" in response.context["any_url"]
    assert [one.therapist.user.given_name for one in response.context["candidates"]] == ["Tara", "Bob"]


def test_the_only_one_is_not_asked_about(browser, noon, query):
    location = browser().get(URL, query)["Location"]
    assert location.startswith(reverse("portal:book-time"))
    assert "therapist=bob-chen" in location


def test_without_type_and_mode_it_begins_at_the_beginning(browser, noon, speech):
    assert browser().get(URL)["Location"] == reverse("portal:book")
    assert browser().get(URL, {"type": speech.pk})["Location"].startswith(reverse("portal:book"))


def test_nobody_free_is_no_dead_end(browser, noon, query):
    another_therapist()
    Therapist.objects.update(availability="on_leave")
    world.forget()
    page = browser().get(URL, query).content.decode()
    assert "There is no free time at present" in page
    assert "Other sessions" in page


def test_nothing_is_posted_to_it(browser, noon, query):
    another_therapist()
    assert browser().post(f"{URL}?type={query['type']}&mode=video").status_code == 405


def test_queries_are_the_same_for_2_and_30(browser, noon, speech, query):
    another_therapist()
    client = browser()
    client.get(URL, query)
    with CaptureQueriesContext(connection) as few:
        client.get(URL, query)
    for turn in range(30):
        user = UserFactory(given_name=f"T{turn}", family_name=f"X{turn}", roles=["therapist"])
        cast.working_therapist(user, speech)
    world.forget()
    client.get(URL, query)
    with CaptureQueriesContext(connection) as many:
        client.get(URL, query)
    assert len(many) == len(few) <= 10
