"""Days on which the centre is closed: its own closures and the public holidays, each of which may be switched."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from apps.accounts import audit
from apps.accounts.access import PermissionRequired
from apps.accounts.roles import Permission
from apps.core.http import FormFlow, redirect_after
from apps.scheduling import hours, world
from apps.scheduling.forms import ClosureForm
from apps.scheduling.holidays import Holiday
from apps.scheduling.models import Closure, OpenHoliday
from apps.tenants.models import Centre

LIST = reverse_lazy("scheduling:closure-list")


def coming_holidays(centre: Centre, today: dt.date) -> list[Holiday]:
    """The public holidays of the coming year."""
    return world.public_holidays(centre, today, today + dt.timedelta(days=365))


class ClosureList(PermissionRequired, TemplateView):
    permission = Permission.CENTRE_MANAGE
    template_name = "scheduling/closure_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        working = set(OpenHoliday.objects.values_list("key", flat=True))
        holidays = [
            {"holiday": row, "is_open": row.key in working} for row in coming_holidays(self.request.tenant, today)
        ]
        closures = Closure.objects.filter(ends_on__gte=today)
        return super().get_context_data(closures=closures, holidays=holidays, **kwargs)


class ClosureFlow(PermissionRequired, FormFlow):
    permission = Permission.CENTRE_MANAGE
    form_class = ClosureForm
    template_name = "scheduling/closure_form.html"
    success_url = LIST
    success_message = _("The closure is saved. Nothing can be booked on these days.")

    def instance(self) -> Closure:
        return Closure()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.instance()}

    def act(self, form: ClosureForm) -> Closure:
        with transaction.atomic():
            return audit.save_form(form, by=self.request.user)


class ClosureCreate(ClosureFlow):
    pass


class ClosureUpdate(ClosureFlow):
    def instance(self) -> Closure:
        return get_object_or_404(Closure, pk=self.kwargs["pk"])


class ClosureDelete(PermissionRequired, View):
    permission = Permission.CENTRE_MANAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: Any) -> HttpResponse:
        hours.remove_closure(closure=get_object_or_404(Closure, pk=pk), by=request.user)
        messages.success(request, _("The closure is removed."))
        return redirect_after(request, str(LIST))


class HolidaySwitch(PermissionRequired, View):
    """Work on one public holiday, or keep it."""

    permission = Permission.CENTRE_MANAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        key = request.POST.get("key", "")
        known = {holiday.key for holiday in coming_holidays(request.tenant, timezone.localdate())}
        if key not in known:
            messages.error(request, _("This is not a public holiday of the centre's country."))
        else:
            hours.switch_holiday(key=key, is_open=request.POST.get("is_open") == "on", by=request.user)
            messages.success(request, _("Saved. Booking follows at once."))
        return redirect_after(request, str(LIST))
