"""Worlds for the property tests: short, crowded, and more often than not on a day on which the clocks change."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from apps.scheduling.availability import Ask, Rules, Schedule
from tests.scheduling.oracle import epoch

CHANGES = {
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "Europe/London": ["2026-03-29", "2026-10-25"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],  # by half an hour
    "Asia/Kolkata": ["2026-03-08", "2026-11-01"],  # none, and half an hour off UTC
    "Africa/Cairo": ["2026-04-24", "2026-10-29"],  # at midnight: 0:00 is skipped, 23:00 repeated
    "America/Havana": ["2026-03-08", "2026-11-01"],  # at midnight: 0:00 is skipped, 0:00 repeated
}
PLAIN = ["2026-06-08", "2026-12-30", str(date.fromordinal(2026 * 366 // 32 * 32))]
KINDS = ["vacation", "sick"]


@st.composite
def spans(draw):
    edges = draw(st.lists(st.integers(0, 96), min_size=0, max_size=6, unique=True).map(sorted))
    return tuple((15 * start, 15 * end) for start, end in zip(edges[::2], edges[1::2], strict=False))


often_working = st.one_of(
    st.just(((0, 1440),)),
    st.just(((0, 150), (150, 420))),
    st.just(((30, 75), (105, 135), (140, 420))),  # edges within the hours that changes skip or repeat
    st.just(((20, 115), (600, 1440))),
    spans(),
)


@st.composite
def places(draw):
    """(zone, first day, last day)"""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    near = date.fromisoformat(draw(st.sampled_from([*CHANGES[zone] * 2, *PLAIN])))
    first = near - timedelta(days=draw(st.integers(0, 1)))
    return zone, first, first + timedelta(days=draw(st.integers(0, 1)))


def moments(zone, first, last):
    """Minutes from a little before the days to a little after."""
    start = epoch(zone, f"{first} 12:00") - 16 * 3600
    length = (last - first).days * 1440 + 2 * 960
    return st.integers(0, length // 5).map(lambda fives: start + 300 * fives)


@st.composite
def blocks(draw, zone, first, last, most, longest):
    starts = draw(st.lists(moments(zone, first, last), max_size=most))
    return sorted((start, start + 300 * draw(st.integers(1, longest))) for start in starts)


@st.composite
def occupancies(draw, what, zone, first, last, most=5):
    found = draw(blocks(zone, first, last, most, 30))
    days = st.one_of(st.none(), st.integers(first.toordinal(), last.toordinal()))
    return [(what, start, end, draw(days)) for start, end in found]


@st.composite
def schedules(draw, name, zone, first, last):
    away = draw(blocks(zone, first, last, 2, 100))
    off = st.dictionaries(st.sampled_from([first, last]), often_working, max_size=1)
    return Schedule(
        id=name,
        zone=zone,
        weekly=tuple(draw(st.lists(often_working, min_size=7, max_size=7))),
        exceptions=draw(off),
        away=tuple((start, end, draw(st.sampled_from(KINDS))) for start, end in away),
        daily_cap=draw(st.sampled_from([None] * 12 + [0, 1, 2, 2, 3, 3])),
        bookable=draw(st.sampled_from([True] * 24 + [False])),
        on_leave=draw(st.sampled_from([False] * 24 + [True])),
    )


@st.composite
def rules(draw, zone, first):
    closures = st.sampled_from([()] * 6 + [((first, "Founders' day"),), ((first + timedelta(days=1), "Inventory"),)])
    return Rules(
        zone=draw(st.sampled_from([zone, zone, "America/New_York", "Asia/Kolkata"])),
        grid=draw(st.sampled_from([15, 15, 5, 20, 30, 50, 60])),
        notice=draw(st.sampled_from([0, 0, 0, 90, 90, 2880])),
        horizon=draw(st.sampled_from([365, 365, 365, 365, 2, 1, 0])),
        closures=draw(closures),
    )


@st.composite
def asks(draw, zone, first, last):
    before = st.sampled_from([epoch(zone, f"{first} 12:00") - 86_400, epoch(zone, f"{first} 12:00") - 40_000])
    return Ask(
        minutes=draw(st.sampled_from([15, 45, 50, 60, 90, 180])),
        first=first,
        last=last,
        now=draw(st.one_of(before, before, moments(zone, first, last).map(lambda at: at + 17))),
        buffer_before=draw(st.sampled_from([0, 0, 10])),
        buffer_after=draw(st.sampled_from([0, 0, 15])),
        needs_room=draw(st.sampled_from([False, False, True])),
        rooms=tuple(draw(st.sampled_from([["r1"]] + [["r1", "r2"]] * 5 + [[]]))),
        own_minutes=draw(st.sampled_from([{}, {}, {"t1": 30}])),
    )


@st.composite
def questions(draw, therapists=1):
    """(schedules, rules, ask, busy)"""
    zone, first, last = draw(places())
    others = st.sampled_from([zone, zone, "Europe/London"])
    names = [f"t{number}" for number in range(1, therapists + 1)]
    zones = [zone, *(draw(others) for _ in names[1:])]
    people = [draw(schedules(name, at, first, last)) for name, at in zip(names, zones, strict=True)]
    busy = {what: draw(occupancies(what, zone, first, last)) for what in [*names, "r1", "r2"]}
    return people, draw(rules(zone, first)), draw(asks(zone, first, last)), busy


@st.composite
def questions_of_rooms(draw):
    """A therapist who is always there, and three rooms that seldom are."""
    zone, first, last = draw(places())
    rooms = ("r1", "r2", "r3")
    busy = {}
    for room in rooms:
        found = draw(st.lists(moments(zone, first, last), min_size=10, max_size=60, unique=True).map(sorted))
        busy[room] = [(room, start, start + 300 * draw(st.integers(1, 24)), None) for start in found]
    ask = replace(draw(asks(zone, first, last)), needs_room=True, rooms=rooms)
    return Schedule("t1", zone, (((0, 1440),),) * 7), Rules(zone, grid=draw(st.sampled_from([5, 15]))), ask, busy
