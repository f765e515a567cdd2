"""What can be booked online, and what a visitor chose so far: read from the address, answered from the kept world."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import cached_property

from apps.core import clock
from apps.core.models import Mode
from apps.scheduling import times, world
from apps.scheduling.world import Person
from apps.tenants.models import Centre
from apps.therapists.models import Therapist, TherapyType

ANY = "any"  # in the address: whoever is free first
NEAR_DAYS = 7  # most therapists have something free within a week: look there first


def as_uuid(text: str | None) -> uuid.UUID | None:
    """Read a key from an address; anything else is None."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


@dataclass(frozen=True)
class Offer:
    """A therapy type as it can be booked: in which ways, and the range of length and price over the therapists."""

    therapy_type: TherapyType
    modes: tuple[Mode, ...]
    minutes: tuple[int, int]
    prices: tuple[Decimal, Decimal]

    @property
    def price_from(self) -> Decimal:
        return self.prices[0]

    @property
    def is_price_fixed(self) -> bool:
        return self.prices[0] == self.prices[1]

    @property
    def is_length_fixed(self) -> bool:
        return self.minutes[0] == self.minutes[1]


class Menu:
    """What the centre offers online today. Two queries (schedule version, types) for any number of therapists."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.world = world.current(centre, version=world.version())
        self.today = clock.now().astimezone(centre.zone).date()

    @property
    def last_day(self) -> dt.date:
        return self.today + dt.timedelta(days=self.centre.horizon_days)

    @cached_property
    def types(self) -> list[TherapyType]:
        return list(TherapyType.objects.bookable_online())

    def people(self, therapy_type: TherapyType, mode: str | None = None) -> list[Person]:
        """The therapists who offer the type (in the mode)."""
        return self.world.offering(therapy_type.pk, mode)

    def modes(self, therapy_type: TherapyType, therapist: uuid.UUID | None = None) -> tuple[Mode, ...]:
        """The ways in which the type can be booked (with this therapist). In person needs a suitable room."""
        found = [mode for mode in Mode if mode in therapy_type.modes and self._has_place(therapy_type, mode)]
        return tuple(mode for mode in found if self._offering(therapy_type, mode, therapist))

    def offer(self, therapy_type: TherapyType, therapist: uuid.UUID | None = None) -> Offer | None:
        """The type as it can be booked (with this therapist); None when it cannot."""
        modes = self.modes(therapy_type, therapist)
        people = {person.id for mode in modes for person in self._offering(therapy_type, mode, therapist)}
        if not people:
            return None
        terms = [self.world.terms(person, therapy_type, self.today) for person in people]
        minutes, prices = sorted(term[0] for term in terms), sorted(term[1] for term in terms)
        return Offer(therapy_type, modes, (minutes[0], minutes[-1]), (prices[0], prices[-1]))

    def offers(self, therapist: uuid.UUID | None = None) -> list[Offer]:
        """Every type that can be booked (with this therapist), in list order."""
        found = [self.offer(therapy_type, therapist) for therapy_type in self.types]
        return [offer for offer in found if offer]

    def _has_place(self, therapy_type: TherapyType, mode: str) -> bool:
        return mode != Mode.IN_PERSON or bool(self.world.rooms(therapy_type.pk, mode))

    def _offering(self, therapy_type: TherapyType, mode: str, therapist: uuid.UUID | None) -> list[Person]:
        if therapist is None:
            return self.people(therapy_type, mode)
        person = self.world.people.get(therapist)
        return [person] if person and therapy_type.pk in person.types and mode in person.modes else []


@dataclass(frozen=True)
class Choice:
    """What the address says. `therapist` None with `is_any` means whoever is free first; `patient` is who it is for."""

    therapy_type: TherapyType | None = None
    mode: str = ""
    therapist: Therapist | None = None
    is_any: bool = False
    patient: str = ""

    @property
    def is_complete(self) -> bool:
        return bool(self.therapy_type and self.mode and (self.therapist or self.is_any))

    @property
    def kind(self) -> TherapyType:
        """The therapy type, where a step before made sure that there is one."""
        assert self.therapy_type is not None
        return self.therapy_type

    @property
    def mode_label(self) -> str:
        return str(Mode(self.mode).label) if self.mode else ""

    @property
    def params(self) -> dict[str, str]:
        who = ANY if self.is_any else self.therapist.slug if self.therapist else ""
        kind = str(self.therapy_type.pk) if self.therapy_type else ""
        facts = {"type": kind, "mode": self.mode, "therapist": who, "for": self.patient}
        return {name: value for name, value in facts.items() if value}

    def url(self, name: str, **more: object) -> str:
        """The address of a page of the flow that carries this choice."""
        query = urlencode({**self.params, **{key: str(value) for key, value in more.items()}})
        return reverse(name) + (f"?{query}" if query else "")

    def but(self, **changes: object) -> "Choice":
        return replace(self, **changes)  # type: ignore[arg-type]

    def want(self, hold: uuid.UUID | None = None) -> times.Want:
        """The question to the engine. Only of a complete choice."""
        return times.Want(
            therapy_type=self.kind,
            mode=self.mode,
            therapists=[self.therapist.pk] if self.therapist else (),
            hold=hold,
        )


def read(menu: Menu, params: Mapping[str, str]) -> Choice:
    """Read the choice from an address. What is unknown or no longer offered counts as not chosen."""
    key = as_uuid(params.get("type"))
    kind = next((one for one in menu.types if one.pk == key), None)
    wanted = params.get("therapist", "").replace("\0", "")
    therapist = None
    if wanted and wanted != ANY:
        therapist = Therapist.objects.public().select_related("user").filter(slug=wanted[:80]).first()
    patient = as_uuid(params.get("for"))
    chosen = Choice(kind, "", therapist, wanted == ANY, str(patient or ""))
    return _with_mode(menu, chosen, params.get("mode", ""))


def _with_mode(menu: Menu, choice: Choice, mode: str) -> Choice:
    if choice.therapy_type is None or mode not in menu.modes(choice.therapy_type):
        return choice
    who = choice.therapist
    offers = who is None or mode in menu.modes(choice.therapy_type, who.pk)
    return choice.but(mode=mode, therapist=who if offers else None)


def next_free(menu: Menu, want: times.Want) -> dict[uuid.UUID, dt.datetime]:
    """The earliest free start of each therapist wanted. One query; a second when some have nothing within a week."""
    found = _firsts(menu, want, menu.today, menu.today + dt.timedelta(days=NEAR_DAYS))
    everybody = [person.id for person in times.chosen(menu.world, want)]
    missing = [who for who in everybody if who not in found]
    if missing:
        rest = replace(want, therapists=missing)
        found |= _firsts(menu, rest, menu.today + dt.timedelta(days=NEAR_DAYS + 1), menu.last_day)
    return found


def _firsts(menu: Menu, want: times.Want, first: dt.date, last: dt.date) -> dict[uuid.UUID, dt.datetime]:
    found = times.free_epochs(menu.centre, want, first, last)
    return {who: times.moment(min(starts)) for who, starts in found.items()}
