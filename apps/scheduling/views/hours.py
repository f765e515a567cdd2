"""The editor of a therapist's hours: the week, other hours on a date, the status, the month as it comes out."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from apps.accounts import staleness
from apps.accounts.editing import SavesRow
from apps.core.errors import DomainError
from apps.core.http import FormFlow, redirect_after, wants_fragment
from apps.scheduling import hours, times
from apps.scheduling.forms import BaseWeekFormSet, ExceptionForm, StatusForm, week_formset
from apps.scheduling.models import HoursException
from apps.scheduling.views.access import EditsTherapist, OfTherapist
from apps.scheduling.views.month import Week, month
from apps.scheduling.views.occurrences import coming
from apps.scheduling.views.week import picture
from apps.therapists.models import Therapist

NEXT_TIME_OFF = 4


class Hours(OfTherapist, TemplateView):
    """The week as a grid of spans, with the month that comes of it.

    htmx gets the month alone: another one (`?month=2026-12`), or as unsaved hours would make it (POST `?preview=1`).
    """

    template_name = "scheduling/hours.html"
    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = self.answer_month() if wants_fragment(request) else super().get(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_edit:
            raise PermissionDenied
        formset = week_formset(self.therapist, request.POST)
        if "preview" in request.GET:
            return self.answer_month(formset.week() if formset.is_valid() else None)
        if not formset.is_valid():
            return self.render_to_response(self.get_context_data(formset=formset), status=422)
        try:
            hours.set_weekly_hours(
                therapist=self.therapist, week=formset.week(), by=self.user, as_read=request.POST.get("as_read")
            )
        except hours.HoursChanged as refusal:
            formset.non_form_errors().append(str(refusal))
            return self.render_to_response(self.get_context_data(formset=formset), status=422)
        messages.success(request, _("The hours are saved and hold at once."))
        return redirect_after(request, self.hours_url())

    def answer_month(self, week: Week | None = None) -> HttpResponse:
        self.template_name = "scheduling/hours.html#month"
        return self.render_to_response({**self.month(week), **self.about()})

    def month(self, week: Week | None = None) -> dict[str, Any]:
        named = self.request.GET.get("month") or self.request.POST.get("month", "")
        return month(self.request.tenant, self.therapist, named=named, today=timezone.localdate(), week=week)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        formset: BaseWeekFormSet = kwargs.pop("formset", None) or week_formset(self.therapist)
        zone = self.therapist.zone(self.request.tenant.time_zone)
        today = timezone.localdate()
        return {
            **super().get_context_data(**kwargs),
            **self.about(),
            **self.month(),
            "formset": formset,
            "as_read": hours.week_in_words(self.therapist),
            "week": picture(formset),
            "exceptions": exceptions(self.therapist, today),
            "time_off": coming(self.therapist.time_off.all(), zone, today)[:NEXT_TIME_OFF],
            "zone": zone,
            "is_elsewhere": zone != self.request.tenant.zone,
        }


def exceptions(therapist: Therapist, today: dt.date) -> list[dict[str, Any]]:
    """Other hours on dates to come, each with its spans as wall-clock times. Two queries."""
    rows = therapist.hours_exceptions.filter(on__gte=today).prefetch_related("spans")
    clocks = hours.time_of
    return [
        {"row": row, "spans": [(clocks(span.starts_minute), clocks(span.ends_minute)) for span in row.spans.all()]}
        for row in rows
    ]


class ExceptionCreate(EditsTherapist, FormFlow):
    """Other hours on one date; `?on=2026-12-24` opens it with the hours that hold then."""

    form_class = ExceptionForm
    template_name = "scheduling/exception_create.html"
    success_message = _("The hours of that date are saved and hold at once.")

    def get_initial(self) -> dict[str, Any]:
        try:
            on = dt.date.fromisoformat(self.request.GET.get("on", ""))
        except ValueError:
            return {}
        schedule = times.schedule(self.request.tenant, self.therapist.pk)
        spans = schedule.exceptions.get(on, schedule.weekly[on.weekday()])
        earlier = self.therapist.hours_exceptions.filter(on=on).first()
        facts: dict[str, Any] = {"on": on, "as_read": hours.date_as_read(on, earlier)}
        for name, span in zip(ExceptionForm.SPANS, spans, strict=False):
            facts |= {f"{name}_starts": hours.time_of(span[0]), f"{name}_ends": hours.time_of(span[1])}
        return {**facts, "note": earlier.note} if earlier else facts

    def act(self, form: ExceptionForm) -> HoursException:
        facts = {name: form.cleaned_data[name] for name in ("on", "spans", "note", "as_read")}
        return hours.set_exception(therapist=self.therapist, by=self.user, **facts)

    def refused(self, form: forms.BaseForm, refusal: DomainError) -> HttpResponse:
        if isinstance(refusal, hours.HoursChanged):
            staleness.read_anew(form, str(refusal.facts["as_read"]))
        return super().refused(form, refusal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**self.about(), **kwargs)

    def get_success_url(self) -> str:
        return self.hours_url()


class ExceptionDelete(EditsTherapist, FormFlow):
    form_class = forms.Form
    template_name = "scheduling/exception_delete.html"
    success_message = _("The weekly hours hold again on that date.")

    @cached_property
    def object(self) -> HoursException:
        return get_object_or_404(HoursException, therapist=self.therapist, pk=self.kwargs["pk"])

    def act(self, form: forms.Form) -> None:
        hours.remove_exception(exception=self.object, by=self.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(exception=self.object, **self.about(), **kwargs)

    def get_success_url(self) -> str:
        return self.hours_url()


class StatusUpdate(EditsTherapist, SavesRow):
    """Available, limited or on leave, and the most sessions in a day."""

    form_class = StatusForm
    template_name = "scheduling/status_update.html"
    success_message = _("Saved. Booking follows at once.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.therapist}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**self.about(), **kwargs)

    def get_success_url(self) -> str:
        return self.hours_url()
