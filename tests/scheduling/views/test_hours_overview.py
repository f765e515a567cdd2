import csv
import io

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.therapists.models import Therapist
from tests.factories import TherapistFactory, UserFactory, cast

URL = "/schedule/hours/"


def test_hours_overview_shows_everybodys_four_weeks(browser, people, book, noor, address):
    book()
    for user in (people.alice, people.oscar, people.erin):
        page = browser(user).get(URL)
        text = page.content.decode()
        assert page.status_code == 200 and "Bob Chen" in text and "Noor Haddad" in text
        assert address("hours/BOB/") in text
    row = next(row for row in page.context["page_obj"] if row.therapist.full_name == "Bob Chen")
    assert row.totals == {"offered": 152, "booked": 1, "share": 1} and len(row.bars) == 28
    assert "No hours" in text


def test_hours_overview_fragment_search_and_filter(browser, people, noor):
    Therapist.objects.filter(pk=noor.pk).update(availability="on_leave")
    alice = browser(people.alice, htmx=True)
    text = alice.get(URL, {"q": "noor"}).content.decode()
    assert "<html" not in text and "Noor Haddad" in text and "Bob Chen" not in text
    text = alice.get(URL, {"availability": "available"}).content.decode()
    assert "Bob Chen" in text and "Noor Haddad" not in text
    assert "Nobody matches" in alice.get(URL, {"q": "zzz"}).content.decode()


def test_hours_overview_leaves_out_who_is_not_approved(browser, people):
    TherapistFactory(user__given_name="Waiting", status=Therapist.Status.PENDING)
    assert "Waiting" not in browser(people.alice).get(URL).content.decode()


def test_hours_overview_empty(browser, people):
    Therapist.objects.all().update(status=Therapist.Status.INACTIVE)
    assert "No therapist can be booked yet" in browser(people.alice).get(URL).content.decode()


def test_hours_overview_csv(browser, people, book):
    book()
    answer = browser(people.erin).get(URL, {"format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1] == ["Bob Chen", "Available", "152", "1", "1"]


def test_hours_overview_wrong_role(browser, people):
    for user in (people.bob, people.carol, people.dana):
        assert browser(user).get(URL).status_code == 403


def test_hours_overview_wrong_method(browser, people):
    assert browser(people.alice).post(URL).status_code == 405


def test_hours_overview_same_queries_for_one_row_and_thirty(browser, people, speech):
    alice = browser(people.alice)

    def count():
        alice.get(URL)
        with CaptureQueriesContext(connection) as seen:
            alice.get(URL)
        return len(seen)

    one = count()
    for _ in range(30):
        cast.working_therapist(UserFactory(roles=["therapist"]), speech)
    assert count() == one <= 7
