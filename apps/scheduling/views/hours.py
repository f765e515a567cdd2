"""The editor of a therapist's hours: the week, the exceptions, the month as it comes out."""

import calendar
import datetime as dt
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from apps.accounts import audit
from apps.accounts.access import PermissionRequired
from apps.accounts.roles import Permission
from apps.core import formats
from apps.core.http import FormFlow, redirect_after
from apps.scheduling import hours, times
from apps.scheduling.availability import DayLoad
from apps.scheduling.forms import BaseWeekFormSet, ExceptionForm, StatusForm, week_formset
from apps.scheduling.models import HoursException, TimeOff, Weekday
from apps.therapists.models import Therapist

P = Permission
KINDS = {kind.value: kind.label for kind in TimeOff.Kind}


class OfTherapist(PermissionRequired):
    """A page about one therapist's time: theirs, or, for those who may see everybody's, the one in the address.

    Somebody else's page answers 404 to a therapist; changing what one may only see answers 403.
    """

    permission = (P.AVAILABILITY_READ, P.AVAILABILITY_MANAGE, P.AVAILABILITY_MANAGE_OWN)

    @cached_property
    def therapist(self) -> Therapist:
        user, pk = self.request.user, self.kwargs.get("therapist")
        rows = Therapist.objects.select_related("user")
        if pk is None or not (user.can(P.AVAILABILITY_READ) or user.can(P.AVAILABILITY_MANAGE)):
            own = get_object_or_404(rows, user=user)
            if pk not in (None, own.pk):
                raise Http404
            return own
        return get_object_or_404(rows, pk=pk)

    @property
    def is_own(self) -> bool:
        return self.therapist.user_id == self.request.user.pk

    @property
    def may_edit(self) -> bool:
        user = self.request.user
        return user.can(P.AVAILABILITY_MANAGE) or (self.is_own and user.can(P.AVAILABILITY_MANAGE_OWN))

    def require_edit(self) -> None:
        if not self.may_edit:
            raise PermissionDenied

    def hours_url(self) -> str:
        return reverse("scheduling:hours", args=[self.therapist.pk])


def month_of(text: str, today: dt.date) -> dt.date:
    """The first day of the month named `2026-11`, within a year of today; this month otherwise."""
    try:
        first = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return first if abs((first - today).days) < 400 else today.replace(day=1)


def bars(loads: list[DayLoad]) -> list[dict[str, Any]]:
    """The days as the chart wants them, in hours."""
    return [
        {
            "date": load.day,
            "offered": round(load.offered / 60, 1),
            "booked": round(load.booked / 60, 1),
            "off": ", ".join(str(KINDS.get(kind, kind)) for kind in load.away) or load.closed or "",
            "label": formats.day(load.day),
        }
        for load in loads
    ]


class Hours(OfTherapist, TemplateView):
    """The week as a grid of spans, with the month that comes of it. htmx previews unsaved hours; POST saves them."""

    template_name = "scheduling/hours.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.require_edit()
        formset = week_formset(self.therapist, request.POST)
        if "preview" in request.GET:
            return self.preview(formset)
        if not formset.is_valid():
            return self.render_to_response(self.get_context_data(formset=formset), status=422)
        hours.set_weekly_hours(therapist=self.therapist, week=formset.week(), by=request.user)
        messages.success(request, _("The hours are saved and hold at once."))
        return redirect_after(request, self.hours_url())

    def preview(self, formset: BaseWeekFormSet) -> HttpResponse:
        """The month as it would be with what is typed; what was saved, while the form is not valid."""
        week = formset.week() if formset.is_valid() else None
        context = {**self.month(week), "therapist": self.therapist}
        self.template_name = "scheduling/hours.html#month"
        return self.render_to_response(context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("formset", week_formset(self.therapist))
        today = timezone.localdate()
        return super().get_context_data(
            therapist=self.therapist,
            may_edit=self.may_edit,
            is_own=self.is_own,
            days=days_of(kwargs["formset"]),
            exceptions=self.therapist.hours_exceptions.filter(on__gte=today).prefetch_related("spans"),
            time_off=self.therapist.time_off.filter(ends_on__gte=today)[:5],
            status_form=StatusForm(instance=self.therapist),
            zone=self.therapist.zone(self.request.tenant.time_zone),
            **self.month(),
            **kwargs,
        )

    def month(self, week: list[list[hours.Minutes]] | None = None) -> dict[str, Any]:
        first = month_of(self.request.GET.get("month", ""), timezone.localdate())
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        swap = (lambda kept: replace(kept, weekly=tuple(map(tuple, week)))) if week is not None else None
        loads = times.loads(self.request.tenant, [self.therapist.pk], first, last, swap=swap).get(self.therapist.pk, [])
        return {
            "first": first,
            "bars": bars(loads),
            "previous": (first - dt.timedelta(days=1)).strftime("%Y-%m"),
            "next": (last + dt.timedelta(days=1)).strftime("%Y-%m"),
            "is_preview": week is not None,
        }


def days_of(formset: BaseWeekFormSet) -> list[dict[str, Any]]:
    """The formset's rows by weekday."""
    days: list[dict[str, Any]] = [{"number": day.value, "label": day.label, "forms": []} for day in Weekday]
    for form in formset:
        number = form["weekday"].value()
        if str(number).isdigit() and int(number) < len(days):
            days[int(number)]["forms"].append(form)
    return days


class HoursOverview(PermissionRequired, TemplateView):
    """Every therapist's coming four weeks as small bars: who has room, who is away."""

    permission = (P.AVAILABILITY_READ, P.AVAILABILITY_MANAGE)
    template_name = "scheduling/hours_overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows: QuerySet[Therapist] = Therapist.objects.public().select_related("user")
        today = timezone.localdate()
        loads = times.loads(self.request.tenant, [row.pk for row in rows], today, today + dt.timedelta(days=27))
        people = [self._row(row, loads.get(row.pk, [])) for row in rows]
        return super().get_context_data(people=people, **kwargs)

    def _row(self, therapist: Therapist, loads: list[DayLoad]) -> dict[str, Any]:
        offered, booked = sum(load.offered for load in loads), sum(load.booked for load in loads)
        share = round(100 * booked / offered) if offered else None
        return {"therapist": therapist, "bars": bars(loads), "offered": offered // 60, "share": share}


class ExceptionCreate(OfTherapist, FormFlow):
    """Other hours on one date."""

    form_class = ExceptionForm
    template_name = "scheduling/exception_create.html"
    success_message = _("The hours of that date are saved.")

    def act(self, form: ExceptionForm) -> HoursException:
        self.require_edit()
        facts = {name: form.cleaned_data[name] for name in ("on", "spans", "note")}
        return hours.set_exception(therapist=self.therapist, by=self.request.user, **facts)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(therapist=self.therapist, hours_url=self.hours_url(), **kwargs)

    def get_success_url(self) -> str:
        return self.hours_url()


class ExceptionDelete(OfTherapist, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        exception = get_object_or_404(HoursException, therapist=self.therapist, pk=kwargs["pk"])
        self.require_edit()
        hours.remove_exception(exception=exception, by=request.user)
        messages.success(request, _("The weekly hours hold again on that date."))
        return redirect_after(request, self.hours_url())


class StatusUpdate(OfTherapist, FormFlow):
    """Available, limited or on leave, and the most sessions in a day."""

    form_class = StatusForm
    template_name = "scheduling/status_update.html"
    success_message = _("Saved. Booking follows at once.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.therapist}

    def act(self, form: StatusForm) -> Therapist:
        self.require_edit()
        with transaction.atomic():
            return audit.save_form(form, by=self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(therapist=self.therapist, hours_url=self.hours_url(), **kwargs)

    def get_success_url(self) -> str:
        return self.hours_url()
