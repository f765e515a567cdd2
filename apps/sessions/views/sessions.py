"""The list of sessions, one session, and the steps of its life that need no calendar."""

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, View

from apps.accounts import audit
from apps.accounts.access import PermissionRequired, get_visible_or_404
from apps.accounts.roles import Permission
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.forms import SANE_DATES, DateInput, LinesField, TextArea
from apps.core.http import FormFlow, Fragments
from apps.core.lists import CSV_ROWS, Column, ListPage
from apps.patients.models import Patient
from apps.sessions import actions
from apps.sessions.models import State, TherapySession
from apps.sessions.next_first import NextFirst
from apps.sessions.steps import steps_of, with_steps
from apps.sessions.views.answers import settled
from apps.therapists.models import Therapist, TherapyType


class SessionFilter(forms.Form):
    when = forms.ChoiceField(
        label=_("When"),
        required=False,
        choices=[("", _("Any time")), ("upcoming", _("Upcoming")), ("to_close", _("To close")), ("past", _("Past"))],
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("Any state")), *State.choices])
    therapist = forms.ModelChoiceField(
        Therapist.objects.named(), label=_("Therapist"), required=False, empty_label=_("Every therapist")
    )
    therapy_type = forms.ModelChoiceField(
        TherapyType.objects.all(), label=_("Type"), required=False, empty_label=_("Every type")
    )
    since = forms.DateField(label=_("From"), required=False, widget=DateInput, validators=SANE_DATES)
    until = forms.DateField(label=_("Until"), required=False, widget=DateInput, validators=SANE_DATES)

    def visible_fields(self) -> list[forms.BoundField]:
        """The lists. The two dates say nothing without their labels: the page draws them with these."""
        return [field for field in super().visible_fields() if field.name not in ("since", "until")]


class SessionList(PermissionRequired, ListPage):
    permission = Permission.SESSION_READ
    template_name = "sessions/session_list.html"
    filter_form_class = SessionFilter
    sorts = {
        "starts": ("starts_at",),
        "booked": ("booked_at",),
        "type": ("therapy_type__name", "starts_at"),
        "state": ("state", "starts_at"),
    }
    csv_name = "sessions"
    columns = [
        Column(_("Begins"), "starts_at"),
        Column(_("Ends"), "ends_at"),
        Column(_("Patients"), "patients"),
        Column(_("Therapist"), "lead.full_name"),
        Column(_("Type"), "therapy_type.name"),
        Column(_("Mode"), "get_mode_display"),
        Column(_("Room"), lambda session: session.room or ""),
        Column(_("State"), "get_state_display"),
        Column(_("Price"), "price"),
    ]

    def get_rows(self) -> QuerySet[TherapySession]:
        return TherapySession.objects.visible_to(self.user).for_lists()

    @property
    def order(self) -> str:
        """As asked, else as fits: what is past from the latest back, what is to close from the oldest on."""
        fitting = {"past": "-starts", "to_close": "starts"}.get(self.filters.get("when", ""), "next")
        return super().order or fitting

    def sorted(self, rows: QuerySet[TherapySession]) -> Any:
        return NextFirst(rows, now=clock.now()) if self.order == "next" else super().sorted(rows)

    def exported(self, rows: Any) -> Iterator[TherapySession]:
        """Who comes for what leaves the house in one file: that is written down first."""
        audit.record(by=self.user, verb="exported sessions", obj=self.user, changes={"sessions": [None, rows.count()]})
        return itertools.islice(rows.iterator(chunk_size=1000), CSV_ROWS)

    def get_filter_form(self) -> forms.Form:
        form = SessionFilter(self.request.GET, auto_id="filter_%s")
        if not self.user.is_desk:
            del form.fields["therapist"]  # all they see is their own
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(order=self.order, **kwargs)
        with_steps(context["page_obj"].object_list)
        return context

    def searched(self, rows: QuerySet[TherapySession]) -> QuerySet[TherapySession]:
        for word in self.query.split():
            names = Q(participants__patient__given_name__icontains=word)
            rows = rows.filter(names | Q(participants__patient__family_name__icontains=word))
        return rows.distinct() if self.query else rows

    def filter_when(self, rows: Any, value: str) -> QuerySet[TherapySession]:
        return getattr(rows, value)()

    def filter_therapist(self, rows: Any, value: Therapist) -> QuerySet[TherapySession]:
        return rows.for_therapist(value)

    def filter_since(self, rows: Any, value: dt.date) -> QuerySet[TherapySession]:
        return rows.filter(starts_at__gte=dt.datetime.combine(value, dt.time(), self.request.tenant.zone))

    def filter_until(self, rows: Any, value: dt.date) -> QuerySet[TherapySession]:
        end = dt.datetime.combine(value + dt.timedelta(days=1), dt.time(), self.request.tenant.zone)
        return rows.filter(starts_at__lt=end)


class SessionDetail(PermissionRequired, Fragments, DetailView):
    """One session, with all that was promised and all that happened; in a dialog, a summary with buttons.

    What patients wrote about their concerns is part of their records: whoever is shown it has read them.
    """

    permission = Permission.SESSION_READ
    template_name = "sessions/session_detail.html"
    fragment = "summary"
    context_object_name = "session"
    object: TherapySession

    @transaction.atomic
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page: Any = super().get(request, *args, **kwargs)
        for place in self.object.participants.all():
            if place.concerns and self.may_read_concerns:
                audit.read(by=self.user, obj=place.patient)
        return page.render()

    @property
    def may_read_concerns(self) -> bool:
        return self.user.can(Permission.SESSION_COMPLETE) or self.user.can(Permission.SESSION_UPDATE)

    def get_object(self, queryset: Any = None) -> TherapySession:
        rows = TherapySession.objects.for_lists().select_related("booked_by")
        return get_visible_or_404(rows, self.user, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        session = self.object
        patients = [patient.pk for patient in session.patients]
        return super().get_context_data(
            open_records=set(
                Patient.objects.visible_to(self.user).filter(pk__in=patients).values_list("pk", flat=True)
            ),
            steps=steps_of(session, clock.now()),
            events=session.events.select_related("by"),
            participants=session.participants.all(),
            may_read_concerns=self.may_read_concerns,
            **kwargs,
        )


class SessionStep(PermissionRequired, View):
    """One button, one action. A refusal is said where one was; nothing is lost."""

    http_method_names = ["post"]
    said: Any = ""

    def act(self, session: TherapySession) -> object:
        raise AssertionError("a step must say what it does")

    def post(self, request: HttpRequest, pk: Any) -> HttpResponse:
        session = get_visible_or_404(TherapySession, self.user, pk=pk)
        page = reverse("sessions:session-detail", args=[pk])
        try:
            self.act(session)
        except DomainError as refusal:
            return settled(request, refusal, to=page, level="error")
        return settled(request, self.said, to=page)


class SessionConfirm(SessionStep):
    permission = Permission.SESSION_UPDATE
    said = _("The session is confirmed.")

    def act(self, session: TherapySession) -> object:
        return actions.confirm_session(session=session, by=self.user)


class SessionStart(SessionStep):
    permission = Permission.SESSION_COMPLETE
    said = _("The session is in progress.")

    def act(self, session: TherapySession) -> object:
        return actions.start_session(session=session, by=self.user)


class SessionComplete(SessionStep):
    permission = Permission.SESSION_COMPLETE
    said = _("The session is completed.")

    def act(self, session: TherapySession) -> object:
        return actions.complete_session(session=session, by=self.user)


class ReasonForm(forms.Form):
    reason = LinesField(label=_("Reason"), max_length=300, required=False, widget=TextArea(attrs={"rows": 2}))


class CancelForm(ReasonForm):
    reason = LinesField(
        label=_("Reason"),
        max_length=300,
        widget=TextArea(attrs={"rows": 2}),
        help_text=_("Kept in the session's history."),
    )


class SessionFlow(PermissionRequired, FormFlow):
    """A step that asks something first, as a page and as a dialog."""

    @cached_property
    def session(self) -> TherapySession:
        return get_visible_or_404(TherapySession.objects.for_lists(), self.user, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(session=self.session, **kwargs)

    def done(self) -> HttpResponse:
        return settled(self.request, self.success_message, to=self.get_success_url())

    def get_success_url(self) -> str:
        return reverse("sessions:session-detail", args=[self.kwargs["pk"]])


class SessionCancel(SessionFlow):
    permission = Permission.SESSION_UPDATE
    form_class = CancelForm
    template_name = "sessions/session_cancel.html"
    success_message = _("The session is cancelled. The patient and the therapist are told.")

    def act(self, form: CancelForm) -> TherapySession:
        return actions.cancel_session(session=self.session, by=self.user, **form.cleaned_data)


class SessionMiss(SessionFlow):
    permission = Permission.SESSION_COMPLETE
    form_class = ReasonForm
    template_name = "sessions/session_miss.html"
    success_message = _("The session is marked as no-show.")

    def act(self, form: ReasonForm) -> TherapySession:
        return actions.miss_session(session=self.session, by=self.user, **form.cleaned_data)
