import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.accounts.models import AuditRecord
from tests.therapists.test_photos import picture


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def url(bob):
    return reverse("therapists:therapist-photo-update", args=[bob.pk])


def upload(content=None, name="me.jpg"):
    return SimpleUploadedFile(name, picture().getvalue() if content is None else content)


def files(folder):
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_keeps_a_photo_in_the_centres_own_folder(browser, people, bob, url, _media):
    assert browser(people.alice).post(url, {"photo": upload(name="../../evil.php")}).status_code == 302
    bob.refresh_from_db()
    assert bob.photo.name.startswith("therapists/")
    assert (_media / "c_sunrise" / bob.photo.name).exists()
    assert "evil" not in bob.photo.name
    assert AuditRecord.objects.about(bob).get().verb == "photo changed"


def test_another_photo_takes_the_former_ones_place(
    browser, people, bob, url, _media, django_capture_on_commit_callbacks
):
    client = browser(people.alice)
    client.post(url, {"photo": upload()})
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"photo": upload()})
    bob.refresh_from_db()
    assert files(_media) == [bob.photo.name.removeprefix("therapists/")]


def test_removes(browser, people, bob, url, _media, django_capture_on_commit_callbacks):
    client = browser(people.alice)
    client.post(url, {"photo": upload()})
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, {"no_photo": "on"}).status_code == 302
    client.post(url, {"no_photo": "on"})
    assert AuditRecord.objects.about(bob).filter(verb="photo removed").count() == 1
    bob.refresh_from_db()
    assert not bob.photo
    assert files(_media) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"not a picture", "not a photo"), (b"\xff" * (5 * 1024 * 1024 + 1), "larger than 5 MB"), (b"", "empty")],
)
def test_a_bad_file_is_refused_beside_the_field(browser, people, bob, url, content, words):
    response = browser(people.alice).post(url, {"photo": upload(content)})
    assert response.status_code == 422
    assert words in response.content.decode()
    bob.refresh_from_db()
    assert not bob.photo


def test_nothing_chosen_is_said(browser, people, url):
    assert browser(people.alice).post(url).status_code == 422


def test_in_a_dialog(browser, people, url):
    client = browser(people.alice, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url, {"photo": upload()})


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, url, who, _media):
    assert browser(getattr(people, who)).post(url, {"photo": upload()}).status_code == 403
    assert files(_media) == []


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    missing = reverse("therapists:therapist-photo-update", args=[uuid.uuid4()])
    assert browser(people.alice).get(missing).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405
