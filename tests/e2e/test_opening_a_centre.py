"""A superuser opens a centre in a browser; the person invited to run it comes in; the doors are closed and opened again."""

import re

import pytest

from tests.e2e.conftest import DESKTOP
from tests.stack import PASSWORD

pytestmark = pytest.mark.e2e
LIST = "/admin/tenants/centre/"


@pytest.fixture
def superuser(visitor, stack):
    person = visitor(DESKTOP)
    page = person.page
    page.goto(stack.url("/admin/", slug=""))
    page.fill("[name=username]", "root@verbena.example")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url(stack.url("/admin/", slug=""))
    assert person.axe() == []
    return person


def act_on(page, slug, action):
    page.check(f"tr:has-text('{slug}') .action-select")
    page.select_option("[name=action]", action)
    page.click("button[name=index]")


def test_opening_a_centre(superuser, visitor, stack, letter_to):
    page = superuser.page
    page.goto(stack.url(f"{LIST}add/", slug=""))
    page.fill("[name=name]", "North Clinic")
    page.fill("[name=slug]", "sunrise")
    page.fill("[name=admin_email]", "ann@north.example")
    page.select_option("[name=time_zone]", "Europe/Oslo")
    page.click("[name=_save]")
    assert "already exists" in page.inner_text(".field-slug .errorlist")
    assert page.input_value("[name=admin_email]") == "ann@north.example"
    page.fill("[name=slug]", "north")
    page.click("[name=_save]")
    page.wait_for_selector("tr:has-text('north.localhost')")

    ann = visitor()
    link = re.search(r"http://north\.localhost\S+", letter_to("ann@north.example")).group()
    ann.page.goto(link)
    for field in ann.page.locator("input[type=password]").all():
        field.fill("a-quiet-harbour-7")
    ann.page.click("main form [type=submit]")
    ann.page.wait_for_url("**/dashboard/")
    assert "North Clinic" in ann.page.content()

    act_on(page, "north", "suspend")
    assert "Nothing is deleted" in page.content()
    page.click("input.default")
    page.wait_for_selector("text=1 centre is suspended")
    ann.page.wait_for_timeout(1200)  # every process looks at the version once a second
    ann.page.reload()
    assert "North Clinic is closed for the moment" in ann.page.content()
    assert ann.axe() == []

    act_on(page, "north", "resume")
    page.wait_for_selector("text=1 centre works again")
    ann.page.wait_for_timeout(1200)
    ann.page.reload()
    assert "/dashboard/" in ann.page.url


def test_the_public_home_page(visitor, stack):
    guest = visitor()
    guest.page.goto(stack.url("/", slug=""))
    assert guest.axe() == []
    assert not guest.overflows()
    guest.page.click("a:has-text('Sunrise Therapy')")
    guest.page.wait_for_url(stack.url("/"))
