"""From the host name to the centre, before anything else looks at the request."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import set_urlconf

from apps.core import logs
from apps.tenants import directory


class CentreMiddleware:
    """Enter the centre of the host, leave it afterwards. Unknown host: plain 404. Suspended: a page saying so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wire: Any = connection  # django-tenants' own, with a schema and a tenant
        before = wire.tenant
        wire.set_schema_to_public()
        try:
            return self._answer(request)
        finally:
            wire.set_tenant(before)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        try:
            host = request.get_host().rsplit(":", 1)[0].lower().removeprefix("www.")
        except DisallowedHost:
            return not_found()
        if host == settings.PUBLIC_HOST:
            return self._public(request)
        centre = directory.find(host)
        if centre is None:
            return not_found()
        return self._inside(request, centre) if centre.is_open else closed(centre)

    def _public(self, request: Any) -> HttpResponse:
        request.tenant = None
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
        set_urlconf(request.urlconf)
        try:
            return self.get_response(request)
        finally:
            set_urlconf(None)

    def _inside(self, request: Any, centre: directory.Centre) -> HttpResponse:
        request.tenant = centre
        token = logs.centre.set(centre.schema_name)
        wire: Any = connection
        wire.set_tenant(centre)
        try:
            return self.get_response(request)
        finally:
            logs.centre.reset(token)


def not_found() -> HttpResponse:
    return HttpResponse("No centre answers at this address.\n", status=404, content_type="text/plain; charset=utf-8")


def closed(centre: directory.Centre) -> HttpResponse:
    facts = {"name": centre.name, "phone": centre.phone, "email": centre.email}
    response = HttpResponse(get_template("tenants/closed.html").render(facts), status=503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # no error of ours: keep it out of the error log
    return response
