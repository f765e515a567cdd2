import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django_tenants.utils import schema_context, tenant_context

from apps.core.postgresql import as_owner
from apps.tenants import actions, directory, provisioning
from apps.tenants.models import Centre, Domain, SchemaTemplate
from apps.tenants.provisioning import TemplateMissing

GIF = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")


def traces(slug):
    """What a half-made centre would leave behind."""
    schema = "c_" + slug.replace("-", "_")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [schema])
        schemas = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [schema])
        roles = cursor.fetchone()[0]
    domains = Domain.objects.filter(domain__startswith=slug + ".").count()
    return schemas, roles, domains, Centre.objects.filter(slug=slug).count()


def test_open_centre_makes_everything(db):
    centre = actions.open_centre(slug="two-words", name="Two Words", time_zone="Europe/Paris", currency="EUR")
    assert traces("two-words") == (1, 1, 1, 1)
    assert (centre.schema_name, centre.primary_host) == ("c_two_words", "two-words.localhost")
    assert centre.is_open
    with tenant_context(centre):
        assert [name for name in connection.introspection.table_names() if name == "patients_patient"]


def test_open_centre_under_a_host_name_of_its_own(db):
    centre = actions.open_centre(slug="probe", name="Probe", domain="Clinic.Example.ORG")
    assert centre.primary_host == "clinic.example.org"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"slug": "sunrise"}, "slug"),
        ({"slug": "Sun rise"}, "slug"),
        ({"slug": "x"}, "slug"),
        ({"slug": "1st"}, "slug"),
        ({"slug": "www"}, "slug"),
        ({"slug": 'x"; DROP SCHEMA public; --'}, "slug"),
        ({"name": ""}, "name"),
        ({"domain": "sunrise.localhost"}, "domain"),
        ({"domain": "SUNRISE.localhost"}, "domain"),
        ({"domain": "localhost"}, "domain"),
        ({"domain": "www.clinic.example"}, "domain"),
        ({"domain": "clinic.example:8000"}, "domain"),
        ({"domain": "clinic_example"}, "domain"),
        ({"domain": "-clinic.example"}, "domain"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"currency": "usd"}, "currency"),
        ({"locale": "english"}, "locale"),
        ({"country": "United States"}, "country"),
        ({"country": "us"}, "country"),
        ({"brand_colour": "#ffff00"}, "brand_colour"),
        ({"brand_colour": "red;}*{display:none"}, "brand_colour"),
        ({"grid_minutes": 0}, "grid_minutes"),
        ({"horizon_days": 0}, "horizon_days"),
    ],
)
def test_open_centre_refuses_by_field_and_leaves_nothing(db, facts, field):
    before = Centre.objects.count(), Domain.objects.count()
    with pytest.raises(ValidationError) as refused:
        actions.open_centre(**{"slug": "probe", "name": "Probe"} | facts)
    assert field in refused.value.error_dict
    assert traces("probe") == (0, 0, 0, 0)
    assert (Centre.objects.count(), Domain.objects.count()) == before


def test_open_centre_names_every_bad_field_at_once(db):
    with pytest.raises(ValidationError) as refused:
        actions.open_centre(slug="sunrise", name="", time_zone="Mars", domain="localhost")
    assert set(refused.value.error_dict) == {"slug", "name", "time_zone", "domain"}


def test_open_centre_without_a_template_is_refused(db):
    SchemaTemplate.objects.all().delete()
    with pytest.raises(TemplateMissing, match="prepare"):
        actions.open_centre(slug="probe", name="Probe")
    assert traces("probe") == (0, 0, 0, 0)


def test_open_centre_undoes_everything_when_the_schema_fails(db, monkeypatch):
    def explode(schema):
        raise RuntimeError

    monkeypatch.setattr(provisioning, "grant_rights", explode)
    with pytest.raises(RuntimeError):
        actions.open_centre(slug="probe", name="Probe")
    assert traces("probe") == (0, 0, 0, 0)


def test_open_centre_loses_a_race_politely(db, monkeypatch):
    """Both passed the checks; the unique index decides."""
    monkeypatch.setattr(actions, "_check", lambda *args: None)
    with pytest.raises(ValidationError, match="just taken"):
        actions.open_centre(slug="probe", name="Probe", domain="sunrise.localhost")
    assert traces("probe") == (0, 0, 0, 0)


def test_change_centre_from_inside_a_centre_returns_there(sunrise, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        changed = actions.change_centre(sunrise, tagline="New words")
    assert changed.tagline == "New words"
    assert connection.schema_name == "c_sunrise"
    assert directory.find("sunrise.localhost").tagline == "New words"


def test_change_centre_refuses_by_field(harbour):
    with pytest.raises(ValidationError) as refused:
        actions.change_centre(harbour, time_zone="Mars")
    assert set(refused.value.error_dict) == {"time_zone"}
    harbour.refresh_from_db()
    assert harbour.time_zone == "Europe/London"


@pytest.mark.parametrize("name", ["North\nBcc: everybody@north.example", " North\r\n  Clinic\x00 "])
def test_name_of_a_centre_is_one_line(db, harbour, name):
    """It stands in the sender of every mail, where a line break would stop them all."""
    with pytest.raises(ValidationError) as opened:
        actions.open_centre(slug="north", name=name)
    with pytest.raises(ValidationError) as changed:
        actions.change_centre(harbour, name=name)
    assert set(opened.value.error_dict) == set(changed.value.error_dict) == {"name"}


def test_name_of_a_centre_is_tidied(db):
    assert actions.open_centre(slug="north", name=" North   Clinic ").name == "North Clinic"


def test_open_centre_refuses_a_short_name_whose_schema_is_left_behind(db):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA c_left")
    with pytest.raises(ValidationError) as refused:
        actions.open_centre(slug="left", name="Left")
    assert "c_left is left" in refused.value.message_dict["slug"][0]


def test_change_centre_checks_only_what_changes(harbour):
    """A zone that went out of use keeps nobody from suspending the centre."""
    Centre.objects.filter(pk=harbour.pk).update(time_zone="Mars/Olympus")
    assert actions.suspend(harbour).status == "suspended"
    with pytest.raises(ValidationError):
        actions.change_centre(harbour, time_zone="Mars/Olympus")


def test_change_centre_touches_only_what_was_given(harbour):
    Centre.objects.filter(pk=harbour.pk).update(phone="1")
    actions.change_centre(harbour, tagline="New words")
    assert Centre.objects.get(pk=harbour.pk).phone == "1"


def test_change_centre_keeps_the_logo_in_the_centres_own_folder(
    sunrise, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    with django_capture_on_commit_callbacks(execute=True):
        actions.change_centre(sunrise, logo=SimpleUploadedFile("logo.gif", GIF))
    first = list(tmp_path.rglob("*.gif"))
    assert [file.parent for file in first] == [tmp_path / "c_sunrise" / "branding"]
    with django_capture_on_commit_callbacks(execute=True):
        actions.change_centre(sunrise, logo=ContentFile(GIF, "other.gif"))
    assert [file.name for file in tmp_path.rglob("*.gif")] == ["other.gif"]
    with django_capture_on_commit_callbacks(execute=True):
        changed = actions.change_centre(sunrise, logo=False)
    assert not changed.logo
    assert not list(tmp_path.rglob("*.gif"))


@pytest.mark.parametrize("was", [Centre.Status.TRIAL, Centre.Status.ACTIVE])
def test_suspended_centre_resumes_as_what_it_was(sunrise, was):
    """Twice suspended, or told so by two superusers, it still is what it was."""
    actions.change_centre(sunrise, status=was)
    for _time in range(2):
        assert actions.suspend(sunrise).status == Centre.Status.SUSPENDED
    assert actions.resume(sunrise).status == was


def test_address_is_on_the_primary_host(sunrise):
    with schema_context("public"), transaction.atomic():
        Domain.objects.create(tenant=sunrise, domain="a.example.org", is_primary=True)
    assert actions.address(sunrise, "/book/") == "http://a.example.org:8000/book/"


def test_address_leaves_the_port_out_where_there_is_none(sunrise, settings):
    settings.SITE_SCHEME, settings.SITE_PORT = "https", ""
    assert actions.address(sunrise) == "https://sunrise.localhost/"


def test_with_centre_is_banned(sunrise):
    with pytest.raises(TypeError, match="tenant_context"), sunrise:
        pass
