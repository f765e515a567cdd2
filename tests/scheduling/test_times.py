import datetime as dt
import uuid

import pytest
from django.db import transaction

from apps.core.models import Mode
from apps.scheduling import hours, times, world
from apps.scheduling.availability import Reason, Rule
from apps.scheduling.models import Closure, TimeOff
from apps.therapists.models import Therapist
from tests.factories import (
    HoldFactory,
    OccupancyFactory,
    OfferingFactory,
    PatientFactory,
    RoomFactory,
    TherapistFactory,
    TherapyTypeFactory,
    TimeOffFactory,
    UserFactory,
    cast,
)
from tests.scheduling.conftest import MONDAY, NEW_YORK, TUESDAY, at, clocks

pytestmark = pytest.mark.usefixtures("monday")
THANKSGIVING = dt.date(2026, 11, 26)
QUARTERS = [f"{hour:02}:{minute:02}" for hour in range(9, 17) for minute in (0, 15, 30, 45)]
DAY = [clock for clock in QUARTERS if clock <= "16:15"]  # the last at which 45 minutes still fit


# --- a day and a range -----------------------------------------------------------------------------------------------


def test_day_is_cut_on_the_grid(free_on):
    assert free_on(TUESDAY) == DAY


def test_day_follows_the_grid_of_the_centre(sunrise, free_on):
    sunrise.grid_minutes = 60
    assert free_on(TUESDAY) == ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]


def test_day_today_begins_after_the_notice(free_on):
    assert free_on(MONDAY)[0] == "10:00"


def test_day_for_staff_needs_no_notice(free_on):
    assert free_on(MONDAY, by_staff=True)[0] == "09:00"


def test_day_past_is_empty_for_staff_too(free_on):
    assert free_on(MONDAY - dt.timedelta(days=3), by_staff=True) == []


def test_day_around_a_session_keeps_both_buffers(free_on, book):
    """10:00 to 10:45 and a quarter after it: nothing that would reach into it, or whose own quarter would."""
    book()
    assert free_on(TUESDAY) == ["09:00", *[clock for clock in DAY if clock >= "11:00"]]


def test_day_with_a_live_hold_is_not_free_and_with_an_expired_one_is(free_on, bob):
    facts = {"starts_at": at(TUESDAY), "buffer_after_minutes": 15, "expires_at": at(MONDAY, "08:10")}
    hold = HoldFactory(therapist=bob, **facts)
    span = {"starts_at": at(TUESDAY), "ends_at": at(TUESDAY, "11:00"), "counts_on": TUESDAY, "day_number": 1}
    row = OccupancyFactory(resource=1, what=bob.pk, hold=hold, expires_at=hold.expires_at, **span)
    assert "10:00" not in free_on(TUESDAY)
    assert "10:00" in free_on(TUESDAY, hold=hold.pk)
    for kept in (hold, row):
        kept.expires_at = at(MONDAY, "08:00")
        kept.save()
    assert "10:00" in free_on(TUESDAY)


def test_day_of_a_moved_session_is_not_blocked_by_itself(free_on, book):
    session = book()
    assert "10:15" not in free_on(TUESDAY)
    assert "10:15" in free_on(TUESDAY, session=session.pk)


def test_range_goes_over_weekend_holiday_and_horizon(sunrise, want):
    found = times.free_starts(sunrise, want(), MONDAY, MONDAY + dt.timedelta(days=90))
    days = {free.starts_at.astimezone(NEW_YORK).date() for free in found}
    assert min(days) == MONDAY and max(days) == dt.date(2027, 1, 22)  # 60 days on
    assert THANKSGIVING not in days and not any(day.weekday() > 4 for day in days)


def test_range_over_a_clock_change_keeps_the_wall_clock(sunrise, want, monday):
    """Clocks go forward on 14 March 2027: nine o'clock stays nine o'clock, an hour earlier in UTC."""
    monday.move_to(at(dt.date(2027, 3, 8), "08:00"))
    found = times.free_starts(sunrise, want(), dt.date(2027, 3, 12), dt.date(2027, 3, 15))
    firsts = {free.starts_at.astimezone(NEW_YORK).date(): free.starts_at for free in reversed(found)}
    assert firsts == {
        dt.date(2027, 3, 12): dt.datetime(2027, 3, 12, 14, tzinfo=dt.UTC),
        dt.date(2027, 3, 15): dt.datetime(2027, 3, 15, 13, tzinfo=dt.UTC),
    }


def test_range_in_the_therapists_own_zone(sunrise, want, bob):
    """Bob works from London: his nine o'clock is four in the morning in New York."""
    Therapist.objects.update(time_zone="Europe/London")
    found = times.free_starts(sunrise, want(), TUESDAY, TUESDAY)
    assert found[0].starts_at == dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)


def test_range_costs_one_query_however_long(sunrise, want, django_assert_num_queries):
    times.free_starts(sunrise, want(), TUESDAY, TUESDAY)
    for days in (1, 50):
        with django_assert_num_queries(1):
            times.free_starts(sunrise, want(), TUESDAY, TUESDAY + dt.timedelta(days=days))


# --- rooms -----------------------------------------------------------------------------------------------------------


def test_range_in_seconds_says_the_same_by_therapist_across_an_offering_that_ends(sunrise, want, bob, speech):
    facts = {"duration_minutes": 120, "valid_from": MONDAY, "valid_until": TUESDAY}
    OfferingFactory(therapist=bob, therapy_type=speech, **facts)
    cast.working_therapist(UserFactory(given_name="Noor", roles=["therapist"]), speech)
    span = (TUESDAY, TUESDAY + dt.timedelta(days=1))
    both = want(therapists=())
    starts, seconds = times.free_starts(sunrise, both, *span), times.free_epochs(sunrise, both, *span)
    assert len({free.therapist for free in starts}) == 2
    assert starts == sorted(starts, key=lambda free: (free.starts_at, str(free.therapist)))
    told = {(at.starts_at, at.therapist) for at in starts}
    assert told == {(times.moment(at), who) for who, found in seconds.items() for at in found}


def test_room_taken_by_somebody_else_is_missed_in_person_only(free_on, book, speech):
    noor = cast.working_therapist(UserFactory(given_name="Noor", roles=["therapist"]), speech)
    book(therapist=noor, mode=Mode.IN_PERSON)
    assert "10:00" not in free_on(TUESDAY, mode=Mode.IN_PERSON)
    assert "10:00" in free_on(TUESDAY)
    RoomFactory(modes=[Mode.IN_PERSON])
    assert "10:00" in free_on(TUESDAY, mode=Mode.IN_PERSON)


def test_room_for_another_type_does_not_help(free_on, room, speech):
    room.therapy_types.set([TherapyTypeFactory()])
    assert free_on(TUESDAY, mode=Mode.IN_PERSON) == []
    room.therapy_types.set([speech])
    assert free_on(TUESDAY, mode=Mode.IN_PERSON) == DAY


# --- offerings that change inside a range ----------------------------------------------------------------------------


def test_offering_that_begins_inside_the_range_changes_the_length_from_that_day_on(sunrise, want, bob, speech):
    wednesday = TUESDAY + dt.timedelta(days=1)
    OfferingFactory(therapist=bob, therapy_type=speech, duration_minutes=120, valid_from=wednesday)
    found = times.free_starts(sunrise, want(), TUESDAY, wednesday)
    lasts = {free.starts_at.astimezone(NEW_YORK).date(): free.starts_at for free in found}
    assert lasts == {TUESDAY: at(TUESDAY, "16:15"), wednesday: at(wednesday, "15:00")}


def test_offering_that_ends_inside_the_range(sunrise, want, bob, speech):
    facts = {"duration_minutes": 120, "valid_from": MONDAY, "valid_until": TUESDAY}
    OfferingFactory(therapist=bob, therapy_type=speech, **facts)
    found = times.free_starts(sunrise, want(), TUESDAY, TUESDAY + dt.timedelta(days=1))
    assert [clocks(found).count(clock) for clock in ("15:00", "16:15")] == [2, 1]


def test_offering_of_another_therapist_or_type_changes_nothing(free_on, bob, speech):
    OfferingFactory(therapy_type=speech, duration_minutes=120)
    OfferingFactory(therapist=bob, duration_minutes=120)
    assert free_on(TUESDAY) == DAY


def test_offering_keeps_the_length_of_a_session_that_moves(free_on, bob, speech):
    OfferingFactory(therapist=bob, therapy_type=speech, duration_minutes=120)
    assert free_on(TUESDAY)[-1] == "15:00"
    assert free_on(TUESDAY, minutes=45)[-1] == "16:15"


# --- first free, nearest ---------------------------------------------------------------------------------------------


def test_first_free_across_therapists_takes_the_least_booked(sunrise, want, bob, speech, book):
    noor = cast.working_therapist(UserFactory(given_name="Noor", roles=["therapist"]), speech)
    book(at(MONDAY, "14:00"))
    found = times.first_free(sunrise, want(therapists=()), MONDAY, MONDAY + dt.timedelta(days=7))
    assert (found.starts_at, found.therapist) == (at(MONDAY), noor.pk)


def test_first_free_of_nobody_is_none(sunrise, want):
    Therapist.objects.update(availability=Therapist.Availability.ON_LEAVE)
    assert times.first_free(sunrise, want(), MONDAY, MONDAY + dt.timedelta(days=30)) is None


def test_first_free_past_an_offering_looks_on_in_the_next_piece(sunrise, want, bob, speech):
    """A session of eight and a half hours fits nowhere until the offering ends."""
    facts = {"duration_minutes": 480, "valid_from": MONDAY, "valid_until": TUESDAY}
    OfferingFactory(therapist=bob, therapy_type=speech, **facts)
    hours.set_weekly_hours(therapist=bob, week=[[(540, 720)]] * 5 + [[], []], by=bob.user)
    found = times.first_free(sunrise, want(), MONDAY, MONDAY + dt.timedelta(days=7))
    assert found.starts_at == at(TUESDAY + dt.timedelta(days=1), "09:00")


def test_nearest_offers_three_around_the_lost_time_in_order(sunrise, want, book):
    book(at(TUESDAY, "11:00"))
    found = times.nearest(sunrise, want(), at(TUESDAY, "11:00"))
    assert clocks(found) == ["09:45", "10:00", "12:00"]


# --- why not ---------------------------------------------------------------------------------------------------------


def _away(bob, **facts):
    TimeOffFactory(therapist=bob, kind=TimeOff.Kind.TRAINING, starts_on=TUESDAY, ends_on=TUESDAY, **facts)


ON_LEAVE = {"availability": Therapist.Availability.ON_LEAVE}
WHY_NOT = {
    "free": (None, {}, at(TUESDAY), None),
    "on leave": (lambda bob: Therapist.objects.update(**ON_LEAVE), {}, at(TUESDAY), Reason(Rule.ON_LEAVE)),
    "off the grid": (None, {}, at(TUESDAY, "10:05"), Reason(Rule.OFF_GRID)),
    "notice": (None, {}, at(MONDAY, "09:45"), Reason(Rule.PAST_NOTICE)),
    "notice ends": (None, {}, at(MONDAY, "10:00"), None),
    "notice, by staff": (None, {"by_staff": True}, at(MONDAY, "09:45"), None),
    "past, by staff": (None, {"by_staff": True}, at(MONDAY, "07:45"), Reason(Rule.PAST_NOTICE)),
    "horizon": (None, {}, at(dt.date(2027, 1, 25)), Reason(Rule.BEYOND_HORIZON)),
    "horizon ends": (None, {}, at(dt.date(2027, 1, 22)), None),
    "horizon, by staff": (None, {"by_staff": True}, at(dt.date(2027, 1, 25)), None),
    "holiday": (None, {}, at(THANKSGIVING), Reason(Rule.CLOSED, "Thanksgiving Day")),
    "evening": (None, {}, at(TUESDAY, "16:30"), Reason(Rule.OUTSIDE_HOURS)),
    "weekend": (None, {}, at(TUESDAY + dt.timedelta(days=4)), Reason(Rule.OUTSIDE_HOURS)),
    "time off": (_away, {}, at(TUESDAY), Reason(Rule.TIME_OFF, "training")),
    "time off later": (lambda bob: _away(bob, starts_time=dt.time(11), ends_time=dt.time(12)), {}, at(TUESDAY), None),
}


@pytest.mark.parametrize("case", WHY_NOT)
def test_why_not_names_the_rule(sunrise, bob, want, case):
    before, facts, starts_at, expected = WHY_NOT[case]
    if before:
        before(bob)
    assert times.why_not(sunrise, want(**facts), starts_at) == expected


def test_why_not_of_a_closure_gives_its_name(sunrise, want):
    Closure.objects.create(name="Team day", starts_on=TUESDAY, ends_on=TUESDAY)
    assert times.why_not(sunrise, want(), at(TUESDAY)) == Reason(Rule.CLOSED, "Team day")


def test_why_not_taken_cap_and_room(sunrise, want, bob, speech, book):
    book()
    assert times.why_not(sunrise, want(), at(TUESDAY, "10:15")) == Reason(Rule.TAKEN)
    assert times.why_not(sunrise, want(), at(TUESDAY, "14:00")) is None
    Therapist.objects.filter(pk=bob.pk).update(daily_cap=1)
    assert times.why_not(sunrise, want(), at(TUESDAY, "14:00")) == Reason(Rule.DAILY_CAP)
    noor = cast.working_therapist(UserFactory(given_name="Noor", roles=["therapist"]), speech)
    book(at(TUESDAY, "12:00"), patient=PatientFactory(), therapist=noor, mode=Mode.IN_PERSON)
    Therapist.objects.update(daily_cap=None)
    in_person = want(mode=Mode.IN_PERSON)
    assert times.why_not(sunrise, in_person, at(TUESDAY, "12:00")) == Reason(Rule.NO_ROOM)


def test_why_not_for_a_type_or_mode_that_is_not_offered(sunrise, want, bob):
    assert times.why_not(sunrise, want(therapy_type=TherapyTypeFactory()), at(TUESDAY)) == Reason(Rule.NOT_BOOKABLE)
    Therapist.objects.filter(pk=bob.pk).update(modes=[Mode.CHAT])
    assert times.why_not(sunrise, want(), at(TUESDAY)) == Reason(Rule.NOT_BOOKABLE)
    assert times.why_not(sunrise, want(therapists=[uuid.uuid4()]), at(TUESDAY)) == Reason(Rule.NOT_BOOKABLE)


def test_why_not_agrees_with_what_is_free(sunrise, want, book):
    book(at(TUESDAY, "11:00"))
    free = {found.starts_at for found in times.free_starts(sunrise, want(), TUESDAY, TUESDAY)}
    told = times.explained_day(sunrise, want(), TUESDAY)
    assert len(told) == 96 and {start for start, reason in told if reason is None} == free


def test_explained_day_names_a_rule_for_every_start_left_out(sunrise, want, book):
    book(at(TUESDAY, "11:00"))
    rules = {start: reason.rule for start, reason in times.explained_day(sunrise, want(), TUESDAY) if reason}
    assert rules[at(TUESDAY, "08:45")] == Rule.OUTSIDE_HOURS
    assert rules[at(TUESDAY, "10:15")] == Rule.TAKEN  # its quarter of rest would reach into the session


def test_explained_day_of_somebody_who_does_not_offer_it(sunrise, want, bob):
    bob.therapy_types.clear()
    told = times.explained_day(sunrise, want(), TUESDAY)
    assert len(told) == 96 and told[0][0] == at(TUESDAY, "00:00")
    assert {reason.rule for _, reason in told} == {Rule.NOT_BOOKABLE}


# --- load ------------------------------------------------------------------------------------------------------------


def test_load_counts_offered_and_booked_minutes(sunrise, bob, book):
    book()
    load = times.load(sunrise, bob.pk, TUESDAY, THANKSGIVING)
    assert [(day.offered, day.booked, day.closed) for day in load] == [
        (480, 60, None),
        (480, 0, None),
        (0, 0, "Thanksgiving Day"),
    ]


def test_load_of_somebody_who_cannot_be_booked_yet(sunrise):
    """Their hours are prepared before they are approved: the preview shows them all the same."""
    waiting = TherapistFactory(status=Therapist.Status.PENDING)
    hours.set_weekly_hours(therapist=waiting, week=[[(600, 660)]] * 7, by=waiting.user)
    assert [day.offered for day in times.load(sunrise, waiting.pk, TUESDAY, TUESDAY)] == [60]
    assert waiting.pk not in world.current(sunrise).people


def test_loads_of_thirty_take_as_many_queries_as_of_one(sunrise, speech, bob, django_assert_num_queries):
    many = [cast.working_therapist(UserFactory(roles=["therapist"]), speech).pk for _ in range(30)]
    times.loads(sunrise, [bob.pk], TUESDAY, TUESDAY)
    for therapists in ([bob.pk], many):
        with django_assert_num_queries(1):
            assert len(times.loads(sunrise, therapists, TUESDAY, TUESDAY)) == len(therapists)


# --- what another process changed ------------------------------------------------------------------------------------


def test_change_elsewhere_is_seen_by_the_next_question(free_on, elsewhere, bob):
    assert "10:00" in free_on(TUESDAY)
    elsewhere(lambda: hours.set_weekly_hours(therapist=bob, week=[[]] * 7, by=bob.user))
    assert free_on(TUESDAY) == []


def test_change_elsewhere_first_therapist_of_a_type(sunrise, want, elsewhere, bob):
    """Nobody offered it when this process last looked: it must look again, not conclude."""
    grief = TherapyTypeFactory()
    asked = want(therapy_type=grief, therapists=())
    assert times.free_starts(sunrise, asked, TUESDAY, TUESDAY) == []
    elsewhere(lambda: bob.therapy_types.add(grief))
    assert times.free_starts(sunrise, asked, TUESDAY, TUESDAY)


def test_change_elsewhere_offering_inside_the_range(sunrise, want, elsewhere, bob, speech):
    wednesday = TUESDAY + dt.timedelta(days=1)
    times.free_starts(sunrise, want(), TUESDAY, wednesday)
    facts = {"duration_minutes": 120, "valid_from": wednesday}
    elsewhere(lambda: OfferingFactory(therapist=bob, therapy_type=speech, **facts))
    assert clocks(times.free_starts(sunrise, want(), TUESDAY, wednesday)).count("16:15") == 1


def test_change_elsewhere_of_the_zone(sunrise, want, elsewhere, bob):
    """Eight in the morning in Tokyo is the evening before in New York."""
    early = at(TUESDAY, "18:00")
    assert times.why_not(sunrise, want(), early) == Reason(Rule.OUTSIDE_HOURS)
    elsewhere(lambda: Therapist.objects.filter(pk=bob.pk).update(time_zone="Asia/Tokyo"))
    assert times.why_not(sunrise, want(), at(TUESDAY, "20:00")) is None


def test_change_that_was_rolled_back_never_lends_its_number(fresh_centre):
    """A process may have kept what it saw under that number; another change must not come under the same."""
    seen = []
    for keep in (False, True):
        with transaction.atomic():
            Closure.objects.create(name=f"Kept: {keep}", starts_on=TUESDAY, ends_on=TUESDAY)
            seen.append(world.version())
            transaction.set_rollback(not keep)
    assert seen[1] > seen[0] and world.version() == seen[1]
