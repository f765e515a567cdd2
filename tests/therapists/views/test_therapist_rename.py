import uuid

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.therapists import actions
from apps.therapists.models import FormerSlug
from tests.factories import FormerSlugFactory, TherapistFactory


@pytest.fixture
def url(bob):
    return reverse("therapists:therapist-rename", args=[bob.pk])


def test_keeps_the_former_address(browser, people, bob, url):
    assert browser(people.alice).post(url, {"slug": "Robert-Chen"}).status_code == 302
    bob.refresh_from_db()
    assert bob.slug == "robert-chen"
    assert [row.slug for row in bob.former_slugs.all()] == ["bob-chen"]
    assert AuditRecord.objects.about(bob).get().changes == {"slug": ["bob-chen", "robert-chen"]}


def test_back_and_forth_leaves_no_address_twice(browser, people, bob, url):
    client = browser(people.alice)
    for slug in ("robert-chen", "bob-chen", "robert-chen"):
        client.post(url, {"slug": slug})
    bob.refresh_from_db()
    assert bob.slug == "robert-chen"
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["bob-chen"]


def test_the_same_address_changes_nothing(browser, people, bob, url):
    browser(people.alice).post(url, {"slug": "bob-chen"})
    assert not AuditRecord.objects.about(bob).exists()


@pytest.mark.parametrize("slug", ["taken", "once-taken", "", "with space", "-", "ünicode", "x" * 81])
def test_what_cannot_be_an_address_is_refused_beside_the_field(browser, people, bob, url, slug):
    TherapistFactory(slug="taken")
    FormerSlugFactory(slug="once-taken")
    response = browser(people.alice).post(url, {"slug": slug})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["slug"]
    assert slug in response.content.decode()
    bob.refresh_from_db()
    assert bob.slug == "bob-chen"


def test_an_address_with_a_space_is_refused_in_plain_words(browser, people, url):
    assert "Use only letters from a to z" in browser(people.alice).post(url, {"slug": "with space"}).text


def test_in_a_dialog(browser, people, url):
    client = browser(people.alice, htmx=True)
    assert client.get(url).content.strip().startswith(b"<form")
    assert "HX-Redirect" in client.post(url, {"slug": "robert"})


@pytest.mark.parametrize("who", ["oscar", "erin", "bob", "carol"])
def test_other_roles_are_refused(browser, people, url, who):
    assert browser(getattr(people, who)).post(url, {"slug": "x"}).status_code == 403


def test_missing_is_404_and_wrong_method_405(browser, people, url):
    assert browser(people.alice).get(reverse("therapists:therapist-rename", args=[uuid.uuid4()])).status_code == 404
    assert browser(people.alice).delete(url).status_code == 405


def test_an_address_that_another_profile_takes_at_the_same_moment(browser, people, bob, url, monkeypatch):
    TherapistFactory(slug="taken")
    monkeypatch.setattr(actions, "_taken", lambda slug, besides=None: False)  # it looked free a moment ago
    answer = browser(people.alice).post(url, {"slug": "taken"})
    assert answer.status_code == 422 and "slug" in answer.context["form"].errors
    bob.refresh_from_db()
    assert bob.slug == "bob-chen" and not bob.former_slugs.exists()
