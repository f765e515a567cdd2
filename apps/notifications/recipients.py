"""Who is told of what happens to a session: its patients or their guardians, and its therapists.

The rules, in the order in which an address is found:

* A patient is told at the address of their login, else at the address on their record.
* A minor is not: every guardian who gets the messages is told instead. Only a minor for whom no guardian is recorded is
  told at the address on the record: it is then the only one the centre has.
* Guardians who get the messages of an adult are told as well as the patient.
* Whoever died is not written to.
* Every therapist of the session is told, as long as they may sign in.
* One event is told once to one address: a mother of two in a family session gets one letter that names both.
"""

import uuid
import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from apps.accounts.models import User
from apps.patients.models import Guardian, Guardianship, Patient
from apps.sessions.models import Participant, SessionTherapist, TherapySession
from apps.therapists.models import Therapist


@dataclass(frozen=True)
class Recipient:
    """Somebody to tell. `places` are the places in the session that concern them: their own, or their children's."""

    kind: str
    id: str
    name: str
    address: str
    user: User | None
    zone: zoneinfo.ZoneInfo
    places: tuple[Participant, ...] = ()

    @property
    def is_therapist(self) -> bool:
        return self.kind == "therapist"

    @property
    def children(self) -> list[str]:
        """The given names a guardian knows the session by; nothing for anybody else."""
        return [place.patient.given_name for place in self.places] if self.kind == "guardian" else []


def _everybody() -> tuple[Prefetch, Prefetch]:
    guardianships = Guardianship.objects.select_related("guardian__user")
    places = Participant.objects.select_related("patient__user").prefetch_related(
        Prefetch("patient__guardianships", guardianships)
    )
    therapists = SessionTherapist.objects.select_related("therapist__user")
    return Prefetch("participants", places), Prefetch("session_therapists", therapists)


def with_everybody(session: uuid.UUID) -> TherapySession:
    """Return the session with all that letters about it say, in four queries."""
    rows = TherapySession.objects.select_related("therapy_type", "room").prefetch_related(*_everybody())
    return rows.get(pk=session)


def meet(session: TherapySession) -> None:
    """Read who takes part in the session as it stands now, for `recipients_of`. Three queries."""
    prefetch_related_objects([session], *_everybody())


def recipients_of(session: TherapySession, centre_zone: str) -> list[Recipient]:
    """Return everybody to be told, each address once. Free of queries after `with_everybody` or `meet`."""
    zone = zoneinfo.ZoneInfo(centre_zone)
    staying = {patient.pk for patient in session.patients}
    places = [place for place in session.participants.all() if place.patient_id in staying]
    found: dict[str, Recipient] = {}
    for recipient in (*_patients(places, zone), *_guardians(places, zone), *_therapists(session, centre_zone)):
        if recipient.address:
            found.setdefault(recipient.address.casefold(), recipient)
    return list(found.values())


def _patients(places: Iterable[Participant], zone: zoneinfo.ZoneInfo) -> Iterator[Recipient]:
    for place in places:
        patient = place.patient
        if _acts_for_themselves(patient) and patient.status != Patient.Status.DECEASED:
            user, address = _reached(patient)
            yield Recipient("patient", str(patient.pk), patient.full_name, address, user, zone, (place,))


def _acts_for_themselves(patient: Patient) -> bool:
    return not patient.is_minor or not patient.guardianships.all()


def _guardians(places: Iterable[Participant], zone: zoneinfo.ZoneInfo) -> Iterator[Recipient]:
    wards: dict[Guardian, list[Participant]] = {}
    for place in places:
        for guardianship in place.patient.guardianships.all():
            if guardianship.is_told:
                wards.setdefault(guardianship.guardian, []).append(place)
    for guardian, own in wards.items():
        user, address = _reached(guardian)
        yield Recipient("guardian", str(guardian.pk), guardian.full_name, address, user, zone, tuple(own))


def _reached(person: Patient | Guardian) -> tuple[User | None, str]:
    """Return the login that works, if there is one, and the address to write to."""
    if person.user is not None and person.user.is_active:
        return person.user, person.user.email
    return None, person.email


def _therapists(session: TherapySession, centre_zone: str) -> Iterator[Recipient]:
    for row in session.session_therapists.all():
        if row.therapist.user.is_active:
            yield as_recipient(row.therapist, centre_zone)


def reader_in(session: TherapySession, kind: str, pk: str, *, centre_zone: str, **facts: Any) -> Recipient | None:
    """Return whoever was to be told, with the places that concern them today; None when there are none any more.

    `facts` are the name, address and user that were written down. Free of queries after `with_everybody`, but for a
    therapist who left the session.
    """
    if kind == "therapist":
        staying = [row.therapist for row in session.session_therapists.all() if str(row.therapist_id) == pk]
        therapist = staying[0] if staying else Therapist.objects.filter(pk=pk).first()
        return Recipient(kind, pk, zone=therapist.zone(centre_zone), **facts) if therapist else None
    places = tuple(place for place in session.participants.all() if pk in _keys_of(kind, place.patient))
    return Recipient(kind, pk, zone=zoneinfo.ZoneInfo(centre_zone), places=places, **facts) if places else None


def _keys_of(kind: str, patient: Patient) -> set[str]:
    """The keys of those who are told about this patient: their own, or their guardians'."""
    if kind == "patient":
        return {str(patient.pk)}
    return {str(guardianship.guardian_id) for guardianship in patient.guardianships.all()}


def address_now(kind: str, pk: str) -> str:
    """Return where somebody who was told once is reached today; nothing when they are gone. One query."""
    if kind == "therapist":
        return Therapist.objects.filter(pk=pk).values_list("user__email", flat=True).first() or ""
    people: dict[str, QuerySet[Any]] = {"patient": Patient.objects.all(), "guardian": Guardian.objects.all()}
    person = people[kind].select_related("user").filter(pk=pk).first() if kind in people else None
    return _reached(person)[1] if person else ""


def as_recipient(therapist: Therapist, centre_zone: str) -> Recipient:
    user = therapist.user
    zone = therapist.zone(centre_zone)
    return Recipient("therapist", str(therapist.pk), therapist.full_name, user.email, user, zone)
