"""What a centre's administrator says about the centre: who it is, how it looks, by which rules it is booked."""

import zoneinfo
from functools import lru_cache
from typing import Any

import holidays
from babel import Locale, UnknownLocaleError, localedata
from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import formats
from apps.core.forms import ColorInput, PhoneInput, StoredFileInput, TextArea
from apps.tenants.models import Centre

Choices = list[tuple[str, str]]
NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})  # unions and stand-ins of the same list

SECTIONS: dict[str, tuple[str, ...]] = {
    "identity": ("name", "tagline", "email", "phone", "address"),
    "looks": ("logo", "brand_colour"),
    "place": ("time_zone", "currency", "locale", "country", "subdivision"),
    "booking": ("grid_minutes", "notice_minutes", "horizon_days", "hold_minutes", "cancel_notice_minutes"),
}


def zones() -> Choices:
    """Every zone of the IANA list that is a place, by its name."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name.replace("_", " ")) for name in ["UTC", *names]]


def countries(locale: Locale) -> Choices:
    found = [(code, name) for code, name in locale.territories.items() if len(code) == 2 and code.isalpha()]
    found = [(code, name) for code, name in found if code not in NO_COUNTRIES]
    return sorted(found, key=lambda pair: pair[1].casefold())


def currencies(locale: Locale) -> Choices:
    found = [(code, f"{code} – {name}") for code, name in locale.currencies.items() if code in _used_currencies()]
    return sorted(found)


@lru_cache(maxsize=1)
def _used_currencies() -> frozenset[str]:
    """Those that some country pays with today."""
    from babel.core import get_global

    territories = get_global("territory_currencies").values()
    return frozenset(code for rows in territories for code, _since, until, tender in rows if tender and not until)


@lru_cache(maxsize=1)
def locales() -> tuple[tuple[str, str], ...]:
    """Language with country, as the language itself writes it: how dates and money look."""
    found = []
    for name in localedata.locale_identifiers():
        try:
            one = Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
        if one.territory and not one.script and not one.variant and one.territory.isalpha() and one.english_name:
            found.append((name.replace("_", "-"), str(one.english_name)))
    return tuple(sorted(found, key=lambda pair: pair[1]))


class CentreSettingsForm(forms.ModelForm):
    class Meta:
        model = Centre
        fields = [name for names in SECTIONS.values() for name in names]
        widgets = {
            "brand_colour": ColorInput,
            "phone": PhoneInput,
            "address": TextArea(attrs={"rows": 3}),
            "logo": StoredFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        }
        help_texts = {
            "tagline": _("Shown on the public site under the name."),
            "logo": _("A square picture works best: PNG, JPEG or WebP, at most 2 MB."),
            "brand_colour": _("White text must be readable on it; too light a colour is refused."),
            "time_zone": _("Hours, calendars and letters follow this clock."),
            "locale": _("How dates, times and money are written."),
            "country": _("Decides the public holidays on which the centre is closed."),
            "subdivision": _("Its short name, such as NY or BY: some holidays are kept only there."),
            "grid_minutes": _("15 offers 9:00, 9:15, 9:30 and so on."),
            "notice_minutes": _("Online, nothing sooner than this can be booked. The desk is not bound by it."),
            "hold_minutes": _("While somebody fills in their details, nobody else can take the time."),
            "cancel_notice_minutes": _("1440 is one day. Later than that, they call the centre."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        locale = formats.locale()
        self._list("time_zone", zones())
        self._list("currency", currencies(locale))
        self._list("locale", list(locales()))
        self._list("country", [("", str(_("None: no public holidays"))), *countries(locale)])
        for name in ("name", "email", "phone", "address"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def _list(self, name: str, choices: Choices) -> None:
        """Draw a text field as a list; what the centre has stays possible though the list does not know it."""
        held, old = getattr(self.instance, name), self.fields[name]
        known = choices if not held or held in dict(choices) else [(held, held), *choices]
        self.fields[name] = forms.ChoiceField(
            label=old.label, choices=known, required=old.required, help_text=old.help_text
        )

    def clean_logo(self) -> Any:
        logo = self.cleaned_data["logo"]
        if "logo" in self.changed_data and logo and logo.size > MOST_LOGO_BYTES:
            raise forms.ValidationError(_("This picture is larger than 2 MB."))
        if "logo" in self.changed_data and logo and logo.image.format not in LOGO_FORMATS:
            raise forms.ValidationError(self.fields["logo"].error_messages["invalid_image"], code="invalid_image")
        return logo

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        region = (facts.get("subdivision") or "").strip().upper()
        known = holidays.list_supported_countries().get(facts.get("country") or "", [])
        if region and region not in known:
            some = ", ".join(known[:60]) or _("none")
            self.add_error("subdivision", _("This country has no such region. Known: %(regions)s.") % {"regions": some})
        return {**facts, "subdivision": region}

    @property
    def changes(self) -> dict[str, Any]:
        """What is to be changed, as `change_centre` wants it."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


LOGO_FORMATS = frozenset({"PNG", "JPEG", "WEBP"})
MOST_LOGO_BYTES = 2 * 1024 * 1024
