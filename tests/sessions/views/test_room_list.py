import pytest
from django.urls import reverse

from apps.sessions.models import Room
from apps.therapists.models import TherapyType
from tests.factories import RoomFactory

URL = reverse("sessions:room-list")


def names(response):
    return [row.name for row in response.context["page_obj"]]


@pytest.mark.parametrize("who", ["alice", "oscar", "erin", "bob"])
def test_lists(browser, people, who):
    assert names(browser(getattr(people, who)).get(URL)) == ["Garden room"]


def test_roles_and_methods(browser, people):
    assert browser(people.carol).get(URL).status_code == 403
    assert browser(people.alice).post(URL).status_code == 405


def test_as_a_fragment(browser, people):
    assert browser(people.alice, htmx=True).get(URL).content.strip().startswith(b'<div id="list"')


def test_search_filters_and_sort(browser, people):
    RoomFactory(name="Attic", place="Third floor", modes=["video"], position=5)
    RoomFactory(name="Old", is_active=False, position=9)
    client = browser(people.alice)
    assert names(client.get(URL, {"q": "third"})) == ["Attic"]
    assert names(client.get(URL, {"state": "inactive"})) == ["Old"]
    assert names(client.get(URL, {"mode": "in_person"})) == ["Garden room", "Old"]
    assert names(client.get(URL, {"sort": "name"})) == ["Attic", "Garden room", "Old"]
    assert b"No room matches" in client.get(URL, {"q": "zzz"}).content


def test_empty_says_what_to_do_next(browser, people):
    Room.objects.all().delete()
    assert b"Make the first one" in browser(people.alice).get(URL).content
    assert b"Make the first one" not in browser(people.oscar).get(URL).content


def test_csv(browser, people):
    text = browser(people.alice).get(URL, {"format": "csv"}).content.decode("utf-8-sig")
    assert text.splitlines()[1] == "Garden room,,In person,,yes"


def test_queries_do_not_grow_with_rows(browser, people, django_assert_max_num_queries):
    client = browser(people.alice)
    client.get(URL)
    with django_assert_max_num_queries(6) as few:
        client.get(URL)
    for room in RoomFactory.create_batch(20):
        room.therapy_types.add(TherapyType.objects.get())
    with django_assert_max_num_queries(6) as many:
        client.get(URL)
    assert len(few) == len(many)
