"""What a centre needs before anybody can be booked, shown to whoever can do it until it is done."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.scheduling.models import WorkingHours
from apps.sessions.models import Room
from apps.therapists.models import Therapist, TherapyType


@dataclass(frozen=True, slots=True)
class FirstStep:
    label: str | Promise
    why: str | Promise
    address: str
    is_done: bool


def first_steps() -> list[FirstStep]:
    """Each step with whether it is done; empty once all are. Four small queries."""
    bookable = Therapist.objects.public()
    steps = [
        FirstStep(
            _("Therapy types"),
            _("What can be booked, for how long and at which price."),
            reverse("therapists:therapy-type-list"),
            TherapyType.objects.active().exists(),
        ),
        FirstStep(
            _("Rooms"),
            _("Sessions in person need a room that suits them."),
            reverse("sessions:room-list"),
            Room.objects.filter(is_active=True).exists(),
        ),
        FirstStep(
            _("Therapists"),
            _("Who offers them: invited, and the profile approved."),
            reverse("therapists:therapist-list"),
            bookable.exists(),
        ),
        FirstStep(
            _("Hours"),
            _("When they work."),
            reverse("scheduling:hours-overview"),
            WorkingHours.objects.filter(therapist__in=bookable).exists(),
        ),
    ]
    return [] if all(step.is_done for step in steps) else steps
