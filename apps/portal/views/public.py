"""The centre's own site: what it offers, who works there, and the way to a first session."""

import datetime as dt
import mimetypes
import uuid
from collections import defaultdict
from typing import Any

from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.functional import cached_property
from django.views.generic import TemplateView, View

from apps.accounts.roles import Permission
from apps.core import clock
from apps.core.lists import ListPage
from apps.core.models import Mode
from apps.portal import choosing, storefront
from apps.portal.booking import Alternative, said, zones
from apps.portal.choosing import Choice, Menu, Offer
from apps.portal.family import Family
from apps.portal.forms.public import TherapistFilter
from apps.scheduling import times
from apps.tenants.actions import address
from apps.therapists.models import FormerSlug, Therapist, TherapyType

PHOTO_AGE = 3600  # seconds
SHOWN_TIMES = 6
SHOWN_THERAPISTS = 3


class Storefront(View):
    """A page of the centre's site: knows what is offered, and the address under which the world should know it."""

    request: Any  # carries `tenant`; the stubs of mixins leave no narrower type possible

    @cached_property
    def menu(self) -> Menu:
        return Menu(self.request.tenant)

    @cached_property
    def base(self) -> str:
        """Scheme and primary host of the centre, whatever host was asked."""
        return address(self.request.tenant, "")

    @property
    def canonical(self) -> str:
        return self.base + self.request.path


class PublicHome(Storefront, TemplateView):
    """The front door."""

    template_name = "portal/public_home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        therapists = Therapist.objects.public().for_lists().exclude(availability=Therapist.Availability.ON_LEAVE)
        return super().get_context_data(
            **kwargs,
            offers=[(offer, self._book_url(offer)) for offer in self.menu.offers()],
            therapists=therapists[:SHOWN_THERAPISTS],
            openings=storefront.openings(self.menu.world),
            canonical=self.canonical,
            structured_data=storefront.as_script(storefront.centre_data(self.menu, self.base)),
        )

    def _book_url(self, offer: Offer) -> str:
        """Straight to the next question: there is nothing to ask about the only way to meet."""
        mode = offer.modes[0] if len(offer.modes) == 1 else ""
        return Choice(offer.therapy_type, mode).url("portal:book")


class PublicTherapistList(Storefront, ListPage):
    """Everybody who can be booked, with the next free time of each. As many queries for one as for fifty."""

    template_name = "portal/public_therapist_list.html"
    filter_form_class = TherapistFilter
    sorts = {"first_free": (), "name": ("user__family_name", "user__given_name")}
    default_sort = "first_free"

    def get_rows(self) -> QuerySet[Therapist]:
        return Therapist.objects.public().for_lists()

    def searched(self, rows: QuerySet[Therapist]) -> QuerySet[Therapist]:
        """By name, title and specialty; never by e-mail address, which is not public."""
        for word in self.query.split():
            name = Q(user__given_name__icontains=word) | Q(user__family_name__icontains=word)
            rows = rows.filter(name | Q(title__icontains=word) | Q(specialties__name__icontains=word)).distinct()
        return rows

    def filter_type(self, rows: QuerySet[Therapist], value: TherapyType) -> QuerySet[Therapist]:
        return rows.filter(therapy_types=value)

    def filter_specialty(self, rows: QuerySet[Therapist], value: Any) -> QuerySet[Therapist]:
        return rows.filter(specialties=value)

    def filter_language(self, rows: QuerySet[Therapist], value: str) -> QuerySet[Therapist]:
        return rows.filter(languages__contains=[value])

    def filter_mode(self, rows: QuerySet[Therapist], value: str) -> QuerySet[Therapist]:
        return rows.filter(modes__contains=[value])

    @property
    def sort(self) -> str:
        asked = self.request.GET.get("sort", "")
        return asked if asked in self.sorts else self.default_sort

    def sorted(self, rows: QuerySet[Therapist]) -> Any:
        """By name in the database; by the first free time here, since that is computed and never stored."""
        if self.sort == "name":
            return super().sorted(rows)
        found = list(rows)
        self.free = self.next_free(found)
        far = dt.datetime.max.replace(tzinfo=dt.UTC)
        return sorted(found, key=lambda row: (self.free.get(row.pk, far), row.full_name))

    def choice(self, therapist: Therapist) -> Choice | None:
        """What a click on the next time would book: as filtered, else the therapist's first type and way to meet."""
        kind = self.filters.get("type")
        offers = self.menu.offers(therapist.pk)
        offer = next((one for one in offers if kind in (None, one.therapy_type)), None)
        if offer is None:
            return None
        wanted = self.filters.get("mode")
        mode = wanted if wanted in offer.modes else offer.modes[0]
        return Choice(offer.therapy_type, mode, therapist)

    def next_free(self, therapists: list[Therapist]) -> dict[uuid.UUID, dt.datetime]:
        """The first free time of each: one question to the engine for each type and way to meet among them."""
        groups: dict[tuple[TherapyType, str], list[uuid.UUID]] = defaultdict(list)
        for therapist in therapists:
            if choice := self.choice(therapist):
                groups[choice.kind, choice.mode].append(therapist.pk)
        found: dict[uuid.UUID, dt.datetime] = {}
        for (kind, mode), ids in groups.items():
            found |= choosing.next_free(self.menu, times.Want(kind, mode, ids))
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(kwargs["page_obj"])
        free = self.free if self.sort == self.default_sort else self.next_free(rows)
        cards = [self.card(row, free.get(row.pk)) for row in rows]
        return super().get_context_data(**kwargs, cards=cards, sort=self.sort, canonical=self.canonical)

    def card(self, therapist: Therapist, next_at: dt.datetime | None) -> dict[str, Any]:
        choice = self.choice(therapist)
        prices = [offer.price_from for offer in self.menu.offers(therapist.pk) if offer.price_from]
        book = choice.url("portal:book-time", at=Alternative(next_at, therapist).value) if choice and next_at else ""
        facts = {"therapist": therapist, "photo": storefront.photo_url(therapist), "book_url": book}
        facts["languages"] = storefront.languages(therapist)
        modes = [mode.label for mode in Mode if mode in therapist.modes]
        next_said = said(next_at) if next_at else ""
        return {**facts, "price_from": min(prices, default=None), "modes": modes, "next_said": next_said}


class PublicTherapist(Storefront, TemplateView):
    """A profile, with times that lead straight into booking. A former address redirects for good.

    Browsers ask again each time: one that kept the redirect would go round in circles after a rename back.
    """

    template_name = "portal/public_therapist.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.found is None:
            moved = HttpResponsePermanentRedirect(self._address_now())
            patch_cache_control(moved, no_cache=True)
            return moved
        return super().get(request, *args, **kwargs)

    @cached_property
    def found(self) -> Therapist | None:
        rows = Therapist.objects.public().for_lists().prefetch_related("education", "experience")
        return rows.filter(slug=self.kwargs["slug"]).first()

    @property
    def therapist(self) -> Therapist:
        """The one found; an address that finds nobody is answered before anything asks."""
        assert self.found is not None
        return self.found

    def _address_now(self) -> str:
        public = Therapist.objects.public()
        former = FormerSlug.objects.filter(slug=self.kwargs["slug"], therapist__in=public).select_related("therapist")
        found = former.first()
        if found is None:
            raise Http404
        return reverse("portal:public-therapist", args=[found.therapist.slug])

    @cached_property
    def offers(self) -> list[Offer]:
        return self.menu.offers(self.therapist.pk)

    @cached_property
    def choice(self) -> Choice | None:
        """The type and way to meet whose times are shown: as the address asks, else the first of each."""
        asked = choosing.as_uuid(self.request.GET.get("type"))
        offer = next((one for one in self.offers if one.therapy_type.pk == asked), None)
        offer = offer or next(iter(self.offers), None)
        if offer is None:
            return None
        wanted = self.request.GET.get("mode")
        mode = wanted if wanted in offer.modes else offer.modes[0]
        return Choice(offer.therapy_type, mode, self.therapist)

    def next_times(self) -> list[Alternative]:
        if self.choice is None:
            return []
        menu, want, week = self.menu, self.choice.want(), dt.timedelta(days=choosing.NEAR_DAYS)
        found = times.free_starts(menu.centre, want, menu.today, menu.today + week)[:SHOWN_TIMES]
        if not found and (first := times.first_free(menu.centre, want, menu.today + week, menu.last_day)):
            day = first.starts_at.astimezone(self.therapist.zone(menu.centre.time_zone)).date()
            found = times.free_starts(menu.centre, want, day, day)[:SHOWN_TIMES]
        return [Alternative(free.starts_at, self.therapist) for free in found]

    def is_quick(self) -> bool:
        """Whether a time here needs nothing but to be confirmed: signed in, one person to book for, nothing to ask."""
        user = self.request.user
        if not (user.is_authenticated and user.can(Permission.SESSION_BOOK_OWN)):
            return False
        family = Family(user)
        return len(family.bookable) == 1 and family.is_ready(family.bookable[0])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.next_times()
        data = storefront.therapist_data(self.request.tenant, self.therapist, self.base)
        return super().get_context_data(
            **kwargs,
            therapist=self.therapist,
            photo=storefront.photo_url(self.therapist),
            languages=storefront.languages(self.therapist),
            offers=self._rows(),
            choice=self.choice,
            times=[(one, self._link(one)) for one in found],
            is_quick=bool(found) and self.is_quick(),
            all_times_url=self.choice.url("portal:book-time") if self.choice else "",
            canonical=self.canonical,
            image=data["image"],
            summary=data["description"][:160] or self.therapist.title,
            structured_data=storefront.as_script(data),
            **zones(self.request.tenant, found[0].starts_at if found else clock.now()),
        )

    def _link(self, one: Alternative) -> str:
        return self.choice.url("portal:book-time", at=one.value) if self.choice else ""

    def _rows(self) -> list[tuple[Offer, list[tuple[str, str, bool]]]]:
        """Each type with its ways to meet: label, the address that shows its times, whether it is the one shown."""
        return [(offer, [self._way(offer, mode) for mode in offer.modes]) for offer in self.offers]

    def _way(self, offer: Offer, mode: Any) -> tuple[str, str, bool]:
        query = f"?type={offer.therapy_type.pk}&mode={mode.value}#times"
        current = self.choice is not None and (self.choice.kind, self.choice.mode) == (offer.therapy_type, mode.value)
        return mode, self.request.path + query, current


class PublicTherapistPhoto(View):
    """The photo of a therapist who is public; of nobody else."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, slug: str) -> FileResponse:
        therapist = Therapist.objects.public().filter(slug=slug).first()
        kind = mimetypes.guess_type(therapist.photo.name or "")[0] if therapist else None
        if therapist is None or not therapist.photo or not (kind or "").startswith("image/"):
            raise Http404
        try:
            response = FileResponse(therapist.photo.open("rb"), content_type=kind)
        except FileNotFoundError as missing:
            raise Http404 from missing
        patch_cache_control(response, public=True, max_age=PHOTO_AGE)
        return response
