"""What a process keeps of a centre, and when it stops believing it."""

import copy

import pytest

from apps.scheduling import times, world
from tests.scheduling.conftest import TUESDAY

pytestmark = pytest.mark.usefixtures("monday")


def test_world_follows_the_centres_zone(sunrise, want):
    """The centre's settings lie in another schema, where no trigger counts versions."""
    world.current(sunrise)
    moved = copy.copy(sunrise)
    moved.time_zone = "America/Chicago"
    before, after = (times.free_starts(centre, want(), TUESDAY, TUESDAY)[0] for centre in (sunrise, moved))
    assert (after.starts_at - before.starts_at).total_seconds() == 3600


@pytest.mark.parametrize(("name", "value"), [("country", "GB"), ("subdivision", "NY")])
def test_world_follows_the_centres_holidays(sunrise, name, value):
    days = world.current(sunrise).closures
    elsewhere = copy.copy(sunrise)
    setattr(elsewhere, name, value)
    assert world.current(elsewhere).closures != days
