"""What the desk types to book or to move: for whom, what, with whom, when, where.

The lists depend on one another, so a form looks at what stands in its own fields before it draws them (`held`): typed,
or asked for in the address. Nothing typed is lost when they are drawn anew.
"""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.core.forms import DateInput, LineField, LinesField, SearchInput, TextArea, TimeInput
from apps.core.models import Mode
from apps.patients.models import Patient
from apps.portal import days
from apps.portal.desk import Objected, Override
from apps.portal.picker import OTHER, Picker
from apps.scheduling import slots, world
from apps.scheduling.times import Want
from apps.sessions.models import Room, TherapySession
from apps.tenants.models import Centre
from apps.therapists.models import Therapist, TherapyType

NEW = "new"  # in place of a patient's key: somebody who is registered now
HITS = 8
CHECK_YEAR = _("Check the year.")


def as_key(value: object) -> uuid.UUID | None:
    """A primary key out of whatever stands in a field; None when it is none."""
    try:
        return uuid.UUID(str(getattr(value, "pk", value)))
    except ValueError:
        return None


def lines(rows: int) -> TextArea:
    return TextArea(attrs={"rows": rows})


class TimeForm(forms.Form):
    """With whom, when and where: what booking and moving share. Subclasses say which type and mode is asked for."""

    therapist = forms.ModelChoiceField(
        label=_("Therapist"), queryset=Therapist.objects.none(), required=False, empty_label=_("Whoever is free")
    )
    on = forms.DateField(
        label=_("Date"),
        widget=DateInput,
        validators=[MinValueValidator(days.FIRST, CHECK_YEAR), MaxValueValidator(days.LAST, CHECK_YEAR)],
    )
    slot = forms.CharField(required=False, max_length=5)
    at = forms.TimeField(label=_("Time"), required=False, widget=TimeInput)
    room = forms.ModelChoiceField(
        label=_("Room"), queryset=Room.objects.none(), required=False, empty_label=_("Any suitable room")
    )
    override_reason = LinesField(
        label=_("Why go on all the same"),
        max_length=300,
        required=False,
        widget=lines(2),
        help_text=_("Kept in the session's history."),
    )
    accepted = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    asks: tuple[str, ...] = ("therapist", "on")  # fields whose change asks for the times anew

    def __init__(self, *args: Any, centre: Centre, user: User, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.asks:
            self.fields[name].widget.attrs |= {"hx-post": f"{address}?part=times", "hx-vals": '{"do": "look"}'}
        self.centre, self.user = centre, user
        self.objected: Objected | None = None
        self.world = world.current(centre, version=world.version())
        if not user.can(Permission.SESSION_OVERRIDE):
            del self.fields["override_reason"], self.fields["accepted"]

    def held(self, name: str) -> Any:
        """What stands in a field now, before anything is checked."""
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    # --- what is asked for

    def asked_kind(self) -> TherapyType | None:
        raise AssertionError("a form with a time must say this")

    def asked_mode(self) -> str:
        raise AssertionError("a form with a time must say this")

    def want(self) -> Want | None:
        """The question to the engine as it stands; None before there is a type."""
        kind, one = self.asked_kind(), as_key(self.held("therapist"))
        if kind is None:
            return None
        return Want(therapy_type=kind, mode=self.asked_mode(), therapists=[one] if one else (), by_staff=True)

    @cached_property
    def picker(self) -> Picker:
        """The free times of the day that is held, and which one is chosen."""
        held = self.held("on")
        day = held if isinstance(held, dt.date) else days.read_day(held)
        return Picker(self.centre, self.want(), day, self.held("slot"), self.held("at"))

    # --- lists that depend on it

    def list_therapists(self) -> None:
        """Those who offer what is asked for, before those who do not."""
        field: Any = self.fields["therapist"]
        field.queryset = Therapist.objects.public().select_related("user")
        kind = self.asked_kind()
        offering = {person.id for person in self.world.offering(kind.pk, self.asked_mode())} if kind else set()
        able = [(one.pk, str(one)) for one in field.queryset if one.pk in offering]
        others = [(one.pk, str(one)) for one in field.queryset if one.pk not in offering]
        group = [(_("Does not offer this"), others)] if others else []
        nobody = [("", field.empty_label)] if field.empty_label else []
        field.choices = [*nobody, *able, *group]

    def list_rooms(self) -> None:
        """The rooms that suit; where none is needed, no list at all."""
        kind, mode = self.asked_kind(), self.asked_mode()
        if mode != Mode.IN_PERSON or kind is None:
            del self.fields["room"]
        else:
            field: Any = self.fields["room"]
            field.queryset = Room.objects.filter(pk__in=self.world.rooms(kind.pk, mode))

    # --- checks

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        facts.setdefault("room", None)
        if facts.get("on") and "at" not in self.errors:
            facts["starts_at"] = self._starts_at(facts)
        if not self.errors and not facts.get("therapist"):
            facts["therapist"] = self._whoever_is_free(facts["starts_at"])
        return facts

    def _starts_at(self, facts: dict[str, Any]) -> dt.datetime | None:
        written = facts.get("slot") in ("", OTHER)
        time = facts.get("at") if written else days.read_time(facts.get("slot"))
        if time is None:
            self.add_error("at", _("Choose a free time, or write another one."))
            return None
        moment = days.on_clock(self.centre, facts["on"], time.replace(second=0, microsecond=0))
        if moment is None:
            self.add_error("at", _("The clocks change: there is no such time on this day."))
        return moment

    def _whoever_is_free(self, starts_at: dt.datetime) -> Therapist | None:
        free = [free.therapist for free in self.picker.free if free.starts_at == starts_at]
        found = Therapist.objects.filter(pk=free[0]).select_related("user").first() if free else None
        if found is None:
            self.add_error("therapist", _("Nobody who offers this is free then. Choose a therapist to see why."))
        return found

    # --- rules in the way

    @property
    def override(self) -> Override:
        if "override_reason" not in self.fields:
            return Override()
        accepted = frozenset(self.cleaned_data["accepted"].split(","))
        return Override(self.cleaned_data["override_reason"].strip(), accepted)

    def explain(self, objected: Objected) -> None:
        """Say which rules stand in the way, and open the field for a reason to those who may go on."""
        if not objected.can_override or "override_reason" not in self.fields:
            self.add_error(None, str(objected))
            return
        self.objected = objected
        if self.held("accepted") == objected.rules and not self.override.reason:  # seen before, and sent once more
            self.add_error("override_reason", _("Write why, or choose another time."))
        self.data = {**self.data.dict(), "accepted": objected.rules}  # type: ignore[attr-defined]
        self.fields["override_reason"].required = True
        self.add_error(None, _("%(rules)s Choose another time, or say why to go on.") % {"rules": objected})

    @property
    def shows_override(self) -> bool:
        return "override_reason" in self.fields and bool(self.objected or self.held("override_reason"))


class DeskBookingForm(TimeForm):
    q = LineField(label=_("Find the patient"), required=False, max_length=100, widget=SearchInput)
    patient = forms.CharField(required=False, max_length=36)
    therapy_type = forms.ModelChoiceField(label=_("Type"), queryset=TherapyType.objects.none(), empty_label=None)
    mode = forms.ChoiceField(label=_("How"))
    concerns = LinesField(label=_("Concerns"), required=False, max_length=2000, widget=lines(2))
    key = forms.UUIDField(widget=forms.HiddenInput)

    field_order = ("q", "patient", "therapy_type", "mode")  # as on the page, and so in the list of what is wrong
    asks = ("therapy_type", "mode", "therapist", "on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["therapy_type"].queryset = TherapyType.objects.filter(pk__in=[one.pk for one in self.kinds])  # type: ignore[attr-defined]
        self.fields["therapy_type"].choices = [(one.pk, one.name) for one in self.kinds]  # type: ignore[attr-defined]
        self.fields["mode"].choices = [(mode.value, mode.label) for mode in self.modes]  # type: ignore[attr-defined]
        self.list_therapists()
        self.list_rooms()

    @cached_property
    def kinds(self) -> list[TherapyType]:
        return list(TherapyType.objects.active().filter(format=TherapyType.Format.INDIVIDUAL))

    def asked_kind(self) -> TherapyType | None:
        """The type that is held; else the first one, of those that the therapist held offers if they offer any."""
        if held := next((one for one in self.kinds if one.pk == as_key(self.held("therapy_type"))), None):
            return held
        person = self.world.people.get(as_key(self.held("therapist")))  # type: ignore[arg-type]
        theirs = [one for one in self.kinds if person and one.pk in person.types]
        return next(iter(theirs or self.kinds), None)

    @property
    def modes(self) -> list[Mode]:
        kind = self.asked_kind()
        return [mode for mode in Mode if kind and mode in kind.modes]

    def asked_mode(self) -> str:
        held = self.held("mode")
        return held if held in self.modes else next(iter(self.modes), Mode.IN_PERSON)

    @cached_property
    def hits(self) -> list[Patient]:
        """Patients whom the search finds, the one that is chosen before them."""
        rows = Patient.objects.visible_to(self.user).active()
        key = as_key(self.held("patient"))
        chosen = list(rows.filter(pk=key)) if key else []
        words = str(self.held("q") or "").replace("\0", "").strip()[:100]
        found = rows.matching(words)[:HITS] if words else []
        return chosen + [one for one in found if one not in chosen]

    @property
    def is_new(self) -> bool:
        return self.held("patient") == NEW and self.may_register

    @property
    def may_register(self) -> bool:
        return self.user.can(Permission.PATIENT_MANAGE)

    def clean_patient(self) -> Patient | None:
        """The patient, or None for somebody new."""
        if self.is_new:
            return None
        rows = Patient.objects.visible_to(self.user)
        key = as_key(self.cleaned_data["patient"])
        found = rows.filter(pk=key).first() if key else None
        if found is None:
            raise forms.ValidationError(_("Search for the patient and choose them, or register somebody new."))
        return found


class SessionMoveForm(TimeForm):
    reason = LinesField(
        label=_("Reason"),
        required=False,
        max_length=300,
        widget=lines(2),
        help_text=_("Kept in the session's history."),
    )

    def __init__(self, *args: Any, session: TherapySession, **kwargs: Any) -> None:
        self.session = session
        super().__init__(*args, **kwargs)
        self.fields["therapist"].required = True
        self.fields["therapist"].empty_label = None  # type: ignore[attr-defined]
        self.list_therapists()
        self.list_rooms()

    def asked_kind(self) -> TherapyType | None:
        return self.session.therapy_type

    def asked_mode(self) -> str:
        return self.session.mode

    def want(self) -> Want:
        """Its own time does not stand in its way, and it keeps its length and buffers."""
        one = as_key(self.held("therapist"))
        return Want(
            therapy_type=self.session.therapy_type,
            mode=self.session.mode,
            therapists=[one] if one else (),
            by_staff=True,
            session=self.session.pk,
            minutes=self.session.duration_minutes,
            buffers=slots.buffers_of(self.session.therapy_type, self.session),
        )
