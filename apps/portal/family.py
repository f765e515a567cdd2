"""Whom a signed-in person may book for: themselves, and the children they act for."""

import datetime as dt
from typing import Any

from django.db import models, transaction
from django.utils.functional import cached_property

from apps.accounts import audit
from apps.accounts.models import User
from apps.core import clock
from apps.patients.models import ADULT_AT, Guardian, Guardianship, Patient, PatientQuerySet
from apps.patients.visibility import patients_of_family
from apps.sessions.models import TherapySession
from apps.sessions.models.session import TherapySessionQuerySet


def years_since(day: dt.date) -> int:
    today = clock.today()
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def is_minor(birth_on: dt.date | None) -> bool:
    return birth_on is not None and years_since(birth_on) < ADULT_AT


def members(user: User) -> PatientQuerySet:
    """The person's own record and those of their children, bookable or not."""
    return Patient.objects.filter(pk__in=Patient.objects.filter(patients_of_family(user)).values("pk"))


def sessions(user: User) -> TherapySessionQuerySet:
    """The sessions of the person and of their children; never those one sees at work."""
    theirs = TherapySession.objects.filter(participants__patient__in=members(user))
    return TherapySession.objects.filter(pk__in=theirs.values("pk"))


class Family:
    """The signed-in person: their own record, their guardian's record, the children. Three queries, when asked."""

    def __init__(self, user: User) -> None:
        self.user = user

    @cached_property
    def own(self) -> Patient | None:
        return Patient.objects.filter(user=self.user).first()

    @cached_property
    def guardian(self) -> Guardian | None:
        return Guardian.objects.filter(user=self.user).first()

    @cached_property
    def children(self) -> list[Patient]:
        """Those one may book for, besides oneself."""
        return list(Patient.objects.bookable_by(self.user).exclude(user=self.user))

    @property
    def may_book_self(self) -> bool:
        """Adults book for themselves, and those not yet asked for their age; nobody whose record is archived."""
        return self.own is None or (self.own.status == Patient.Status.ACTIVE and not self.own.is_minor)

    @property
    def needs_guardian(self) -> bool:
        return self.own is not None and self.own.is_minor

    @property
    def bookable(self) -> list[Patient]:
        own = [self.own] if self.own and self.may_book_self else []
        return [*own, *self.children]

    def find(self, key: str) -> Patient | None:
        """The bookable member with this key."""
        return next((one for one in self.bookable if str(one.pk) == key), None)

    @property
    def phone(self) -> str:
        return (self.own.phone if self.own else "") or (self.guardian.phone if self.guardian else "")

    @property
    def email(self) -> str:
        return self.user.email

    @property
    def missing(self) -> list[str]:
        """What the centre needs to know about the person who books and does not yet."""
        record = self.own or self.guardian or self.user
        gaps = [name for name in ("given_name", "family_name") if not getattr(record, name)]
        return gaps if self.phone else [*gaps, "phone"]

    @property
    def lacks_birthday(self) -> bool:
        return self.own is None or self.own.birth_on is None

    def is_ready(self, patient: Patient) -> bool:
        """Whether nothing need be asked before this patient is booked."""
        return not self.missing and patient.birth_on is not None

    # --- writing -----------------------------------------------------------------------------------------------------

    @transaction.atomic
    def tell(self, **facts: Any) -> None:
        """Keep what the person said about themselves on every record that names them."""
        names = {name: value for name, value in facts.items() if name in ("given_name", "family_name")}
        contact = {name: value for name, value in facts.items() if name != "birth_on"}
        change(self.user, by=self.user, **names)
        if self.own:
            change(self.own, by=self.user, **facts)
        if self.guardian:
            change(self.guardian, by=self.user, **contact)

    @transaction.atomic
    def open_own_record(self, **facts: Any) -> Patient:
        """Make the person a patient of the centre, unless they are one already."""
        self._take_turns()
        if self.own is None:
            self.own = Patient.objects.create(**{**self._person(), **facts}, user=self.user)
            audit.record(by=self.user, verb="created", obj=self.own)
        else:
            change(self.own, by=self.user, **facts)
        return self.own

    @transaction.atomic
    def add_child(self, *, relationship: str, phone: str = "", is_told: bool = True, **facts: Any) -> Patient:
        """Enter a child, with this person as the guardian who books and is told. The same child twice is one record."""
        self._take_turns()
        if earlier := self._same_child(**facts):
            return earlier
        child = Patient.objects.create(**facts)
        guardian = self._as_guardian(phone)
        acts = {"relationship": relationship, "is_told": is_told, "pays": True}
        Guardianship.objects.create(guardian=guardian, patient=child, **acts)
        audit.record(by=self.user, verb="created", obj=child, changes={"guardian": [None, str(guardian)]})
        self.__dict__.pop("children", None)
        return child

    def _take_turns(self) -> None:
        """A form sent twice at once, or somebody whom the desk registers: the second waits and sees what the first wrote."""
        User.objects.locked(self.user.pk)
        Patient.objects.take_turns()
        for name in ("own", "guardian", "children"):
            self.__dict__.pop(name, None)

    def _same_child(self, *, given_name: str, family_name: str, birth_on: dt.date, **facts: Any) -> Patient | None:
        same = {"given_name__iexact": given_name, "family_name__iexact": family_name, "birth_on": birth_on}
        return Patient.objects.bookable_by(self.user).filter(**same).exclude(user=self.user).first()

    def _as_guardian(self, phone: str) -> Guardian:
        if self.guardian is None:
            facts = {**self._person(), "phone": phone or self.phone}
            self.guardian = Guardian.objects.create(user=self.user, **facts)
            audit.record(by=self.user, verb="created", obj=self.guardian)
        return self.guardian

    def _person(self) -> dict[str, str]:
        source = self.own or self.guardian or self.user
        return {"given_name": source.given_name, "family_name": source.family_name, "email": self.user.email}


def change(obj: models.Model, *, by: User, **facts: Any) -> None:
    """Set what differs, and write down what changed. Call inside a transaction."""
    changes = {name: [getattr(obj, name), value] for name, value in facts.items() if getattr(obj, name) != value}
    if not changes:
        return
    for name, (_before, after) in changes.items():
        setattr(obj, name, after)
    obj.save(update_fields=list(changes))
    audit.record(by=by, verb="changed", obj=obj, changes=changes)
