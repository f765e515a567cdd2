import datetime as dt

import pytest

from apps.accounts.models import AuditRecord
from apps.scheduling.models import OpenHoliday

URL = "/schedule/closures/holidays/"
OPEN = {"key": "US:thanksgiving-day", "is_open": "on"}
CLOSED = {"key": "US:thanksgiving-day"}
THANKSGIVING = dt.date(2026, 11, 26)


def test_holiday_switch_holds_at_once(browser, people, free_on, elsewhere):
    assert free_on(THANKSGIVING) == []
    pages = []
    elsewhere(lambda: pages.append(browser(people.alice).post(URL, OPEN)))
    assert pages[0]["Location"] == "/schedule/closures/" and len(free_on(THANKSGIVING)) == 30
    browser(people.alice).post(URL, CLOSED)
    assert free_on(THANKSGIVING) == []
    verbs = AuditRecord.objects.filter(object_type="scheduling.openholiday").values_list("verb", flat=True)
    assert sorted(verbs) == ["closed on holiday", "opened on holiday"]


def test_holiday_switch_holds_next_year_as_well(browser, people, free_on):
    browser(people.alice).post(URL, OPEN)
    assert len(free_on(dt.date(2027, 11, 25), by_staff=True)) == 30


def test_holiday_switch_fragment_is_the_list_of_holidays(browser, people):
    text = browser(people.alice, htmx=True).post(URL, OPEN).content.decode()
    assert "<html" not in text and 'id="holidays"' in text and "checked" in text
    assert 'hx-swap-oob="beforeend"' in text and "Booking follows at once" in text


@pytest.mark.parametrize("key", ["", "US:my-birthday", "GB:boxing-day"])
def test_holiday_switch_of_no_holiday_changes_nothing(browser, people, key):
    page = browser(people.alice).post(URL, {"key": key, "is_open": "on"}, follow=True)
    assert "not a public holiday" in page.content.decode() and not OpenHoliday.objects.exists()


def test_holiday_switch_wrong_role(browser, people):
    for user in (people.oscar, people.erin, people.bob, people.carol):
        assert browser(user).post(URL, OPEN).status_code == 403
    assert not OpenHoliday.objects.exists()


def test_holiday_switch_wrong_method(browser, people):
    assert browser(people.alice).get(URL).status_code == 405
