import csv
import datetime as dt
import io

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import TimeOffFactory
from tests.scheduling.conftest import MONDAY, TUESDAY

MINE = "/schedule/time-off/mine/"
LAST_YEAR = dt.date(2025, 7, 1)
NOTES = ("This day", "Long one", "Bygone", "Yearly one")


def off(bob, day=TUESDAY, until=None, **facts):
    return TimeOffFactory(therapist=bob, starts_on=day, ends_on=until or day, **facts)


def test_time_off_list_says_when_how_often_and_who_is_booked(browser, people, bob, book):
    book()
    off(bob, note="Berlin")
    weekly = {
        "kind": "meeting",
        "rule": "FREQ=WEEKLY;UNTIL=20270131",
        "starts_time": dt.time(12),
        "ends_time": dt.time(13),
    }
    off(bob, dt.date(2026, 1, 7), **weekly)
    page = browser(people.bob).get(MINE)
    text = page.content.decode()
    assert page.status_code == 200 and "Berlin" in text and "1 to move" in text
    assert "next Wed, Nov 25, 2026" in text and "Every week" in text and "until Jan 31, 2027" in text


def test_time_off_list_shows_what_is_to_come_unless_asked_otherwise(browser, people, bob):
    off(bob, MONDAY, note="This day")
    off(bob, LAST_YEAR, until=TUESDAY, note="Long one")
    off(bob, LAST_YEAR, note="Bygone")
    off(bob, LAST_YEAR, rule="FREQ=YEARLY", note="Yearly one")
    page = lambda **asked: browser(people.bob).get(MINE, asked).content.decode()  # noqa: E731
    assert [name for name in NOTES if name in page()] == ["This day", "Long one", "Yearly one"]
    assert [name for name in NOTES if name in page(when="past")] == ["Bygone"]
    assert all(name in page(when="all") for name in NOTES)


def test_time_off_list_of_somebody_for_the_desk_and_for_reading(browser, people, bob, address):
    row = off(bob)
    for user, may_edit in ((people.alice, True), (people.oscar, True), (people.erin, False)):
        text = browser(user).get(address("time-off/BOB/")).content.decode()
        assert "Time off of Bob Chen" in text and (str(row.pk) in text) == may_edit
        assert ("Add time off" in text) == may_edit


def test_time_off_list_fragment_search_filter_and_sort(browser, people, bob):
    off(bob, note="Berlin", kind="training")
    off(bob, TUESDAY + dt.timedelta(days=1), note="Paris")
    reader = browser(people.bob, htmx=True)
    text = reader.get(MINE, {"q": "ber"}).content.decode()
    assert "<html" not in text and "Berlin" in text and "Paris" not in text
    assert "Berlin" not in reader.get(MINE, {"kind": "vacation"}).content.decode()
    text = reader.get(MINE, {"sort": "-date"}).content.decode()
    assert text.index("Paris") < text.index("Berlin")
    assert "Nothing matches" in reader.get(MINE, {"q": "zzz"}).content.decode()


def test_time_off_list_empty(browser, people):
    text = browser(people.bob).get(MINE).content.decode()
    assert "No time off is planned" in text and "Add time off" in text


def test_time_off_list_csv_carries_no_formula(browser, people, bob):
    off(bob, note="=1+1")
    answer = browser(people.bob).get(MINE, {"format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1] == ["Vacation", "2026-11-24", "2026-11-24", "", "", "", "'=1+1"]


def test_time_off_list_wrong_role(browser, people, address):
    assert browser(people.carol).get(MINE).status_code == 403
    assert browser(people.dana).get(address("time-off/BOB/")).status_code == 403


def test_time_off_list_of_a_stranger(browser, people, address, noor):
    assert browser(people.bob).get(address("time-off/BOB/", noor)).status_code == 404


def test_time_off_list_wrong_method(browser, people):
    assert browser(people.bob).post(MINE).status_code == 405


def test_time_off_list_same_queries_for_one_row_and_thirty(browser, people, bob):
    reader = browser(people.bob)

    def count():
        reader.get(MINE)
        with CaptureQueriesContext(connection) as seen:
            reader.get(MINE)
        return len(seen)

    off(bob)
    one = count()
    for number in range(30):
        off(bob, TUESDAY + dt.timedelta(days=number), rule="FREQ=WEEKLY")
    assert count() == one <= 9
