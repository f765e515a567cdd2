"""Where one day ends and the next begins, to the second, and what an answer that was kept must not say."""

from dataclasses import replace
from datetime import timedelta

from apps.scheduling.availability import explain, free_starts
from tests.scheduling.oracle import wall
from tests.scheduling.test_availability import MONDAY, RULES, ZONE, asking, at, taken, therapist

ALL_DAY = (((0, 1440),),) * 7
TUESDAY = MONDAY + timedelta(days=1)
HOURLY = replace(RULES, grid=60)


def shown(schedule, rules=HOURLY, rows=(), **facts):
    """The free starts from Sunday to Tuesday."""
    ask = asking(60, first=MONDAY - timedelta(days=1), last=TUESDAY, **facts)
    return [wall(ZONE, start) for start in free_starts(schedule, rules, ask, {"t1": list(rows)})]


def test_a_full_day_is_shut_from_its_midnight_to_the_next_both_told_apart():
    starts = shown(therapist(ALL_DAY, daily_cap=1), rows=[taken("12:00", "13:00")])
    assert "2026-06-07 23:00" in starts and "2026-06-09 00:00" in starts
    assert not [start for start in starts if start.startswith("2026-06-08")]


def test_a_session_may_end_as_the_closed_day_begins_and_begin_as_it_ends():
    schedule, rules = therapist(ALL_DAY), replace(HOURLY, closures=((MONDAY, "Flood"),))
    starts = shown(schedule, rules)
    assert "2026-06-07 23:00" in starts and "2026-06-09 00:00" in starts
    assert not [start for start in starts if start.startswith("2026-06-08")]
    for moment in (at("23:00", MONDAY - timedelta(days=1)), at("00:00", TUESDAY)):
        assert explain(schedule, rules, asking(60), {}, moment) is None


def test_a_session_may_end_as_time_off_begins_and_begin_as_it_ends():
    schedule = therapist(ALL_DAY, away=((at("00:00"), at("00:00", TUESDAY), "sick"),))
    starts = shown(schedule)
    assert "2026-06-07 23:00" in starts and "2026-06-09 00:00" in starts
    for moment in (at("23:00", MONDAY - timedelta(days=1)), at("00:00", TUESDAY)):
        assert explain(schedule, RULES, asking(60), {}, moment) is None


def test_an_answer_kept_from_before_a_closure_is_not_given_again():
    schedule = therapist(ALL_DAY)
    assert len(shown(schedule)) == 72
    assert len(shown(schedule, replace(HOURLY, closures=((MONDAY, "Flood"),)))) == 48
