"""Bring patients in from a FHIR file: made once, found again ever after, and a report of every line.

An incoming patient is somebody we know when one of their numbers (system and value) is on a record, else when exactly
one record has the same name and date of birth; the mail address decides between several, and stands in for a missing
date of birth. A number that names no system tells nobody apart: everywhere there is a patient number 1.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import audit
from apps.accounts.models import User
from apps.patients import fhir
from apps.patients.models import Guardian, Guardianship, Patient, PatientIdentifier


class Outcome(StrEnum):
    MADE = "made"
    MATCHED = "matched"
    REFUSED = "refused"

    @property
    def label(self) -> str | Promise:
        return _LABELS[self]


_LABELS = {
    Outcome.MADE: gettext_lazy("made"),
    Outcome.MATCHED: gettext_lazy("matched"),
    Outcome.REFUSED: gettext_lazy("refused"),
}


@dataclass(frozen=True)
class Line:
    """What became of one resource, and what there is to say about it."""

    where: str
    outcome: Outcome
    name: str = ""
    remarks: tuple[str, ...] = ()


@dataclass
class Report:
    """What an import did, or would have done."""

    dry_run: bool
    lines: list[Line] = field(default_factory=list)
    need_guardian: int = 0
    deceased: int = 0

    def count(self, outcome: Outcome) -> int:
        return Counter(line.outcome for line in self.lines)[outcome]

    def sentences(self) -> Iterator[str]:
        for line in self.lines:
            yield f"{line.where}: {line.outcome.label} {line.name}".rstrip()
            for remark in line.remarks:
                yield f"    {remark}"
        yield ""
        yield self.total()

    def total(self) -> str:
        facts = {
            "made": self.count(Outcome.MADE),
            "matched": self.count(Outcome.MATCHED),
            "refused": self.count(Outcome.REFUSED),
            "guardian": self.need_guardian,
            "deceased": self.deceased,
        }
        said = _("%(made)d made, %(matched)d matched, %(refused)d refused.") % facts
        more = _("Of those made, %(guardian)d need a guardian and %(deceased)d have died.") % facts
        dry = _("This was a dry run: nothing was written.") if self.dry_run else ""
        return " ".join(part for part in (said, more, dry) if part)


class _DryRun(Exception):
    pass


def import_patients(*, content: bytes, source: str, region: str, by: User | None, dry_run: bool = False) -> Report:
    """Write every patient and guardian of a FHIR file that is not here yet, in one transaction.

    A resource that is refused does not stop the others; an unexpected error undoes the whole run. Audit records name
    `source`. A dry run does everything and takes it back.
    """
    report = Report(dry_run=dry_run)
    run = _Run(report, by, _("Imported from %(source)s") % {"source": source})
    try:
        with transaction.atomic():
            Patient.objects.take_turns()
            late = [run.take(where, found) for where, found in fhir.read(content, region=region)]
            for where, guardian in (pair for pair in late if pair):
                run.take_guardian(where, guardian)
            run.flag_minors()
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return report


class _Run:
    """One import under way: who came in, and under which name the file calls them."""

    def __init__(self, report: Report, by: User | None, reason: str) -> None:
        self.report, self.by, self.reason = report, by, reason
        self.patients: dict[str, Patient | None] = {}  # None: two different patients are called so
        self.made: list[tuple[int, Patient]] = []

    def take(self, where: str, found: fhir.Incoming | fhir.Refused) -> tuple[str, fhir.IncomingGuardian] | None:
        """Write a patient at once; hand guardians back, for the patients they name may come later in the file."""
        if isinstance(found, fhir.IncomingGuardian):
            return where, found
        try:
            if isinstance(found, fhir.Refused):
                raise found
            self._patient(where, found)
        except fhir.Refused as refusal:
            self._say(where, Outcome.REFUSED, getattr(found, "full_name", ""), str(refusal))
        return None

    def _say(self, where: str, outcome: Outcome, name: str, *remarks: str) -> None:
        self.report.lines.append(Line(where, outcome, name, remarks))

    def _record(self, verb: str, obj: Any, changes: dict[str, Any]) -> None:
        audit.record(by=self.by, verb=verb, obj=obj, changes=changes, reason=self.reason)

    # --- patients

    def _patient(self, where: str, found: fhir.IncomingPatient) -> None:
        known = match(found)
        patient = known or self._make(found)
        added = self._identify(patient, found) if known else []
        for name in filter(None, found.references):
            self.patients[name] = patient if self.patients.get(name, patient) == patient else None
        new = [*found.warnings, *self._contacts(patient, found)] if known is None else []
        remarks = new if known is None else self._differences(known, found, added)
        self._say(where, Outcome.MATCHED if known else Outcome.MADE, patient.full_name, *remarks)
        if known is None:
            self.made.append((len(self.report.lines) - 1, patient))
            self.report.deceased += patient.status == Patient.Status.DECEASED

    def _make(self, found: fhir.IncomingPatient) -> Patient:
        person = {name: getattr(found, name) for name in ("given_name", "family_name", "email", "phone")}
        facts = {**person, **found.facts}
        patient = Patient.objects.create(**facts)
        self._identify(patient, found)
        self._record("created", patient, {name: [None, value] for name, value in facts.items() if value})
        return patient

    def _identify(self, patient: Patient, found: fhir.IncomingPatient) -> list[PatientIdentifier]:
        """Add the numbers that this record does not carry yet."""
        has = set(patient.identifiers.values_list("system", "value"))
        fresh = [
            PatientIdentifier(patient=patient, system=s, value=v) for s, v in found.identifiers if (s, v) not in has
        ]
        return PatientIdentifier.objects.bulk_create(fresh)

    def _differences(self, known: Patient, found: fhir.IncomingPatient, added: list[Any]) -> list[str]:
        remarks = []
        if added:
            self._record("changed", known, {"identifiers": [None, [str(one) for one in added]]})
            remarks.append(_("%(count)d numbers of other systems were added.") % {"count": len(added)})
        if found.facts["status"] == Patient.Status.DECEASED != known.status:
            remarks.append(_("The file says that they have died; the record was not changed."))
        return remarks

    def _contacts(self, patient: Patient, found: fhir.IncomingPatient) -> Iterator[str]:
        """Let the parents and guardians among a minor's contacts act for them, and say so."""
        for contact in found.contacts:
            guardian, _is_new = self._act_for(patient, contact)
            yield _("%(name)s, one of its contacts, is a guardian now.") % {"name": guardian.full_name}
            yield from contact.warnings

    def flag_minors(self) -> None:
        """Say at every made minor who has nobody to act for them. The record page and the list say it too."""
        needing = set(
            Patient.objects.filter(pk__in=[one.pk for _i, one in self.made])
            .needing_guardian()
            .values_list("pk", flat=True)
        )
        for index, patient in self.made:
            if patient.pk in needing:
                line = self.report.lines[index]
                remarks = (*line.remarks, _("A minor: needs a guardian."))
                self.report.lines[index] = Line(line.where, line.outcome, line.name, remarks)
        self.report.need_guardian = len(needing)

    # --- guardians

    def take_guardian(self, where: str, found: fhir.IncomingGuardian) -> None:
        patient = self.patients.get(found.patient)
        if patient is None:
            several = found.patient in self.patients
            why = _("Several patients of this file have the id it names.") if several else ""
            self._say(where, Outcome.REFUSED, found.full_name, why or _("The patient it names is not in this file."))
            return
        guardian, is_new = self._act_for(patient, found)
        self._say(
            where, Outcome.MADE if is_new else Outcome.MATCHED, guardian.full_name, *(found.warnings if is_new else [])
        )

    def _act_for(self, patient: Patient, found: fhir.IncomingGuardian) -> tuple[Guardian, bool]:
        """Return the guardian, known or made, who acts for the patient from now on, and whether they were made."""
        guardian = match_guardian(found, patient)
        is_new = guardian is None
        if guardian is None:
            person = {name: getattr(found, name) for name in ("given_name", "family_name", "email", "phone")}
            guardian = Guardian.objects.create(**person)
            self._record("created", guardian, {name: [None, value] for name, value in person.items() if value})
        self._link(guardian, patient, found)
        return guardian, is_new

    def _link(self, guardian: Guardian, patient: Patient, found: fhir.IncomingGuardian) -> None:
        link, is_new = Guardianship.objects.get_or_create(
            guardian=guardian, patient=patient, defaults={"relationship": found.relationship}
        )
        if is_new:
            self._record("guardian added", patient, {"guardian": [None, str(link)]})


def match(found: fhir.IncomingPatient) -> Patient | None:
    """Return the record of somebody we know, or None. Raises Refused when it could be several people."""
    numbers = [number for number in found.identifiers if number[1]]
    by_number = list(Patient.objects.with_any_identifier(numbers)) if numbers else []
    if len(by_number) > 1:
        raise fhir.Refused(_("Its numbers belong to several of our patients."))
    if by_number:
        return by_number[0]
    same = list(Patient.objects.named(found.given_name, found.family_name).filter(birth_on=found.facts["birth_on"]))
    if len(same) != 1 or found.facts["birth_on"] is None:
        same = [patient for patient in same if found.email and patient.email.casefold() == found.email.casefold()]
    if len(same) > 1:
        raise fhir.Refused(_("Several of our patients have this name, date of birth and mail address."))
    return same[0] if same else None


def match_guardian(found: fhir.IncomingGuardian, patient: Patient) -> Guardian | None:
    """A guardian of this patient with the same name, else anybody with the same name and mail address."""
    named = Guardian.objects.filter(given_name__iexact=found.given_name, family_name__iexact=found.family_name)
    own = named.filter(guardianships__patient=patient).first()
    if own or not found.email:
        return own
    return named.filter(email__iexact=found.email).first()
