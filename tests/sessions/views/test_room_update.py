import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.sessions.models import Room
from tests.sessions.views.test_room_create import FACTS


@pytest.fixture
def room(people):
    return Room.objects.get(name="Garden room")


@pytest.fixture
def url(room):
    return reverse("sessions:room-update", args=[room.pk])


def test_changes_and_says_what(browser, people, room, url):
    assert browser(people.alice).post(url, FACTS).status_code == 302
    room.refresh_from_db()
    assert (room.name, room.place) == ("Attic", "Typed floor")
    assert AuditRecord.objects.about(room).get().changes["name"] == ["Garden room", "Attic"]


def test_invalid_keeps_what_was_typed_and_the_heading(browser, people, url):
    response = browser(people.alice).post(url, {**FACTS, "name": ""})
    assert response.status_code == 422
    assert response.context["room"].name == "Garden room"
    assert b"Typed floor" in response.content


def test_in_a_dialog(browser, people, url):
    assert browser(people.alice, htmx=True).get(url).content.strip().startswith(b"<form")


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, url, who):
    assert browser(getattr(people, who)).post(url, FACTS).status_code == 403


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    assert browser(people.alice).get(reverse("sessions:room-update", args=[uuid.uuid4()])).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
