"""From a stranger to a booked session: plain requests, as a browser without JavaScript makes them."""

import re

import pytest

from apps.notifications.models import Message
from apps.patients.models import Guardianship, Patient
from apps.sessions.models import Hold, TherapySession
from tests.factories.world import at

NEW = {
    "given_name": "Nadia",
    "family_name": "Newman",
    "email": "nadia@new.example",
    "password1": "quiet-river-42-stone",
}
HREF = re.compile(r'href="(/book/[^"]*)"')


def follow(client, page, *parts):
    """Click the first link of the page whose address holds all of these."""
    links = [link.replace("&amp;", "&") for link in HREF.findall(page.content.decode())]
    return client.get(next(link for link in links if all(part in link for part in parts)), follow=True)


def choose_as_guest(client):
    page = follow(client, client.get("/book/"), "mode=video")
    page = follow(client, page, "day=2026-11-24")
    value = re.search(r'value="(2026-11-24T15:00Z~[^"]*)"', page.content.decode()).group(1)
    return client.post(page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"], {"slot": value}, follow=True)


def sign_up(client):
    client.post("/account/signup/?next=/book/details/", NEW)
    text = Message.objects.filter(to_address=NEW["email"]).latest("created_at").text
    code = re.search(r"\b\d{4}-\d{4}\b", text).group()
    return client.post("/account/confirm-email/", {"code": code}, follow=True)


@pytest.fixture
def guest(browser, noon, people):
    client = browser()
    choose_as_guest(client)
    return client


def finish(client, **details):
    client.post("/book/details/", {"phone": "+1 212 555 0188", "concerns": "A stutter", **details})
    return client.post("/book/review/", {"key": client.session["booking"]["key"]}, follow=True)


def test_guest_signs_up_midway_and_books_the_time_that_was_kept(guest):
    hold = Hold.objects.get()
    page = sign_up(guest)
    assert page.request["PATH_INFO"] == "/book/details/"
    assert Hold.objects.get() == hold
    page = finish(guest, who="self", birth_on="1990-01-02")
    assert "Your session is booked" in page.content.decode()
    session = TherapySession.objects.get()
    assert session.starts_at == at(10, days=1)
    assert session.patients == [Patient.objects.get(user__email=NEW["email"])]
    assert f"/my/sessions/{session.pk}/calendar.ics" in page.content.decode()


def test_guest_signs_up_and_books_for_a_child(guest):
    sign_up(guest)
    child = {"child_given_name": "Ben", "child_family_name": "Newman", "child_birth_on": "2019-05-06"}
    finish(guest, who="child", relationship="father", **child)
    session = TherapySession.objects.get()
    assert [patient.given_name for patient in session.patients] == ["Ben"]
    assert Guardianship.objects.get(patient=session.patients[0]).guardian.phone == "+1 212 555 0188"
    assert Message.objects.filter(session=session, to_address=NEW["email"]).exists()


def test_guest_signs_in_midway(guest, people):
    hold = Hold.objects.get()
    login = {"login": people.carol.email, "password": "a-good-password-1"}
    page = guest.post("/account/login/?next=/book/details/", login, follow=True)
    assert page.request["PATH_INFO"] == "/book/details/"
    assert Hold.objects.get() == hold
    finish(guest, who="self")
    assert TherapySession.objects.get().patients == [people.carol.patient]


def test_going_back_keeps_everything(guest, people):
    guest.post("/account/login/", {"login": people.carol.email, "password": "a-good-password-1"})
    guest.post("/book/details/", {"who": "self", "concerns": "A stutter"})
    details = guest.get("/book/details/")
    assert "A stutter" in details.content.decode()
    times = guest.get(details.context["times_url"])
    assert times.context["selected"].startswith("2026-11-24T15:00Z")
    page = guest.post(details.context["times_url"], {"slot": times.context["selected"]}, follow=True)
    assert page.request["PATH_INFO"] == "/book/review/"
    assert "A stutter" in page.content.decode()
