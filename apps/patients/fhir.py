"""FHIR R4 in, plain facts out: what an outside system says about patients and their relatives. No queries here.

Lenient where real data is messy (a bad mail address is left out with a warning, a phone number nobody can dial is kept
as written), strict where a record would be wrong: no name, or not FHIR at all, is refused with the reason.
"""

import datetime as dt
import functools
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from fhir.resources.R4B.patient import Patient as FhirPatient
from fhir.resources.R4B.relatedperson import RelatedPerson as FhirRelatedPerson
from pydantic import ValidationError as SchemaError

from apps.core import clock, phones
from apps.core.text import one_line
from apps.patients.models import FIRST_DAY, Gender, Guardianship, InternationalEmailValidator, Patient, majority_on

NAME_LENGTH = 80
NAME_USES = ("official", "usual", None, "temp", "anonymous", "nickname", "old", "maiden")
PHONE_USES = ("mobile", "home", None, "work", "temp", "old")
Relationship = Guardianship.Relationship
RELATIONSHIPS = {
    "MTH": Relationship.MOTHER, "FTH": Relationship.FATHER, "PRN": Relationship.PARENT, "NMTH": Relationship.MOTHER,
    "NFTH": Relationship.FATHER, "NPRN": Relationship.PARENT, "STPMTH": Relationship.MOTHER,
    "STPFTH": Relationship.FATHER, "ADOPTP": Relationship.PARENT, "GRPRN": Relationship.GRANDPARENT,
    "GRMTH": Relationship.GRANDPARENT, "GRFTH": Relationship.GRANDPARENT, "GUARD": Relationship.GUARDIAN,
}  # fmt: skip
"""Codes of HL7 v3 RoleCode that make a related person a guardian."""
READ = frozenset(
    {
        "resourceType", "resource_type", "id", "meta", "language", "text", "identifier", "active", "name", "telecom",
        "gender", "birthDate", "address", "communication", "contact",
    }
)  # fmt: skip
ELEMENTS = {
    "extension": gettext_lazy("extensions"),
    "maritalStatus": gettext_lazy("marital status"),
    "multipleBirthBoolean": gettext_lazy("multiple birth"),
    "multipleBirthInteger": gettext_lazy("multiple birth"),
    "photo": gettext_lazy("photo"),
    "generalPractitioner": gettext_lazy("general practitioner"),
    "managingOrganization": gettext_lazy("managing organization"),
    "link": gettext_lazy("links to other records"),
}
"""Elements of a patient that no record here holds; others are called by their own names."""


class Refused(Exception):
    """This resource does not become a record, and why."""


@dataclass
class Person:
    """What is known of somebody, with the sentences that the report should say about it."""

    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@dataclass
class IncomingPatient(Person):
    references: list[str] = field(default_factory=list)  # by which related persons of the same file name them
    facts: dict[str, Any] = field(default_factory=dict)  # the other fields of Patient
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    contacts: list["IncomingGuardian"] = field(default_factory=list)  # those of a minor who are parents or guardians


@dataclass
class IncomingGuardian(Person):
    patient: str = ""
    relationship: str = Relationship.OTHER


Incoming = IncomingPatient | IncomingGuardian


def read(content: bytes, *, region: str) -> Iterator[tuple[str, Incoming | Refused]]:
    """Yield every resource of the file: where it stands, and what it says or why it is refused.

    `content` is one Bundle (or one resource), or one resource on each line. `region` is the country, as two letters, in
    which phone numbers without a country code are read.
    """
    for where, value in _values(content):
        if isinstance(value, Refused):
            yield where, value
            continue
        for place, resource, address in _unbundled(where, value):
            try:
                found = _understood(resource, region)
                if address and isinstance(found, IncomingPatient):
                    found.references.append(_reference(address))
                yield place, found
            except Refused as refusal:
                yield place, refusal


def _values(content: bytes) -> Iterator[tuple[str, Any]]:
    whole = _loaded(content.removeprefix(b"\xef\xbb\xbf"))
    if not isinstance(whole, Refused):
        yield _("file"), whole
        return
    lines = [(number, line) for number, line in enumerate(content.splitlines(), start=1) if line.strip()]
    loaded = [(number, _loaded(line.removeprefix(b"\xef\xbb\xbf"))) for number, line in lines]
    if all(isinstance(value, Refused) for _number, value in loaded):
        yield _("file"), whole
        return
    for number, value in loaded:
        yield _("line %(number)d") % {"number": number}, value


def _loaded(text: bytes) -> Any:
    try:
        return json.loads(text)
    except UnicodeDecodeError:
        return Refused(_("This is not UTF-8 text."))
    except RecursionError:
        return Refused(_("This is nested too deeply."))
    except ValueError as error:
        return Refused(_("This is not JSON: %(error)s.") % {"error": error})


def _unbundled(where: str, value: Any) -> Iterator[tuple[str, Any, str]]:
    """Each resource: where it stands, what it is, and the address (`fullUrl`) that the Bundle gives it."""
    if not isinstance(value, dict) or value.get("resourceType") != "Bundle":
        yield where, value, ""
        return
    entries = value.get("entry")
    if not isinstance(entries, list) or not entries:
        yield where, Refused(_("This Bundle has no entries.")), ""
        return
    for number, entry in enumerate(entries, start=1):
        place = _("%(where)s, entry %(number)d") % {"where": where, "number": number}
        facts = entry if isinstance(entry, dict) else {"resource": entry}
        yield place, facts.get("resource"), _text(facts.get("fullUrl"), 1000)


def _reference(address: str) -> str:
    """`Patient/<id>` of an address on whatever server; `urn:uuid:...` stays as it is."""
    return "/".join(address.split("/")[-2:])


def _understood(resource: Any, region: str) -> Incoming:
    if isinstance(resource, Refused):
        raise resource
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise Refused(_("This is not a FHIR resource."))
    readers = {"Patient": (FhirPatient, _patient), "RelatedPerson": (FhirRelatedPerson, _guardian)}
    kind = resource["resourceType"]
    if kind not in readers:
        raise Refused(_("A %(kind)s is not a patient.") % {"kind": _text(kind, 40)})
    model: Any
    model, reader = readers[kind]
    try:
        parsed = model.model_validate(resource)
    except SchemaError as error:
        raise Refused(_schema_sentence(error)) from error
    except (RecursionError, ValueError, TypeError) as error:
        raise Refused(_("This is not valid FHIR R4: %(error)s.") % {"error": _text(str(error), 200)}) from error
    return reader(parsed, region)


def _schema_sentence(error: SchemaError) -> str:
    """The first complaint, as a path and a sentence, without the values: a report travels further than a record."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    facts = {"path": path, "error": " ".join(first["msg"].split())}
    return _("This is not valid FHIR R4: %(path)s: %(error)s") % facts


# --- patients -----------------------------------------------------------------------------------------------


def _patient(resource: Any, region: str) -> Incoming:
    found = IncomingPatient(references=[f"Patient/{resource.id}"] if resource.id else [])
    found.facts = _address(resource, found.warnings)
    _name(found, resource.name)
    _reach(found, resource.telecom, found.facts["country"] or region)
    found.facts["gender"] = resource.gender if resource.gender in Gender.values else Gender.UNKNOWN
    found.facts["language"] = _language(resource)
    found.facts["birth_on"] = _birthday(resource.birthDate, found.warnings)
    _life(found, resource)
    found.identifiers = _identifiers(resource, found.warnings)
    _contacts(found, resource, region)
    if left_out := list(_left_out(found, resource)):
        found.warnings.append(_("Not taken along: %(parts)s.") % {"parts": ", ".join(left_out)})
    return found


def _contacts(found: IncomingPatient, resource: Any, region: str) -> None:
    """A parent or guardian among the contacts of a minor acts for them. Whom an adult named acts for nobody."""
    born = found.facts["birth_on"]
    if born is None or born <= majority_on(clock.today()):
        return
    for contact in resource.contact or []:
        if contact.name and (relationship := _relationship(contact.relationship)):
            guardian = IncomingGuardian(relationship=relationship)
            try:
                _name(guardian, [contact.name])
            except Refused:
                continue
            _reach(guardian, contact.telecom, region)
            found.contacts.append(guardian)


def _left_out(found: IncomingPatient, resource: Any) -> Iterator[str]:
    """What the file says of the patient beyond what a record holds, in words."""
    several = {"name": _("further names"), "address": _("further addresses"), "communication": _("further languages")}
    for name, words in several.items():
        if len(getattr(resource, name) or []) > 1:
            yield words
    reached = [point for point in resource.telecom or [] if point.value]
    if len(reached) > bool(found.email) + bool(found.phone):
        yield _("further ways to reach them")
    if len(resource.contact or []) > len(found.contacts):
        yield _("contact persons")
    if any(name.prefix or name.suffix for name in resource.name or []):
        yield _("titles of the name")
    for name in resource.model_dump(exclude_none=True):
        if name not in READ and not name.startswith("deceased"):
            yield str(ELEMENTS.get(name, name))


def _name(found: Person, names: Any) -> None:
    """The official name, or the next best. A name given only as one text is split before its last word."""
    known = [name for name in names if name.family or name.given or name.text] if names else []
    if not known:
        raise Refused(_("It has no name."))
    best = min(known, key=lambda name: NAME_USES.index(name.use) if name.use in NAME_USES else len(NAME_USES))
    given, family = " ".join(part for part in best.given or [] if part), best.family or ""
    if not given and not family:
        given, _space, family = (best.text or "").strip().rpartition(" ")
    found.given_name, found.family_name = _text(given, 1000), _text(family, 1000)
    if not found.full_name:
        raise Refused(_("It has no name."))
    if max(len(found.given_name), len(found.family_name)) > NAME_LENGTH:
        raise Refused(_("Its name is longer than %(length)d letters.") % {"length": NAME_LENGTH})


def _reach(found: Person, telecom: Any, region: str) -> None:
    """Take the first good mail address and the phone number most likely to reach them."""
    points = [point for point in telecom or [] if point.value and point.use != "old"]
    for address in (_text(point.value, 1000) for point in points if point.system == "email"):
        if _is_address(address):
            found.email = address
            break
        left_out = {"email": address[:100]}
        found.warnings.append(_("The mail address cannot be used and was left out: %(email)s") % left_out)
    phones = [point for point in points if point.system in ("phone", "sms")]
    phones.sort(key=lambda point: PHONE_USES.index(point.use) if point.use in PHONE_USES else len(PHONE_USES))
    if phones:
        found.phone = _dialled(_text(phones[0].value, 40), region, found.warnings)


def _is_address(address: str) -> bool:
    try:
        InternationalEmailValidator()(address)
    except ValidationError:
        return False
    return True


def _dialled(written: str, region: str, warnings: list[str]) -> str:
    """The number in its international form, or as written, with a warning, where no phone has it."""
    if number := phones.international(written, region):
        return number
    warnings.append(_("The phone number is not a valid one; it was kept as written: %(phone)s") % {"phone": written})
    return written


def _address(resource: Any, warnings: list[str]) -> dict[str, Any]:
    homes = sorted(resource.address or [], key=lambda one: (one.use == "old", one.use != "home"))
    if not homes:
        return dict.fromkeys(("street", "city", "region", "postal_code", "country"), "")
    home = homes[0]
    lines = ", ".join(line for line in home.line or [] if line)
    return {
        "street": _text(lines, 160),
        "city": _text(home.city, 80),
        "region": _text(home.state, 80),
        "postal_code": _text(home.postalCode, 16),
        "country": _country(_text(home.country, 80), warnings),
    }


def _country(written: str, warnings: list[str]) -> str:
    code = written.upper() if written.upper() in countries() else ""
    code = code or next((code for code, name in countries().items() if name.casefold() == written.casefold()), "")
    if written and not code:
        warnings.append(_("The country is not known and was left out: %(country)s") % {"country": written})
    return code


@functools.cache
def countries() -> dict[str, str]:
    """ISO 3166 codes and their English names."""
    return {code: name for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}


def _language(resource: Any) -> str:
    """The preferred language of conversation, else the first, as its two or three letters."""
    spoken = sorted(resource.communication or [], key=lambda one: not one.preferred)
    codes = [coding.code for one in spoken for coding in one.language.coding or [] if coding.code]
    return _text(codes[0].split("-")[0].lower(), 8) if codes else ""


def _birthday(value: Any, warnings: list[str]) -> dt.date | None:
    if value is None:
        return None
    if not isinstance(value, dt.date):
        warnings.append(_("The date of birth is not a whole date and was left out: %(date)s") % {"date": value})
        return None
    if value > clock.today():
        warnings.append(_("The date of birth lies in the future and was left out: %(date)s") % {"date": value})
        return None
    if value < FIRST_DAY:
        warnings.append(
            _("Nobody born so long ago is a patient; the date of birth was left out: %(date)s") % {"date": value}
        )
        return None
    return value


def _life(found: IncomingPatient, resource: Any) -> None:
    """Deceased, archived (the other system calls the record inactive) or active."""
    died = resource.deceasedDateTime
    day = died.date() if isinstance(died, dt.datetime) else died if isinstance(died, dt.date) else None
    if died is not None or resource.deceasedBoolean:
        if day and not FIRST_DAY <= day <= clock.today():
            found.warnings.append(_("The day of death cannot be right and was left out: %(date)s") % {"date": day})
            day = None
        found.facts["status"] = Patient.Status.DECEASED
        found.facts["deceased_on"] = day
        if day is None:
            found.warnings.append(_("The day of death is not known."))
        elif found.facts["birth_on"] and day < found.facts["birth_on"]:
            found.warnings.append(_("The day of death lies before the date of birth."))
    else:
        inactive = resource.active is False
        found.facts["status"] = Patient.Status.ARCHIVED if inactive else Patient.Status.ACTIVE


def _identifiers(resource: Any, warnings: list[str]) -> list[tuple[str, str]]:
    """The numbers that name their system: a number alone tells nobody apart, everywhere there is a patient 1."""
    pairs = [(_text(one.system, 1000), _text(one.value, 1000)) for one in resource.identifier or [] if one.value]
    named = [pair for pair in dict.fromkeys(pairs) if pair[0]]
    kept = [pair for pair in named if len(pair[0]) <= 200 and 0 < len(pair[1]) <= 120]
    if len(named) < len(set(pairs)):
        warnings.append(_("A number that names no system was left out: it could be anybody's."))
    if len(kept) < len(named):
        warnings.append(_("A number of another system is too long and was left out."))
    return kept


# --- relatives ----------------------------------------------------------------------------------------------


def _guardian(resource: Any, region: str) -> Incoming:
    found = IncomingGuardian(patient=_reference(resource.patient.reference or ""))
    relationship = _relationship(resource.relationship)
    if relationship is None:
        raise Refused(_("This related person is not a parent or guardian."))
    if resource.active is False:
        raise Refused(_("This related person is not active any more."))
    found.relationship = relationship
    _name(found, resource.name)
    _reach(found, resource.telecom, region)
    return found


def _relationship(concepts: Any) -> str | None:
    """What makes them a guardian, None when nothing does."""
    codes = [coding.code for one in concepts or [] for coding in one.coding or []]
    return next((RELATIONSHIPS[code] for code in codes if code in RELATIONSHIPS), None)


def _text(value: object, length: int) -> str:
    """One line of printable text, its accents composed: the same name is the same letters."""
    return one_line(unicodedata.normalize("NFC", str(value or "")))[:length].strip()
