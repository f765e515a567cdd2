from decimal import Decimal

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.therapists.models import TherapyType

URL = reverse("therapists:therapy-type-create")
FACTS = {
    "name": "Music therapy", "description": "Typed words", "format": "individual", "duration_minutes": "50",
    "price": "70.00", "buffer_before_minutes": "5", "buffer_after_minutes": "10", "modes": ["in_person", "video"],
    "colour": "3", "position": "2", "is_active": "on",
}  # fmt: skip


def test_makes_it(browser, people):
    assert browser(people.alice).post(URL, FACTS)["Location"] == reverse("therapists:therapy-type-list")
    kind = TherapyType.objects.get(name="Music therapy")
    assert (kind.price, kind.modes, kind.colour, kind.is_active) == (Decimal("70.00"), ["in_person", "video"], 3, True)
    assert AuditRecord.objects.about(kind).get().verb == "created"


def test_proposes_a_colour_that_is_free(browser, people):
    assert browser(people.alice).get(URL).context["form"]["colour"].initial == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Speech therapy"}, "name"),
        ({"price": "-1"}, "price"),
        ({"price": "12345678901"}, "price"),
        ({"duration_minutes": "4"}, "duration_minutes"),
        ({"duration_minutes": "481"}, "duration_minutes"),
        ({"buffer_after_minutes": "121"}, "buffer_after_minutes"),
        ({"modes": []}, "modes"),
        ({"modes": ["fax"]}, "modes"),
        ({"colour": "8"}, "colour"),
        ({"format": "crowd"}, "format"),
    ],
)
def test_invalid_keeps_what_was_typed(browser, people, wrong, field):
    response = browser(people.alice).post(URL, {**FACTS, **wrong})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert b"Typed words" in response.content


def test_a_name_that_is_taken_is_said_in_plain_words(browser, people):
    response = browser(people.alice).post(URL, {**FACTS, "name": "Speech therapy"})
    assert "There is a therapy type of this name already." in response.text


def test_as_a_fragment(browser, people):
    client = browser(people.alice, htmx=True)
    assert client.get(URL).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(URL, FACTS)


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused_and_delete_is_no_method(browser, people, who):
    assert browser(getattr(people, who)).post(URL, FACTS).status_code == 403
    assert browser(people.alice).delete(URL).status_code == 405
