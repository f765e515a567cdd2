"""Public holidays and the keys by which a centre switches them."""

from datetime import date

import pytest

from apps.scheduling.holidays import public_holidays


def keys(*args):
    return {holiday.key for holiday in public_holidays(*args)}


def test_the_holidays_of_a_year_in_order():
    found = public_holidays("us", [2026])
    assert found == sorted(found)
    assert {holiday.on.year for holiday in found} == {2026}
    christmas = found[-1]
    assert (christmas.on, christmas.key, christmas.name) == (date(2026, 12, 25), "US:christmas-day", "Christmas Day")


def test_several_years():
    found = public_holidays("US", range(2026, 2028))
    assert {holiday.on.year for holiday in found} == {2026, 2027}


def test_a_key_stays_the_same_from_year_to_year():
    assert keys("US", [2026]) == keys("US", [2027])


def test_a_day_kept_on_another_date_is_the_same_holiday():
    fourth = [holiday for holiday in public_holidays("US", [2026]) if holiday.key == "US:independence-day"]
    assert [(holiday.on.day, holiday.name) for holiday in fourth] == [
        (3, "Independence Day (observed)"),
        (4, "Independence Day"),
    ]


def test_a_day_off_for_a_working_weekend_is_named_without_its_date():
    assert "CN:day-off" in keys("CN", [2026])


def test_a_holiday_by_the_moon_keeps_its_key_once_its_date_is_sure():
    assert "IN:eid-al-fitr" in keys("IN", [2027], "MH")
    assert not any("estimated" in key for key in keys("IN", [2027], "MH"))


def test_two_holidays_of_one_day_are_switched_apart():
    day = [holiday.key for holiday in public_holidays("IN", [2027], "MH") if holiday.on == date(2027, 8, 15)]
    assert "IN:independence-day" in day
    assert len(day) == len(set(day)) == 3


def test_a_region_has_holidays_of_its_own():
    assert "GB:saint-andrew's-day" in keys("GB", [2026], "SCT")
    assert "GB:saint-andrew's-day" not in keys("GB", [2026])


def test_an_unknown_region_has_the_countrys():
    assert public_holidays("US", [2026], "ZZ") == public_holidays("US", [2026])


def test_an_unknown_country_has_none():
    assert public_holidays("XX", [2026]) == []
    assert public_holidays("", [2026]) == []


@pytest.mark.parametrize("country", ["DE", "AE", "CN"])
def test_names_do_not_follow_the_servers_locale(country, monkeypatch):
    from apps.scheduling import holidays

    monkeypatch.setenv("LANGUAGE", "de")
    holidays._cached.cache_clear()
    assert f"{country}:new-year's-day" in keys(country, [2026])
