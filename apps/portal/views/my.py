"""What patients and guardians see and do: their sessions, their details, their children, who opened their records."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms import BaseForm, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, TemplateView, View

from apps.accounts import audit
from apps.accounts.access import PermissionRequired
from apps.accounts.editing import SavesRow
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.core import clock, formats
from apps.core.http import FormFlow
from apps.core.lists import ListPage
from apps.patients.errors import GuardianGone
from apps.patients.models import Guardianship, Patient
from apps.portal import booking, family, ics, story
from apps.portal.choosing import Choice
from apps.portal.context_processors import first_page
from apps.portal.family import Family
from apps.portal.forms.my import MyChildForm, MyDetailsForm, MyGuardianForm, MySessionCancelForm
from apps.sessions import actions
from apps.sessions.models import TherapySession

RECENT = 5


class Home(PermissionRequired, TemplateView):
    """Where each kind of person begins. Whoever has no role yet is told what to do."""

    permission = PermissionRequired.SIGNED_IN
    template_name = "portal/home.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = start_page(self.request.user)
        return HttpResponseRedirect(reverse(name)) if name else super().get(request, *args, **kwargs)


def start_page(user: User) -> str:
    """The name of the page where this person's work or care begins; empty when they may open none."""
    if not user.is_team and user.can(Permission.SESSION_BOOK_OWN):
        return "portal:my-sessions"
    return first_page(user)


class Mine(PermissionRequired):
    """A patient's own page: their sessions and those of their children, nothing else."""

    permission = Permission.SESSION_BOOK_OWN

    @cached_property
    def family(self) -> Family:
        return Family(self.request.user)

    @cached_property
    def names(self) -> dict[Any, str]:
        """Everybody in the family, by key: a session is only ever named after these."""
        return {one.pk: one.given_name for one in family.members(self.request.user)}

    def whom(self, session: TherapySession) -> str:
        """For whom the session is, when that needs saying."""
        own = self.family.own
        others = [row.patient_id for row in session.participants.all() if not own or row.patient_id != own.pk]
        return ", ".join(self.names[key] for key in others if key in self.names)


class MySessions(Mine, ListPage):
    """What comes next, and what was. The past is paged; what is to come is short."""

    template_name = "portal/my_sessions.html"

    def get_rows(self) -> QuerySet[TherapySession]:
        return family.sessions(self.request.user).past().for_lists()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        coming = [self.row(one) for one in family.sessions(self.request.user).upcoming().for_lists()]
        past = [self.row(one) for one in kwargs["page_obj"]]
        first = coming[0] if coming else None
        facts = {"next": first, "cancels_next": first is not None and self._leads_to_cancelling(first["session"])}
        return super().get_context_data(**kwargs, **facts, upcoming=coming[1:], past=past, family=self.family)

    def _leads_to_cancelling(self, session: TherapySession) -> bool:
        """Whether the page for cancelling has something to say: that it can be done, or whom to call."""
        return session.can_be_cancelled(at=clock.now()) and may_act(session, self.family)

    def row(self, session: TherapySession) -> dict[str, Any]:
        may_cancel = session.can_be_cancelled_by_patient(at=clock.now())
        facts = {"session": session, "whom": self.whom(session), "may_cancel": may_cancel}
        return {**facts, "again_url": again_url(session)}


def again_url(session: TherapySession) -> str:
    """Booking with the type, way to meet, therapist and patient of this session filled in."""
    patients = session.patients
    choice = Choice(session.therapy_type, session.mode, session.lead, False, str(patients[0].pk) if patients else "")
    return choice.url("portal:book-time" if session.lead else "portal:book-therapist")


class MySession(Mine, DetailView):
    """One session: what, when, where, what happened to it, and how to cancel."""

    template_name = "portal/my_session.html"
    context_object_name = "session"

    def get_queryset(self) -> QuerySet[TherapySession]:
        return family.sessions(self.request.user).for_lists()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        session, now = self.object, clock.now()
        facts = {
            "steps": story.steps(session, self.request.user),
            "is_open": session.can_be_cancelled(at=now),
            "may_cancel": session.can_be_cancelled_by_patient(at=now) and may_act(session, self.family),
            "again_url": again_url(session),
        }
        zones = booking.zones(self.request.tenant, session.starts_at)
        return super().get_context_data(**kwargs, **facts, **self.places(session), **zones)

    def places(self, session: TherapySession) -> dict[str, Any]:
        """The family's own part in it: for whom, what they wrote, what they pay. Of others nothing is told."""
        mine = [row for row in session.participants.all() if row.patient_id in self.names]
        price = sum((row.price for row in mine), Decimal(0))
        return {"whom": self.whom(session), "places": mine, "price": formats.money(price, session.currency)}


def may_act(session: TherapySession, people: Family) -> bool:
    """Whether this person may cancel: everybody in it is theirs to book for. (Of a group one leaves by calling.)"""
    bookable = {one.pk for one in (people.own, *people.children) if one}
    return all(patient.pk in bookable for patient in session.patients)


class MySessionCalendar(Mine, View):
    """The session as a calendar file."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = get_object_or_404(family.sessions(self.request.user), pk=kwargs["pk"])
        if not session.is_occupying:
            raise Http404
        name = f"session-{session.starts_at:%Y-%m-%d}.ics"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        text = ics.calendar_file(session, self.request.user)
        return HttpResponse(text, content_type="text/calendar; charset=utf-8; method=PUBLISH", headers=headers)


class MySessionCancel(Mine, FormFlow):
    """Cancel within the policy; later than that one calls, and is told the number."""

    template_name = "portal/my_session_cancel.html"
    form_class = MySessionCancelForm
    success_message = gettext_lazy("The session is cancelled. The therapist is told.")

    @cached_property
    def session(self) -> TherapySession:
        found = get_object_or_404(family.sessions(self.request.user).for_lists(), pk=self.kwargs["pk"])
        if not may_act(found, self.family):
            raise Http404
        return found

    def act(self, form: MySessionCancelForm) -> TherapySession:
        return actions.cancel_session(
            session=self.session, by=self.request.user, reason=form.cleaned_data["reason"], as_patient=True
        )

    def get_success_url(self) -> str:
        return reverse("portal:my-session", args=[self.session.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = clock.now()
        facts = {"session": self.session, "may_cancel": self.session.can_be_cancelled_by_patient(at=now)}
        return super().get_context_data(**kwargs, **facts, is_open=self.session.can_be_cancelled(at=now))


# --- details and children --------------------------------------------------------------------------------------------


class MyDetails(Mine, TemplateView):
    """One's own record, one's children, and who opened their records lately. Reading it is written down as well."""

    template_name = "portal/my_details.html"

    @transaction.atomic
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.family.own:
            audit.read(by=self.request.user, obj=self.family.own)
        return TemplateResponse(request, self.template_name, self.get_context_data()).render()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        recent = story.readings(self.request.user)[:RECENT]
        return super().get_context_data(
            **kwargs,
            family=self.family,
            children=story.what_they_may(self.family),
            readings=[story.as_reading(row) for row in recent],
        )


class SavesRecord(Mine, SavesRow):
    """Saves one record with what hangs on it, all or nothing, audited. (A first record of oneself may be sent twice.)"""

    success_url = "portal:my-details"
    success_message = gettext_lazy("Saved.")

    def save(self, form: Any) -> Any:
        saved = super().save(form)
        self.follow(form, saved)
        return saved

    def follow(self, form: ModelForm, saved: Any) -> None:
        """Write what else must agree with the record."""


class MyDetailsUpdate(SavesRecord):
    """One's own record: as a patient, or as a guardian who is none."""

    template_name = "portal/my_details_update.html"

    @transaction.atomic
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form holds the whole record: who opens it reads it."""
        if self.family.own:
            audit.read(by=self.request.user, obj=self.family.own)
        page: Any = super().get(request, *args, **kwargs)
        return page.render()

    def get_form_class(self) -> type[BaseForm]:
        return MyGuardianForm if self._is_only_guardian else MyDetailsForm

    @property
    def _is_only_guardian(self) -> bool:
        return self.family.own is None and self.family.guardian is not None

    def get_form_kwargs(self) -> dict[str, Any]:
        user = self.request.user
        blank = Patient(user=user, given_name=user.given_name, family_name=user.family_name, email=user.email)
        record = self.family.guardian if self._is_only_guardian else self.family.own or blank
        return {**super().get_form_kwargs(), "instance": record}

    def lock(self, form: Any) -> None:
        """The login's row first, as wherever both are written."""
        User.objects.locked(self.user.pk)
        super().lock(form)

    def follow(self, form: ModelForm, saved: Any) -> None:
        self.family.tell(**{name: getattr(saved, name) for name in ("given_name", "family_name", "phone")})


class MyChildCreate(SavesRecord):
    """Enter a child whom one books for."""

    template_name = "portal/my_child.html"
    form_class = MyChildForm
    success_message = gettext_lazy("The child is entered: you can book now.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.request.user.is_authenticated and self.family.needs_guardian:
            messages.info(request, _("Only adults can enter a child."))
            return HttpResponseRedirect(reverse("portal:my-details"))
        return super().dispatch(request, *args, **kwargs)

    def act(self, form: MyChildForm) -> Patient:
        facts = {name: form.cleaned_data[name] for name in ("given_name", "family_name", "birth_on", "gender")}
        told = form.cleaned_data["is_told"]
        return self.family.add_child(relationship=form.cleaned_data["relationship"], is_told=told, **facts)


class MyChildUpdate(SavesRecord):
    """A child's record. Opening it is written down, as for everybody who opens a record.

    A guardian who does not book for the child changes only their own part: how they are related, whether they are told.
    """

    template_name = "portal/my_child.html"
    form_class = MyChildForm

    @cached_property
    def guardianship(self) -> Guardianship:
        rows = Guardianship.objects.select_related("patient", "guardian").filter(guardian__user=self.request.user)
        return get_object_or_404(rows, patient=self.kwargs["pk"])

    @transaction.atomic
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        audit.read(by=self.request.user, obj=self.guardianship.patient)
        page: Any = super().get(request, *args, **kwargs)
        return page.render()

    def get_initial(self) -> dict[str, Any]:
        return {"relationship": self.guardianship.relationship, "is_told": self.guardianship.is_told}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.guardianship.patient}

    def get_form(self, form_class: Any = None) -> MyChildForm:
        form: MyChildForm = super().get_form(form_class)
        if not self.guardianship.may_book:
            for name in form.Meta.fields:
                form.fields[name].disabled = True
        return form

    def shown_besides(self) -> dict[str, Any]:
        rows = Guardianship.objects.filter(pk=self.guardianship.pk)
        if found := rows.values("relationship", "is_told").first():
            return dict(found)
        raise GuardianGone

    def follow(self, form: ModelForm, saved: Patient) -> None:
        facts = {name: form.cleaned_data[name] for name in ("relationship", "is_told")}
        family.change(self.guardianship, by=self.request.user, **facts)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        others = self.guardianship.patient.guardianships.select_related("guardian")
        facts = {"child": self.guardianship.patient, "guardianships": others, "may_change": self.guardianship.may_book}
        return super().get_context_data(**kwargs, **facts)


class MyRecordReads(Mine, ListPage):
    """Who opened one's record and those of one's children, in plain words."""

    template_name = "portal/my_record_reads.html"

    def get_rows(self) -> Any:
        return story.readings(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        readings = [story.as_reading(row) for row in kwargs["page_obj"]]
        return super().get_context_data(**kwargs, readings=readings)
