"""Rules of the centre that a booking breaks. Staff may override them with a reason; the overlap of two sessions never."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError
from apps.scheduling.availability import Reason, Rule

WORDS: dict[Rule, str | Promise] = {
    Rule.NOT_BOOKABLE: _("This therapist cannot be booked for this type in this way."),
    Rule.ON_LEAVE: _("The therapist is on leave."),
    Rule.OFF_GRID: _("Sessions do not begin at this minute."),
    Rule.PAST_NOTICE: _("This time is too soon to be booked."),
    Rule.BEYOND_HORIZON: _("This time is too far ahead to be booked."),
    Rule.CLOSED: _("The centre is closed on this day."),
    Rule.OUTSIDE_HOURS: _("This is outside the therapist's working hours."),
    Rule.TIME_OFF: _("The therapist is away at this time."),
    Rule.TAKEN: _("This time has just been taken."),
    Rule.DAILY_CAP: _("The therapist has as many sessions on this day as they take."),
    Rule.NO_ROOM: _("No suitable room is free at this time."),
}


class RuleBroken(DomainError):
    """The engine's reason, as a refusal. `reason.rule` says which rule; `can_override` whether staff may go on."""

    code = "rule_broken"

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(WORDS[reason.rule], rule=reason.rule.value, detail=reason.detail)

    @property
    def can_override(self) -> bool:
        return self.reason.rule not in (Rule.TAKEN, Rule.NO_ROOM)


class OverrideNeedsReason(DomainError):
    code = "override_needs_reason"
    message = _("Say why the rule is overridden.")
    field = "override_reason"


class HoldGone(DomainError):
    """The hold is not this browser's, or somebody took the time after it expired."""

    code = "hold_gone"
    message = _("The time was kept for you until a moment ago and has been taken since. Please choose another time.")


class ChoiceGone(DomainError):
    """The therapy type or the room was deleted while a time was being taken for it."""

    code = "choice_gone"
    message = _("What was chosen here was removed a moment ago. What you entered is kept: please choose anew.")


class RequestReused(DomainError):
    """One request's key came with another patient or time: a form that booked already was filled in anew."""

    code = "request_reused"
    message = _("This form has booked another session already. Please look at it once more and book again.")


class NotBookableForPatient(DomainError):
    code = "patient_not_bookable"
    message = _("This patient cannot be booked: the record is archived.")
    field = "patient"
