"""The second look at who is signed in: a session made in another centre counts for nothing here."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from apps.accounts.receivers import CENTRE_KEY
from apps.core import schema


class SameCentre:
    """Sessions live in each centre's schema, so a foreign cookie finds no row; one that is found is dropped."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session and request.session.get(CENTRE_KEY) != schema.current():
            request.session.flush()
        return self.get_response(request)
