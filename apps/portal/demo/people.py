"""Logins, set-up, therapists with their weeks, patients and families of a demo centre. Each with its audit record."""

import datetime as dt
import functools
from decimal import Decimal
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

import apps.patients
from apps.accounts import audit
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.patients.actions import add_guardian
from apps.patients.imports import import_patients
from apps.patients.models import Guardian, Guardianship, Patient
from apps.portal.demo.facts import PASSWORD, Child, Demo, Login, Profile, Week
from apps.scheduling.hours import set_weekly_hours
from apps.sessions.models import Room
from apps.therapists.actions import approve_therapist, enrol_therapist, save_offering
from apps.therapists.models import Education, Experience, Offering, Specialty, Therapist, TherapyType

FHIR = Path(apps.patients.__file__).parent / "demo" / "patients.fhir.ndjson"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FOSTERED = ("Chester", "Beier")  # an imported child without a guardian, whom Dana takes in


@functools.cache
def password() -> str:
    """One hash for everybody: hashing is slow on purpose."""
    return make_password(PASSWORD)


def login(person: Login | Profile, slug: str, role: Role) -> User:
    """A user with a verified address."""
    user = User(email=person.email(slug), given_name=person.given, family_name=person.family, roles=[role.value])
    user.password = password()
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    audit.record(by=None, verb="created", obj=user)
    return user


def kept(obj: Any, *, by: User) -> Any:
    obj.save()
    audit.record(by=by, verb="created", obj=obj)
    return obj


def set_up(demo: Demo, *, by: User) -> dict[str, TherapyType]:
    """Therapy types by name, and the rooms that suit them."""
    kinds = {}
    for position, kind in enumerate(demo.kinds):
        facts = {"duration_minutes": kind.minutes, "price": Decimal(kind.price), "buffer_after_minutes": kind.after}
        looks = {"description": kind.description, "colour": kind.colour, "position": position, "format": kind.format}
        kinds[kind.name] = kept(TherapyType(name=kind.name, modes=list(kind.modes), **facts, **looks), by=by)
    for position, place in enumerate(demo.places):
        room = kept(Room(name=place.name, place=place.where, modes=["in_person"], position=position), by=by)
        room.therapy_types.set([kinds[name] for name in place.kinds])
    return kinds


def enrol(profile: Profile, demo: Demo, kinds: dict[str, TherapyType], *, by: User) -> Therapist:
    """A therapist with a whole profile, a week and prices of their own; approved unless the profile says otherwise."""
    names = ("title", "gender", "languages", "bio", "location", "availability")
    facts = {name: getattr(profile, name) for name in names}
    therapist = enrol_therapist(
        by=by,
        user=login(profile, demo.slug, Role.THERAPIST),
        therapy_types=[kinds[name] for name in profile.kinds],
        modes=list(profile.modes),
        practising_since=profile.since,
        licence_number=profile.licence,
        daily_cap=profile.cap,
        **facts,
    )
    _tell_the_past(therapist, profile)
    set_weekly_hours(therapist=therapist, week=week(profile.week), by=by)
    _price(therapist, profile, kinds, by=by)
    if profile.status == Therapist.Status.APPROVED:
        return approve_therapist(therapist=therapist, by=by)
    return therapist


def _tell_the_past(therapist: Therapist, profile: Profile) -> None:
    therapist.specialties.set(Specialty.objects.get_or_create(name=name)[0] for name in profile.specialties)
    for degree, institution, year in profile.education:
        Education.objects.create(therapist=therapist, degree=degree, institution=institution, year=year)
    for position, place, start, end in profile.experience:
        Experience.objects.create(therapist=therapist, position=position, place=place, from_year=start, until_year=end)


def _price(therapist: Therapist, profile: Profile, kinds: dict[str, TherapyType], *, by: User) -> None:
    """What this therapist takes and charges, where it is not the centre's default."""
    this_year = dt.date(therapist.user.joined_at.year, 1, 1)
    for name, minutes, price in profile.offerings:
        facts = {"duration_minutes": minutes, "price": Decimal(price), "valid_from": this_year}
        _offer(Offering(therapist=therapist, therapy_type=kinds[name]), facts, by=by)


def _offer(offering: Offering, facts: dict[str, Any], *, by: User) -> None:
    for name, value in facts.items():
        setattr(offering, name, value)
    save_offering(offering=offering, by=by, changes={name: [None, value] for name, value in facts.items()})


def week(spans: Week) -> list[list[tuple[int, int]]]:
    """`{"mon-fri": [("9:00", "12:30")]}` as minutes for each of the seven days."""
    days: list[list[tuple[int, int]]] = [[] for _day in DAYS]
    for name, times in spans.items():
        first, _dash, last = name.partition("-")
        for number in range(DAYS.index(first), DAYS.index(last or first) + 1):
            days[number] = [(_minutes(start), _minutes(end)) for start, end in times]
    return days


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def admit(demo: Demo, users: dict[str, User], *, by: User) -> list[Patient]:
    """Patients: those who sign in, their children, neighbours, and the imported ones. Returns whom one can book for."""
    for person in demo.team:
        if person.role == Role.PATIENT:
            _family(users[person.given], demo.families.get(person.given, ()), by=by)
    for facts in demo.patients:
        kept(Patient(**facts), by=by)
    if demo.imports:
        import_patients(content=FHIR.read_bytes(), source=FHIR.name, region=str(demo.facts["country"]), by=by)
        _foster(by=by)
    return list(Patient.objects.active())


def _family(user: User, children: tuple[Child, ...], *, by: User) -> None:
    """A patient with a login, or a guardian with one and the children."""
    names = {"given_name": user.given_name, "family_name": user.family_name, "email": user.email}
    phone = "+1 212 555 0123" if user.given_name == "Carol" else "+1 212 555 0124"
    if not children:
        kept(Patient(user=user, birth_on=dt.date(1988, 2, 9), gender="female", phone=phone, **names), by=by)
        return
    guardian = kept(Guardian(user=user, phone=phone, **names), by=by)
    for child in children:
        patient = kept(Patient(given_name=child.given, family_name=child.family, birth_on=child.birth_on), by=by)
        rights = {"relationship": child.relationship, "may_book": True, "pays": True, "is_told": True}
        add_guardian(patient=patient, by=by, guardian=guardian, person={}, **rights)


def _foster(*, by: User) -> None:
    """Real data brings children without a guardian: one of them comes to Dana, the others wait in the list."""
    child = Patient.objects.filter(given_name=FOSTERED[0], family_name=FOSTERED[1]).first()
    guardian = Guardian.objects.filter(user__given_name="Dana").first()
    if child and guardian:
        rights = {"relationship": Guardianship.Relationship.GUARDIAN, "may_book": True, "is_told": True}
        add_guardian(patient=child, by=by, guardian=guardian, person={}, **rights)
