"""What happens around every request, whichever host it is for."""

import codecs
import logging
import sys
import time
import uuid
import zoneinfo
from collections.abc import Callable
from urllib.parse import unquote

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils import timezone

from apps.core import logs, metrics

log = logging.getLogger("verbena.request")
DatabaseAway = (OperationalError, InterfaceError)
Respond = Callable[[HttpRequest], HttpResponse]


class RequestLog:
    """Give the request an id, count it, write one line about it: method, route, status, time. Never its contents."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        tokens = (logs.request_id.set(uuid.uuid4().hex), logs.centre.set(""), logs.request.set(request))
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            self._write(request, response, time.perf_counter() - began)
            response["X-Request-ID"] = logs.request_id.get()
            return response
        finally:
            for variable, token in zip((logs.request_id, logs.centre, logs.request), tokens, strict=True):
                variable.reset(token)

    def _write(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        route = logs.route(request)
        logs.centre.set(getattr(getattr(request, "tenant", None), "schema_name", ""))
        metrics.observe(request.method or "", route, response.status_code, seconds)
        facts = {
            "method": request.method,
            "route": route,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
        }
        log.info("request", extra=facts)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last answer (`handler500`): a plain 503 page while the database is away, else the 500 page. Asks no database.

    Django turns what a middleware raises into an answer before the next one sees it, so this is the one place that sees
    a dead database wherever it was first asked.
    """
    if isinstance(sys.exc_info()[1], DatabaseAway):
        log.error("the database is away")
        page = get_template("503.html").render()
        return HttpResponse(page, status=503, headers={"Retry-After": "30"})
    return HttpResponse(get_template("500.html").render(), status=500)


class Readable:
    """Refuse what no browser sends and the database cannot take: text that is not UTF-8, a null character in a cookie."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_readable(request):
            return HttpResponse(get_template("400.html").render(), status=400)
        return self.get_response(request)


def is_readable(request: HttpRequest) -> bool:
    """Whether the body is in UTF-8 (another encoding can write halves of surrogate pairs) and no cookie holds a null."""
    if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
        return False
    return not any("\0" in value for value in request.COOKIES.values())


class ViewerTimeZone:
    """Activate the visitor's zone (cookie `tz`, set by the browser), else the centre's, for this request."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(viewer_zone(request)):
            return self.get_response(request)


def viewer_zone(request: HttpRequest) -> zoneinfo.ZoneInfo:
    """Return the zone the visitor's browser named, or the centre's when it named none or nonsense.

    Staff work in the centre's zone wherever they sit: only patients' and visitors' pages follow the browser.
    """
    centre = getattr(request, "tenant", None)
    fallback = zoneinfo.ZoneInfo(getattr(centre, "time_zone", "UTC"))
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and getattr(user, "is_team", False):
        return fallback
    try:
        return zoneinfo.ZoneInfo(unquote(request.COOKIES.get("tz", "")[:64]))  # the browser writes Europe%2FBerlin
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return fallback
