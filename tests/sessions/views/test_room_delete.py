import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.sessions.models import Room
from tests.factories import RoomFactory, TherapySessionFactory


@pytest.fixture
def room(people):
    return RoomFactory(name="Attic")


@pytest.fixture
def url(room):
    return reverse("sessions:room-delete", args=[room.pk])


def test_deletes_a_room_that_was_never_used(browser, people, room, url):
    assert browser(people.alice).post(url).status_code == 302
    assert not Room.objects.filter(pk=room.pk).exists()
    assert AuditRecord.objects.about(room).get().verb == "deleted"


def test_puts_a_used_room_out_of_use(browser, people, room, url):
    TherapySessionFactory(room=room, state="cancelled")
    client = browser(people.alice)
    client.post(url)
    room.refresh_from_db()
    assert not room.is_active
    assert AuditRecord.objects.about(room).get().verb == "deactivated"
    assert b"out of use" in client.get(reverse("sessions:room-list")).content


def test_in_a_dialog(browser, people, url):
    client = browser(people.alice, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url)


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, room, url, who):
    assert browser(getattr(people, who)).post(url).status_code == 403
    assert Room.objects.filter(pk=room.pk).exists()


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    assert browser(people.alice).post(reverse("sessions:room-delete", args=[uuid.uuid4()])).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
