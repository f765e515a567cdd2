"""Two people open one form: the second to save is told what the first changed, keeps what they typed, and may go on."""

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.patients.models import Patient
from apps.therapists.models import Therapist, TherapyType
from tests.factories import RoomFactory, TherapyTypeFactory
from tests.isolation.judge import Page


def typed(answer, **changes):
    """What a browser sends of the page's form: everything as it was shown, but the changes."""
    form = answer.context["form"]
    data = {field.html_name: field.value() for field in form}
    for rows in (getattr(form, name, None) for name in ("education", "experience")):
        for part in [rows.management_form, *rows] if rows else []:
            data |= {field.html_name: field.value() for field in part}
    return {name: value for name, value in {**data, **changes}.items() if value is not None and value is not False}


@pytest.fixture
def pages(people):
    """Each page that changes one row: who opens it, a field and two values for it."""
    bob, speech = Therapist.objects.get(user=people.bob), TherapyType.objects.get(name="Speech therapy")
    return {
        "patient": (people.oscar, reverse("patients:patient-update", args=[people.carol.patient.pk]), "city"),
        "own": (people.carol, reverse("portal:my-details-update"), "city"),
        "child": (
            people.dana,
            reverse("portal:my-child-update", args=[Patient.objects.get(given_name="Mia").pk]),
            "given_name",
        ),
        "therapist": (people.alice, reverse("therapists:therapist-update", args=[bob.pk]), "location"),
        "type": (people.alice, reverse("therapists:therapy-type-update", args=[speech.pk]), "name"),
        "room": (people.alice, reverse("sessions:room-update", args=[RoomFactory().pk]), "name"),
    }


@pytest.fixture(params=["patient", "own", "child", "therapist", "type", "room"])
def writers(request, pages, browser):
    user, url, name = pages[request.param]
    return browser(user), browser(user), url, name


def test_second_writer_is_told_and_loses_nothing(writers):
    first, second, url, name = writers
    shown, stale = first.get(url), second.get(url)
    assert first.post(url, typed(shown, **{name: "First"})).status_code == 302
    answer = second.post(url, typed(stale, **{name: "Second"}))
    assert answer.status_code == 422
    page = Page(answer.content.decode())
    assert (
        "Somebody else has changed this" in page.text and f"Changed: {answer.context['form'][name].label}." in page.text
    )
    assert answer.context["form"][name].value() == "Second"
    assert typed(second.get(url))[name] == "First"
    sent = {facts["name"]: facts.get("value") for tag, facts in page.elements if facts.get("name") == "as_read"}
    assert second.post(url, typed(stale, **{name: "Second"}, **sent)).status_code == 302
    assert typed(first.get(url))[name] == "Second"


def test_one_writer_is_never_stopped(writers):
    first, _second, url, name = writers
    for value in ("First", "Second", "Third"):
        answer = first.post(url, typed(first.get(url), **{name: value}))
        assert answer.status_code == 302, answer.context["form"].errors


def test_a_list_that_another_changed_counts_too(browser, people, pages):
    alice, url, name = pages["therapist"]
    stale = browser(alice).get(url)
    Therapist.objects.get(user=people.bob).therapy_types.add(TherapyTypeFactory())
    answer = browser(alice).post(url, typed(stale, **{name: "Second"}))
    assert answer.status_code == 422 and b"Changed: Therapy types." in answer.content


def test_the_trail_does_not_name_what_was_read(browser, people, pages):
    oscar, url, name = pages["patient"]
    client = browser(oscar)
    client.post(url, typed(client.get(url), **{name: "First"}))
    record = AuditRecord.objects.about(people.carol.patient).filter(verb="changed").latest("pk")
    assert set(record.changes) == {name}
