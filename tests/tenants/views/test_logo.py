import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.tenants import actions
from tests.tenants.test_actions import GIF


@pytest.fixture
def logo(sunrise, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.MEDIA_ROOT = tmp_path
    with django_capture_on_commit_callbacks(execute=True):
        return actions.change_centre(sunrise, logo=SimpleUploadedFile("logo.gif", GIF)).logo


def test_logo_is_served_to_everybody(browser, logo):
    response = browser().get("/logo")
    assert response.status_code == 200
    assert response["Content-Type"] == "image/gif"
    assert b"".join(response.streaming_content) == GIF
    response.close()


def test_logo_of_a_centre_without_one_is_404(browser, harbour):
    assert browser().get("/logo").status_code == 404
    assert browser(slug="harbour").get("/logo").status_code == 404


def test_logo_of_one_centre_is_not_on_anothers_host(browser, logo):
    assert browser(slug="harbour").get("/logo").status_code == 404


def test_logo_whose_file_is_lost_is_404(browser, logo, tmp_path):
    next(tmp_path.rglob("*.gif")).unlink()
    assert browser().get("/logo").status_code == 404


def test_logo_address_changes_with_the_logo(sunrise, logo, django_capture_on_commit_callbacks):
    first = logo.instance.logo_url
    with django_capture_on_commit_callbacks(execute=True):
        changed = actions.change_centre(sunrise, logo=SimpleUploadedFile("new.gif", GIF))
    assert first.startswith("/logo?v=")
    assert changed.logo_url != first
