"""It is Monday noon in New York. Bob has seen Carol at ten, and will see her tomorrow."""

import pytest
import time_machine

from tests.factories.world import MONDAY_NOON, at, booked


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY_NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def earlier(sunrise, people):
    return booked(sunrise, at(10), by=people.oscar, concerns="Stammers when tired")


@pytest.fixture
def later(sunrise, people):
    return booked(sunrise, at(10, days=1), by=people.oscar)
