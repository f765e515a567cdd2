"""Which centre a host name leads to, answered from the process's memory.

A change of a centre or a domain is seen by every process within a second (a version in Redis is compared once a
second), or within half a minute while Redis is away. Zero queries per request otherwise.
"""

import threading
import time
from typing import Any, TypeVar

from django.core.cache import cache
from django_tenants.utils import schema_context

from apps.tenants.models import Centre, Domain

VERSION_KEY = "directory-version"
LOOK_EVERY = 1.0  # seconds between two looks at the version
FORGET_AFTER = 30.0  # seconds that an entry lives whatever the version says
MOST_HOSTS = 5000  # a stranger sending made-up host names must not fill the memory

_lock = threading.Lock()
Read = TypeVar("Read")
Entry = tuple[float, float, Read]  # when and in which generation it was read: a change noticed since then outdates it
_hosts: dict[str, Entry[Centre | None]] = {}
_primary: dict[int, Entry[str]] = {}
_seen = {"version": 0, "looked": 0.0, "generation": 0}


def find(host: str) -> Centre | None:
    """Return the centre of a host name, None when no centre with a schema has it. Shared: do not change it."""
    _forget_if_changed()
    entry = _hosts.get(host)
    if entry and _holds(entry):
        return entry[2]
    generation = _seen["generation"]
    centre = _load(host)
    if len(_hosts) >= MOST_HOSTS:
        _hosts.clear()
    _hosts[host] = (time.monotonic(), generation, centre)
    return centre


def changed() -> None:
    """Tell every process that a centre or a domain changed. Call after the change is committed."""
    version = time.time_ns()
    with schema_context("public"):
        cache.set(VERSION_KEY, version, None)
    _seen["version"] = version  # ours is no news to us: what is read from here on is not forgotten for it
    _forget()


def primary_host(centre: Centre) -> str:
    """Return the host name that addresses in mail carry, from memory like `find`; empty when the centre has none."""
    _forget_if_changed()
    entry = _primary.get(centre.pk)
    if entry and _holds(entry):
        return entry[2]
    generation = _seen["generation"]
    with schema_context("public"):
        hosts = Domain.objects.filter(tenant_id=centre.pk).order_by("-is_primary", "domain")
        host = hosts.values_list("domain", flat=True).first() or ""
    _primary[centre.pk] = (time.monotonic(), generation, host)
    return host


def _holds(entry: Entry[Any]) -> bool:
    return entry[1] == _seen["generation"] and time.monotonic() - entry[0] < FORGET_AFTER


def _forget() -> None:
    _seen["generation"] += 1
    _hosts.clear()
    _primary.clear()


def _forget_if_changed() -> None:
    now = time.monotonic()
    if now - _seen["looked"] < LOOK_EVERY:
        return
    with _lock:
        _seen["looked"] = now
        with schema_context("public"):
            version = cache.get(VERSION_KEY, 0)
        if version != _seen["version"]:
            _seen["version"] = version
            _forget()


def _load(host: str) -> Centre | None:
    with schema_context("public"):
        domain = Domain.objects.filter(domain=host).values_list("tenant_id", flat=True).first()
        return Centre.objects.with_schema().filter(pk=domain, schema_there=True).first() if domain else None
