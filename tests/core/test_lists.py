import datetime as dt
from decimal import Decimal

import pytest
from django import forms
from django.http import HttpResponse
from django.test import RequestFactory

from apps.core.lists import Column, ListPage, cell
from apps.patients.models import Patient
from tests.factories import PatientFactory


class StatusFilter(forms.Form):
    status = forms.ChoiceField(choices=Patient.Status.choices, required=False)


class People(ListPage):
    """A list page without a template: it answers with the context it would render."""

    template_name = "unused.html"
    filter_form_class = StatusFilter
    sorts = {"name": ("family_name", "given_name"), "born": ("birth_on",)}
    default_sort = "name"
    columns = [Column("Name", "full_name"), Column("Born", "birth_on"), Column("Minor", lambda row: row.is_minor)]

    def get_rows(self):
        return Patient.objects.filter(city="Listville")

    def render_to_response(self, context, **kwargs):
        response = HttpResponse()
        response.context_data = context
        return response


@pytest.fixture
def ask(sunrise):
    def get(**query):
        return People.as_view()(RequestFactory().get("/", query))

    return get


def names(response):
    return [row.given_name for row in response.context_data["page_obj"]]


@pytest.fixture
def three(sunrise):
    for given, family, year in [("Ada", "Zuse", 1990), ("Bea", "Young", 1970), ("Cy", "Xu", 1980)]:
        PatientFactory(given_name=given, family_name=family, birth_on=dt.date(year, 1, 1), city="Listville")


def test_rows_come_in_the_default_order(ask, three):
    assert names(ask()) == ["Cy", "Bea", "Ada"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("born", ["Bea", "Cy", "Ada"]), ("-born", ["Ada", "Cy", "Bea"]), ("password", ["Cy", "Bea", "Ada"])],
)
def test_sort_stands_in_the_address(ask, three, sort, expected):
    assert names(ask(sort=sort)) == expected


def test_search_finds_by_every_word(ask, three):
    assert names(ask(q="ada zu")) == ["Ada"]
    assert ask(q="nobody").context_data["is_narrowed"]


def test_search_survives_a_null_character(ask, three):
    assert names(ask(q="A\0da")) == ["Ada"]


def test_filter_narrows_and_an_unknown_value_is_ignored(ask, three):
    Patient.objects.filter(given_name="Bea").update(status="archived")
    assert names(ask(status="archived")) == ["Bea"]
    assert len(names(ask(status="nonsense"))) == 3


def test_pages_hold_25_rows_and_a_page_too_far_is_the_last(ask, sunrise):
    PatientFactory.create_batch(30, city="Listville")
    assert len(names(ask())) == 25
    assert len(names(ask(page="99"))) == 5


def test_csv_has_every_row_of_the_search(ask, three):
    response = ask(format="csv", q="u")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines == ["Name,Born,Minor", "Cy Xu,1980-01-01,no", "Bea Young,1970-01-01,no", "Ada Zuse,1990-01-01,no"]
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=1+1", "'=1+1"), ("+1 212", "'+1 212"), ("-x", "'-x"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("a=b", "a=b"), (Decimal("-5.00"), "-5.00"), (None, ""), (["=a", "b"], "'=a, b"),
    ],
)  # fmt: skip
def test_cell_never_is_a_formula(value, expected):
    assert cell(value) == expected


def test_queries_are_the_same_for_1_row_and_30(ask, django_assert_num_queries, sunrise):
    PatientFactory(city="Listville")
    with django_assert_num_queries(2):
        names(ask())
    PatientFactory.create_batch(30, city="Listville")
    with django_assert_num_queries(2):
        names(ask())


def test_only_get_is_answered(sunrise):
    assert People.as_view()(RequestFactory().post("/")).status_code == 405


def test_list_is_bare_only_where_there_is_no_row_at_all(ask, sunrise):
    assert ask().context_data["is_bare"]
    assert not ask(q="nobody").context_data["is_bare"]  # the search stays, to be taken back
    PatientFactory(city="Listville")
    assert not ask().context_data["is_bare"]
    assert not ask(q="nobody").context_data["is_bare"]
