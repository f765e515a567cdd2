"""The first steps of booking, whose state stands in the address: what, with whom, when."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from apps.core.http import FormFlow
from apps.portal import booking, choosing
from apps.portal.agenda import Agenda
from apps.portal.booking import Draft
from apps.portal.choosing import Choice, Menu
from apps.portal.family import Family
from apps.portal.forms.booking import BookTimeForm
from apps.portal.views.booking_base import BookingEntry, LostTime, Step
from apps.sessions.models import Hold
from apps.therapists.models import Therapist


class Choosing:
    """What the address has chosen so far."""

    request: Any

    @cached_property
    def menu(self) -> Menu:
        return Menu(self.request.tenant)

    @cached_property
    def choice(self) -> Choice:
        return choosing.read(self.menu, self.request.GET)


class Book(BookingEntry, Choosing, TemplateView):
    """What kind of session, and how to meet. An address that chose these already goes on to the next step."""

    template_name = "portal/book.html"
    step = Step.WHAT

    def elsewhere(self) -> HttpResponse | None:
        choice = self.choice
        if not (choice.therapy_type and choice.mode):
            return None
        return HttpResponseRedirect(choice.url("portal:book-time" if choice.is_complete else "portal:book-therapist"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        therapist = self.choice.therapist
        offers = self.menu.offers(therapist.pk if therapist else None)
        rows = [(offer, [self._way(offer, mode) for mode in offer.modes]) for offer in offers]
        return super().get_context_data(**kwargs, choice=self.choice, offers=rows, draft=Draft.of(self.request))

    def _way(self, offer: choosing.Offer, mode: str) -> tuple[str, str]:
        """A mode with the address that chooses it: the therapist stays when they meet in this way."""
        return mode, self.choice.but(therapy_type=offer.therapy_type, mode=mode).url("portal:book")


@dataclass(frozen=True)
class Candidate:
    """A therapist one may choose, with the terms and the first free time (None: nothing within the horizon)."""

    therapist: Therapist
    url: str
    minutes: int
    price: Decimal
    next_at: dt.datetime | None


class BookTherapist(BookingEntry, Choosing, TemplateView):
    """With whom: whoever is free first, or one of those who offer it. A single one is not asked about."""

    template_name = "portal/book_therapist.html"
    step = Step.WHO

    def elsewhere(self) -> HttpResponse | None:
        if not (self.choice.therapy_type and self.choice.mode):
            return HttpResponseRedirect(self.choice.url("portal:book"))
        return HttpResponseRedirect(self.candidates[0].url) if len(self.candidates) == 1 else None

    @cached_property
    def candidates(self) -> list[Candidate]:
        """Soonest free first; those with nothing free last."""
        everybody = self.choice.but(therapist=None, is_any=True)
        free = choosing.next_free(self.menu, everybody.want())
        ids = [person.id for person in self.menu.people(self.choice.kind, self.choice.mode)]
        rows = Therapist.objects.public().for_lists().filter(pk__in=ids)
        found = [self._candidate(row, free.get(row.pk)) for row in rows]
        return sorted(found, key=lambda one: (one.next_at is None, one.next_at, one.therapist.full_name))

    def _candidate(self, therapist: Therapist, next_at: dt.datetime | None) -> Candidate:
        minutes, price = self.menu.world.terms(therapist.pk, self.choice.kind, self.menu.today)
        url = self.choice.but(therapist=therapist, is_any=False).url("portal:book-time")
        return Candidate(therapist, url, minutes, price, next_at)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        anybody = self.choice.but(therapist=None, is_any=True)
        first = self.candidates[0] if self.candidates and self.candidates[0].next_at else None
        return super().get_context_data(
            **kwargs,
            choice=self.choice,
            candidates=self.candidates,
            first=first,
            any_url=anybody.url("portal:book-time"),
        )


class BookTime(BookingEntry, LostTime, Choosing, FormFlow):
    """When. GET shows a day's times (`?day=`), POST keeps the one chosen for this browser."""

    template_name = "portal/book_time.html"
    fragment = "times"
    form_class = BookTimeForm
    step = Step.WHEN

    def elsewhere(self) -> HttpResponse | None:
        if self.choice.is_complete:
            return None
        if self.request.GET.get("therapist"):
            messages.info(self.request, _("This therapist cannot be booked in this way at present."))
        return HttpResponseRedirect(self.choice.url("portal:book-therapist"))

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        patch_vary_headers(response, ["HX-Request"])
        return response

    @cached_property
    def draft(self) -> Draft:
        return Draft.of(self.request)

    @cached_property
    def held(self) -> Hold | None:
        return self.draft.kept()

    @cached_property
    def agenda(self) -> Agenda:
        day = as_date(self.request.GET.get("day")) or self._day_asked() or self._day_held()
        return Agenda(self.menu, self.choice, day=day, hold=self.held.pk if self.held else None)

    def _day_asked(self) -> dt.date | None:
        """A link from a profile names the very time (`?at=`)."""
        found = booking.read_slot(self.request.GET.get("at", ""))
        return booking.local_day(found[0]) if found else None

    def _day_held(self) -> dt.date | None:
        """Whoever comes back to this choice sees the day of the time they hold."""
        held = self.held
        if held is None or (held.therapy_type, held.mode) != (self.choice.kind, self.choice.mode):
            return None
        same = self.choice.therapist in (None, held.therapist)
        return booking.local_day(held.starts_at) if same else None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "choice": self.choice}

    def act(self, form: BookTimeForm) -> Draft:
        slot = form.cleaned_data["slot"]
        draft = booking.choose_time(self.request, self.menu.centre, slot, is_any=self.choice.is_any)
        self._prefill(draft, quick=form.cleaned_data["quick"])
        draft.save(self.request)
        return draft

    def _prefill(self, draft: Draft, *, quick: bool) -> None:
        """Take over who it is for: from the address, or, when everything is known, the only one it can be for."""
        if not self.request.user.is_authenticated:
            return
        family = Family(self.request.user)
        patient = family.find(self.choice.patient)
        if quick and not patient and len(family.bookable) == 1:
            patient = family.bookable[0]
        if patient:
            same, draft.patient = draft.patient == str(patient.pk), str(patient.pk)
            draft.is_told = (draft.is_told and same) or (quick and family.is_ready(patient))

    def get_success_url(self) -> str:
        return reverse("portal:book-review" if self.result.is_told else "portal:book-details")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        selected = self.request.POST.get("slot") or self.request.GET.get("at") or self._value_held()
        chosen = self.agenda.start(selected)
        facts = {"choice": self.choice, "agenda": self.agenda, "chosen": chosen, "offer": self._offer()}
        facts["selected"] = chosen.value if chosen else ""
        facts["others_url"] = self._others_url()
        return super().get_context_data(**kwargs, **facts, **booking.zones(self.menu.centre, self.agenda.noon))

    def _offer(self) -> choosing.Offer | None:
        """Length and price, of the therapist or over all of them."""
        return self.menu.offer(self.choice.kind, self.choice.therapist.pk if self.choice.therapist else None)

    def _value_held(self) -> str:
        return booking.slot_value(self.held.starts_at, self.held.therapist.slug) if self.held else ""

    def _others_url(self) -> str:
        return self.choice.but(therapist=None, is_any=False).url("portal:book-therapist")


def as_date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None
