import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.sessions.models import Room
from apps.therapists.models import TherapyType

URL = reverse("sessions:room-create")
FACTS = {"name": "Attic", "place": "Typed floor", "modes": ["in_person"], "position": "1", "is_active": "on"}


def test_makes_it(browser, people):
    kind = TherapyType.objects.get()
    assert browser(people.alice).post(URL, {**FACTS, "therapy_types": [kind.pk]})["Location"] == "/sessions/rooms/"
    room = Room.objects.get(name="Attic")
    assert (room.modes, list(room.therapy_types.all())) == (["in_person"], [kind])
    assert AuditRecord.objects.about(room).get().verb == "created"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Garden room"}, "name"),
        ({"modes": []}, "modes"),
        ({"position": "-1"}, "position"),
        ({"therapy_types": ["7"]}, "therapy_types"),
    ],
)
def test_invalid_keeps_what_was_typed(browser, people, wrong, field):
    response = browser(people.alice).post(URL, {**FACTS, **wrong})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert b"Typed floor" in response.content


def test_a_name_that_is_taken_is_said_in_plain_words(browser, people):
    response = browser(people.alice).post(URL, {**FACTS, "name": "Garden room"})
    assert "There is a room of this name already." in response.text


def test_in_a_dialog(browser, people):
    client = browser(people.alice, htmx=True)
    assert client.get(URL).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(URL, FACTS)


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused_and_delete_is_no_method(browser, people, who):
    assert browser(getattr(people, who)).post(URL, FACTS).status_code == 403
    assert browser(people.alice).delete(URL).status_code == 405
