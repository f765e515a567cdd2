import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.scheduling import world
from apps.therapists.models import Therapist
from tests.factories import SpecialtyFactory, UserFactory, cast
from tests.factories.world import at, booked

URL = "/therapists/"


def names(response):
    return [card["therapist"].user.given_name for card in response.context["cards"]]


@pytest.fixture
def grieving(tara):
    tara.specialties.add(SpecialtyFactory(name="Grief"))
    return tara


def test_everybody_public_is_listed_with_the_next_free_time(browser, noon):
    response = browser().get(URL)
    card = response.context["cards"][0]
    assert names(response) == ["Bob"]
    assert "Mon, Nov 23" in card["next_said"]
    assert "$85.00" in response.content.decode()


@pytest.mark.parametrize("status", ["pending", "inactive"])
def test_nobody_else_is_listed(browser, tara, status):
    Therapist.objects.filter(pk=tara.pk).update(status=status)
    assert names(browser().get(URL)) == ["Bob"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"gender": "woman"}, ["Tara"]),
        ({"language": "es"}, ["Tara"]),
        ({"mode": "in_person"}, ["Bob"]),
        ({"q": "novak"}, ["Tara"]),
        ({"q": "grief"}, ["Tara"]),
        ({"q": "@sunrise.example"}, []),
        ({"gender": "nonsense"}, ["Bob", "Tara"]),
        ({"sort": "name"}, ["Bob", "Tara"]),
        ({"sort": "-name"}, ["Bob", "Tara"]),
    ],
)
def test_filters_stand_in_the_address(browser, grieving, query, expected):
    assert names(browser().get(URL, query)) == expected


def test_filter_by_specialty_and_type(browser, grieving, speech):
    specialty = grieving.specialties.get()
    assert names(browser().get(URL, {"specialty": specialty.pk})) == ["Tara"]
    assert sorted(names(browser().get(URL, {"type": speech.pk}))) == ["Bob", "Tara"]


def test_whoever_is_free_first_comes_first(browser, sunrise, tara, people):
    for hour in (14, 15, 16):
        booked(sunrise, at(hour), by=people.oscar)
    world.forget()
    assert names(browser().get(URL)) == ["Tara", "Bob"]


def test_on_leave_one_is_listed_last_without_a_time(browser, tara):
    Therapist.objects.filter(user__given_name="Bob").update(availability="on_leave")
    world.forget()
    response = browser().get(URL)
    assert names(response) == ["Tara", "Bob"]
    assert response.context["cards"][1]["book_url"] == ""


def test_nobody_found_leads_on(browser, noon):
    page = browser().get(URL, {"q": "xyz"}).content.decode()
    assert "Nobody fits all of this" in page


def test_nobody_to_list_leaves_nothing_to_search(browser, noon):
    assert 'role="search"' in browser().get(URL).text
    Therapist.objects.update(status="inactive")
    world.forget()
    page = browser().get(URL).text
    assert "Our therapists will be listed here soon" in page
    assert 'role="search"' not in page


def test_fragment_is_the_list_alone(browser, noon):
    response = browser(htmx=True).get(URL)
    assert response.content.decode().strip().startswith('<div id="list"')


def test_nothing_is_posted_to_it(browser, noon):
    assert browser().post(URL).status_code == 405


@pytest.mark.parametrize("sort", ["first_free", "name"])
def test_queries_are_the_same_for_1_row_and_30(browser, noon, speech, sort):
    client = browser()
    client.get(URL)
    with CaptureQueriesContext(connection) as one:
        client.get(URL, {"sort": sort})
    for turn in range(30):
        user = UserFactory(given_name=f"T{turn}", family_name=f"X{turn}", roles=["therapist"])
        cast.working_therapist(user, speech)
    world.forget()
    client.get(URL)
    with CaptureQueriesContext(connection) as many:
        client.get(URL, {"sort": sort})
    assert len(many) == len(one)
    assert len(one) <= 20


def test_what_narrows_the_list_can_be_cleared_at_once(browser, noon):
    clear = '<a class="btn" data-variant="ghost" href="/therapists/">'
    assert clear not in browser().get(URL).text
    assert clear in browser().get(URL, {"q": "bob"}).text
