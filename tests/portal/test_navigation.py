"""The navigation, followed: whatever it offers opens, however the centre switched the matrix."""

import pytest
from django.core.cache import cache

from apps.accounts.models import PermissionSwitch
from apps.accounts.roles import MATRIX, UNSWITCHABLE, Permission, Role
from tests.factories import UserFactory
from tests.factories.cast import PERSON


def offered(client):
    """Every address that the shell of a page offers: the navigation, the home, the keys that lead somewhere."""
    page = client.get("/account/email/").context
    links = [item["url"] for group in page["nav"] for item in group["items"]]
    keys = [page[name] for name in ("home_url", "workspace_url", "new_booking_url", "search_url")]
    return [url for url in (*links, *keys) if url]


def closed_doors(client):
    """What is offered, or is led to from there, and does not open. Each address is asked once."""
    found = {}

    def status(url):
        if url not in found:
            found[url] = "leads in a circle"
            cache.clear()
            answer = client.get(url)
            found[url] = status(answer.url) if 300 <= answer.status_code < 400 else answer.status_code
        return found[url]

    return {url: status(url) for url in offered(client) if status(url) != 200}


@pytest.mark.parametrize("role", list(Role))
def test_every_link_opens_whichever_cell_is_switched(role, browser, people):
    client, wrong = browser(getattr(people, PERSON[role])), {}
    for permission in Permission:
        if (role, permission) in UNSWITCHABLE:
            continue
        on = permission not in MATRIX[role]
        switch = PermissionSwitch.objects.create(role=role, permission=permission, is_on=on)
        if doors := closed_doors(client):
            wrong[f"{permission} {on}"] = doors
        switch.delete()
    assert wrong == {}


@pytest.mark.parametrize("role", list(Role))
def test_every_link_opens_for_somebody_new_in_the_role(role, browser, sunrise):
    assert closed_doors(browser(UserFactory(roles=[role]))) == {}


def test_own_hours_are_offered_to_therapists_alone(browser, people):
    PermissionSwitch.objects.create(role="operator", permission="availability.manage_own", is_on=True)
    assert "/schedule/hours/mine/" in offered(browser(people.bob))
    assert "/schedule/hours/mine/" not in offered(browser(people.oscar))


def test_whoever_has_no_profile_yet_is_told_so(browser, sunrise):
    page = browser(UserFactory(roles=[Role.THERAPIST])).get("/schedule/time-off/mine/")
    assert "You have no profile as a therapist yet" in page.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_the_team_finds_its_way_back_from_public_pages(role, browser, people):
    shown = browser(getattr(people, PERSON[role])).get("/account/email/").context["public_nav"]
    assert ("/home/" in [item["url"] for item in shown]) is (role != Role.PATIENT)
    assert len(shown) <= 5  # what fits a phone's tab bar
