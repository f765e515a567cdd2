"""A therapist's own prices and durations, each from a day on."""

from typing import Any

from django import forms
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts.editing import SavesRow
from apps.core.http import FormFlow
from apps.therapists import actions
from apps.therapists.errors import OfferingOverlaps
from apps.therapists.forms.catalogue import OfferingForm, overlap_sentence
from apps.therapists.models import Offering
from apps.therapists.views.therapists import OneTherapist


class OfferingFlow(OneTherapist, SavesRow):
    """Save a price of `self.object`, the therapist."""

    form_class = OfferingForm
    fragment = "form"
    success_message = _("The price is saved. Bookings already made keep theirs.")
    offering: Any = None

    def get_form_kwargs(self) -> dict[str, Any]:
        instance = Offering.objects.get(pk=self.offering.pk) if self.offering else None
        return {**super().get_form_kwargs(), "therapist": self.object, "instance": instance}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(therapist=self.object, offering=self.offering, **context)

    def lock(self, form: OfferingForm) -> None:
        """The therapist's row first, as `save_offering` takes it."""
        actions.locked(self.object)
        super().lock(form)

    def save(self, form: OfferingForm) -> Offering:
        before = {} if self.offering is None else form.initial
        named = [name for name in form.changed_data if name != "ends_running"]
        changes = {name: [before.get(name), form.cleaned_data[name]] for name in named}
        facts = {"changes": changes, "ends_running": form.cleaned_data["ends_running"]}
        try:
            return actions.save_offering(offering=form.instance, by=self.request.user, **facts)
        except OfferingOverlaps as refusal:
            other = refusal.facts.get("other")
            if isinstance(other, Offering):
                raise OfferingOverlaps(overlap_sentence(other)) from refusal
            raise


class OfferingCreate(OfferingFlow):
    template_name = "therapists/offering_create.html"

    def get_initial(self) -> dict[str, Any]:
        """Begin with the therapy type that the link names, at its own price and duration."""
        found = self.object.therapy_types.filter(pk__in=_uuids(self.request.GET.get("type", ""))).first()
        facts = (
            {"therapy_type": found, "price": found.price, "duration_minutes": found.duration_minutes} if found else {}
        )
        return {"valid_from": timezone.localdate(), **facts}


def _uuids(text: str) -> list[str]:
    try:
        return [forms.UUIDField().clean(text)]
    except forms.ValidationError:
        return []


class OneOffering(OneTherapist):
    """A page about one price of one visible therapist."""

    @cached_property
    def offering(self) -> Offering:
        found = self.object.offerings.select_related("therapy_type").filter(pk=self.kwargs["offering"]).first()
        if found is None:
            raise Http404
        return found


class OfferingUpdate(OneOffering, OfferingFlow):
    template_name = "therapists/offering_update.html"


class OfferingDelete(OneOffering, FormFlow):
    form_class = forms.Form
    template_name = "therapists/offering_delete.html"
    fragment = "form"
    success_message = _("The price is deleted.")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(therapist=self.object, offering=self.offering, **context)

    def act(self, form: forms.Form) -> None:
        actions.remove_offering(offering=self.offering, by=self.request.user)
