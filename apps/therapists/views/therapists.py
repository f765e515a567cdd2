"""Therapists as the centre sets them up: enrolled, described, approved, renamed, deactivated."""

from typing import Any

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from apps.accounts import audit
from apps.accounts.access import PermissionRequired, get_visible_or_404
from apps.accounts.editing import RowForm
from apps.accounts.roles import Permission
from apps.core.errors import DomainError
from apps.core.formats import language_name, mode_names
from apps.core.http import FormFlow, Fragments, redirect_after
from apps.core.lists import Column, ListPage
from apps.core.models import Mode
from apps.therapists import actions
from apps.therapists.forms.therapists import (
    DeactivateForm,
    RenameForm,
    TherapistCreateForm,
    TherapistFilter,
    TherapistForm,
)
from apps.therapists.models import Therapist, TherapistQuerySet, TherapyType


class TherapistList(PermissionRequired, ListPage):
    permission = Permission.SETUP_READ
    template_name = "therapists/therapist_list.html"
    filter_form_class = TherapistFilter
    sorts = {
        "name": ("user__family_name", "user__given_name"),
        "title": ("title", "user__family_name"),
        "status": ("status", "user__family_name"),
    }
    default_sort = "name"
    csv_name = "therapists"
    columns = [
        Column(_("Given name"), "user.given_name"),
        Column(_("Family name"), "user.family_name"),
        Column(_("E-mail"), "user.email"),
        Column(_("Title"), "title"),
        Column(_("Licence number"), "licence_number"),
        Column(_("Therapy types"), lambda therapist: list(therapist.therapy_types.all())),
        Column(_("Specialties"), lambda therapist: list(therapist.specialties.all())),
        Column(_("Languages"), lambda therapist: [language_name(code) for code in therapist.languages]),
        Column(_("Ways to meet"), lambda therapist: mode_names(therapist.modes)),
        Column(_("Status"), "get_status_display"),
        Column(_("Availability"), "get_availability_display"),
    ]

    def get_rows(self) -> TherapistQuerySet:
        return Therapist.objects.visible_to(self.request.user).for_lists()

    def filter_therapy_type(self, rows: TherapistQuerySet, value: TherapyType) -> models.QuerySet[Therapist]:
        return rows.filter(therapy_types=value)


class TherapistCreate(PermissionRequired, FormFlow):
    permission = Permission.SETUP_MANAGE
    form_class = TherapistCreateForm
    template_name = "therapists/therapist_create.html"
    fragment = "form"
    success_message = _("The profile is made. Fill it in, then approve it.")

    def get_initial(self) -> dict[str, Any]:
        return {"modes": [Mode.IN_PERSON, Mode.VIDEO]}

    def act(self, form: TherapistCreateForm) -> Therapist:
        return actions.enrol_therapist(by=self.request.user, **form.cleaned_data)

    def get_success_url(self) -> str:
        return reverse("therapists:therapist-update", args=[self.result.pk])


class OneTherapist(PermissionRequired):
    """A page about one therapist whom the signed-in person may see."""

    permission = Permission.SETUP_MANAGE
    object_name = "therapist"

    @cached_property
    def object(self) -> Therapist:
        rows = Therapist.objects.select_related("user")
        return get_visible_or_404(rows, self.request.user, pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("therapists:therapist-detail", args=[self.object.pk])


class TherapistDetail(OneTherapist, Fragments, TemplateView):
    permission = Permission.SETUP_READ
    template_name = "therapists/therapist_detail.html"
    fragment = "detail"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        therapist = self.object
        facts = {
            "therapist": therapist,
            "specialties": therapist.specialties.all(),
            "languages": [language_name(code) for code in therapist.languages],
            "education": therapist.education.all(),
            "experience": therapist.experience.all(),
            "prices": self.prices(),
            "missing": self.missing() if therapist.status == Therapist.Status.PENDING else [],
        }
        return super().get_context_data(**facts, **context)

    def prices(self) -> list[dict[str, Any]]:
        """Each therapy type with what it costs today, and every dated price of this therapist for it."""
        today = timezone.localdate()
        types = list(
            TherapyType.objects.filter(
                models.Q(therapists=self.object) | models.Q(offerings__therapist=self.object)
            ).distinct()
        )
        offerings = list(self.object.offerings.select_related("therapy_type").order_by("valid_from"))
        rows = []
        for therapy_type in types:
            own = [one for one in offerings if one.therapy_type_id == therapy_type.pk]
            now = next((one for one in own if one.holds_on(today)), None)
            rows.append({"type": therapy_type, "now": now or therapy_type, "is_own": now is not None, "offerings": own})
        return rows

    def missing(self) -> list[Any]:
        """What a profile should have before it is approved. None of it stands in the way."""
        therapist = self.object
        wanted = {
            _("a therapy type, or nothing can be booked"): therapist.therapy_types.exists(),
            _("a way to meet, or nothing can be booked"): therapist.modes,
            _("a title"): therapist.title,
            _("a few sentences about them"): therapist.bio,
            _("a photo"): therapist.photo,
            _("specialties"): therapist.specialties.exists(),
            _("languages"): therapist.languages,
        }
        return [name for name, there in wanted.items() if not there]


class TherapistUpdate(OneTherapist, RowForm):
    form_class = TherapistForm
    template_name = "therapists/therapist_update.html"
    success_message = _("The profile is saved.")

    def lock(self, form: TherapistForm) -> None:
        super().lock(form)
        TherapyType.objects.keep(form.cleaned_data["therapy_types"])

    def shown_besides(self) -> dict[str, Any]:
        """The rows below the profile, and the specialties."""
        rows = {name: [str(row) for row in getattr(self.object, name).all()] for name in ("education", "experience")}
        return {**rows, "specialty_names": [str(one) for one in self.object.specialties.all()]}

    def save(self, form: TherapistForm) -> Therapist:
        therapist: Therapist = super().save(form)
        changes = {}
        for name in ("education", "experience"):
            before = [str(row) for row in getattr(therapist, name).all()]
            getattr(form, name).save()
            after = [str(row) for row in getattr(therapist, name).all()]
            if getattr(form, name).has_changed():
                changes[name] = [before, after]
        if changes:
            audit.record(by=self.request.user, verb="changed", obj=therapist, changes=changes)
        return therapist


class TherapistApprove(OneTherapist, View):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            actions.approve_therapist(therapist=self.object, by=self.request.user)
            messages.success(request, _("%(name)s is public and bookable now.") % {"name": self.object})
        except DomainError as refusal:
            messages.error(request, str(refusal))
        return redirect_after(request, self.get_success_url())


class TherapistDeactivate(OneTherapist, FormFlow):
    form_class = DeactivateForm
    template_name = "therapists/therapist_deactivate.html"
    fragment = "form"
    success_message = _("The therapist is no longer public or bookable.")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(therapist=self.object, **context)

    def act(self, form: DeactivateForm) -> Therapist:
        return actions.deactivate_therapist(therapist=self.object, by=self.request.user, **form.cleaned_data)


class TherapistRename(OneTherapist, FormFlow):
    """Another address of the public profile; the former ones redirect."""

    form_class = RenameForm
    template_name = "therapists/therapist_rename.html"
    fragment = "form"
    success_message = _("The profile has its new address. The former one leads to it.")

    def get_initial(self) -> dict[str, Any]:
        return {"slug": self.object.slug}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        former = self.object.former_slugs.order_by("-pk")
        return super().get_context_data(therapist=self.object, former=former, **context)

    def act(self, form: RenameForm) -> Therapist:
        return actions.rename_therapist(therapist=self.object, by=self.request.user, **form.cleaned_data)
