import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tenants.utils import schema_context
from PIL import Image

from apps.accounts.models import AuditRecord
from apps.portal.forms.centre import CentreSettingsForm
from apps.tenants import directory
from apps.tenants.models import Centre

pytestmark = pytest.mark.usefixtures("noon")
PAGE = "/setup/centre/"


@pytest.fixture
def typed(sunrise):
    form = CentreSettingsForm(instance=sunrise)
    return {name: form[name].value() for name in form.fields if name != "logo"}


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(size=(32, 32), name="logo.png", kind="PNG"):
    file = io.BytesIO()
    Image.new("RGB", size, "#00695f").save(file, kind)
    return SimpleUploadedFile(name, file.getvalue(), "image/png")


def fresh():
    with schema_context("public"):
        return Centre.objects.get(slug="sunrise")


def test_centre_settings_shows_what_holds(browser, people, sunrise):
    answer = browser(people.alice).get(PAGE)
    assert answer.status_code == 200
    assert 'value="Sunrise Therapy"' in answer.text
    assert '<option value="America/New_York" selected' in answer.text
    assert "<html" not in browser(people.alice, htmx=True).get(PAGE).text


def test_centre_settings_changes_and_leaves_a_trail(browser, people, sunrise, typed):
    changed = {**typed, "name": "Sunset Therapy", "grid_minutes": "30", "subdivision": "ny"}
    answer = browser(people.alice).post(PAGE, changed)
    assert answer.status_code == 302
    centre = fresh()
    assert (centre.name, centre.grid_minutes, centre.subdivision) == ("Sunset Therapy", 30, "NY")
    record = AuditRecord.objects.get(object_type="tenants.centre", verb="changed")
    assert record.by == people.alice
    assert record.changes["name"] == ["Sunrise Therapy", "Sunset Therapy"]
    assert set(record.changes) == {"name", "grid_minutes", "subdivision"}


def test_centre_settings_leaves_no_trail_of_nothing(browser, people, sunrise, typed):
    assert browser(people.alice).post(PAGE, typed).status_code == 302
    assert not AuditRecord.objects.filter(object_type="tenants.centre").exists()


def test_centre_settings_takes_a_logo_and_lets_it_go(browser, people, sunrise, typed, media):
    browser(people.alice).post(PAGE, {**typed, "logo": picture()})
    assert fresh().logo.name
    assert list(media.rglob("*.png"))
    browser(people.alice).post(PAGE, {**typed, "logo-clear": "on"})
    assert not fresh().logo


def test_centre_settings_name_the_logo_that_is_stored(browser, people, sunrise, typed, media):
    """Files of a centre have no address, so nothing may ask for one: the page answered 500 once there was a logo."""
    client = browser(people.alice)
    client.post(PAGE, {**typed, "logo": picture()})
    directory.changed()
    pages = [client.get(PAGE), client.post(PAGE, {**typed, "name": ""})]
    assert [page.status_code for page in pages] == [200, 422]
    for page in pages:
        assert "Currently: logo" in page.text
        assert 'name="logo-clear"' in page.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "This field is required"),
        ({"email": "x"}, "Enter a valid e-mail address"),
        ({"brand_colour": "#ffee88"}, "This colour is too light"),
        ({"brand_colour": "teal"}, "Write the colour as #rrggbb"),
        ({"time_zone": "Mars/Base"}, "on the list. Please choose again"),
        ({"currency": "XXL"}, "on the list. Please choose again"),
        ({"locale": "xx-XX"}, "on the list. Please choose again"),
        ({"country": "ZZ"}, "on the list. Please choose again"),
        ({"country": "DE", "subdivision": "NY"}, "This country has no such region"),
        ({"grid_minutes": "1"}, "must be 5 or more"),
        ({"grid_minutes": "quarter"}, "Enter a whole number"),
        ({"notice_minutes": "-5"}, "must be 0 or more"),
        ({"horizon_days": "1000"}, "must be 400 or less"),
        ({"hold_minutes": "90"}, "must be 60 or less"),
        ({"cancel_notice_minutes": ""}, "This field is required"),
        ({"cancel_notice_minutes": "2147483647"}, "must be 527040 or less"),
        ({"notice_minutes": "2147483647"}, "must be 527040 or less"),
        ({"logo": SimpleUploadedFile("logo.png", b"no picture", "image/png")}, "not a picture we can read"),
        ({"logo": picture(name="logo.gif", kind="GIF")}, "not a picture we can read"),
    ],
)
def test_centre_settings_says_beside_the_field_what_is_wrong(browser, people, sunrise, typed, wrong, sentence):
    answer = browser(people.alice).post(PAGE, {**typed, "tagline": "Kept as typed", **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Kept as typed" in answer.text
    assert fresh().tagline == ""


def test_centre_settings_refuses_a_huge_logo(browser, people, sunrise, typed, monkeypatch):
    monkeypatch.setattr("apps.portal.forms.centre.MOST_LOGO_BYTES", 10)
    answer = browser(people.alice).post(PAGE, {**typed, "logo": picture()})
    assert "larger than 2 MB" in answer.text


def test_centre_settings_of_another_centre_stay(browser, people, sunrise, harbour, typed):
    browser(people.alice).post(PAGE, {**typed, "name": "Ours now"})
    with schema_context("public"):
        harbour.refresh_from_db()
    assert harbour.name == "Harbour Clinic"


@pytest.mark.parametrize("name", ["oscar", "bob", "erin", "carol", "dana"])
def test_centre_settings_needs_the_permission(browser, people, typed, name):
    assert browser(getattr(people, name)).get(PAGE).status_code == 403
    assert browser(getattr(people, name)).post(PAGE, typed).status_code == 403


def test_centre_settings_asks_for_a_login_and_refuses_other_methods(browser, people):
    assert browser().get(PAGE).status_code == 302
    assert browser(people.alice).delete(PAGE).status_code == 405
