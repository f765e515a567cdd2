"""Days on which the centre is closed: its own closures and the public holidays, each of which may be switched."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.generic import View

from apps.accounts.access import PermissionRequired
from apps.accounts.editing import SavesRow
from apps.accounts.roles import Permission
from apps.core.http import FormFlow, redirect_after, wants_fragment
from apps.core.lists import Column, ListPage
from apps.scheduling import hours, world
from apps.scheduling.forms import ClosureFilter, ClosureForm
from apps.scheduling.holidays import Holiday
from apps.scheduling.models import Closure, OpenHoliday
from apps.tenants.models import Centre

LIST = reverse_lazy("scheduling:closure-list")


def coming_holidays(centre: Centre) -> list[Holiday]:
    """The public holidays of the coming year."""
    today = timezone.localdate()
    return world.public_holidays(centre, today, today + dt.timedelta(days=365))


def switches(centre: Centre) -> list[dict[str, Any]]:
    """The coming public holidays, and whether the centre works on each. One query."""
    working = set(OpenHoliday.objects.values_list("key", flat=True))
    return [{"holiday": holiday, "is_open": holiday.key in working} for holiday in coming_holidays(centre)]


class ClosureList(PermissionRequired, ListPage):
    """What is to come, unless the filter says otherwise; the public holidays of a year below."""

    permission = Permission.CENTRE_MANAGE
    template_name = "scheduling/closure_list.html"
    filter_form_class = ClosureFilter
    sorts = {"date": ("starts_on",), "name": ("name", "starts_on")}
    default_sort = "date"
    csv_name = "closures"
    columns = [Column(_("Name"), "name"), Column(_("From"), "starts_on"), Column(_("Until"), "ends_on")]

    def get_rows(self) -> QuerySet[Closure]:
        return Closure.objects.all()

    def searched(self, rows: QuerySet[Closure]) -> QuerySet[Closure]:
        return rows.filter(name__icontains=self.query) if self.query else rows

    def narrowed(self, rows: QuerySet[Closure]) -> QuerySet[Closure]:
        return super().narrowed(rows) if "when" in self.filters else rows.filter(ends_on__gte=timezone.localdate())

    def filter_when(self, rows: QuerySet[Closure], when: str) -> QuerySet[Closure]:
        return rows.filter(ends_on__lt=timezone.localdate()) if when == "past" else rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(holidays=switches(self.request.tenant), **kwargs)


class ClosureFlow(PermissionRequired, SavesRow):
    permission = Permission.CENTRE_MANAGE
    form_class = ClosureForm
    template_name = "scheduling/closure_form.html"
    success_url = LIST
    title: Any = ""

    @cached_property
    def object(self) -> Closure:
        return Closure()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.object}

    def get_success_url(self) -> str:
        """The list as it shows what was saved: it hides what is over."""
        return f"{LIST}?when=past" if self.result.ends_on < timezone.localdate() else str(LIST)

    def done(self) -> HttpResponse:
        """Booked sessions stay where they are: say so, with their number."""
        blocks = hours.day_blocks(self.result.starts_on, self.result.ends_on, self.request.tenant.zone)
        if count := hours.sessions_during(blocks):
            text = ngettext(
                "Saved. %d session is already booked on these days: move or cancel it.",
                "Saved. %d sessions are already booked on these days: move or cancel them.",
                count,
            )
            messages.warning(self.request, text % count)
        elif self.result.ends_on < timezone.localdate():
            messages.success(self.request, _("The closure is saved. Its days are over: it stands among the past ones."))
        else:
            messages.success(self.request, _("The closure is saved. Nothing can be booked on these days."))
        return super().done()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(page_title=self.title, **kwargs)


class ClosureCreate(ClosureFlow):
    title = _("Add a closure")


class OneClosure(PermissionRequired):
    """A page about one closure."""

    permission = Permission.CENTRE_MANAGE

    @cached_property
    def object(self) -> Closure:
        return get_object_or_404(Closure, pk=self.kwargs["pk"])


class ClosureUpdate(OneClosure, ClosureFlow):
    title = _("Change the closure")


class ClosureDelete(OneClosure, FormFlow):
    form_class = forms.Form
    template_name = "scheduling/closure_delete.html"
    success_url = LIST
    success_message = _("The closure is removed; these days can be booked again.")

    def act(self, form: forms.Form) -> None:
        hours.remove_closure(closure=self.object, by=self.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(closure=self.object, **kwargs)


class HolidaySwitch(PermissionRequired, View):
    """Work on one public holiday, this year and every year, or keep it. htmx gets the list of holidays back."""

    permission = Permission.CENTRE_MANAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        key = request.POST.get("key", "")
        if key not in {holiday.key for holiday in coming_holidays(self.request.tenant)}:
            messages.error(request, _("This is not a public holiday of the centre's country."))
        else:
            hours.switch_holiday(key=key, is_open=request.POST.get("is_open") == "on", by=self.user)
            messages.success(request, _("Saved. Booking follows at once."))
        if not wants_fragment(request):
            return redirect_after(request, str(LIST))
        context = {"holidays": switches(self.request.tenant), "is_answer": True}
        return render(request, "scheduling/closure_list.html#holidays", context)
