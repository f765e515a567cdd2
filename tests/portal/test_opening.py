from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import get_urlconf, set_urlconf
from django_tenants.utils import tenant_context

from apps.accounts.models import AuditRecord, User
from apps.accounts.roles import Role
from apps.core.postgresql import as_owner
from apps.notifications.models import Message
from apps.portal import opening
from apps.tenants.models import Centre


def test_open_centre_invites_its_first_administrator(db):
    centre = opening.open_centre(slug="probe", name="Probe", admin_email="Boss@probe.example")
    with tenant_context(centre):
        boss = User.objects.get()
        assert (boss.email, boss.roles, boss.has_usable_password()) == ("boss@probe.example", [Role.ADMIN], False)
        assert AuditRecord.objects.get(verb="invited").by is None
        assert Message.objects.get().is_secret


def test_open_centre_can_do_without(db):
    centre = opening.open_centre(slug="probe", name="Probe")
    with tenant_context(centre):
        assert not User.objects.exists()


def test_open_centre_is_all_or_nothing(db, monkeypatch):
    def explode(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(opening.user_invited, "send", explode)
    with pytest.raises(RuntimeError):
        opening.open_centre(slug="probe", name="Probe", admin_email="boss@probe.example")
    assert not Centre.objects.filter(slug="probe").exists()


def test_inside_restores_the_addresses(db, harbour):
    set_urlconf("config.urls_public")
    try:
        with opening.inside(harbour):
            assert get_urlconf() == "config.urls_tenant"
        assert get_urlconf() == "config.urls_public"
    finally:
        set_urlconf(None)


def test_create_centre_says_where_it_is(db):
    out = StringIO()
    call_command("create_centre", "probe", "Probe", "--status", "active", "--admin", "boss@probe.example", stdout=out)
    assert out.getvalue() == "Probe is open at http://probe.localhost:8000/\n"
    assert Centre.objects.get(slug="probe").status == Centre.Status.ACTIVE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sunrise", "Again"], "slug: "),
        (["probe", "Probe", "--domain", "Sunrise.localhost"], "domain: The host name sunrise.localhost is taken."),
        (["probe", "Probe", "--time-zone", "Mars"], "time_zone: "),
        (["Probe!", "Probe"], "slug: "),
    ],
)
def test_create_centre_names_what_is_wrong(db, arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command("create_centre", *arguments)


def test_create_centre_refuses_a_bad_administrator(db):
    with pytest.raises(CommandError, match="admin_email: "):
        call_command("create_centre", "probe", "Probe", "--admin", "nobody")
    assert not Centre.objects.filter(slug="probe").exists()


def test_create_centre_says_that_the_database_is_not_ready(db):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE public.tenants_schematemplate RENAME TO elsewhere")
    with pytest.raises(CommandError, match=r"manage\.py prepare"):
        call_command("create_centre", "probe", "Probe")


@pytest.mark.parametrize(
    ("arguments", "locale"),
    [
        (["--country", "NO"], "en-NO"),
        (["--country", "GB"], "en-GB"),
        (["--country", "CH"], "en-CH"),
        (["--country", "AQ"], "en-US"),
        ([], "en-US"),
        (["--country", "NO", "--locale", "en-GB"], "en-GB"),
    ],
)
def test_create_centre_writes_dates_as_its_country_does(db, arguments, locale):
    call_command("create_centre", "probe", "Probe", *arguments, stdout=StringIO())
    assert Centre.objects.get(slug="probe").locale == locale
