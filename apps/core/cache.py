"""A cache that may be gone: a dead Redis slows the site, it never stops it."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def _forgiving(name: str, *, otherwise: Any) -> Callable[..., Any]:
    method = getattr(RedisCache, name)

    def call(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except (RedisError, OSError) as error:
            log.warning("cache is away", extra={"operation": name, "error": type(error).__name__})
            return otherwise(*args, **kwargs) if callable(otherwise) else otherwise

    return call


class ForgivingRedisCache(RedisCache):
    """Redis, or nothing: reads miss and writes are dropped while the server is away.

    Guarantees that no cache error reaches a request. Nothing that must hold (locks, money, what is taken) lives here.
    """

    get = _forgiving("get", otherwise=lambda key, default=None, version=None: default)
    get_many = _forgiving("get_many", otherwise=lambda *a, **k: {})
    set = _forgiving("set", otherwise=None)
    set_many = _forgiving("set_many", otherwise=lambda *a, **k: [])
    add = _forgiving("add", otherwise=True)
    delete = _forgiving("delete", otherwise=False)
    touch = _forgiving("touch", otherwise=False)
    has_key = _forgiving("has_key", otherwise=False)
    incr = _forgiving("incr", otherwise=1)
