"""A signed-in browser belongs to the centre where it signed in."""

from typing import Any

from django.contrib.auth import user_logged_in
from django.db import connection
from django.dispatch import receiver
from django.http import HttpRequest

CENTRE_KEY = "centre"


@receiver(user_logged_in)
def remember_centre(sender: object, request: HttpRequest, **facts: Any) -> None:
    request.session[CENTRE_KEY] = connection.schema_name
