import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.therapists.models import Specialty
from tests.factories import EducationFactory, SpecialtyFactory, TherapistFactory


def rows(prefix, *filled, initial=0):
    facts = {f"{prefix}-TOTAL_FORMS": len(filled), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(filled):
        facts |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return facts


def posted(education=(), experience=(), initial=0, **facts):
    base = {"title": "Speech therapist", "languages": "English", "modes": ["video"], "specialty_names": ""}
    return {**base, **rows("education", *education, initial=initial), **rows("experience", *experience), **facts}


@pytest.fixture
def url(bob):
    return reverse("therapists:therapist-update", args=[bob.pk])


def test_saves_every_field(browser, people, bob, speech, url):
    facts = posted(
        bio="Sings.\n\nDances.", gender="man", location="Downtown", licence_number="L-7", practising_since="2010",
        languages="Spanish, german", daily_cap="6", time_zone="Europe/Berlin", therapy_types=[speech.pk],
        specialty_names="Stuttering,  Voice   disorders ,stuttering",
    )  # fmt: skip
    response = browser(people.alice).post(url, facts)
    assert response["Location"] == reverse("therapists:therapist-detail", args=[bob.pk])
    bob.refresh_from_db()
    assert (bob.languages, bob.modes, bob.daily_cap) == (["es", "de"], ["video"], 6)
    assert (bob.time_zone, bob.practising_since, bob.gender) == ("Europe/Berlin", 2010, "man")
    assert {one.name for one in bob.specialties.all()} == {"stuttering", "Voice disorders"}


def test_says_in_the_trail_what_changed(browser, people, bob, url):
    browser(people.alice).post(url, posted(title="Voice coach", specialty_names="Grief", modes=list(bob.modes)))
    record = AuditRecord.objects.about(bob).get()
    assert record.changes["title"] == ["Speech therapist", "Voice coach"]
    assert record.changes["specialty_names"] == ["", "Grief"]
    assert "languages" not in record.changes


def test_rows_are_added_changed_and_removed(browser, people, bob, url):
    old, kept = EducationFactory(therapist=bob, degree="Old"), EducationFactory(therapist=bob, degree="Kept")
    row = {"institution": "State University", "year": "2010"}
    facts = posted(
        education=[
            {"id": old.pk, "degree": "Old", "DELETE": "on", **row},
            {"id": kept.pk, "degree": "Kept and changed", **row},
            {"degree": "New", "institution": "City College", "year": ""},
        ],
        experience=[{"position": "Intern", "place": "", "from_year": "2009", "until_year": "2010"}],
        initial=2,
    )
    assert browser(people.alice).post(url, facts).status_code == 302
    assert {one.degree for one in bob.education.all()} == {"Kept and changed", "New"}
    assert bob.experience.get().until_year == 2010
    changes = AuditRecord.objects.about(bob).latest("id").changes
    assert set(changes) == {"education", "experience"}


def test_an_empty_row_is_no_row(browser, people, bob, url):
    empty = {"degree": "", "institution": "", "year": ""}
    assert browser(people.alice).post(url, posted(education=[empty])).status_code == 302
    assert not bob.education.exists()


def test_a_specialty_that_nobody_has_any_more_goes(browser, people, bob, url):
    mine, shared = SpecialtyFactory(name="Mine"), SpecialtyFactory(name="Shared")
    bob.specialties.set([mine, shared])
    TherapistFactory().specialties.add(shared)
    browser(people.alice).post(url, posted(specialty_names="shared, Fresh"))
    assert set(Specialty.objects.values_list("name", flat=True)) == {"Shared", "Fresh"}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"languages": "English, Klingonish"}, "languages"),
        ({"practising_since": "2999"}, "practising_since"),
        ({"practising_since": "1200"}, "practising_since"),
        ({"modes": []}, "modes"),
        ({"modes": ["telepathy"]}, "modes"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"daily_cap": "0"}, "daily_cap"),
        ({"specialty_names": ",".join(f"s{n}" for n in range(21))}, "specialty_names"),
        ({"specialty_names": "x" * 61}, "specialty_names"),
        ({"bio": "x" * 3001}, "bio"),
    ],
)
def test_invalid_keeps_what_was_typed(browser, people, bob, url, facts, field):
    response = browser(people.alice).post(url, posted(location="Typed Place", **facts))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert b"Typed Place" in response.content
    bob.refresh_from_db()
    assert bob.location == ""


@pytest.mark.parametrize(
    "row",
    [
        {"position": "Intern", "place": "", "from_year": "2012", "until_year": "2010"},
        {"position": "", "place": "Typed Clinic", "from_year": "2012", "until_year": ""},
        {"position": "Intern", "place": "", "from_year": "2999", "until_year": ""},
    ],
)
def test_a_bad_row_is_refused_beside_its_field_and_nothing_is_saved(browser, people, bob, url, row):
    response = browser(people.alice).post(url, posted(experience=[row], title="Typed title"))
    assert response.status_code == 422
    assert response.context["form"].experience.errors[0]
    assert b"Typed title" in response.content
    bob.refresh_from_db()
    assert bob.title == "Speech therapist"


def test_a_post_without_the_rows_bookkeeping_is_refused_not_broken(browser, people, url):
    response = browser(people.alice).post(url, {"title": "x", "modes": ["video"]})
    assert response.status_code == 422


def test_another_therapists_row_is_not_touched(browser, people, bob, url):
    theirs = EducationFactory(degree="Theirs")
    row = {"id": theirs.pk, "degree": "Stolen", "institution": "x", "year": ""}
    browser(people.alice).post(url, posted(education=[row], initial=1))
    theirs.refresh_from_db()
    assert (theirs.degree, theirs.therapist == bob) == ("Theirs", False)


def test_as_a_fragment(browser, people, url):
    client = browser(people.alice, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url, posted())


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, url, who):
    assert browser(getattr(people, who)).post(url, posted()).status_code == 403


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    assert browser(people.alice).get(reverse("therapists:therapist-update", args=[uuid.uuid4()])).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
