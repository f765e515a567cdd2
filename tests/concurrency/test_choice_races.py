"""A room, profile or price chooses a therapy type that is removed at that moment: nobody waits in a circle.

Each race has its control: without the lock on what is chosen PostgreSQL ends one of the two after a second.
"""

import datetime as dt

import pytest

from apps.accounts import audit
from apps.accounts.editing import remove_or_retire
from apps.accounts.roles import Role
from apps.core import clock
from apps.sessions.forms.rooms import RoomForm
from apps.sessions.views.rooms import RoomUpdate
from apps.therapists import actions
from apps.therapists.forms.therapists import TherapistForm
from apps.therapists.models import Offering, Therapist, TherapyType, TherapyTypeQuerySet
from apps.therapists.views.therapists import TherapistUpdate
from tests.factories import OfferingFactory, RoomFactory, TherapyTypeFactory, UserFactory

pytestmark = pytest.mark.race
NO_ROWS = {f"{name}-{count}_FORMS": 0 for name in ("education", "experience") for count in ("TOTAL", "INITIAL")}


def saved_by(view, form, by):
    assert form.is_valid()
    view.request = type("Request", (), {"user": by})
    return lambda: view.act(form)


def room(kind, by, meet):
    facts = {"name": "Blue", "modes": ["in_person"], "position": 1, "therapy_types": [kind.pk]}
    return saved_by(RoomUpdate(), RoomForm(facts, instance=RoomFactory()), by), meet(RoomForm, "_save_m2m", before=True)


def profile(kind, by, meet):
    view, facts = TherapistUpdate(), {"modes": ["video"], "therapy_types": [kind.pk], **NO_ROWS}
    view.object = Therapist.objects.get()
    saved = saved_by(view, TherapistForm(facts, instance=Therapist.objects.get()), by)
    return saved, meet(TherapistForm, "_save_m2m", before=True)


def newcomer(kind, by, meet):
    person = UserFactory(roles=[Role.THERAPIST])
    enrol = {"by": by, "user": person, "therapy_types": TherapyType.objects.filter(pk=kind.pk)}
    return lambda: actions.enrol_therapist(**enrol), meet(actions, "_create_profile")


def price(kind, by, meet):
    today, terms = clock.today(), {"price": 90, "duration_minutes": 45}
    therapist = OfferingFactory(therapist=Therapist.objects.get(), therapy_type=kind, valid_from=today).therapist
    begins = today + dt.timedelta(days=7)
    offering = Offering(therapist=therapist, therapy_type=kind, valid_from=begins, **terms)
    save = {"offering": offering, "by": by, "changes": {}, "ends_running": True}
    return lambda: actions.save_offering(**save), meet(actions, "_end_running")


@pytest.fixture
def choose_while_removed(clinic, race, meet):
    """Return a function: the type is locked to be removed, and what chooses it is half written."""
    alice = UserFactory(roles=[Role.ADMIN])

    def run(choice):
        kind = TherapyTypeFactory()
        choose, meeting = choice(kind, alice, meet)
        meet(audit, "standing", meeting=meeting)
        deeds = [choose, lambda: remove_or_retire(obj=kind, by=alice, needed_by=kind.offerings.all())]
        return {type(result).__name__ for result in race(lambda n: deeds[n](), 2)} - {"bool"}

    return run


CHOICES = {room: "Room", profile: "Therapist", newcomer: "Therapist", price: "Offering"}


@pytest.mark.parametrize("choice", CHOICES)
def test_what_is_chosen_is_kept_or_gone(choose_while_removed, choice):
    assert choose_while_removed(choice) <= {CHOICES[choice], "ChangedMeanwhile"}


@pytest.mark.parametrize("choice", CHOICES)
def test_control_without_the_lock_on_what_is_chosen_they_wait_in_a_circle(choose_while_removed, choice, monkeypatch):
    monkeypatch.setattr(TherapyTypeQuerySet, "keep", lambda rows, chosen: chosen)
    assert "OperationalError" in choose_while_removed(choice)
