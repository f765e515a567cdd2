"""Addresses of tests only: what the database says about whoever asks."""

from django.db import connection
from django.http import JsonResponse
from django.urls import path

from apps.accounts.models import User
from apps.core import logs
from apps.tenants.views import Brand


def probe(request):
    """Two reads with time between them for another thread to interfere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema(), pg_sleep(0.0005)")
        role, schema, _slept = cursor.fetchone()
    people = sorted(User.objects.values_list("email", flat=True))
    return JsonResponse({"role": role, "schema": schema, "log": logs.centre.get(), "people": people})


def broken(request, word=""):
    raise ZeroDivisionError


handler500 = "apps.core.middleware.server_error"
urlpatterns = [
    path("probe", probe),
    path("broken", broken),
    path("broken/<str:word>", broken, name="broken-word"),
    path("brand.css", Brand.as_view(), name="brand"),
]
