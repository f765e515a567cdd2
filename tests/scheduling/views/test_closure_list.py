import csv
import datetime as dt
import io

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.scheduling import world
from tests.factories import ClosureFactory, OpenHolidayFactory
from tests.scheduling.conftest import MONDAY, TUESDAY

URL = "/schedule/closures/"


def test_closure_list_shows_closures_and_a_year_of_holidays(browser, people):
    ClosureFactory(name="Team day", starts_on=TUESDAY, ends_on=TUESDAY)
    OpenHolidayFactory(key="US:christmas-day")
    page = browser(people.alice).get(URL)
    text = page.content.decode()
    assert page.status_code == 200 and "Team day" in text
    shown = {row["holiday"].key: row["is_open"] for row in page.context["holidays"]}
    assert shown["US:thanksgiving-day"] is False and shown["US:christmas-day"] is True and len(shown) == 11
    assert text.count('role="switch"') == len(page.context["holidays"]) and "We work" in text


def test_closure_list_shows_what_is_to_come_unless_asked_otherwise(browser, people):
    ClosureFactory(name="Long", starts_on=dt.date(2026, 1, 1), ends_on=MONDAY)
    ClosureFactory(name="Over", starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 1, 2))
    page = lambda **asked: browser(people.alice, htmx=True).get(URL, asked).content.decode()  # noqa: E731
    assert "Long" in page() and "Over" not in page()
    assert "Over" in page(when="past") and "Long" not in page(when="past")
    assert "Over" in page(when="all") and "Long" in page(when="all")


def test_closure_list_fragment_search_and_sort(browser, people):
    ClosureFactory(name="Zoo", starts_on=MONDAY, ends_on=MONDAY)
    ClosureFactory(name="Audit", starts_on=TUESDAY, ends_on=TUESDAY)
    alice = browser(people.alice, htmx=True)
    text = alice.get(URL, {"q": "zo"}).content.decode()
    assert "<html" not in text and "Zoo" in text and "Audit" not in text and "holidays" not in text
    text = alice.get(URL, {"sort": "name"}).content.decode()
    assert text.index("Audit") < text.index("Zoo")
    assert "Nothing matches" in alice.get(URL, {"q": "zzz"}).content.decode()


def test_closure_list_empty(browser, people):
    assert "No closure is planned" in browser(people.alice).get(URL).content.decode()


def test_closure_list_of_a_centre_without_a_country(browser, people, monkeypatch):
    monkeypatch.setattr(world, "public_holidays", lambda *asked: [])
    assert "names no country" in browser(people.alice).get(URL).content.decode()


def test_closure_list_csv(browser, people):
    ClosureFactory(name="@SUM(A1)", starts_on=MONDAY, ends_on=TUESDAY)
    answer = browser(people.alice).get(URL, {"format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1] == ["'@SUM(A1)", "2026-11-23", "2026-11-24"]


def test_closure_list_wrong_role(browser, people):
    for user in (people.oscar, people.erin, people.bob, people.carol):
        assert browser(user).get(URL).status_code == 403


def test_closure_list_wrong_method(browser, people):
    assert browser(people.alice).post(URL).status_code == 405


def test_closure_list_same_queries_for_one_row_and_thirty(browser, people):
    alice = browser(people.alice)

    def count():
        alice.get(URL)
        with CaptureQueriesContext(connection) as seen:
            alice.get(URL)
        return len(seen)

    ClosureFactory(starts_on=TUESDAY, ends_on=TUESDAY)
    one = count()
    for number in range(30):
        day = TUESDAY + dt.timedelta(days=number)
        ClosureFactory(starts_on=day, ends_on=day)
    assert count() == one <= 7
