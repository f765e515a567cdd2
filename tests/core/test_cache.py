import pytest
from django.core.cache import cache, caches
from django_tenants.utils import schema_context

from apps.core import cache as module
from apps.core.cache import ForgivingRedisCache


def test_entries_of_one_centre_are_not_anothers(sunrise, harbour):
    cache.set("key", "sunrise's")
    with schema_context("c_harbour"):
        assert cache.get("key") is None
        cache.set("key", "harbour's")
    assert cache.get("key") == "sunrise's"


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda: cache.get("k", "default"), "default"),
        (lambda: cache.get_many(["k"]), {}),
        (lambda: cache.set("k", 1), None),
        (lambda: cache.set_many({"k": 1}), []),
        (lambda: cache.add("k", 1), True),
        (lambda: cache.delete("k"), False),
        (lambda: cache.delete_many(["k"]), None),
        (lambda: cache.touch("k"), False),
        (lambda: cache.has_key("k"), False),
        (lambda: cache.incr("k"), 1),
        (lambda: cache.get_or_set("k", 7), 7),
        (lambda: cache.clear(), None),
    ],
)
def test_dead_redis_raises_nothing(dead_redis, call, answer):
    assert call() == answer


def test_tries_are_counted_here_while_redis_is_away(dead_redis, sunrise, harbour):
    assert cache.add("allauth:rl:login", 1, 60) is True
    assert cache.add("allauth:rl:login", 1, 60) is False
    cache.set("booking-holds:x", 3, 60)
    assert cache.incr("booking-holds:x") == 4
    with schema_context("c_harbour"):
        assert cache.get("booking-holds:x") is None
    cache.clear()
    assert cache.get("booking-holds:x") is None


def test_silent_redis_is_left_alone_for_a_while(dead_redis, monkeypatch):
    """One timeout, not one a question; and it is asked again later."""
    asked = []

    class Client:
        def get(self, key, default):
            asked.append(key)
            raise ConnectionError

    monkeypatch.setattr(caches["default"], "_cache", Client(), raising=False)
    monkeypatch.setattr(ForgivingRedisCache, "away_until", 0.0)  # a slow machine may have found it away a moment ago
    cache.get("one")
    cache.get("two")
    assert len(asked) == 1
    monkeypatch.setattr(ForgivingRedisCache, "away_until", 0.0)
    cache.get("three")
    assert len(asked) == 2
    assert module.REST > 0
