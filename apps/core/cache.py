"""A cache that may be gone: a dead Redis slows the site, it never stops it."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

LIMITS = ("allauth", "booking-holds:")  # how keys begin under which tries are counted and used codes are kept
HERE = LocMemCache(
    "while-redis-is-away", {"KEY_FUNCTION": "django_tenants.cache.make_key", "OPTIONS": {"MAX_ENTRIES": 20_000}}
)
REST = 2.0  # seconds without a new attempt after a failure: a silent server costs one timeout, not one a question


def _forgiving(name: str, *, otherwise: Any) -> Callable[..., Any]:
    method = getattr(RedisCache, name)

    def call(self: "ForgivingRedisCache", *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < ForgivingRedisCache.away_until:
            return _answer(name, otherwise, *args, **kwargs)
        try:
            return method(self, *args, **kwargs)
        except (RedisError, OSError) as error:
            ForgivingRedisCache.away_until = time.monotonic() + REST
            log.warning("cache is away", extra={"operation": name, "error": type(error).__name__})
            return _answer(name, otherwise, *args, **kwargs)

    return call


def _answer(name: str, otherwise: Any, *args: Any, **kwargs: Any) -> Any:
    if args and isinstance(args[0], str) and args[0].startswith(LIMITS):
        return getattr(HERE, name)(*args, **kwargs)
    return otherwise(*args, **kwargs) if callable(otherwise) else otherwise


class ForgivingRedisCache(RedisCache):
    """Redis, or nothing: reads miss and writes are dropped while the server is away.

    Tries are counted all the same, in this process: guessing passwords stays limited, by each process for itself.
    Guarantees that no cache error reaches a request. Nothing that must hold (locks, money, what is taken) lives here.
    """

    away_until = 0.0

    get = _forgiving("get", otherwise=lambda key, default=None, version=None: default)
    get_many = _forgiving("get_many", otherwise=lambda *a, **k: {})
    set = _forgiving("set", otherwise=None)
    set_many = _forgiving("set_many", otherwise=lambda *a, **k: [])
    add = _forgiving("add", otherwise=True)
    delete = _forgiving("delete", otherwise=False)
    delete_many = _forgiving("delete_many", otherwise=None)
    touch = _forgiving("touch", otherwise=False)
    has_key = _forgiving("has_key", otherwise=False)
    incr = _forgiving("incr", otherwise=1)
    _clear = _forgiving("clear", otherwise=False)

    def clear(self) -> None:
        HERE.clear()
        self._clear()
