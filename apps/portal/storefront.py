"""What the centre's public pages tell: opening hours as people say them, and the same facts for search engines."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from babel import dates
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from apps.core import formats
from apps.portal.choosing import Menu
from apps.scheduling.world import World
from apps.tenants.models import Centre
from apps.therapists.models import Therapist

Minutes = tuple[int, int]  # of a day, from and until
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")  # schema.org's words


@dataclass(frozen=True)
class Opening:
    """Days in a row with the same hours."""

    first: int
    last: int
    minutes: Minutes

    @property
    def days(self) -> str:
        names = dates.get_day_names("abbreviated", locale=formats.locale())
        ends = [names[self.first]] if self.first == self.last else [names[self.first], names[self.last]]
        return " \N{EN DASH} ".join(str(name) for name in ends)

    @property
    def hours(self) -> str:
        return " \N{EN DASH} ".join(formats.clock_time(_time(minute)) for minute in self.minutes)


def _time(minute: int) -> dt.time:
    return dt.time(minute // 60 % 24, minute % 60)


def _of_day(world: World, weekday: int) -> Minutes | None:
    """From when the first therapist works until when the last does, on this day of the week."""
    spans = [span for person in world.people.values() for span in person.schedule.weekly[weekday]]
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None


def openings(world: World) -> list[Opening]:
    """The hours in which somebody works in an ordinary week."""
    found: list[Opening] = []
    for weekday in range(7):
        minutes = _of_day(world, weekday)
        if minutes is None:
            continue
        before = found[-1] if found else None
        if before and before.last == weekday - 1 and before.minutes == minutes:
            found[-1] = Opening(before.first, weekday, minutes)
        else:
            found.append(Opening(weekday, weekday, minutes))
    return found


def languages(therapist: Therapist) -> list[str]:
    """The languages a therapist speaks, in words."""
    return [formats.language_name(code) for code in therapist.languages]


def photo_url(therapist: Therapist) -> str:
    return reverse("portal:public-therapist-photo", args=[therapist.slug]) if therapist.photo else ""


# --- for search engines ----------------------------------------------------------------------------------------------


def as_script(data: dict[str, Any]) -> SafeString:
    """JSON for a <script> block of data: nothing in it can end the block or begin another."""
    filled = {name: value for name, value in data.items() if value not in ("", None, [])}
    return mark_safe(json.dumps(filled, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308


def centre_data(menu: Menu, base: str) -> dict[str, Any]:
    centre = menu.centre
    return {
        "@context": "https://schema.org",
        **_clinic(centre, base),
        "description": centre.tagline,
        "telephone": centre.phone,
        "email": centre.email,
        "address": " ".join(centre.address.split("\n")),
        "image": base + centre.logo_url if centre.logo_url else "",
        "openingHoursSpecification": [_opening_data(opening) for opening in openings(menu.world)],
    }


def therapist_data(centre: Centre, therapist: Therapist, base: str) -> dict[str, Any]:
    photo = photo_url(therapist)
    return {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": therapist.full_name,
        "jobTitle": therapist.title,
        "description": therapist.bio[:500],
        "url": base + reverse("portal:public-therapist", args=[therapist.slug]),
        "image": base + photo if photo else "",
        "knowsLanguage": therapist.languages,
        "knowsAbout": [specialty.name for specialty in therapist.specialties.all()],
        "worksFor": _clinic(centre, base),
    }


def _clinic(centre: Centre, base: str) -> dict[str, str]:
    return {"@type": "MedicalClinic", "name": centre.name, "url": f"{base}/"}


def _opening_data(opening: Opening) -> dict[str, Any]:
    opens, closes = (_time(minute).strftime("%H:%M") for minute in opening.minutes)
    days = list(_WEEKDAYS[opening.first : opening.last + 1])
    return {"@type": "OpeningHoursSpecification", "dayOfWeek": days, "opens": opens, "closes": closes}
