"""The floor of a list page: a stock Django project that shows the same 25 patients to the same session, and nothing else.

Four queries: session, user, count, rows. Its own settings; `BENCH_SCHEMA` and `BENCH_KEY` say whose data and session.
"""

import os

import django
from django.conf import settings

from config.env import database

SCHEMA = os.environ["BENCH_SCHEMA"]

settings.configure(
    SECRET_KEY=os.environ["BENCH_KEY"],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    METRICS_PORT="",
    DATABASES={
        "default": {
            **database(),
            "ENGINE": "django.db.backends.postgresql",
            "CONN_MAX_AGE": 60,
            "OPTIONS": {"options": f"-c search_path={SCHEMA} -c role={SCHEMA}"},
        }
    },
    INSTALLED_APPS=["django.contrib.sessions"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)
django.setup()

from django.core.paginator import Paginator  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.template import Context, Engine  # noqa: E402
from django.urls import path  # noqa: E402

PAGE = Engine(loaders=[]).from_string(
    "<!doctype html><title>Patients</title><p>{{ user.given_name }}</p><table>{% for one in page %}"
    "<tr><td>{{ one.given_name }} {{ one.family_name }}</td><td>{{ one.birth_on }}</td><td>{{ one.email }}</td>"
    "<td>{{ one.phone }}</td><td>{{ one.status }}</td></tr>{% endfor %}</table><p>{{ page.paginator.count }}</p>"
)


class User(models.Model):
    id = models.UUIDField(primary_key=True)
    given_name = models.TextField()

    class Meta:
        app_label, managed, db_table = "stock", False, "accounts_user"


class Patient(models.Model):
    id = models.UUIDField(primary_key=True)
    given_name = models.TextField()
    family_name = models.TextField()
    birth_on = models.DateField()
    email = models.TextField()
    phone = models.TextField()
    status = models.TextField()

    class Meta:
        app_label, managed, db_table = "stock", False, "patients_patient"
        ordering = ["family_name", "given_name"]


def healthy(_request):
    return HttpResponse("ok")


def patients(request):
    user = User.objects.get(pk=request.session["_auth_user_id"])
    page = Paginator(Patient.objects.filter(status="active"), 25).get_page(1)
    return HttpResponse(PAGE.render(Context({"user": user, "page": page})))


urlpatterns = [path("healthz", healthy), path("patients/", patients)]
application = get_wsgi_application()
