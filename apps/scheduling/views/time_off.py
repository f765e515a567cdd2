"""Time off of a therapist: vacation, meetings, sick leave, once or by a rule."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from apps.accounts import audit
from apps.core.http import FormFlow, redirect_after
from apps.scheduling import hours
from apps.scheduling.forms import TimeOffForm
from apps.scheduling.models import TimeOff
from apps.scheduling.views.hours import OfTherapist


class TimeOffList(OfTherapist, TemplateView):
    template_name = "scheduling/time_off_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows: QuerySet[TimeOff] = self.therapist.time_off.all()
        today = timezone.localdate()
        coming = [row for row in rows if row.rule or row.ends_on >= today]
        past = [row for row in reversed(rows) if not (row.rule or row.ends_on >= today)]
        own = {"therapist": self.therapist, "may_edit": self.may_edit, "is_own": self.is_own}
        return super().get_context_data(coming=coming, past=past[:25], **own, **kwargs)


class TimeOffFlow(OfTherapist, FormFlow):
    form_class = TimeOffForm
    template_name = "scheduling/time_off_form.html"
    title: Any = ""

    def instance(self) -> TimeOff:
        return TimeOff(therapist=self.therapist)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.instance()}

    def act(self, form: TimeOffForm) -> TimeOff:
        self.require_edit()
        with transaction.atomic():
            saved: TimeOff = audit.save_form(form, by=self.request.user)
        self.warn_of_sessions(saved)
        return saved

    def warn_of_sessions(self, saved: TimeOff) -> None:
        """Booked sessions stay where they are: say so, with their number."""
        zone = self.therapist.zone(self.request.tenant.time_zone)
        count = hours.sessions_within(self.therapist, saved.starts_on, saved.ends_on, zone)
        if count:
            text = ngettext(
                "Saved. %d session is already booked on these days: move or cancel it.",
                "Saved. %d sessions are already booked on these days: move or cancel them.",
                count,
            )
            messages.warning(self.request, text % count)
        else:
            messages.success(self.request, _("The time off is saved and holds at once."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {"therapist": self.therapist, "page_title": self.title, "list_url": self.get_success_url()}
        return super().get_context_data(**facts, **kwargs)

    def get_success_url(self) -> str:
        return reverse("scheduling:time-off-list", args=[self.therapist.pk])


class TimeOffCreate(TimeOffFlow):
    title = _("Add time off")


class TimeOffUpdate(TimeOffFlow):
    title = _("Change time off")

    def instance(self) -> TimeOff:
        return get_object_or_404(TimeOff, therapist=self.therapist, pk=self.kwargs["pk"])


class TimeOffDelete(OfTherapist, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        time_off = get_object_or_404(TimeOff, therapist=self.therapist, pk=kwargs["pk"])
        self.require_edit()
        hours.remove_time_off(time_off=time_off, by=request.user)
        messages.success(request, _("The time off is removed; the time can be booked again."))
        return redirect_after(request, reverse("scheduling:time-off-list", args=[self.therapist.pk]))
