"""Views of other people's packages, made to write all or nothing."""

import functools
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

View = Callable[..., HttpResponse]
READING = ("GET", "HEAD", "OPTIONS")


def whole(urlconf: str, ours: Mapping[str, View]) -> list[URLPattern | URLResolver]:
    """Return a urlconf's patterns; what each of its views writes stands or falls with what receivers write about it.

    A new password, address or second factor without its audit record is taken back: allauth saves first and tells after.
    `ours` are views that answer in place of theirs, by the address's name.
    """
    found: list[URLPattern | URLResolver] = import_module(urlconf).urlpatterns
    _wrap(found, ours)
    return found


def _wrap(patterns: Iterable[URLPattern | URLResolver], ours: Mapping[str, View]) -> None:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            _wrap(entry.url_patterns, ours)
        elif not hasattr(entry.callback, "is_whole"):
            entry.callback = _all_or_nothing(ours.get(entry.name or "", entry.callback))


def _all_or_nothing(view: View) -> View:
    @functools.wraps(view)
    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in READING:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    handle.is_whole = True  # type: ignore[attr-defined]
    return handle
