"""What may be done with patients and their guardians beyond editing one row."""

import datetime as dt
from typing import Any

from django.db import transaction

from apps.accounts import audit
from apps.accounts.models import User
from apps.patients.errors import GuardianAlready, GuardianGone, PatientActive, PatientNotActive
from apps.patients.models import Guardian, Guardianship, Patient


@transaction.atomic
def archive_patient(
    *, patient: Patient, by: User, status: str, deceased_on: dt.date | None = None, reason: str = ""
) -> Patient:
    """Take an active record out of use, as archived or deceased: kept and readable, no longer bookable.

    Raises PatientNotActive when somebody did so before.
    """
    patient = _locked(patient)
    if patient.status != Patient.Status.ACTIVE:
        raise PatientNotActive
    day = deceased_on if status == Patient.Status.DECEASED else None
    return _turn(patient, by, {"status": status, "deceased_on": day}, verb="archived", reason=reason)


@transaction.atomic
def restore_patient(*, patient: Patient, by: User) -> Patient:
    """Bring an archived record back into use. Raises PatientActive when it is."""
    patient = _locked(patient)
    if patient.status == Patient.Status.ACTIVE:
        raise PatientActive
    return _turn(patient, by, {"status": Patient.Status.ACTIVE, "deceased_on": None}, verb="restored")


def _turn(patient: Patient, by: User, facts: dict[str, Any], *, verb: str, reason: str = "") -> Patient:
    changes = _set(patient, facts)
    audit.record(by=by, verb=verb, obj=patient, changes=changes, reason=reason)
    return patient


@transaction.atomic
def add_guardian(
    *, patient: Patient, by: User, guardian: Guardian | None, person: dict[str, str], **rights: Any
) -> Guardianship:
    """Let somebody act for the patient: an existing guardian, or a new one made of `person`.

    Whoever pays takes over from whoever paid. Raises GuardianAlready.
    """
    patient = _locked(patient)
    if guardian is None and _acts_already(patient, person):
        raise GuardianAlready
    if guardian is None:
        guardian = Guardian.objects.create(**person)
        audit.record(by=by, verb="created", obj=guardian, changes=_made(person))
    elif patient.guardianships.filter(guardian=guardian).exists():
        raise GuardianAlready
    if rights.get("pays"):
        _hand_over_paying(patient, by)
    link = Guardianship.objects.create(patient=patient, guardian=guardian, **rights)
    audit.record(by=by, verb="guardian added", obj=patient, changes=_made({"guardian": guardian.full_name, **rights}))
    return link


def _acts_already(patient: Patient, person: dict[str, str]) -> bool:
    """Whether this very person was added a moment ago: the form was sent twice."""
    same = {f"guardian__{name}__iexact": value for name, value in person.items()}
    return patient.guardianships.filter(**same).exists()


@transaction.atomic
def change_guardian(*, guardianship: Guardianship, by: User, person: dict[str, str], **rights: Any) -> Guardianship:
    """Change how a guardian is reached (for every patient of theirs) and what they may do for this patient.

    Whoever pays takes over from whoever paid. Raises GuardianGone.
    """
    patient = _locked(guardianship.patient)
    guardianship = _still_there(patient, guardianship)
    if rights.get("pays"):
        _hand_over_paying(patient, by, to=guardianship)
    changed_person = _set(guardianship.guardian, person)
    if changed_person:
        audit.record(by=by, verb="changed", obj=guardianship.guardian, changes=changed_person)
    changed_rights = _set(guardianship, rights)
    if changed_rights:
        named = {"guardian": [guardianship.guardian.full_name] * 2, **changed_rights}
        audit.record(by=by, verb="guardian changed", obj=patient, changes=named)
    return guardianship


@transaction.atomic
def remove_guardian(*, guardianship: Guardianship, by: User) -> Patient:
    """End what a guardian may do for this patient. The guardian, their login and other patients stay.

    Raises GuardianGone.
    """
    patient = _locked(guardianship.patient)
    guardianship = _still_there(patient, guardianship)
    name = guardianship.guardian.full_name
    guardianship.delete()
    audit.record(by=by, verb="guardian removed", obj=patient, changes={"guardian": [name, None]})
    return patient


def _locked(patient: Patient) -> Patient:
    """The patient's row, locked: two people changing its guardians at once take turns."""
    return Patient.objects.select_for_update().get(pk=patient.pk)


def _still_there(patient: Patient, guardianship: Guardianship) -> Guardianship:
    """The guardianship as it stands now that the patient is locked."""
    found = patient.guardianships.select_related("guardian").filter(pk=guardianship.pk).first()
    if found is None:
        raise GuardianGone
    return found


def _hand_over_paying(patient: Patient, by: User, to: Guardianship | None = None) -> None:
    payers = patient.guardianships.filter(pays=True).select_related("guardian")
    for link in payers.exclude(pk=to.pk) if to else payers:
        link.pays = False
        link.save(update_fields=["pays"])
        changes = {"guardian": [link.guardian.full_name] * 2, "pays": [True, False]}
        audit.record(by=by, verb="guardian changed", obj=patient, changes=changes)


def _set(row: Any, facts: dict[str, Any]) -> dict[str, list[Any]]:
    """Write what differs and return it as {field: [before, after]}."""
    changes = {name: [getattr(row, name), value] for name, value in facts.items() if getattr(row, name) != value}
    for name, (_before, after) in changes.items():
        setattr(row, name, after)
    if changes:
        row.save(update_fields=list(changes))
    return changes


def _made(facts: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: [None, value] for name, value in facts.items() if value not in ("", None)}
