import datetime as dt
import uuid

import pytest
import time_machine
from django.urls import reverse

from tests.factories import EducationFactory, ExperienceFactory, OfferingFactory


@pytest.fixture
def url(bob):
    return reverse("therapists:therapist-detail", args=[bob.pk])


@pytest.mark.parametrize("who", ["alice", "oscar", "erin", "bob"])
def test_shows_the_profile(browser, people, url, who):
    response = browser(getattr(people, who)).get(url)
    assert response.status_code == 200
    assert b"Speech therapist" in response.content


def test_prices_of_today_are_marked(browser, people, bob, speech, url):
    facts = {"therapist": bob, "therapy_type": speech}
    OfferingFactory(**facts, price=90, valid_from=dt.date(2026, 1, 1), valid_until=dt.date(2026, 11, 30))
    OfferingFactory(**facts, price=95, valid_from=dt.date(2026, 12, 1))
    client = browser(people.alice)
    for day, price in [("2025-06-01", 85), ("2026-11-30", 90), ("2026-12-01", 95)]:
        with time_machine.travel(f"{day}T17:00:00Z", tick=False):
            (row,) = client.get(url).context["prices"]
        assert row["now"].price == price


def test_what_is_missing_is_said_before_approval(browser, people, bob, newcomer, url):
    waiting = reverse("therapists:therapist-detail", args=[newcomer.pk])
    assert b"Before you approve" in browser(people.alice).get(waiting).content
    assert b"Before you approve" not in browser(people.alice).get(url).content


def test_newcomer_reads_what_is_missing_and_no_empty_card(browser, newcomer):
    own = browser(newcomer.user).get(reverse("therapists:therapist-detail", args=[newcomer.pk])).text
    assert "Before the profile is approved" in own
    assert "Before you approve" not in own
    assert "Where to go" not in own


def test_buttons_follow_the_permission(browser, people, bob, url):
    change = reverse("therapists:therapist-update", args=[bob.pk]).encode()
    assert change in browser(people.alice).get(url).content
    assert change not in browser(people.oscar).get(url).content


def test_roles_strangers_and_methods(browser, people, newcomer, url):
    waiting = reverse("therapists:therapist-detail", args=[newcomer.pk])
    assert browser(people.bob).get(waiting).status_code == 404
    assert browser(people.carol).get(url).status_code == 403
    assert browser(people.alice).get(reverse("therapists:therapist-detail", args=[uuid.uuid4()])).status_code == 404
    assert browser(people.alice).post(url).status_code == 405


def test_as_a_fragment(browser, people, url):
    assert browser(people.alice, htmx=True).get(url).content.strip().startswith(b'<div id="detail"')


def test_queries_do_not_grow(browser, people, bob, speech, url, django_assert_max_num_queries):
    client = browser(people.alice)
    client.get(url)
    with django_assert_max_num_queries(14) as few:
        client.get(url)
    EducationFactory.create_batch(5, therapist=bob)
    ExperienceFactory.create_batch(5, therapist=bob)
    for year in range(2001, 2011):
        days = {"valid_from": dt.date(year, 1, 1), "valid_until": dt.date(year, 12, 31)}
        OfferingFactory(therapist=bob, therapy_type=speech, **days)
    with django_assert_max_num_queries(14) as many:
        client.get(url)
    assert len(few) == len(many)
