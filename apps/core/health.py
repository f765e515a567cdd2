"""Answers for whoever watches the process: alive (/healthz) and able to work (/readyz), on any host name."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from apps.core import schema


class Health:
    """`/healthz` asks nothing. `/readyz` asks the database: 503 when it is away.

    It also names a missing Redis, which is no 503: bookings stand without it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return readiness()
        return self.get_response(request)


def readiness() -> JsonResponse:
    schema.leave()
    facts = {"database": _database(), "redis": _redis()}
    return JsonResponse(facts, status=200 if facts["database"] == "ok" else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "away"
    return "ok"


def _redis() -> str:
    cache.set("ready", 1, 5)
    return "ok" if cache.get("ready") else "away"
