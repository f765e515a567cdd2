import pytest
from django.urls import reverse

from apps.therapists.models import TherapyType
from tests.factories import TherapyTypeFactory

URL = reverse("therapists:therapy-type-list")


def names(response):
    return [row.name for row in response.context["page_obj"]]


@pytest.mark.parametrize("who", ["alice", "oscar", "erin", "bob"])
def test_lists_with_the_number_of_therapists(browser, people, who):
    response = browser(getattr(people, who)).get(URL)
    assert names(response) == ["Speech therapy"]
    assert response.context["page_obj"][0].therapist_count == 1


def test_roles_and_methods(browser, people):
    assert browser(people.carol).get(URL).status_code == 403
    assert browser(people.alice).post(URL).status_code == 405


def test_as_a_fragment(browser, people):
    assert browser(people.alice, htmx=True).get(URL).content.strip().startswith(b'<div id="list"')


def test_search_filters_and_sort(browser, people):
    TherapyTypeFactory(name="Music", format="group", price=30)
    TherapyTypeFactory(name="Retired", is_active=False, price=10)
    client = browser(people.alice)
    assert names(client.get(URL, {"q": "mus"})) == ["Music"]
    assert names(client.get(URL, {"state": "inactive"})) == ["Retired"]
    assert names(client.get(URL, {"format": "group"})) == ["Music"]
    assert names(client.get(URL, {"sort": "-price"})) == ["Speech therapy", "Music", "Retired"]
    assert b"No therapy type matches" in client.get(URL, {"q": "zzz"}).content


def test_empty_says_what_to_do_next(browser, people):
    TherapyType.objects.all().delete()
    assert b"Make the first one" in browser(people.alice).get(URL).content
    assert b"Make the first one" not in browser(people.oscar).get(URL).content


def test_csv(browser, people):
    text = browser(people.alice).get(URL, {"format": "csv"}).content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("Speech therapy,Individual,45,85.00,0,15,")


def test_queries_do_not_grow_with_rows(browser, people, django_assert_max_num_queries):
    client = browser(people.alice)
    client.get(URL)
    with django_assert_max_num_queries(6) as few:
        client.get(URL)
    TherapyTypeFactory.create_batch(20)
    with django_assert_max_num_queries(6) as many:
        client.get(URL)
    assert len(few) == len(many)
