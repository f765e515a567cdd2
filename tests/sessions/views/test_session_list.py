import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.sessions.views.sessions import SessionList
from tests.factories import PatientFactory
from tests.factories.world import another_therapist, at, booked, full_day

PAGE = reverse("sessions:session-list", urlconf="config.urls_tenant")


def test_session_list_shows_every_session_to_the_desk(browser, people, earlier, later):
    for user in (people.alice, people.oscar, people.erin):
        answer = browser(user).get(PAGE)
        assert answer.status_code == 200
        assert reverse("sessions:session-detail", args=[earlier.pk]) in answer.text
        assert reverse("sessions:session-detail", args=[later.pk]) in answer.text


def test_session_list_as_a_fragment(browser, people, earlier):
    answer = browser(people.oscar, htmx=True).get(PAGE)
    assert answer.text.lstrip().startswith('<div id="list"')
    assert "<html" not in answer.text


def test_session_list_of_a_therapist_holds_their_own(browser, people, sunrise, earlier):
    other = another_therapist()
    theirs = booked(sunrise, at(15), therapist=other, patient=PatientFactory())
    text = browser(other.user).get(PAGE).text
    assert str(theirs.pk) in text
    assert str(earlier.pk) not in text


def test_session_list_is_empty_with_the_next_step(browser, people):
    text = browser(people.oscar).get(PAGE).text
    assert "No sessions yet" in text
    assert reverse("portal:desk-booking") in text
    assert reverse("portal:desk-booking") not in browser(people.bob).get(PAGE).text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=carol+reyes", "both"),
        ("q=nobody", ""),
        ("when=to_close", "earlier"),
        ("when=upcoming", "later"),
        ("when=past", "earlier"),
        ("state=completed", ""),
        ("since=2026-11-24", "later"),
        ("until=2026-11-23", "earlier"),
        ("since=9999-12-31", "both"),  # beyond sense, so not looked at
        ("until=tomorrow", "both"),
    ],
)
def test_session_list_narrows(browser, people, earlier, later, query, found):
    text = browser(people.oscar).get(f"{PAGE}?{query}").text
    assert (str(earlier.pk) in text) == (found in ("earlier", "both"))
    assert (str(later.pk) in text) == (found in ("later", "both"))


@pytest.mark.parametrize("sort", ["starts", "-starts", "type", "-state", "nonsense"])
def test_session_list_sorts_while_searching(browser, people, earlier, sort):
    assert browser(people.oscar).get(f"{PAGE}?q=carol&sort={sort}").status_code == 200


def listed(browser, user, query=""):
    """The times that the list shows, in its order."""
    page = browser(user).get(f"{PAGE}?{query}")
    return [session.starts_at for session in page.context["page_obj"]]


@pytest.fixture
def diary(sunrise):
    """It is noon: one over since yesterday, one since this morning, one runs, one comes today, one tomorrow."""
    times = [at(10, days=-1), at(9), at(11, 30), at(15), at(10, days=1)]
    return [booked(sunrise, time, patient=PatientFactory()).starts_at for time in times]


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", [2, 3, 4, 1, 0]),  # what runs and what comes, soonest first; then what is over, latest first
        ("sort=nonsense", [2, 3, 4, 1, 0]),
        ("q=example", [2, 3, 4, 1, 0]),
        ("when=upcoming", [2, 3, 4]),
        ("when=past", [1, 0]),
        ("when=to_close", [0, 1]),
        ("sort=starts", [0, 1, 2, 3, 4]),
        ("sort=-starts", [4, 3, 2, 1, 0]),
        ("when=past&sort=starts", [0, 1]),
    ],
)
def test_session_list_begins_with_what_comes_next(browser, people, diary, query, order):
    assert listed(browser, people.oscar, query) == [diary[place] for place in order]


@pytest.mark.parametrize(("page", "order"), [(1, [2, 3]), (2, [4, 1]), (3, [0])])
def test_session_list_is_one_list_across_its_pages(browser, people, diary, monkeypatch, page, order):
    monkeypatch.setattr(SessionList, "page_size", 2)
    assert listed(browser, people.oscar, f"page={page}") == [diary[place] for place in order]


def test_session_list_says_where_the_past_begins(browser, people, diary):
    text = browser(people.oscar).get(PAGE).text
    assert text.count('scope="rowgroup"') == 2
    assert 'scope="rowgroup"' not in browser(people.oscar).get(f"{PAGE}?sort=starts").text


def test_session_list_as_csv_keeps_the_order(browser, people, diary):
    lines = browser(people.oscar).get(f"{PAGE}?format=csv").text.splitlines()[1:]
    assert [line[:16] for line in lines] == [f"{diary[place]:%Y-%m-%d %H:%M}" for place in [2, 3, 4, 1, 0]]


def test_session_list_as_csv(browser, people, sunrise):
    booked(sunrise, at(10), patient=PatientFactory(given_name="=cmd()"))
    answer = browser(people.oscar).get(f"{PAGE}?format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "'=cmd() Example" in answer.text
    assert "2026-11-23 10:00" in answer.text


def test_session_list_as_csv_leaves_a_trace(browser, people, earlier):
    browser(people.bob).get(reverse("sessions:session-list") + "?format=csv")
    record = AuditRecord.objects.get(verb="exported sessions")
    assert record.by == people.bob and record.changes == {"sessions": [None, 1]}


def test_session_list_offers_the_steps_of_each_row(browser, people, earlier, later):
    text = browser(people.oscar).get(PAGE).text
    assert reverse("sessions:session-complete", args=[earlier.pk]) in text
    assert reverse("sessions:session-cancel", args=[later.pk]) in text
    text = browser(people.erin).get(PAGE).text
    assert reverse("sessions:session-complete", args=[earlier.pk]) not in text


def test_session_list_costs_the_same_for_one_row_and_thirty(browser, people, sunrise):
    full_day(sunrise, 1)
    visitor = browser(people.oscar)
    visitor.get(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as one:
        visitor.get(PAGE)
    full_day(sunrise, 30, day=1)
    with CaptureQueriesContext(connection) as many:
        visitor.get(PAGE)
    assert len(many) == len(one)


def test_session_list_refuses_patients_and_other_methods(browser, people):
    assert browser(people.carol).get(PAGE).status_code == 403
    assert browser(people.oscar).post(PAGE).status_code == 405
    assert browser().get(PAGE).status_code == 302
