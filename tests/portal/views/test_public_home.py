import re

import pytest
from django.urls import reverse
from django_tenants.utils import get_public_schema_name, schema_context

from apps.scheduling import world
from apps.therapists.models import Therapist, TherapyType
from tests.factories import OfferingFactory
from tests.factories.world import another_therapist

URL = "/"


def test_it_names_what_is_offered_and_when(browser, noon):
    page = browser().get(URL).content.decode()
    assert "Sunrise Therapy" in page
    assert "Speech therapy" in page
    assert "$85.00" in page
    assert "Mon – Fri" in page
    assert reverse("portal:book") in page


def test_a_price_is_the_lowest_when_therapists_differ(browser, noon, bob, speech):
    another_therapist()
    OfferingFactory(therapist=bob, therapy_type=speech, price="120.00", duration_minutes=60)
    page = browser().get(URL).content.decode()
    assert "from $85.00" in page
    assert "45–60 min" in page


def test_types_that_nobody_offers_are_not_named(browser, noon):
    TherapyType.objects.create(name="Hypnosis", price=50, modes=["video"])
    assert "Hypnosis" not in browser().get(URL).content.decode()


def test_without_anything_to_book_it_still_stands(browser, noon):
    Therapist.objects.update(status="inactive")
    world.forget()
    page = browser().get(URL)
    assert page.status_code == 200
    assert "Nothing can be booked online yet" in page.text
    assert "calendar-plus" not in page.text
    assert "Our therapists" not in page.text  # their page would be empty


def test_its_facts_for_search_engines_cannot_break_out(browser, noon, sunrise):
    page = browser().get(URL).content.decode()
    data = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert '"@type": "MedicalClinic"' in data
    assert "<" not in data
    assert '<link rel="canonical" href="http' in page


@pytest.mark.parametrize("who", ["carol", "alice"])
def test_it_is_open_to_those_signed_in(browser, people, who, noon):
    assert browser(getattr(people, who)).get(URL).status_code == 200


def test_nothing_is_posted_to_it(browser, noon):
    assert browser().post(URL).status_code == 405


@pytest.mark.parametrize(("phone", "shown"), [("", False), ("+1 212 555 0140", True)])
def test_contact_is_a_card_only_when_there_is_something_to_tell(browser, noon, sunrise, phone, shown):
    sunrise.phone = phone
    with schema_context(get_public_schema_name()):
        sunrise.save()
    headings = re.findall(r"<h2[^>]*>\s*([^<]*?)\s*</h2>", browser().get(URL).content.decode())
    assert ("Contact" in headings) is shown
