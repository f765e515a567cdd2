"""Time off of a therapist: vacation, meetings, sick leave, once or by a rule."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.editing import SavesRow
from apps.core.http import FormFlow
from apps.core.lists import Column, ListPage
from apps.scheduling import hours
from apps.scheduling.forms import TimeOffFilter, TimeOffForm
from apps.scheduling.models import TimeOff
from apps.scheduling.views.access import EditsTherapist, OfTherapist
from apps.scheduling.views.occurrences import occurrence


class TimeOffList(OfTherapist, ListPage):
    """What is to come, unless the filter says otherwise; searched by note."""

    template_name = "scheduling/time_off_list.html"
    filter_form_class = TimeOffFilter
    sorts = {"date": ("starts_on", "starts_time"), "kind": ("kind", "starts_on")}
    default_sort = "date"
    csv_name = "time-off"
    columns = [
        Column(_("Kind"), "get_kind_display"),
        Column(_("From"), "starts_on"),
        Column(_("Until"), "ends_on"),
        Column(_("From (time)"), "starts_time"),
        Column(_("Until (time)"), "ends_time"),
        Column(_("Rule"), "rule"),
        Column(_("Note"), "note"),
    ]

    def get_rows(self) -> QuerySet[TimeOff]:
        return self.therapist.time_off.all()

    def searched(self, rows: QuerySet[TimeOff]) -> QuerySet[TimeOff]:
        return rows.filter(note__icontains=self.query) if self.query else rows

    def narrowed(self, rows: QuerySet[TimeOff]) -> QuerySet[TimeOff]:
        chosen = super().narrowed(rows)
        return chosen if "when" in self.filters else chosen.exclude(over(timezone.localdate()))

    def filter_when(self, rows: QuerySet[TimeOff], when: str) -> QuerySet[TimeOff]:
        return rows.filter(over(timezone.localdate())) if when == "past" else rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        zone = self.therapist.zone(self.request.tenant.time_zone)
        booked = hours.upcoming_spans(self.therapist)
        page, today = kwargs["page_obj"], timezone.localdate()
        page.object_list = [occurrence(row, zone, today, booked) for row in page.object_list]
        return super().get_context_data(**self.about(), **kwargs)


def over(today: dt.date) -> Q:
    """What lies behind; what repeats is counted as to come."""
    return Q(rule="", ends_on__lt=today)


class TimeOffFlow(EditsTherapist, SavesRow):
    form_class = TimeOffForm
    template_name = "scheduling/time_off_form.html"
    title: Any = ""

    @cached_property
    def object(self) -> TimeOff:
        return TimeOff(therapist=self.therapist)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.object}

    def done(self) -> HttpResponse:
        """Booked sessions stay where they are: say so, with their number."""
        zone = self.therapist.zone(self.request.tenant.time_zone)
        found = occurrence(self.result, zone, timezone.localdate(), hours.upcoming_spans(self.therapist))
        if found.sessions:
            text = ngettext(
                "Saved. %d session is already booked in this time: move or cancel it.",
                "Saved. %d sessions are already booked in this time: move or cancel them.",
                found.sessions,
            )
            messages.warning(self.request, text % found.sessions)
        elif self._is_over:
            messages.success(self.request, _("The time off is saved. It is over: it stands among the past ones."))
        else:
            messages.success(self.request, _("The time off is saved and holds at once."))
        return super().done()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(page_title=self.title, **self.about(), **kwargs)

    @property
    def _is_over(self) -> bool:
        return not self.result.rule and self.result.ends_on < timezone.localdate()

    def get_success_url(self) -> str:
        """The list as it shows what was saved: it hides what is over."""
        return f"{self.time_off_url()}?when=past" if self._is_over else self.time_off_url()


class TimeOffCreate(TimeOffFlow):
    title = _("Add time off")


class OneTimeOff(EditsTherapist):
    """A page about one time off of this therapist."""

    @cached_property
    def object(self) -> TimeOff:
        return get_object_or_404(TimeOff, therapist=self.therapist, pk=self.kwargs["pk"])


class TimeOffUpdate(OneTimeOff, TimeOffFlow):
    title = _("Change time off")


class TimeOffDelete(OneTimeOff, FormFlow):
    form_class = forms.Form
    template_name = "scheduling/time_off_delete.html"
    success_message = _("The time off is removed; the time can be booked again.")

    def act(self, form: forms.Form) -> None:
        hours.remove_time_off(time_off=self.object, by=self.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(time_off=self.object, **self.about(), **kwargs)

    def get_success_url(self) -> str:
        return self.time_off_url()
