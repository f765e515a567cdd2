"""One person entered by two requests at once is one person, and the second is told so; two namesakes are two.

Each race has its control: without the turns that are taken it makes two records, or fails.
"""

import datetime as dt
import threading

import pytest
from django.db import transaction

from apps.accounts import audit
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.patients import actions
from apps.patients.errors import GuardianAlready, PatientKnown
from apps.patients.forms.patients import PatientForm
from apps.patients.models import Guardian, Patient
from apps.patients.views.patients import PatientCreate
from apps.portal import desk, signup
from apps.portal.family import Family
from apps.portal.forms.newcomer import NewPatientForm
from apps.therapists import actions as therapist_actions
from apps.therapists.actions import enrol_therapist
from apps.therapists.errors import AddressInUse, ProfileExists
from apps.therapists.models import Therapist
from tests.factories import PatientFactory, UserFactory

pytestmark = pytest.mark.race
ANN = {"given_name": "Ann", "family_name": "Lee", "birth_on": "1990-01-02"}
NOBODY = {"gender": "unknown", "language": "", "country": "", "sure": ""}


def errors(results):
    return {type(result) for result in results if isinstance(result, Exception)}


# --- signing up: the address is proven twice at once ------------------------------------------------------------------


@pytest.fixture
def prove_twice(fresh_centre, race, meet):
    user = UserFactory(roles=[Role.PATIENT])
    meet(signup, "_only")
    return lambda: race(lambda n: signup.welcome(User, user=User.objects.get(pk=user.pk)), 2)


def test_address_proven_twice_makes_one_patient(prove_twice):
    assert prove_twice() == [None, None]
    assert Patient.objects.count() == 1


def test_control_without_turns_the_second_proof_fails(no_turns, prove_twice):
    assert errors(prove_twice())


# --- the desk registers somebody --------------------------------------------------------------------------------------


@pytest.fixture
def register_twice(fresh_centre, race, meet):
    """The same form at once, each found good before either is saved."""
    oscar = UserFactory(roles=[Role.OPERATOR])
    forms = [PatientForm({**NOBODY, **ANN}) for _ in range(2)]
    assert all(form.is_valid() for form in forms)
    view = PatientCreate()
    view.request = type("Request", (), {"user": oscar})
    meet(PatientForm, "is_known")
    return lambda: race(lambda n: view.act(forms[n]), 2)


def test_patient_sent_twice_is_registered_once(register_twice):
    assert errors(register_twice()) == {PatientKnown}
    assert Patient.objects.count() == 1


def test_control_without_turns_there_are_two(no_turns, register_twice):
    assert errors(register_twice()) == set()
    assert Patient.objects.count() == 2


@pytest.fixture
def book_newcomer_twice(fresh_centre, race, meet):
    """The booking dialog with somebody new in it, sent twice at once."""
    oscar = UserFactory(roles=[Role.OPERATOR])
    forms = [NewPatientForm({f"new-{name}": value for name, value in ANN.items()}) for _ in range(2)]
    assert all(form.is_valid() for form in forms)
    meet(NewPatientForm, "is_known")

    def register(number):
        with desk.transaction.atomic():
            return desk.register(forms[number], by=oscar)

    return lambda: race(register, 2)


def test_newcomer_of_two_bookings_is_registered_once(book_newcomer_twice):
    assert errors(book_newcomer_twice()) == {PatientKnown}
    assert Patient.objects.count() == 1


def test_control_without_turns_the_newcomer_is_registered_twice(no_turns, book_newcomer_twice):
    assert errors(book_newcomer_twice()) == set()
    assert Patient.objects.count() == 2


# --- one signs up while the desk registers them -----------------------------------------------------------------------


def on_the_patients_page(typed, by):
    form, view = PatientForm({**NOBODY, **typed}), PatientCreate()
    assert form.is_valid()
    view.request = type("Request", (), {"user": by})
    return lambda: view.act(form)


def in_the_booking_dialog(typed, by):
    form = NewPatientForm({f"new-{name}": value for name, value in typed.items()})
    assert form.is_valid()

    def register():
        with desk.transaction.atomic():
            return desk.register(form, by=by)

    return register


@pytest.fixture(params=[on_the_patients_page, in_the_booking_dialog])
def sign_up_while_registered(fresh_centre, race, meet, request):
    user = UserFactory(roles=[Role.PATIENT], given_name="Ann", family_name="Lee", email="ann@people.example")
    deeds = [
        request.param({**ANN, "email": user.email}, UserFactory(roles=[Role.OPERATOR])),
        lambda: signup.welcome(User, user=User.objects.get(pk=user.pk)),
    ]
    meet(audit, "record", before=True)
    return lambda: race(lambda n: deeds[n](), 2)


def test_who_signs_up_while_the_desk_registers_them_is_one_patient(sign_up_while_registered):
    assert errors(sign_up_while_registered()) <= {PatientKnown}
    assert Patient.objects.get().user.email == "ann@people.example"


def test_control_without_turns_who_signs_up_is_registered_twice(no_turns, sign_up_while_registered):
    assert errors(sign_up_while_registered()) == set()
    assert Patient.objects.count() == 2


@pytest.fixture
def enter_and_register(fresh_centre, race):
    """A guardian enters a child, and is about to commit when the desk registers the same child."""
    dana, oscar = UserFactory(roles=[Role.PATIENT]), UserFactory(roles=[Role.OPERATOR])
    child = {"given_name": "Mia", "family_name": "Lee", "birth_on": dt.date(2017, 5, 20)}
    register = in_the_booking_dialog(child, oscar)
    written, over = threading.Event(), threading.Event()

    def enter():
        with transaction.atomic():
            Family(dana).add_child(relationship="mother", **child)
            written.set()
            over.wait(timeout=1)

    def register_then():
        written.wait(timeout=20)
        register()
        over.set()

    return lambda: race(lambda n: (enter, register_then)[n](), 2)


def test_child_whom_a_guardian_enters_is_known_at_the_desk(enter_and_register):
    assert errors(enter_and_register()) == {PatientKnown}
    assert Patient.objects.count() == 1


def test_control_without_turns_the_child_is_registered_twice(no_turns, enter_and_register):
    assert errors(enter_and_register()) == set()
    assert Patient.objects.count() == 2


@pytest.fixture
def add_guardian_twice(fresh_centre, race, meet):
    oscar, child = UserFactory(roles=[Role.OPERATOR]), PatientFactory(birth_on=dt.date(2017, 5, 20))
    person = {"given_name": "Dana", "family_name": "Lee", "email": "", "phone": ""}
    add = {"patient": child, "by": oscar, "guardian": None, "person": person, "relationship": "mother"}
    meet(actions, "_acts_already")
    return lambda: race(lambda n: actions.add_guardian(**add), 2)


def test_guardian_sent_twice_is_added_once(add_guardian_twice):
    assert errors(add_guardian_twice()) == {GuardianAlready}
    assert Guardian.objects.count() == 1


def test_control_without_the_patients_lock_there_are_two_guardians(add_guardian_twice, monkeypatch):
    monkeypatch.setattr(actions, "_locked", lambda patient: patient)
    assert errors(add_guardian_twice()) == set()
    assert Guardian.objects.count() == 2


# --- therapists are enrolled ------------------------------------------------------------------------------------------


@pytest.fixture
def enrol(fresh_centre, race, meet):
    """Return a function: enrol these users at once."""
    alice = UserFactory(roles=[Role.ADMIN])
    meet(therapist_actions, "free_slug")
    return lambda users: race(lambda n: enrol_therapist(by=alice, user=User.objects.get(pk=users[n].pk)), 2)


def test_person_enrolled_twice_has_one_profile(enrol):
    bob = UserFactory(roles=[Role.THERAPIST])
    assert errors(enrol([bob, bob])) == {ProfileExists}
    assert Therapist.objects.count() == 1


@pytest.fixture
def namesakes(fresh_centre):
    names = {"given_name": "Sam", "family_name": "Roe", "roles": [Role.THERAPIST]}
    return [UserFactory(email=f"{number}@people.example", **names) for number in range(2)]


def test_namesakes_enrolled_at_once_have_addresses_of_their_own(enrol, namesakes):
    assert errors(enrol(namesakes)) == set()
    assert set(Therapist.objects.values_list("slug", flat=True)) == {"sam-roe", "sam-roe-2"}


def test_control_without_another_try_one_namesake_is_not_enrolled(enrol, namesakes, monkeypatch):
    monkeypatch.setattr(therapist_actions, "NAMESAKES", 1)
    assert errors(enrol(namesakes)) == {AddressInUse}


def test_control_without_turns_the_second_profile_fails(no_turns, enrol):
    bob = UserFactory(roles=[Role.THERAPIST])
    assert errors(enrol([bob, bob])) - {ProfileExists}
