"""What production serves below /static/: collected once for real, by the settings of production."""

import re

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from whitenoise.storage import CompressedManifestStaticFilesStorage

from config.yard.places import ROOT

NAMED = re.compile(r"{% static '([^']+)' %}")
BACKEND = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    storages = {**settings.STORAGES, "staticfiles": BACKEND}
    with override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static"), STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield CompressedManifestStaticFilesStorage()


def test_every_file_that_a_template_names_has_an_address_with_its_hash(collected):
    named = {name for page in (ROOT / "templates").rglob("*.html") for name in NAMED.findall(page.read_text())}
    assert "build/app.css" in named
    addresses = {name: collected.url(name) for name in named}
    assert [name for name, url in addresses.items() if not re.search(r"\.[0-9a-f]{12}\.\w+$", url)] == []


def test_the_sources_of_the_stylesheet_are_not_served(collected):
    assert not collected.exists("css/app.css")
    assert not collected.exists("css/calendar.css")
    assert collected.exists("css/admin.css")
