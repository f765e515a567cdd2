"""What is written when a session is booked, moved or cancelled, and to whom."""

import pytest
from django.db import connection, transaction
from django_tenants.utils import schema_context

from apps.notifications import letters
from apps.notifications.actions import tell_session
from apps.notifications.letters import current_centre
from apps.notifications.models import Message
from apps.patients.models import Guardianship, Patient
from apps.sessions.actions import cancel_session
from apps.therapists.models import Therapist
from tests.factories import GuardianFactory, GuardianshipFactory, PatientFactory, TherapistFactory, UserFactory
from tests.notifications.conftest import MONDAY_TEN

Kind = Message.Kind
CAROL, DANA, BOB = "carol@sunrise.example", "dana@sunrise.example", "bob@sunrise.example"


def test_booking_tells_patient_and_therapist(book, told):
    book()
    assert set(told(Kind.SESSION_BOOKED)) == {CAROL, BOB}


def test_text_says_when_where_what_and_until_when(book, told):
    session = book()
    letter = told(Kind.SESSION_BOOKED)[CAROL]
    assert letter.subject == "Booked: Mon, Nov 23, 2026, 10:00 AM, Sunrise Therapy"
    for words in (
        "Hello Carol Reyes,",
        "Day: Mon, Nov 23, 2026",
        "Time: 10:00\u202fAM – 10:45\u202fAM (Eastern Standard Time)",
        "Therapy: Speech therapy, 45 minutes",
        "With: Bob Chen",
        "Where: Garden room",
        "Price: $85.00",
        "You may cancel on the session's page until Sun, Nov 22, 2026, 10:00\u202fAM.",
        f"http://sunrise.localhost:8000/my/sessions/{session.pk}/",
    ):
        assert words in letter.text
        assert words.partition(": ")[2] in letter.html


def test_therapist_gets_initials_only_and_no_price(book, told):
    session = book()
    letter = told(Kind.SESSION_BOOKED)[BOB]
    assert "Patient: CR" in letter.text
    assert f"http://sunrise.localhost:8000/sessions/{session.pk}/" in letter.text
    for word in ("Carol", "Reyes", "$85", "cancel"):
        assert word not in letter.text + letter.html + letter.calendar


def test_concerns_are_never_written(book, told):
    book(concerns="I stammer when I am tired")
    for letter in told().values():
        assert "Speech therapy" in letter.text
        assert "stammer" not in letter.text + letter.html + letter.calendar + letter.subject


def test_guardian_is_told_instead_of_the_child(book, told, people):
    mia = Patient.objects.get(given_name="Mia")
    Patient.objects.filter(pk=mia.pk).update(email="mia@school.example")
    book(Patient.objects.get(pk=mia.pk), by=people.dana)
    assert set(told(Kind.SESSION_BOOKED)) == {DANA, BOB}
    assert "For: Mia\n" in told(Kind.SESSION_BOOKED)[DANA].text


def test_guardian_who_wants_no_messages_gets_none(book, told, people):
    Guardianship.objects.update(is_told=False)
    book(Patient.objects.get(given_name="Mia"), by=people.dana)
    assert set(told(Kind.SESSION_BOOKED)) == {BOB}


def test_child_without_any_guardian_is_told_at_the_recorded_address(book, told):
    Guardianship.objects.all().delete()
    Patient.objects.filter(given_name="Mia").update(email="home@okafor.example")
    book(Patient.objects.get(given_name="Mia"))
    assert set(told(Kind.SESSION_BOOKED)) == {"home@okafor.example", BOB}


def test_adult_and_guardian_are_both_told(book, told):
    adult = PatientFactory(email="adult@patients.example")
    GuardianshipFactory(patient=adult, guardian=GuardianFactory(email="carer@guardians.example"))
    book(adult)
    assert set(told(Kind.SESSION_BOOKED)) == {"adult@patients.example", "carer@guardians.example", BOB}


def test_one_address_is_told_once(book, told):
    adult = PatientFactory(email="Shared@home.example")
    GuardianshipFactory(patient=adult, guardian=GuardianFactory(email="shared@home.example"))
    book(adult)
    assert set(told(Kind.SESSION_BOOKED)) == {"Shared@home.example", BOB}


def test_patient_without_address_is_not_told(book, told):
    book(PatientFactory(email=""))
    assert set(told(Kind.SESSION_BOOKED)) == {BOB}


def test_whoever_died_is_not_written_to(book, told, people):
    session = book()
    Patient.objects.filter(user=people.carol).update(status=Patient.Status.DECEASED)
    cancel_session(session=session, by=people.oscar)
    assert set(told(Kind.SESSION_CANCELLED)) == {BOB}


def test_login_that_was_closed_is_told_at_the_recorded_address(book, told, people):
    patient = PatientFactory(
        user=UserFactory(email="closed@people.example", is_active=False), email="record@people.example"
    )
    book(patient)
    assert set(told(Kind.SESSION_BOOKED)) == {"record@people.example", BOB}


def test_move_says_what_it_was(book, move, told):
    move(book(), starts_at=MONDAY_TEN.replace(hour=19))
    letter = told(Kind.SESSION_MOVED)[CAROL]
    assert "Before: Mon, Nov 23, 2026, 10:00\u202fAM" in letter.text
    assert "Time: 2:00\u202fPM – 2:45\u202fPM" in letter.text


def test_therapist_who_lost_the_session_is_told_so_once(book, move, told):
    session = book()
    nora = TherapistFactory(therapy_types=[session.therapy_type], user__email="nora@sunrise.example")
    move(session, therapist=nora)
    assert set(told(Kind.SESSION_MOVED)) == {CAROL, "nora@sunrise.example"}
    assert set(told(Kind.SESSION_CANCELLED)) == {BOB}
    assert "no longer yours" in told(Kind.SESSION_CANCELLED)[BOB].text
    assert "Before:" not in told(Kind.SESSION_MOVED)[CAROL].text
    move(session, starts_at=MONDAY_TEN.replace(hour=19))
    assert Message.objects.filter(kind=Kind.SESSION_CANCELLED).count() == 1


def test_why_it_was_moved_stays_in_the_house(book, move, told):
    move(book(), starts_at=MONDAY_TEN.replace(hour=19), override_reason="Bob is poorly")
    texts = [letter.text for letter in told(Kind.SESSION_MOVED).values()]
    assert len(texts) == 2
    assert "poorly" not in "".join(texts)


def test_nothing_is_written_out_while_somebody_books(book, monkeypatch):
    """Under the booking's locks there are rows to insert and nothing to render."""
    monkeypatch.setattr(letters, "render", None)
    book()
    assert set(Message.objects.values_list("text", "html", "calendar")) == {("", "", "")}


def test_letter_tells_of_its_event_however_late_it_is_written(book, move, told):
    session = book()
    nora = TherapistFactory(therapy_types=[session.therapy_type], user__email="nora@sunrise.example")
    move(session, therapist=nora, starts_at=MONDAY_TEN.replace(hour=19))
    move(session, starts_at=MONDAY_TEN.replace(hour=20))
    letter = told(Kind.SESSION_CANCELLED)[BOB]
    assert "Time: 2:00\u202fPM – 2:45\u202fPM" in letter.text
    assert "SEQUENCE:1\r\n" in letter.calendar


def test_letter_about_a_child_is_not_written_to_whoever_is_its_guardian_no_more(book, people):
    book(Patient.objects.get(given_name="Mia"), by=people.dana)
    Guardianship.objects.all().delete()
    assert not letters.write(Message.objects.get(to_address=DANA))
    assert letters.write(Message.objects.get(to_address=BOB))


def test_therapist_reads_their_own_zone(book, told):
    Therapist.objects.update(time_zone="America/Los_Angeles")
    book(starts_at=MONDAY_TEN.replace(hour=18))
    assert "10:00\u202fAM – 10:45\u202fAM (Pacific Standard Time)" in told(Kind.SESSION_BOOKED)[BOB].text
    assert "1:00\u202fPM – 1:45\u202fPM (Eastern Standard Time)" in told(Kind.SESSION_BOOKED)[CAROL].text


def test_same_event_is_queued_once(book):
    session = book()
    before = Message.objects.count()
    tell_session(kind=Kind.SESSION_BOOKED, session=session, event=session.events.get())
    assert Message.objects.count() == before


def test_session_that_is_over_is_not_told(book, clock):
    session = book()
    Message.objects.all().delete()
    clock.move_to(session.ends_at)
    assert tell_session(kind=Kind.SESSION_MOVED, session=session, event=session.events.get()) == []


def test_messages_fall_with_the_booking(book):
    class Regret(Exception):
        pass

    with pytest.raises(Regret), transaction.atomic():
        book()
        raise Regret
    assert not Message.objects.exists()


def test_task_names_the_centre_and_the_rows(book, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr("apps.notifications.tasks.deliver.delay", lambda *args: sent.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        book()
    ids = {str(pk) for pk in Message.objects.values_list("pk", flat=True)}
    assert [(schema, set(rest)) for schema, *rest in sent] == [(connection.schema_name, ids)]


def test_writing_costs_few_queries(book, django_assert_max_num_queries):
    session = book()
    event = session.events.get()
    Message.objects.all().delete()
    with django_assert_max_num_queries(4):
        tell_session(kind=Kind.SESSION_BOOKED, session=session, event=event)


def test_centre_is_found_by_its_schema_alone(sunrise):
    with schema_context("c_sunrise"):
        assert current_centre() == sunrise


HOSTILE = [
    "<script>alert(1)</script>",
    "Eve\r\nBcc: all@evil.example",
    '"; DROP',
    "a\nDTSTART:20300101T000000Z",
    "{{ 7|add:7 }}",
    "\u202eevil",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(book, told, name):
    book(PatientFactory(given_name=name, family_name="X", email="eve@patients.example"))
    letter = told(Kind.SESSION_BOOKED)["eve@patients.example"]
    assert "<script" not in letter.html and "\n" not in letter.subject
    assert letter.calendar.count("\r\nDTSTART") == 1 and "14X" not in letter.text
