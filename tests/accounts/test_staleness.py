"""Two people open one form: the second to save is told what the first changed, keeps what they typed, and may go on."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts import staleness
from apps.accounts.models import AuditRecord
from apps.patients.models import Guardianship, Patient
from apps.sessions.models import Room
from apps.therapists.models import Therapist, TherapyType
from tests.factories import (
    ClosureFactory,
    OfferingFactory,
    RoomFactory,
    SpecialtyFactory,
    TherapyTypeFactory,
    TimeOffFactory,
)
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
        "guardian": (people.oscar, guardian_url(), "given_name"),
        "user": (people.alice, reverse("accounts:user-update", args=[people.erin.pk]), "given_name"),
        "price": (people.alice, price_url(bob, speech), "price"),
        "closure": (people.alice, reverse("scheduling:closure-update", args=[ClosureFactory().pk]), "name"),
        "time off": (people.oscar, time_off_url(bob), "note"),
        "status": (people.oscar, reverse("scheduling:status-update", args=[bob.pk]), "daily_cap"),
    }


def guardian_url():
    mia = Patient.objects.get(given_name="Mia")
    return reverse("patients:guardian-update", args=[mia.pk, mia.guardianships.get().pk])


def price_url(therapist, kind):
    own = OfferingFactory(therapist=therapist, therapy_type=kind)
    return reverse("therapists:offering-update", args=[therapist.pk, own.pk])


def time_off_url(therapist):
    away = TimeOffFactory(therapist=therapist)
    return reverse("scheduling:time-off-update", args=[therapist.pk, away.pk])


NUMBERS = {"price": ("11.00", "12.00", "13.00"), "status": ("3", "4", "5")}
WORDS = ("First", "Second", "Third")
KINDS = [
    "patient", "own", "child", "therapist", "type", "room",
    "guardian", "user", "price", "closure", "time off", "status",
]  # fmt: skip


@pytest.fixture(params=KINDS)
def writers(request, pages, browser):
    user, url, name = pages[request.param]
    return browser(user), browser(user), url, name


@pytest.fixture
def values(request):
    return NUMBERS.get(request.node.callspec.params["writers"], WORDS)


def test_second_writer_is_told_and_loses_nothing(writers, values):
    first, second, url, name = writers
    one, other, _third = values
    shown, stale = first.get(url), second.get(url)
    assert first.post(url, typed(shown, **{name: one})).status_code == 302
    answer = second.post(url, typed(stale, **{name: other}))
    assert answer.status_code == 422
    page, form = Page(answer.content.decode()), answer.context["form"]
    assert "Somebody else has changed this" in page.text and f"Changed: {form[name].label}." in page.text
    assert form.errors[name] == [f"It says “{one}” now."]
    assert form[name].value() == other
    assert str(typed(second.get(url))[name]) == one
    sent = {facts["name"]: facts.get("value") for tag, facts in page.elements if facts.get("name") == "as_read"}
    assert second.post(url, typed(stale, **{name: other}, **sent)).status_code == 302
    assert str(typed(first.get(url))[name]) == other


def test_one_writer_is_never_stopped(writers, values):
    first, _second, url, name = writers
    for value in values:
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


def test_rows_below_the_form_count_too(browser, people, pages):
    alice, url, name = pages["therapist"]
    stale, bob = browser(alice).get(url), Therapist.objects.get(user=people.bob)
    bob.education.create(degree="Master", institution="Here", year=2001)
    bob.specialties.add(SpecialtyFactory())
    answer = browser(alice).post(url, typed(stale, **{name: "Second"}))
    assert answer.status_code == 422
    assert b"Changed: Education, Specialties." in answer.content


def test_a_row_that_another_removed_is_told_and_may_be_kept(browser, people, pages):
    alice, url, name = pages["therapist"]
    client, bob = browser(alice), Therapist.objects.get(user=people.bob)
    bob.education.create(degree="Master", institution="There", year=2001)
    gone = bob.education.create(degree="Doctor", institution="Here", year=2005)
    stale = client.get(url)
    gone.delete()
    refusal = client.post(url, typed(stale, **{name: "Second", "education-0-institution": "Where it was"}))
    assert refusal.status_code == 422 and "Changed: Education." in Page(refusal.text).text
    assert "valid choice" not in refusal.text
    assert refusal.context["form"].education[0]["institution"].value() == "Where it was"
    assert client.post(url, typed(refusal)).status_code == 302
    assert set(bob.education.values_list("degree", "institution")) == {("Doctor", "Where it was"), ("Master", "There")}


def test_a_row_that_two_removed_is_gone(browser, people, pages):
    alice, url, name = pages["therapist"]
    client, bob = browser(alice), Therapist.objects.get(user=people.bob)
    bob.education.create(degree="Master", institution="Here", year=2001)
    stale = client.get(url)
    bob.education.all().delete()
    refusal = client.post(url, typed(stale, **{name: "Second", "education-0-DELETE": "on"}))
    assert refusal.status_code == 422 and 'name="education-0-DELETE"' in refusal.text
    assert client.post(url, typed(refusal)).status_code == 302
    assert not bob.education.exists()


def test_a_guardians_rights_count_too(browser, people, pages):
    oscar, url, name = pages["guardian"]
    stale = browser(oscar).get(url)
    Guardianship.objects.filter(patient__given_name="Mia").update(may_book=False)
    answer = browser(oscar).post(url, typed(stale, **{name: "Second"}))
    assert answer.status_code == 422 and b"Changed: May book and cancel sessions." in answer.content


def test_the_centres_settings_count_too(browser, people, sunrise, django_capture_on_commit_callbacks):
    url, alice = reverse("portal:centre-settings"), browser(people.alice)
    stale = typed(alice.get(url))
    stale.pop("logo", None)
    with django_capture_on_commit_callbacks(execute=True):
        assert alice.post(url, {**stale, "tagline": "First"}).status_code == 302
    answer = alice.post(url, {**stale, "phone": "212 664 7665"})
    assert answer.status_code == 422 and b"It says \xe2\x80\x9cFirst\xe2\x80\x9d now." in answer.content
    assert answer.context["form"]["phone"].value() == "212 664 7665"


@pytest.mark.parametrize(
    ("kind", "first", "then"),
    [
        ("user", 'accounts_user"."roles" @>', 'WHERE "accounts_user"."id" ='),
        ("price", "therapists_therapist", "therapists_offering"),
        ("own", "accounts_user", "patients_patient"),
    ],
)
def test_what_others_lock_before_the_row_is_locked_before_it_here(pages, browser, kind, first, then):
    """The other order waits in a circle."""
    user, url, name = pages[kind]
    client = browser(user)
    sent = typed(client.get(url), **{name: NUMBERS.get(kind, WORDS)[0]})
    with CaptureQueriesContext(connection) as seen:
        assert client.post(url, sent).status_code == 302
    locks = [query["sql"] for query in seen if re.search(r"FOR (NO KEY )?UPDATE", query["sql"])]
    assert first in locks[0] and any(then in one for one in locks[1:])


# --- between the look at the row and its lock ------------------------------------------------------------------------


@pytest.fixture
def meanwhile(monkeypatch):
    """Return a function: do this after a form was found good and before its row is locked."""

    def meanwhile(deed):
        real = staleness.require_as_read

        def after_the_deed(form, *besides):
            deed()
            real(form, *besides)

        monkeypatch.setattr(staleness, "require_as_read", after_the_deed)

    return meanwhile


def test_a_record_archived_meanwhile_does_not_come_back(browser, people, pages, meanwhile):
    oscar, url, name = pages["patient"]
    client = browser(oscar)
    carol = Patient.objects.filter(pk=people.carol.patient.pk)
    page = client.get(url)
    meanwhile(lambda: carol.update(status="archived"))
    assert client.post(url, typed(page, **{name: "First"})).status_code == 302
    assert (carol.get().status, carol.get().city) == ("archived", "First")


def test_a_therapist_deactivated_meanwhile_stays_so(browser, people, pages, meanwhile):
    oscar, url, name = pages["status"]
    client, bob = browser(oscar), Therapist.objects.filter(user=people.bob)
    page = client.get(url)
    meanwhile(lambda: bob.update(status="inactive"))
    assert client.post(url, typed(page, **{name: "3"})).status_code == 302
    assert (bob.get().status, bob.get().daily_cap) == ("inactive", 3)


def test_a_row_removed_meanwhile_is_not_made_anew(browser, pages, meanwhile):
    alice, url, name = pages["room"]
    client = browser(alice)
    page = client.get(url)
    meanwhile(lambda: Room.objects.all().delete())
    answer = client.post(url, typed(page, **{name: "First"}))
    assert answer.status_code == 422 and b"has removed this" in answer.content
    assert answer.context["form"][name].value() == "First"
