"""The import, on the demo's real file and on files made to trip it."""

import datetime as dt
import json
import threading
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django_tenants.utils import tenant_context

from apps.accounts.models import AuditRecord
from apps.patients import imports
from apps.patients.models import Guardian, Guardianship, Patient, PatientIdentifier
from tests.factories import PatientFactory, PatientIdentifierFactory

DEMO = Path(apps.get_app_config("patients").path) / "demo" / "patients.fhir.ndjson"


def patient(given="Ada", **facts):
    return {"resourceType": "Patient", "name": [{"family": "Moss", "given": [given]}], **facts}


def bring(*resources, dry_run=False):
    content = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in resources)
    return imports.import_patients(content=content.encode(), source="t.ndjson", region="US", by=None, dry_run=dry_run)


def outcomes(report):
    return [line.outcome.value for line in report.lines]


@pytest.fixture
def demo(sunrise):
    return lambda **options: imports.import_patients(
        content=DEMO.read_bytes(), source=DEMO.name, region="US", by=None, **options
    )


def counts():
    return [model.objects.count() for model in (Patient, PatientIdentifier, Guardian, Guardianship, AuditRecord)]


@time_machine.travel("2026-11-23T17:00:00Z", tick=False)
def test_the_demo_file_makes_its_40_patients(demo):
    """On a day of 2026: the children among them grow up."""
    before = Patient.objects.count()
    report = demo()
    assert outcomes(report) == ["made"] * 40
    assert Patient.objects.count() == before + 40
    assert (report.need_guardian, report.deceased) == (8, 16)


def test_the_demo_file_again_makes_nothing(demo):
    demo()
    before = counts()
    assert outcomes(demo()) == ["matched"] * 40
    assert counts() == before


def test_a_dry_run_says_the_same_and_writes_nothing(demo):
    before = counts()
    dry = demo(dry_run=True)
    assert counts() == before
    assert dry.lines == demo().lines


def test_the_messy_parts_of_the_demo_file(demo):
    demo()
    assert Patient.objects.get(family_name="Ávalos").email == "ana.ávalos662@example.com"
    assert Patient.objects.get(family_name="Rentería").email == ""
    assert Patient.objects.get(family_name="Ávalos").phone == "555-552-2010"
    angila = Patient.objects.get(given_name="Angila")
    assert (angila.status, angila.deceased_on) == ("deceased", dt.date(2006, 6, 19))
    assert not Patient.objects.active().filter(given_name="Angila").exists()
    assert Patient.objects.needing_guardian().filter(given_name="Basilia").exists()


def test_every_made_patient_has_an_audit_record_that_names_the_file(demo):
    demo()
    ids = [str(pk) for pk in Patient.objects.filter(identifiers__isnull=False).values_list("pk", flat=True)]
    records = AuditRecord.objects.filter(object_type="patients.patient", object_id__in=ids, verb="created")
    assert records.count() == 40
    assert {record.reason for record in records} == {f"Imported from {DEMO.name}"}


def test_bad_lines_are_refused_by_number_and_the_rest_comes_in(sunrise):
    report = bring("{oops", patient(), {"resourceType": "Encounter"}, patient("Bo"))
    assert outcomes(report) == ["refused", "made", "refused", "made"]
    assert report.lines[0].where == "line 1"
    assert all(line.remarks for line in report.lines if line.outcome == "refused")


def test_an_unexpected_error_takes_the_whole_run_back(sunrise, monkeypatch):
    before = counts()
    real = imports._Run._patient

    def fail_on_the_second(self, where, found):
        real(self, where, found)
        if where == "line 2":
            raise RuntimeError("the power is out")

    monkeypatch.setattr(imports._Run, "_patient", fail_on_the_second)
    with pytest.raises(RuntimeError):
        bring(patient("Ada"), patient("Bo"), patient("Cy"))
    assert counts() == before


def test_a_known_number_matches_whatever_the_name(sunrise):
    PatientIdentifierFactory(system="urn:mr", value="7")
    report = bring(patient(identifier=[{"system": "urn:mr", "value": "7"}]))
    assert outcomes(report) == ["matched"]


def test_the_same_number_of_another_system_is_another_person(sunrise):
    PatientIdentifierFactory(system="urn:mr", value="7")
    assert outcomes(bring(patient(identifier=[{"system": "urn:other", "value": "7"}]))) == ["made"]


def test_a_number_without_a_system_is_nobodys(sunrise):
    """Everywhere there is a patient number 1: Bo must not become Ada, nor their guardian hers."""
    report = bring(patient(identifier=[{"value": "1"}]), patient("Bo", identifier=[{"value": "1"}]))
    assert [(line.outcome.value, line.name) for line in report.lines] == [("made", "Ada Moss"), ("made", "Bo Moss")]
    assert all("names no system" in line.remarks[0] for line in report.lines)


def test_numbers_of_two_patients_are_refused(sunrise):
    PatientIdentifierFactory(system="urn:mr", value="7")
    PatientIdentifierFactory(system="urn:mr", value="8")
    numbers = [{"system": "urn:mr", "value": "7"}, {"system": "urn:mr", "value": "8"}]
    assert outcomes(bring(patient(identifier=numbers))) == ["refused"]


def test_same_name_and_birthday_match_and_learn_the_number(sunrise):
    known = PatientFactory(given_name="ADA", family_name="moss", birth_on=dt.date(1981, 4, 10))
    report = bring(patient(birthDate="1981-04-10", identifier=[{"system": "urn:mr", "value": "7"}]))
    assert outcomes(report) == ["matched"]
    assert list(known.identifiers.values_list("value", flat=True)) == ["7"]


def test_same_name_and_other_birthday_is_another_person(sunrise):
    PatientFactory(given_name="Ada", family_name="Moss", birth_on=dt.date(1981, 4, 10))
    assert outcomes(bring(patient(birthDate="1982-04-10"))) == ["made"]


def test_without_a_birthday_the_mail_address_decides(sunrise):
    PatientFactory(given_name="Ada", family_name="Moss", birth_on=None, email="ada@moss.example")
    mail = {"telecom": [{"system": "email", "value": "ADA@moss.example"}]}
    assert outcomes(bring(patient(**mail), patient())) == ["matched", "made"]


def test_two_of_one_name_and_birthday_are_told_apart_by_mail(sunrise):
    for address in ("one@moss.example", "two@moss.example"):
        PatientFactory(given_name="Ada", family_name="Moss", birth_on=dt.date(1981, 4, 10), email=address)
    mail = {"telecom": [{"system": "email", "value": "two@moss.example"}]}
    assert outcomes(bring(patient(birthDate="1981-04-10", **mail))) == ["matched"]


def test_a_patient_twice_in_one_file_is_made_once(sunrise):
    twin = patient(birthDate="1981-04-10")
    assert outcomes(bring(twin, twin)) == ["made", "matched"]


def test_a_death_that_we_do_not_know_of_is_said_not_written(sunrise):
    known = PatientFactory(given_name="Ada", family_name="Moss", birth_on=dt.date(1981, 4, 10))
    report = bring(patient(birthDate="1981-04-10", deceasedBoolean=True))
    assert "died" in report.lines[0].remarks[0]
    known.refresh_from_db()
    assert known.status == Patient.Status.ACTIVE


def test_related_persons_become_guardians_once(sunrise):
    mother = {
        "resourceType": "RelatedPerson",
        "patient": {"reference": "Patient/p1"},
        "relationship": [{"coding": [{"code": "MTH"}]}],
        "name": [{"family": "Moss", "given": ["Eve"]}],
    }
    child = patient(id="p1", birthDate="2020-01-01")
    report = bring(mother, child)  # the relative stands before the patient it names
    assert outcomes(report) == ["made", "made"]
    assert report.need_guardian == 0
    link = Guardianship.objects.get(patient__given_name="Ada", patient__family_name="Moss")
    assert (link.guardian.full_name, link.relationship) == ("Eve Moss", "mother")
    assert outcomes(bring(mother, child)) == ["matched", "matched"]


def test_a_mother_among_the_contacts_acts_for_the_child(sunrise):
    facts = {"relationship": [{"coding": [{"code": "MTH"}]}], "name": {"family": "Moss", "given": ["Eve"]}}
    report = bring(patient(id="p1", birthDate="2020-01-01", contact=[facts]))
    assert report.lines[0].remarks == ("Eve Moss, one of its contacts, is a guardian now.",)
    assert report.need_guardian == 0
    link = Guardianship.objects.get(guardian__given_name="Eve")
    assert link.patient.given_name == "Ada"
    assert AuditRecord.objects.about(link.guardian).get().reason == "Imported from t.ndjson"


def test_the_demo_file_says_what_it_leaves_out(demo):
    """Every patient of it has race, ethnicity and sex at birth as extensions; three in four a marital status."""
    sentences = [remark for line in demo().lines for remark in line.remarks if remark.startswith("Not taken along")]
    assert len(sentences) == 40
    assert all("extensions" in sentence for sentence in sentences)
    assert sum("marital status" in sentence for sentence in sentences) == 30
    assert sum("further names" in sentence for sentence in sentences) == 11


def mother_of(reference):
    facts = {"relationship": [{"coding": [{"code": "MTH"}]}], "name": [{"family": "Moss", "given": ["Eve"]}]}
    return {"resourceType": "RelatedPerson", "patient": {"reference": reference}, **facts}


@pytest.mark.parametrize("address", ["urn:uuid:6f0c", "https://fhir.example/base/Patient/7"])
def test_a_related_person_finds_the_patient_by_the_address_in_the_bundle(sunrise, address):
    entries = [{"fullUrl": address, "resource": patient(birthDate="2020-01-01")}, {"resource": mother_of(address)}]
    assert outcomes(bring({"resourceType": "Bundle", "type": "transaction", "entry": entries})) == ["made", "made"]
    assert Guardianship.objects.get(patient__family_name="Moss").guardian.given_name == "Eve"


def test_an_id_that_two_patients_of_the_file_have_names_neither(sunrise):
    report = bring(patient(id="p1"), patient("Bo", id="p1"), mother_of("Patient/p1"))
    assert outcomes(report) == ["made", "made", "refused"]
    assert "Several patients" in report.lines[2].remarks[0]


@pytest.mark.parametrize("entries", [{}, {"entry": []}, {"entry": {"a": 1}}])
def test_a_bundle_of_nothing_says_so(sunrise, entries):
    assert outcomes(bring({"resourceType": "Bundle", **entries})) == ["refused"]


@pytest.mark.race
def test_two_imports_at_once_make_everybody_once(fresh_centre, django_db_blocker):
    """Nothing but the turns they take keeps patients without numbers from being made twice."""
    content = "\n".join(json.dumps(patient(f"Ada{n}", birthDate="1981-04-10")) for n in range(20))
    barrier, reports = threading.Barrier(2), []

    def bring_in():
        with tenant_context(fresh_centre):
            barrier.wait(timeout=10)
            facts = {"source": "t", "region": "US", "by": None}
            reports.append(imports.import_patients(content=content.encode(), **facts))
        connection.close()

    with django_db_blocker.unblock():
        threads = [threading.Thread(target=bring_in) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert sorted(report.count(imports.Outcome.MADE) for report in reports) == [0, 20]
        assert Patient.objects.count() == 20


def test_a_related_person_of_nobody_here_is_refused(sunrise):
    stranger = {
        "resourceType": "RelatedPerson",
        "patient": {"reference": "Patient/nobody"},
        "relationship": [{"coding": [{"code": "MTH"}]}],
        "name": [{"family": "Moss"}],
    }
    assert outcomes(bring(stranger)) == ["refused"]


def test_command_prints_the_report(sunrise, capsys):
    call_command("import_patients", str(DEMO), centre="sunrise", dry_run=True)
    said = capsys.readouterr().out
    assert "line 39: made María Soledad Rentería" in said
    assert "40 made, 0 matched, 0 refused." in said
    assert "nothing was written" in said


@pytest.mark.parametrize(
    ("centre", "file", "words"),
    [("nowhere", str(DEMO), "no open centre"), ("sunrise", "/no/such/file", "cannot be read")],
)
def test_command_says_what_is_wrong(sunrise, centre, file, words):
    with pytest.raises(CommandError, match=words):
        call_command("import_patients", file, centre=centre)
