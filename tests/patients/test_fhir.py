"""What a FHIR file says, resource by resource: no database."""

import datetime as dt
import json

import pytest

from apps.patients import fhir


def patient(**facts):
    return {"resourceType": "Patient", "name": [{"family": "Moss", "given": ["Ada"]}], **facts}


def understood(*resources, region="US"):
    content = "\n".join(json.dumps(one) if isinstance(one, dict) else one for one in resources).encode()
    return [found for _where, found in fhir.read(content, region=region)]


def one(**facts):
    (found,) = understood(patient(**facts))
    return found


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([{"family": "Moss", "given": ["Ada", "Lou"]}], ("Ada Lou", "Moss")),
        ([{"use": "maiden", "family": "Old"}, {"use": "official", "family": "New", "given": ["Bo"]}], ("Bo", "New")),
        ([{"use": "old", "family": "Old"}, {"family": "Plain", "given": ["Bo"]}], ("Bo", "Plain")),
        ([{"text": "María Soledad Rentería"}], ("María Soledad", "Rentería")),
        ([{"family": "Moss"}], ("", "Moss")),
        ([{"family": "Mo\u0000s\ts", "given": ["A\u0301da"]}], ("Áda", "Mo s s")),
    ],
)
def test_name_is_the_official_one_on_one_line(names, expected):
    found = one(name=names)
    assert (found.given_name, found.family_name) == expected


@pytest.mark.parametrize("names", [[], [{"use": "official"}], [{"family": "x" * 81}], [{"text": "\u0000"}]])
def test_without_a_usable_name_it_is_refused(names):
    assert isinstance(one(name=names), fhir.Refused)


@pytest.mark.parametrize("address", ["ana.ávalos662@example.com", "gaylene.o'kon383@example.com", "plain@example.com"])
def test_mail_addresses_beyond_ascii_are_kept(address):
    found = one(telecom=[{"system": "email", "value": address}])
    assert (found.email, found.warnings) == (address, [])


def test_a_mail_address_with_a_space_is_left_out_with_a_warning():
    found = one(telecom=[{"system": "email", "value": "maría soledad@example.com"}])
    assert found.email == ""
    assert "maría soledad@example.com" in found.warnings[0]


def test_the_second_mail_address_serves_when_the_first_does_not():
    found = one(telecom=[{"system": "email", "value": "a b@c.example"}, {"system": "email", "value": "ab@c.example"}])
    assert found.email == "ab@c.example"


def test_a_555_number_is_kept_as_written_with_a_warning():
    found = one(telecom=[{"system": "phone", "value": "555-552-2010"}])
    assert found.phone == "555-552-2010"
    assert "555-552-2010" in found.warnings[0]


@pytest.mark.parametrize(
    ("region", "country", "written", "expected"),
    [
        ("US", "", "212 664 7665", "+1 212-664-7665"),
        ("US", "GB", "020 7946 0018", "+44 20 7946 0018"),
        ("", "", "+49 30 123456", "+49 30 123456"),
    ],
)
def test_a_good_number_is_written_as_the_world_dials_it(region, country, written, expected):
    facts = {"telecom": [{"system": "phone", "value": written}], "address": [{"country": country}] if country else []}
    (found,) = understood(patient(**facts), region=region)
    assert (found.phone, found.warnings) == (expected, [])


def test_the_mobile_number_comes_first():
    telecom = [
        {"system": "phone", "use": "home", "value": "212 664 7665"},
        {"system": "phone", "use": "mobile", "value": "+49 1512 3456789"},
    ]
    assert one(telecom=telecom).phone == "+49 1512 3456789"


@pytest.mark.parametrize(
    ("facts", "status", "day", "warned"),
    [
        ({}, "active", None, False),
        ({"active": False}, "archived", None, False),
        ({"deceasedBoolean": False}, "active", None, False),
        ({"deceasedBoolean": True}, "deceased", None, True),
        ({"deceasedDateTime": "2006-06-19T19:24:58.370916+00:00", "active": False}, "deceased", "2006-06-19", False),
        ({"deceasedDateTime": "2006-06-19"}, "deceased", "2006-06-19", False),
        ({"deceasedDateTime": "2006"}, "deceased", None, True),
        ({"deceasedDateTime": "1980-01-01", "birthDate": "1981-01-01"}, "deceased", "1980-01-01", True),
        ({"deceasedDateTime": "0024-05-03"}, "deceased", None, True),
        ({"deceasedDateTime": "2999-01-01"}, "deceased", None, True),
    ],
)
def test_life_decides_the_status(facts, status, day, warned):
    found = one(**facts)
    assert found.facts["status"] == status
    assert found.facts.get("deceased_on") == (dt.date.fromisoformat(day) if day else None)
    assert bool(found.warnings) == warned


@pytest.mark.parametrize("written", ["1981", "1981-04", "2999-01-01", "0024-05-03"])
def test_a_birthday_that_is_no_whole_past_date_is_left_out(written):
    found = one(birthDate=written)
    assert found.facts["birth_on"] is None
    assert found.warnings


def test_address_language_and_gender_are_read():
    found = one(
        gender="female",
        communication=[
            {"language": {"coding": [{"code": "en-US"}]}},
            {"preferred": True, "language": {"coding": [{"code": "es"}]}},
        ],
        address=[
            {"use": "old", "city": "Past"},
            {
                "use": "home",
                "line": ["1 Elm St", "Unit 2"],
                "city": "Boston",
                "state": "MA",
                "postalCode": "02110",
                "country": "US",
            },
        ],
    )
    expected = {
        "street": "1 Elm St, Unit 2", "city": "Boston", "region": "MA", "postal_code": "02110", "country": "US",
        "gender": "female", "language": "es",
    }  # fmt: skip
    assert found.facts.items() >= expected.items()


@pytest.mark.parametrize(("written", "code"), [("us", "US"), ("Germany", "DE"), ("Atlantis", "")])
def test_country_becomes_two_letters(written, code):
    found = one(address=[{"country": written}])
    assert found.facts["country"] == code
    assert bool(found.warnings) == (code == "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{not json", "not JSON"),
        ("[1, 2]", "not a FHIR resource"),
        ('{"resourceType": 7}', "not a FHIR resource"),
        ('{"resourceType": "Observation"}', "Observation is not a patient"),
        ('{"resourceType": "Patient", "gender": 5}', "gender"),
        ('{"resourceType": "Patient", "favouriteColour": "red"}', "favouriteColour"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_not_a_patient_is_refused_with_the_reason(line, words):
    first, second = understood(line, patient())
    assert words in str(first)
    assert second.full_name == "Ada Moss"


def test_bytes_that_are_no_text_are_refused_alone():
    content = b"\xff\xfe{}\n" + json.dumps(patient()).encode()
    found = list(fhir.read(content, region="US"))
    assert [where for where, _found in found] == ["line 1", "line 2"]
    assert isinstance(found[0][1], fhir.Refused)


def test_a_file_that_is_no_json_at_all_is_one_refusal():
    assert len(list(fhir.read(b"first,last\nAda,Moss\n", region="US"))) == 1


def test_a_bundle_is_read_entry_by_entry():
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient()}, {"resource": {}}, 5]}
    found = list(fhir.read(json.dumps(bundle, indent=2).encode("utf-8-sig"), region="US"))
    assert [where for where, _found in found] == ["file, entry 1", "file, entry 2", "file, entry 3"]
    assert [isinstance(value, fhir.Refused) for _where, value in found] == [False, True, True]


@pytest.mark.parametrize(("code", "expected"), [("MTH", "mother"), ("GUARD", "guardian"), ("NBOR", None)])
def test_a_related_person_is_a_guardian_only_as_parent_or_guardian(code, expected):
    (found,) = understood(
        {
            "resourceType": "RelatedPerson",
            "patient": {"reference": "https://elsewhere.example/Patient/7"},
            "relationship": [{"coding": [{"code": code}]}],
            "name": [{"family": "Moss", "given": ["Eve"]}],
        }
    )
    if expected is None:
        assert isinstance(found, fhir.Refused)
    else:
        assert (found.relationship, found.patient) == (expected, "Patient/7")


MOTHER = {"relationship": [{"coding": [{"code": "MTH"}]}], "name": {"family": "Moss", "given": ["Eve"]}}


def test_what_is_not_taken_along_is_said_in_one_sentence():
    found = one(
        maritalStatus={"text": "M"},
        multipleBirthBoolean=False,
        extension=[{"url": "urn:x", "valueCode": "F"}],
        generalPractitioner=[{"display": "Dr Who"}],
        contact=[MOTHER],
        name=[{"family": "Moss", "given": ["Ada"], "prefix": ["Dr"]}, {"use": "maiden", "family": "Old"}],
        telecom=[{"system": "phone", "value": "212 664 7665"}, {"system": "fax", "value": "212 664 7666"}],
    )
    (sentence,) = [warning for warning in found.warnings if warning.startswith("Not taken along")]
    for words in ("further names", "further ways", "contact persons", "titles", "extensions", "marital status"):
        assert words in sentence
    assert "multiple birth" in sentence and "general practitioner" in sentence


def test_nothing_left_out_is_not_mentioned():
    assert one(telecom=[{"system": "phone", "value": "212 664 7665"}]).warnings == []


def test_a_parent_among_the_contacts_of_a_minor_is_a_guardian_and_of_an_adult_is_not():
    child, adult = one(birthDate="2020-01-01", contact=[MOTHER]), one(birthDate="1980-01-01", contact=[MOTHER])
    assert [(one.full_name, one.relationship) for one in child.contacts] == [("Eve Moss", "mother")]
    assert child.warnings == []
    assert adult.contacts == [] and "contact persons" in adult.warnings[0]


def test_an_emergency_contact_of_a_minor_is_named_not_made_a_guardian():
    found = one(birthDate="2020-01-01", contact=[{**MOTHER, "relationship": [{"coding": [{"code": "C"}]}]}])
    assert found.contacts == [] and "contact persons" in found.warnings[0]
