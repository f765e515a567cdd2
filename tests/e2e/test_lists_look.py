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
