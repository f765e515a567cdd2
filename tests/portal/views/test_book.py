import pytest
from django.urls import reverse
from django_tenants.utils import get_public_schema_name, schema_context

from apps.scheduling import world
from apps.sessions.models import Room
from apps.therapists.models import Therapist

URL = "/book/"


def test_types_and_ways_to_meet_are_links(browser, noon, speech):
    page = browser().get(URL).content.decode()
    assert "Speech therapy" in page
    assert f"type={speech.pk}&amp;mode=in_person" in page
    assert "step 1 of 5" in page


def test_in_person_needs_a_room(browser, noon, speech):
    Room.objects.update(is_active=False)
    world.forget()
    assert "mode=in_person" not in browser().get(URL).content.decode()


def test_chosen_type_and_mode_go_on(browser, noon, speech):
    query = {"type": speech.pk, "mode": "video"}
    assert browser().get(URL, query)["Location"].startswith(reverse("portal:book-therapist"))
    assert browser().get(URL, {**query, "therapist": "bob-chen"})["Location"].startswith(reverse("portal:book-time"))


@pytest.mark.parametrize(
    "query", [{"type": "nonsense"}, {"type": "a\0b"}, {"mode": "video"}, {"therapist": "nobody"}, {"for": "x"}]
)
def test_nonsense_in_the_address_is_no_choice(browser, noon, query):
    assert browser().get(URL, query).status_code == 200


def test_a_therapist_in_the_address_narrows_the_offer(browser, tara):
    page = browser().get(URL, {"therapist": tara.slug}).content.decode()
    assert "Tara Novak" in page
    assert "mode=in_person" not in page


@pytest.mark.parametrize(
    ("phone", "sentence"), [("+1 212 555 0140", "Please call or write to us"), ("", "Please look in again soon.")]
)
def test_nothing_to_book_names_another_way(browser, noon, sunrise, phone, sentence):
    Therapist.objects.update(status="inactive")
    world.forget()
    sunrise.phone = phone
    with schema_context(get_public_schema_name()):
        sunrise.save()
    page = browser().get(URL).text
    assert "Nothing can be booked online" in page
    assert sentence in page


@pytest.mark.parametrize(("who", "may_book"), [("oscar", True), ("erin", False)])
def test_the_team_is_told_where_it_books(browser, people, noon, who, may_book):
    page = browser(getattr(people, who)).get(URL).text
    assert "You are signed in as a member of the team" in page
    assert ("For a patient, book at the desk" in page) is may_book


def test_a_kept_time_can_be_taken_up_again(browser, choose):
    client = browser()
    choose(client)
    assert "Go on where you were" in client.get(URL).content.decode()


def test_nothing_is_posted_to_it(browser, noon):
    assert browser().post(URL).status_code == 405
