import pytest
from django.urls import reverse

from tests.factories import SpecialtyFactory, TherapistFactory

URL = reverse("therapists:therapist-list")


def names(response):
    return {row.user.given_name for row in response.context["page_obj"]}


@pytest.mark.parametrize("who", ["alice", "oscar", "erin"])
def test_the_desk_sees_everybody(browser, people, newcomer, who):
    user = getattr(people, who)
    response = browser(user).get(URL)
    assert response.status_code == 200
    assert names(response) == {"Bob", "Nina"}


def test_a_therapist_sees_public_colleagues_only(browser, people, newcomer):
    assert names(browser(people.bob).get(URL)) == {"Bob"}


def test_patients_are_refused_and_only_reading_is_allowed(browser, people):
    assert browser(people.carol).get(URL).status_code == 403
    assert browser(people.alice).post(URL).status_code == 405


def test_as_a_fragment(browser, people):
    assert browser(people.alice, htmx=True).get(URL).content.strip().startswith(b'<div id="list"')


def test_search_and_filters(browser, people, newcomer, speech):
    client = browser(people.alice)
    assert names(client.get(URL, {"q": "nina"})) == {"Nina"}
    assert names(client.get(URL, {"status": "pending"})) == {"Nina"}
    assert names(client.get(URL, {"therapy_type": speech.pk})) == {"Bob"}
    assert b"No therapist matches" in client.get(URL, {"q": "zzz"}).content


def test_sorted_by_name_backwards(browser, people, newcomer):
    page = browser(people.alice).get(URL, {"sort": "-name"}).context["page_obj"]
    assert [row.user.family_name for row in page] == ["New", "Chen"]


def test_csv_holds_the_found_rows(browser, people, newcomer):
    text = browser(people.erin).get(URL, {"format": "csv", "q": "nina"}).content.decode("utf-8-sig")
    assert "Nina" in text
    assert "Bob" not in text


def test_queries_do_not_grow_with_rows(browser, people, speech, django_assert_max_num_queries):
    client = browser(people.alice)
    client.get(URL)
    with django_assert_max_num_queries(8) as few:
        client.get(URL)
    for therapist in TherapistFactory.create_batch(20):
        therapist.therapy_types.add(speech)
        therapist.specialties.add(SpecialtyFactory())
    with django_assert_max_num_queries(8) as many:
        client.get(URL)
    assert len(few) == len(many)
