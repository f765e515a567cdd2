"""The desk books for a patient: in one dialog, on one page, with or without JavaScript."""

import uuid
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.accounts.access import PermissionRequired
from apps.accounts.roles import Permission
from apps.core import formats
from apps.core.errors import DomainError
from apps.core.http import FormFlow, wants_fragment
from apps.portal import days, desk, picker
from apps.portal.forms.desk import NEW, DeskBookingForm, TimeForm, as_key
from apps.portal.forms.newcomer import NewPatientForm
from apps.scheduling.errors import RequestReused
from apps.scheduling.slots import Slot
from apps.sessions.errors import SlotTaken
from apps.sessions.views.answers import settled
from apps.tenants.models import Centre

ASKING = ("find", "look")  # buttons that draw the form anew instead of sending it


class DeskFlow(PermissionRequired, FormFlow):
    """What booking and moving share: parts of the form drawn anew as one fills it in, rules named, times offered.

    `?part=` asks for one part (htmx); without JavaScript a button named `do` sends the form to have it drawn anew.
    """

    parts: dict[str, str] = {}
    near: list[dict[str, Any]] = []

    @property
    def centre(self) -> Centre:
        return self.request.tenant

    def get_template_names(self) -> list[str]:
        part = self.parts.get(self.request.GET.get("part", ""))
        return [part] if part and wants_fragment(self.request) else super().get_template_names()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "centre": self.centre, "user": self.user, "address": self.request.path}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_asking:
            unchecked = {"data": None, "files": None, "initial": self.as_typed()}
            form = self.get_form_class()(**{**self.get_form_kwargs(), **unchecked})
            return self.render_to_response(self.get_context_data(form=form))
        return super().post(request, *args, **kwargs)

    @property
    def is_asking(self) -> bool:
        """Whether the form is only to be drawn anew."""
        return self.request.POST.get("do") in ASKING or "look" in self.request.POST

    def as_typed(self) -> dict[str, Any]:
        """What was typed, unchecked; `look` names the day whose times are wanted."""
        typed = self.request.POST.dict()
        return {**typed, "on": typed["look"], "slot": ""} if typed.get("look") else typed

    def typed_data(self) -> Any:
        """What was sent, with the time of the button `take` in place of the one that was lost."""
        data = self.request.POST.copy()
        wall, _space, therapist = data.get("take", "").partition(" ")
        if taken := days.read_wall(wall):
            data["on"], data["slot"], data["at"] = f"{taken:%Y-%m-%d}", f"{taken:%H:%M}", ""
            data["therapist"] = therapist
        return data

    def prefilled(self) -> dict[str, Any]:
        """What the address fills in: fields by name, and `start` as a wall-clock moment or a day."""
        asked = self.request.GET.dict()
        start = asked.get("start", "")
        if moment := days.read_wall(start) if "T" in start else None:
            asked |= {"on": moment.date().isoformat(), "slot": f"{moment:%H:%M}"}
        elif day := days.read_day(start):
            asked["on"] = day.isoformat()
        if "room" in asked and not as_key(asked["room"]):
            del asked["room"]  # the calendar's column of everything without a room
        return {"on": days.today(self.centre).isoformat(), **{name: value for name, value in asked.items() if value}}

    def refused(self, form: BaseForm, refusal: DomainError) -> HttpResponse:
        assert isinstance(form, TimeForm)
        if isinstance(refusal, desk.Objected):
            form.explain(refusal)
            return self.form_invalid(form)
        if isinstance(refusal, SlotTaken) and (want := form.want()):
            self.near = picker.near(self.centre, want, form.cleaned_data["starts_at"])
        if isinstance(refusal, RequestReused):
            form.data = {**form.data.dict(), "key": str(uuid.uuid4())}  # type: ignore[attr-defined]  # sent again, it books
        return super().refused(form, refusal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(near=self.near, **kwargs)


class DeskBooking(DeskFlow):
    permission = Permission.SESSION_BOOK
    form_class = DeskBookingForm
    template_name = "portal/desk_booking.html"
    parts = {"patients": "portal/_desk_patients.html", "times": "portal/_desk_times.html"}

    def get_initial(self) -> dict[str, Any]:
        return {**self.prefilled(), "key": uuid.uuid4()}

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        return {**kwargs, "data": self.typed_data()} if self.request.method == "POST" else kwargs

    @cached_property
    def newcomer(self) -> NewPatientForm:
        """Somebody new: checked only when they are wanted, kept as typed in any case."""
        typed = self.request.POST
        if typed.get("patient") == NEW and not self.is_asking:
            return NewPatientForm(typed)
        return NewPatientForm(initial={name.removeprefix("new-"): value for name, value in typed.items()})

    def form_valid(self, form: Any) -> HttpResponse:
        if form.is_new and not self.newcomer.is_valid():
            return self.form_invalid(form)
        return super().form_valid(form)

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        if self.newcomer.is_bound:
            self.newcomer.is_valid()
        return super().form_invalid(form)

    def act(self, form: DeskBookingForm) -> Any:
        facts = form.cleaned_data
        slot = Slot(facts["therapist"], facts["therapy_type"], facts["mode"], facts["starts_at"], facts["room"])
        return desk.book_at_desk(
            centre=self.centre,
            by=self.user,
            slot=slot,
            patient=facts["patient"] or self.newcomer,
            concerns=facts["concerns"],
            key=facts["key"],
            override=form.override,
        )

    def done(self) -> HttpResponse:
        session = self.result
        words = {
            "who": ", ".join(str(patient) for patient in session.patients),
            "when": formats.moment(session.starts_at),
            "therapist": session.lead,
        }
        said = _("Booked: %(who)s, %(when)s, with %(therapist)s.") % words
        return settled(self.request, said, to=reverse("sessions:session-detail", args=[session.pk]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(newcomer=self.newcomer, **kwargs)
