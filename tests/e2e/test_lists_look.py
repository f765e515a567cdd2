"""What a list looks like is measured: its words keep their distance from the card and from each other."""

import pytest

from tests.e2e.walk import DESKTOP, PHONE

pytestmark = pytest.mark.e2e
INSET = """() => {
  const card = document.querySelector("#list .card").getBoundingClientRect();
  const words = document.querySelector("#list tbody th a").getBoundingClientRect();
  return words.left - card.left;
}"""
FACTS_APART = """() => [...document.querySelectorAll(".dl > div")].map((fact) => {
  const range = document.createRange();
  range.selectNodeContents(fact.querySelector("dt"));
  return fact.querySelector("dd").getBoundingClientRect().left - range.getBoundingClientRect().right;
})"""

COVERED = """(menu) => [...menu.querySelectorAll("li > *")].filter((item) => {
  const { left, top, width, height } = item.getBoundingClientRect();
  const there = document.elementFromPoint(left + width / 2, top + height / 2);
  return !item.contains(there);
}).map((item) => item.textContent.trim())"""


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("path", ["/sessions/", "/dashboard/"])
def test_the_menu_of_the_last_row_is_whole(visitor, backstage, size, path):
    backstage.session_under_way()
    page = visitor(size, who="oscar").go(path)
    menu = page.locator("tr details[data-menu]").last
    menu.locator("summary").click()
    menu.locator("li").first.wait_for()
    assert menu.locator("li").count() > 1
    assert menu.evaluate(COVERED) == []


def test_a_row_on_a_phone_has_its_menu_and_its_state_at_its_end(visitor):
    page = visitor(PHONE, who="oscar").go("/sessions/")
    row = page.locator("#list tbody tr:has(.row-actions)").first.bounding_box()
    menu = page.locator("#list .row-actions summary").first.bounding_box()
    state = page.locator("#list tbody .badge").first.bounding_box()
    assert menu["y"] - row["y"] < 16
    assert row["x"] + row["width"] - menu["x"] - menu["width"] <= 24
    assert row["x"] + row["width"] - state["x"] - state["width"] <= 24
    assert row["height"] < 120


def test_a_list_of_rows_fills_its_card(visitor):
    page = visitor(DESKTOP, who="alice").go("/people/users/")
    card, table = (page.locator(f"#list {what}").bounding_box() for what in (".card", ".card table"))
    assert table["y"] - card["y"] < 4
    assert card["height"] - table["height"] < 8


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_rows_of_a_list_keep_their_distance_from_the_edge_of_the_card(visitor, size):
    page = visitor(size, who="oscar").go("/patients/")
    assert page.evaluate(INSET) >= 12


def test_a_fact_keeps_its_distance_from_its_name(visitor):
    page = visitor(DESKTOP, who="oscar").go("/sessions/")
    page.goto(page.locator("#list tbody th a, #list tbody td a").first.evaluate("one => one.href"))
    apart = page.evaluate(FACTS_APART)
    assert len(apart) > 3
    assert min(apart) >= 16


def test_what_is_wrong_begins_beside_its_mark(visitor):
    page = visitor(PHONE).go("/account/signup/")
    form = page.locator("main form:has([name=password1])")
    form.evaluate("one => { one.noValidate = true; }")
    page.fill("[name=password1]", "12345")
    form.locator("[type=submit]").click()
    page.wait_for_selector("[data-error-summary]")
    below = page.locator("[data-error-summary] li").evaluate_all(
        "all => all.map((one) => one.firstElementChild.getBoundingClientRect().top - one.getBoundingClientRect().top)"
    )
    assert len(below) >= 4
    assert max(below) < 8
