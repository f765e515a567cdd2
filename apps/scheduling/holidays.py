"""Public holidays of a country, from PyPI `holidays`, each with a key that stays the same from year to year."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import holidays as library

LANGUAGE = "en_US"  # named, or names and keys would follow the server's locale
ASIDE = re.compile(r" \((observed|substitute|estimated).*")


@dataclass(frozen=True, slots=True, order=True)
class Holiday:
    """`key` names the holiday whatever the year, so that a centre may switch single ones off for good."""

    on: dt.date
    key: str
    name: str


def public_holidays(country: str, years: Iterable[int], subdivision: str | None = None) -> list[Holiday]:
    """Return the public holidays of whole years, by date. An unknown country or region has none of its own."""
    return list(_cached(country.upper(), tuple(years), subdivision or ""))


@lru_cache(maxsize=256)
def _cached(country: str, years: tuple[int, ...], subdivision: str) -> tuple[Holiday, ...]:
    supported = library.list_supported_countries()
    if country not in supported:
        return ()
    region = subdivision if subdivision in supported[country] else None
    found = library.country_holidays(country, subdiv=region, years=years, language=LANGUAGE)
    return tuple(
        sorted(Holiday(day, _key(country, part), part) for day, name in found.items() for part in name.split("; "))
    )


def _key(country: str, name: str) -> str:
    """`US:thanksgiving-day`; one kept on another date for a weekend, or not confirmed yet, is the same holiday."""
    return f"{country}:{'-'.join(ASIDE.sub('', name).lower().split())}"[:120]
