"""What a session refuses."""

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class SlotTaken(DomainError):
    """Somebody else has this time."""

    code = "slot_taken"
    message = _("This time has just been taken. What you entered is kept: please choose another time.")


class PatientTaken(DomainError):
    code = "patient_taken"
    message = _("The patient already has a session at this time.")


class NoRoomFree(DomainError):
    code = "no_room"
    message = _("No suitable room is free at this time.")


class DailyCapReached(DomainError):
    code = "daily_cap"
    message = _("The therapist has as many sessions on this day as they take.")


class StateNotPossible(DomainError):
    """The session is in a state from which this step does not lead on."""

    code = "state_not_possible"
    message = _("This is no longer possible: the session has changed in the meantime.")


class TooEarly(DomainError):
    code = "too_early"
    message = _("The session has not begun yet.")


class NoticeTooShort(DomainError):
    """The patient is past the moment until which the policy lets them cancel alone."""

    code = "notice_too_short"
    message = _("It is too late to cancel this session here. Please call the centre.")
