import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.patients.models import Patient
from apps.sessions.actions import cancel_session
from tests.factories import PatientFactory
from tests.factories.world import at, booked

URL = "/my/"


@pytest.fixture
def carol(people):
    return people.carol.patient


def test_what_comes_next_is_first(browser, people, sunrise, noon, carol):
    booked(sunrise, at(10, days=3), patient=carol)
    first = booked(sunrise, at(10, days=1), patient=carol)
    response = browser(people.carol).get(URL)
    assert response.context["next"]["session"] == first
    assert len(response.context["upcoming"]) == 1
    assert reverse("portal:my-session-calendar", args=[first.pk]) in response.content.decode()


def test_the_past_offers_to_book_again(browser, people, sunrise, noon, carol):
    booked(sunrise, at(9), patient=carol)
    response = browser(people.carol).get(URL)
    row = response.context["past"][0]
    again = browser(people.carol).get(row["again_url"])
    assert again.status_code == 200
    choice = again.context["choice"]
    assert (choice.kind.name, choice.mode, choice.therapist.slug) == ("Speech therapy", "video", "bob-chen")
    assert choice.patient == str(carol.pk)


def test_book_again_keeps_whom_it_is_for(browser, people, sunrise, noon):
    mia = Patient.objects.get(given_name="Mia")
    booked(sunrise, at(9), patient=mia)
    client = browser(people.dana)
    url = client.get(URL).context["past"][0]["again_url"]
    agenda = client.get(url).context["agenda"]
    client.post(url, {"slot": agenda.parts[0][1][0].value})
    assert client.get("/book/details/").context["form"]["who"].value() == str(mia.pk)


def test_a_guardian_sees_for_whom(browser, people, sunrise, noon):
    booked(sunrise, at(10, days=1), patient=Patient.objects.get(given_name="Mia"))
    assert "for Mia" in browser(people.dana).get(URL).content.decode()


def test_cancelled_ones_are_past(browser, people, sunrise, noon, carol):
    cancel_session(session=booked(sunrise, at(10, days=1), patient=carol), by=people.carol)
    response = browser(people.carol).get(URL)
    assert response.context["next"] is None
    assert "Cancelled" in response.content.decode()


def test_others_sessions_are_not_shown(browser, people, sunrise, noon):
    booked(sunrise, at(10, days=1), patient=PatientFactory())
    page = browser(people.carol).get(URL).content.decode()
    assert "Nothing is booked" in page
    assert reverse("portal:book") in page


def test_a_therapist_who_is_a_patient_sees_only_own_care(browser, people, sunrise, noon):
    people.bob.roles = ["therapist", "patient"]
    people.bob.save()
    booked(sunrise, at(10, days=1))
    assert browser(people.bob).get(URL).context["next"] is None


@pytest.mark.parametrize("who", ["alice", "oscar", "bob", "erin"])
def test_the_team_has_other_pages(browser, people, who):
    assert browser(getattr(people, who)).get(URL).status_code == 403


def test_nobody_signed_in_is_sent_to_sign_in(browser):
    assert browser().get(URL)["Location"].startswith(reverse("account_login"))


def test_fragment_is_the_past(browser, people, noon):
    page = browser(people.carol, htmx=True).get(URL).content.decode().strip()
    assert page.startswith('<section id="list"')


def test_wrong_method(browser, people):
    assert browser(people.carol).post(URL).status_code == 405


def test_queries_are_the_same_for_1_row_and_30(browser, people, sunrise, noon, carol):
    def book(number, first):
        for turn in range(number):
            booked(sunrise, at(7) - dt.timedelta(days=first + turn), patient=carol)
            booked(sunrise, at(7) + dt.timedelta(days=first + turn), patient=carol)

    book(1, 1)
    client = browser(people.carol)
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    book(30, 2)
    with CaptureQueriesContext(connection) as many:
        client.get(URL)
    assert len(few) == len(many) <= 20


def test_cancelling_is_offered_to_whoever_may_cancel(browser, people, sunrise, noon):
    mia = Patient.objects.get(given_name="Mia")
    address = reverse("portal:my-session-cancel", args=[booked(sunrise, at(10, days=3), patient=mia).pk])
    assert address in browser(people.dana).get(URL).content.decode()
    mia.guardianships.update(may_book=False)
    assert address not in browser(people.dana).get(URL).content.decode()


def test_shortly_before_cancelling_still_leads_to_whom_to_call(browser, people, sunrise, noon, carol):
    soon = booked(sunrise, at(14), patient=carol)
    address = reverse("portal:my-session-cancel", args=[soon.pk])
    client = browser(people.carol)
    assert address in client.get(URL).content.decode()
    assert client.get(address).status_code == 200
