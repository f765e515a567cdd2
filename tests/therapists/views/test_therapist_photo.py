import uuid

import pytest
from django.urls import reverse

from apps.therapists import actions, photos
from tests.therapists.test_photos import picture


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def url(bob, people):
    actions.set_photo(therapist=bob, by=people.alice, content=photos.square(picture()))
    return reverse("therapists:therapist-photo", args=[bob.pk])


@pytest.mark.parametrize("who", [None, "carol", "bob", "alice"])
def test_everybody_sees_a_public_therapists_photo(browser, people, url, who):
    response = browser(who and getattr(people, who)).get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert b"".join(response.streaming_content).startswith(b"\xff\xd8")
    assert "public" in response["Cache-Control"]


def test_the_photo_of_somebody_who_is_not_public_is_for_the_desk_and_themselves(browser, people, bob, url):
    actions.deactivate_therapist(therapist=bob, by=people.alice)
    assert browser().get(url).status_code == 404
    assert browser(people.carol).get(url).status_code == 404
    for who in (people.alice, people.oscar, people.bob):
        response = browser(who).get(url)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        assert b"".join(response.streaming_content)


def test_no_photo_a_lost_file_and_nobody_are_404(browser, people, bob, newcomer, url):
    client = browser(people.alice)
    assert client.get(reverse("therapists:therapist-photo", args=[newcomer.pk])).status_code == 404
    assert client.get(reverse("therapists:therapist-photo", args=[uuid.uuid4()])).status_code == 404
    bob.refresh_from_db()
    bob.photo.storage.delete(bob.photo.name)
    assert client.get(url).status_code == 404


def test_only_reading_is_allowed(browser, people, url):
    assert browser(people.alice).post(url).status_code == 405
