"""Booking and moving at the desk: within the rules, or knowingly against those that were named.

A booking is first tried within the rules. When some stand in its way, the desk is told every one of them (`Objected`);
whoever may override comes back with a reason and with the rules that they saw. Only those are overridden: if another
one stands in the way by then, they are told anew. The overlap of two sessions and a missing room pass nobody.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts import audit
from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.patients import actions as patient_actions
from apps.patients.errors import PatientKnown
from apps.patients.models import Patient
from apps.portal.forms.newcomer import KNOWN, NewPatientForm
from apps.scheduling import actions, availability, slots, times, world
from apps.scheduling.actions import Slot
from apps.scheduling.availability import Reason, Rule
from apps.scheduling.errors import WORDS, RequestReused, RuleBroken
from apps.scheduling.models import TimeOff
from apps.scheduling.times import Want
from apps.sessions import claims
from apps.sessions.claims import Span
from apps.sessions.errors import DailyCapReached, SlotTaken
from apps.sessions.models import Room, SessionEvent, SessionTherapist, TherapySession
from apps.tenants.models import Centre
from apps.therapists.models import Therapist

ABSOLUTE = frozenset({Rule.NO_ROOM})
LATE_WORDS = {
    Rule.TAKEN: _("Another session is too near: the time kept free around it would be given up."),
    Rule.PAST_NOTICE: _("This time is over."),
}


@dataclass(frozen=True, slots=True)
class Override:
    """Why rules are passed, and which ones whoever writes this has been told of."""

    reason: str = ""
    accepted: frozenset[str] = field(default_factory=frozenset)


class Objected(DomainError):
    """Rules stand in the way; `reasons` names every one. `can_override`: a reason is enough to go on."""

    code = "objected"

    def __init__(self, reasons: Sequence[Reason]) -> None:
        self.reasons = list(reasons)
        super().__init__(" ".join(sentence(reason) for reason in reasons))

    @property
    def can_override(self) -> bool:
        return not any(reason.rule in ABSOLUTE for reason in self.reasons)

    @property
    def rules(self) -> str:
        return ",".join(sorted(reason.rule.value for reason in self.reasons))


def sentence(reason: Reason) -> str:
    """The rule in words, with the closure's name or the kind of time off."""
    words = str(LATE_WORDS.get(reason.rule, WORDS[reason.rule]))
    if reason.rule == Rule.TIME_OFF:
        return f"{words} ({TimeOff.Kind(reason.detail).label})"
    return f"{words} ({reason.detail})" if reason.detail else words


def objections(centre: Centre, want: Want, starts_at: dt.datetime) -> list[Reason]:
    """Every rule against this start, with the therapist wanted first and with those who come along.

    Raises SlotTaken when two sessions would overlap.
    """
    first, *beside = want.therapists
    found = _objections(centre, replace(want, therapists=[first]), starts_at)
    for one in beside:
        theirs = _objections(centre, replace(want, therapists=[one]), starts_at)
        found += [reason for reason in theirs if reason not in found and reason.rule != Rule.NOT_BOOKABLE]
    return found


def _objections(centre: Centre, want: Want, starts_at: dt.datetime) -> list[Reason]:
    person = world.current(centre).people.get(want.therapists[0])
    day = starts_at.astimezone(times.zone_of(centre, person)).date()
    asked = times.Asked(centre, want, day, day)
    if not asked.people:
        return [Reason(Rule.NOT_BOOKABLE)]
    start = int(starts_at.timestamp())
    found = list(availability.objections(asked.people[0].schedule, asked.rules, asked.ask, asked.busy, start))
    if any(reason.rule == Rule.TAKEN for reason in found):
        minutes = asked.ask.minutes_with(asked.people[0].schedule.id)
        _require_no_overlap(want, Span(starts_at, starts_at + dt.timedelta(minutes=minutes)))
    return found


def _require_no_overlap(want: Want, span: Span) -> None:
    besides = TherapySession.objects.filter(pk=want.session).first() if want.session else None
    if claims.overlap_of_sessions([want.therapists[0]], span, besides=besides):
        raise SlotTaken


def knowingly(
    attempt: Callable[[str], TherapySession], centre: Centre, want: Want, starts_at: dt.datetime, override: Override
) -> TherapySession:
    """Try within the rules, then with the reason against exactly the rules that were accepted. Raises Objected."""
    try:
        return attempt("")
    except (RuleBroken, DailyCapReached, SlotTaken) as refusal:
        reasons = objections(centre, want, starts_at)
        if not reasons:
            raise
        objected = Objected(reasons)
        if not override.reason or not objected.can_override or set(objected.rules.split(",")) - override.accepted:
            raise objected from refusal
    return attempt(override.reason)


def want_of(slot: Slot, session: TherapySession | None = None) -> Want:
    """The question to the engine; a session that is moved takes the therapists beside its lead along."""
    rows = session.session_therapists.filter(is_lead=False) if session else SessionTherapist.objects.none()
    return Want(
        therapy_type=slot.therapy_type,
        mode=slot.mode,
        therapists=[slot.therapist.pk, *rows.values_list("therapist_id", flat=True)],
        by_staff=True,
        session=session.pk if session else None,
        minutes=session.duration_minutes if session else None,
        buffers=slots.buffers_of(slot.therapy_type, session),
    )


# --- booking ---------------------------------------------------------------------------------------------------------


def book_at_desk(
    *,
    centre: Centre,
    by: User,
    slot: Slot,
    patient: Patient | NewPatientForm,
    concerns: str = "",
    key: uuid.UUID | None = None,
    override: Override | None = None,
) -> TherapySession:
    """Book for a patient, or for somebody new who is registered in the same transaction: both stand or both fall.

    The same `key` books once. Raises Objected, SlotTaken, PatientTaken, NoRoomFree, NotBookableForPatient, PatientKnown,
    RequestReused, ChoiceGone.
    """
    try:
        with transaction.atomic():
            who = register(patient, by=by) if isinstance(patient, NewPatientForm) else patient

            def attempt(reason: str) -> TherapySession:
                facts = {"concerns": concerns, "key": key, "by_staff": True, "override_reason": reason}
                return actions.book_session(centre=centre, slot=slot, patient=who, by=by, **facts)  # type: ignore[arg-type]

            return knowingly(attempt, centre, want_of(slot), slot.starts_at, override or Override())
    except (RequestReused, PatientKnown):
        if isinstance(patient, NewPatientForm) and (earlier := _booked_with(patient, slot, key)):
            return earlier
        raise


def _booked_with(newcomer: NewPatientForm, slot: Slot, key: uuid.UUID | None) -> TherapySession | None:
    """The session of the same request sent before, which registered this very person; what the second wrote is undone."""
    names = {f"participants__patient__{name}": newcomer.cleaned_data[name] for name in ("given_name", "family_name")}
    booked = {"events__kind": SessionEvent.Kind.BOOKED, "events__to_starts_at": slot.starts_at}
    return TherapySession.objects.filter(idempotency_key=key, **names).filter(**booked).first()


def register(form: NewPatientForm, *, by: User) -> Patient:
    """Register somebody new as typed at the desk, with the guardian who came along.

    Raises PatientKnown when somebody else registered them since the form was checked.
    """
    Patient.objects.take_turns()
    if form.is_known(form.cleaned_data):
        raise PatientKnown(KNOWN)
    patient: Patient = audit.save_form(form, by=by)
    if person := form.guardian:
        patient_actions.add_guardian(
            patient=patient, by=by, guardian=None, person=person, may_book=True, pays=True, is_told=True
        )
    return patient


# --- moving ----------------------------------------------------------------------------------------------------------


def move_at_desk(
    *,
    centre: Centre,
    session: TherapySession,
    by: User,
    starts_at: dt.datetime,
    therapist: Therapist,
    room: Room | None = None,
    reason: str = "",
    override: Override | None = None,
) -> TherapySession:
    """Move a session to another time, therapist or room. Raises Objected and whatever `move_session` raises else."""
    slot = Slot(therapist, session.therapy_type, session.mode, starts_at, room)

    def attempt(override_reason: str) -> TherapySession:
        return actions.move_session(
            centre=centre,
            session=session,
            starts_at=starts_at,
            by=by,
            therapist=therapist,
            room=room,
            reason=reason,
            override_reason=override_reason,
        )

    with transaction.atomic():
        return knowingly(attempt, centre, want_of(slot, session), starts_at, override or Override())
