import json

import pytest
from django.core.files.base import ContentFile

from apps.scheduling import world
from apps.therapists.models import Therapist
from tests.factories import (
    EducationFactory,
    ExperienceFactory,
    FormerSlugFactory,
    OfferingFactory,
    TherapistFactory,
    TimeOffFactory,
)
from tests.factories.world import at

URL = "/therapists/bob-chen/"


def test_profile_tells_who_it_is_and_what_it_costs(browser, noon, bob, speech):
    EducationFactory(therapist=bob)
    ExperienceFactory(therapist=bob)
    OfferingFactory(therapist=bob, therapy_type=speech, price="99.00")
    page = browser().get(URL).content.decode()
    for words in ("Bob Chen, Speech therapist · Sunrise Therapy</title>", "MSc Psychology", "$99.00", "English"):
        assert words in page


def test_times_of_a_visitor_lead_into_the_flow_with_the_time_chosen(browser, noon):
    response = browser().get(URL)
    one, url = response.context["times"][0]
    assert one.starts_at == at(14)
    step = browser().get(url)
    assert f'value="{one.value}"' in step.content.decode()
    assert step.context["selected"] == one.value


def test_type_and_mode_stand_in_the_address(browser, noon, speech):
    response = browser().get(URL, {"type": speech.pk, "mode": "video"})
    assert (response.context["choice"].kind, response.context["choice"].mode) == (speech, "video")
    assert browser().get(URL, {"type": "nonsense", "mode": "smoke"}).context["choice"].mode == "in_person"


def test_one_person_to_book_for_needs_two_clicks(browser, people, noon):
    response = browser(people.carol).get(URL)
    assert response.context["is_quick"]
    assert b'name="quick"' in response.content


@pytest.mark.parametrize("who", ["dana", "alice", None])
def test_others_take_the_steps(browser, people, noon, who):
    client = browser(getattr(people, who)) if who else browser()
    assert not client.get(URL).context["is_quick"]


def test_on_leave_offers_no_times_but_a_way_on(browser, noon):
    Therapist.objects.filter(slug="bob-chen").update(availability="on_leave")
    world.forget()
    page = browser().get(URL).content.decode()
    assert "is on leave at present" in page
    assert "Other therapists" in page


def test_times_beyond_a_week_are_found(browser, noon, bob):
    TimeOffFactory(therapist=bob, starts_on=at(0).date(), ends_on=at(0, days=15).date())
    world.forget()
    assert browser().get(URL).context["times"][0][0].starts_at > at(0, days=15)


def test_former_address_redirects_for_good(browser, noon, bob):
    FormerSlugFactory(slug="robert-chen", therapist=bob)
    response = browser().get("/therapists/robert-chen/")
    assert (response.status_code, response["Location"]) == (301, URL)
    assert response["Cache-Control"] == "no-cache"  # or a browser goes in circles after a rename back


@pytest.mark.parametrize("status", ["pending", "inactive"])
def test_nobody_but_the_public_ones_has_a_page(browser, noon, bob, status):
    FormerSlugFactory(slug="robert-chen", therapist=bob)
    Therapist.objects.filter(pk=bob.pk).update(status=status)
    assert browser().get(URL).status_code == 404
    assert browser().get("/therapists/robert-chen/").status_code == 404
    assert browser().get("/therapists/nobody/").status_code == 404


def test_data_for_search_engines_is_whole_and_harmless(browser, noon, bob):
    Therapist.objects.filter(pk=bob.pk).update(bio="</script><script>alert(1)</script> & more")
    page = browser().get(URL).content.decode()
    text = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert json.loads(text)["description"] == "</script><script>alert(1)</script> & more"
    assert json.loads(text)["name"] == "Bob Chen"
    assert 'property="og:title"' in page
    assert 'name="description"' in page
    assert "<script>alert" not in page


def test_nothing_is_posted_to_it(browser, noon):
    assert browser().post(URL).status_code == 405


def test_photo_of_a_public_therapist_only(browser, noon, bob, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    bob.photo.save("bob.png", ContentFile(b"\x89PNG"))
    response = browser().get(f"{URL}photo")
    assert response["Content-Type"] == "image/png"
    assert b"".join(response.streaming_content) == b"\x89PNG"
    Therapist.objects.filter(pk=bob.pk).update(status="pending")
    assert browser().get(f"{URL}photo").status_code == 404


def test_no_photo_is_404(browser, noon):
    TherapistFactory(slug="no-photo")
    assert browser().get("/therapists/no-photo/photo").status_code == 404
    assert browser().post("/therapists/no-photo/photo").status_code == 405
