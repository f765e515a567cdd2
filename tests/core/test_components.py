"""Every component renders, escapes, and keeps the promises of the content security policy."""

import datetime as dt
import re
import zipfile
from importlib import resources
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from apps.core.forms import CheckboxCards, ChoiceCards, DateInput, SwitchInput, TimeInput
from apps.core.templatetags import charts, ui

TEMPLATES = Path(settings.BASE_DIR) / "templates"
NASTY = "\"'><script>alert(1)</script>"

COMPONENTS = {
    "alert": '<c-alert variant="warning" title="{{ text }}">{{ text }}</c-alert>',
    "avatar": '<c-avatar name="{{ text }}" key="7" />',
    "badge": '<c-badge status="confirmed" icon="check">{{ text }}</c-badge>',
    "breadcrumbs": '<c-breadcrumbs :items="crumbs" />',
    "button": '<c-button href="/x" icon="plus" label="{{ text }}" variant="outline">{{ text }}</c-button>',
    "card": '<c-card title="{{ text }}" description="{{ text }}">b<c-slot name="footer">f</c-slot></c-card>',
    "countdown": '<c-countdown expires_at="2026-11-24T14:40:00Z">{{ text }}</c-countdown>',
    "day_strip": '<c-day-strip label="{{ text }}" :days="days" />',
    "dialog": '<c-dialog id="d" title="{{ text }}" description="{{ text }}">{{ text }}</c-dialog>',
    "dl": '<c-dl><c-dl-row label="{{ text }}">{{ text }}</c-dl-row></c-dl>',
    "dl_row": '<c-dl-row label="{{ text }}"></c-dl-row>',
    "empty": '<c-empty title="{{ text }}">{{ text }}<c-slot name="action">a</c-slot></c-empty>',
    "field": '<c-field label="{{ text }}" id="f" error="{{ text }}"><input id="f"></c-field>',
    "form": '<c-form :form="form" title="{{ text }}" submit="{{ text }}" cancel_url="/" hx />',
    "item": '<c-item title="{{ text }}" href="/x">{{ text }}<c-slot name="aside">s</c-slot></c-item>',
    "menu": '<c-menu label="{{ text }}"><li><a href="/">x</a></li></c-menu>',
    "page_header": '<c-page-header title="{{ text }}" description="{{ text }}" />',
    "pagination": '<c-pagination :page="page" />',
    "slot_grid": '<c-slot-grid legend="{{ text }}" :slots="slots" selected="09:30" />',
    "sort_header": '<c-sort-header key="name">{{ text }}</c-sort-header>',
    "stat": '<c-stat label="{{ text }}" value="{{ text }}" icon="users" href="/x">{{ text }}</c-stat>',
    "tab": '<c-tab href="/x" current="1" count="4">{{ text }}</c-tab>',
    "table_tools": '<c-table-tools placeholder="{{ text }}" :form="form" csv />',
    "tabs": '<c-tabs label="{{ text }}">x</c-tabs>',
    "calendar": '<c-calendar :config="config" label="{{ text }}">{{ text }}</c-calendar>',
}


class Sample(forms.Form):
    name = forms.CharField(help_text="As on the card.")
    on = forms.DateField(widget=DateInput, required=False)
    at = forms.TimeField(widget=TimeInput, required=False)
    mode = forms.ChoiceField(choices=[("a", "In person"), ("b", "Video")], widget=ChoiceCards)
    days = forms.MultipleChoiceField(choices=[("1", "Monday")], widget=CheckboxCards, required=False)
    told = forms.BooleanField(required=False)
    public = forms.BooleanField(required=False, widget=SwitchInput)
    secret = forms.CharField(widget=forms.HiddenInput)


def render(source, query="", **context):
    """Render a snippet as a page would: component tags are compiled by cotton's loader, so compile them here too."""
    from django_cotton.compiler_regex import CottonCompiler

    request = RequestFactory().get(f"/list/{query}")
    template = engines["django"].from_string(CottonCompiler().process(source))
    return template.render(context, request)


@pytest.fixture
def context(monkeypatch):
    monkeypatch.setattr("apps.portal.context_processors.navigation", lambda request: {}, raising=False)
    return {
        "text": NASTY,
        "crumbs": [(NASTY, "/x")],
        "days": [
            {"url": "?d=1", "weekday": "Mon", "day": 23, "title": NASTY, "current": True, "count": 3},
            {"url": "?d=2", "weekday": "Tue", "day": 24, "title": NASTY, "disabled": True},
        ],
        "slots": [
            {"value": "09:30", "label": "09:30"},
            {"value": "10:15", "label": "x", "disabled": True, "why": NASTY},
        ],
        "page": Paginator(range(500), 25).get_page(3),
        "form": Sample({"name": NASTY}),
        "config": {"note": NASTY},
    }


def test_components_all_have_a_sample():
    assert {path.stem for path in (TEMPLATES / "cotton").glob("*.html")} == set(COMPONENTS)


@pytest.mark.parametrize("name", COMPONENTS)
def test_component_renders_and_escapes(name, context):
    html = render(COMPONENTS[name], **context)
    assert "<script>alert" not in html
    assert "None" not in html
    assert "c-vars" not in html
    assert not re.search(r"\s(style|on\w+)=", html)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("cotton/*.html")), ids=lambda path: path.stem)
def test_component_says_how_it_is_used(path):
    assert path.read_text().startswith("{% comment %}")


def test_templates_hold_no_inline_script_or_style():
    pages = [
        path for path in TEMPLATES.rglob("*.html") if path.relative_to(TEMPLATES).parts[0] not in {"emails", "pdf"}
    ]
    inline = re.compile(
        r"\sstyle=|\son(click|change|submit|load|input)=|<style|<script(?![^>]*(?:\bsrc=|application/(?:ld\+)?json))",
        re.I,
    )
    assert [str(path) for path in pages if inline.search(path.read_text())] == []


def test_templates_name_only_icons_that_exist():
    with zipfile.ZipFile(resources.files("lucide") / "lucide.zip") as archive:
        known = {Path(name).stem for name in archive.namelist()}
    named = re.compile(r'{% icon "([^"{]+)"|\bicon="([a-z0-9-]+)"')
    used = {one or two for path in TEMPLATES.rglob("*.html") for one, two in named.findall(path.read_text())}
    assert used - known == set()


def test_icon_is_hidden_and_has_no_address():
    html = ui.icon("calendar", **{"class": "size-5"})
    assert 'aria-hidden="true"' in html
    assert 'class="size-5"' in html
    assert "xmlns" not in html


def test_icon_unknown_does_not_break_the_page():
    assert "<svg" in ui.icon("no-such-icon")


def test_icon_that_points_turns_round_in_rtl():
    assert "rtl:-scale-x-100" in ui.icon("chevron-right")
    assert "rtl:" not in ui.icon("calendar")


@pytest.mark.parametrize(
    ("name", "short"), [("Maria de la Cruz", "MC"), ("Dr. Emma Chen", "EC"), ("Zoë", "Z"), ("", "?"), ("王 伟", "王伟")]
)
def test_initials(name, short):
    assert ui.initials(name) == short


def test_hue_is_stable_and_in_range():
    assert {ui.hue(number) for number in range(200)} == set(range(1, 9))
    assert ui.hue("a") == ui.hue("a")


# ---- forms -------------------------------------------------------------------------------------------------------


def test_field_names_its_help_and_error():
    html = Sample({"name": ""})["name"].as_field_group()
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert re.search(r'<div role="alert" id="id_name_error">', html)
    assert 'data-invalid="true"' in html


def test_field_optional_is_said_and_required_is_not():
    form = Sample()
    assert "(optional)" in form["on"].as_field_group()
    assert "(optional)" not in form["name"].as_field_group()


@pytest.mark.parametrize("name", ["mode", "days"])
def test_field_group_of_choices_is_a_fieldset(name):
    html = Sample()[name].as_field_group()
    assert "<fieldset" in html
    assert "<legend>" in html
    assert html.count("<label") == len(Sample().fields[name].choices)


@pytest.mark.parametrize("name", ["told", "public"])
def test_field_checkbox_stands_beside_its_label(name):
    assert 'data-orientation="horizontal"' in Sample()[name].as_field_group()


def test_widgets_speak_iso_whatever_the_locale():
    form = Sample(initial={"on": dt.date(2026, 11, 3), "at": dt.time(9, 5)})
    assert 'type="date" name="on" value="2026-11-03"' in str(form["on"])
    assert 'type="time" name="at" value="09:05"' in str(form["at"])


def test_error_summary_links_to_the_fields():
    form = Sample({})
    form.add_error(None, "Both at once is not possible.")
    html = render('{% include "_components/form_errors.html" %}', form=form)
    assert 'href="#id_name"' in html
    assert 'href="#id_mode_0"' in html
    assert "Both at once is not possible." in html
    assert 'href="#id_secret"' not in html


def test_error_summary_is_silent_when_all_is_well():
    assert render('{% include "_components/form_errors.html" %}', form=Sample()).strip() == ""


def test_error_summary_covers_a_formset():
    rows = forms.formset_factory(Sample)({"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-name": "x"})
    html = render('{% include "_components/form_errors.html" with form=rows %}', rows=rows)
    assert 'href="#id_form-0-mode_0"' in html


def test_form_keeps_what_was_typed():
    html = str(Sample({"name": "Zoë"}))
    assert 'value="Zoë"' in html
    assert html.count('name="secret"') == 1


# ---- lists -------------------------------------------------------------------------------------------------------


def test_pagination_names_the_pages_beside_this_one(context):
    """Rows may be newest first or last: "earlier" would be wrong for one of them."""
    html = render(COMPONENTS["pagination"], "?page=3", **context)
    assert re.findall(r'rel="(\w+)"[^>]*page=(\d)', html) == [("prev", "2"), ("next", "4")]
    words = [word for word in ("Previous", "Next", "Earlier", "Later") if f">{word}<" in html]
    assert words == ["Previous", "Next"]


def test_pagination_keeps_the_filters(context):
    html = render(COMPONENTS["pagination"], "?q=ann&page=3", **context)
    assert "?q=ann&amp;page=4" in html
    assert 'aria-current="page"' in html


@pytest.mark.parametrize(
    ("sort", "aria", "following"), [("", "", "name"), ("name", "ascending", "-name"), ("-name", "descending", "name")]
)
def test_sort_header_turns_round(sort, aria, following):
    html = render('<c-sort-header key="name">Name</c-sort-header>', f"?sort={sort}&page=2")
    assert (f'aria-sort="{aria}"' in html) is bool(aria)
    assert f"sort={following}" in html
    assert "page=" not in html


def test_hidden_inputs_carry_the_address():
    request = RequestFactory().get("/", {"q": NASTY, "page": 2, "state": ["a", "b"], "sort": "x"})
    html = ui.hidden_inputs(request, "sort")
    assert html.count("<input") == 3
    assert "<script" not in html


# ---- charts ------------------------------------------------------------------------------------------------------

MONTH = [
    {"date": dt.date(2026, 11, 1), "offered": 480, "booked": 240},
    {"date": dt.date(2026, 11, 2), "offered": 0, "booked": 0, "off": NASTY},
    {"date": dt.date(2026, 11, 3), "offered": 240, "booked": 300},
]


@pytest.mark.parametrize(
    "html",
    [
        charts.month_bars(MONTH, caption=NASTY),
        charts.month_bars([]),
        charts.bar_chart([{"label": NASTY, "value": 3}, {"label": "b", "value": 0}], caption=NASTY),
        charts.bar_chart([]),
        charts.heat_map([{"label": NASTY, "cells": [{"share": 0.5}, {"share": None, "title": NASTY}]}], ["8", NASTY]),
        charts.meter_bar(3, 0),
        charts.meter_bar(5, 4, NASTY),
    ],
)
def test_chart_escapes_and_has_no_inline_style(html):
    assert "<script" not in html
    assert "style=" not in html


def test_chart_has_a_table_of_the_same_figures():
    html = charts.month_bars(MONTH)
    assert '<table class="sr-only">' in html
    assert "<td>240</td><td>480</td>" in html


def test_chart_bars_never_leave_the_picture():
    heights = [float(height) for height in re.findall(r'height="([\d.]+)" rx', charts.month_bars(MONTH, legend=False))]
    assert max(heights) <= charts.HEIGHT


@pytest.mark.parametrize(("share", "level"), [(None, 0), (0, 0), (0.01, 1), (0.2, 1), (0.21, 2), (1, 5), (1.4, 5)])
def test_heat_map_levels(share, level):
    assert f'data-level="{level}"' in charts.heat_map([{"label": "x", "cells": [{"share": share}]}], ["8"])


# ---- shells ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html", "403_csrf.html"])
def test_error_page_needs_no_context(name):
    html = engines["django"].get_template(name).render()
    assert html.count("<h1") == 1
    assert "<title></title>" not in html


@pytest.mark.parametrize(("cookie", "css"), [("dark", "dark"), ("light", "light"), ("system", ""), ("x", ""), ("", "")])
def test_theme_is_drawn_by_the_server(cookie, css):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    html = engines["django"].from_string("{% theme_class %}").render({}, request)
    assert html == css


def test_title_is_repeated_as_the_heading():
    source = '{% extends "_components/plain_page.html" %}{% block title %}Only once{% endblock %}'
    html = engines["django"].from_string(source).render()
    assert re.search(r"<h1[^>]*>Only once</h1>", html)


def test_help_of_several_lines_stays_inside_its_element():
    """A list within a paragraph ends it: the help would lose its look, and the field its description."""
    field = forms.CharField(help_text="<ul><li>Ten characters</li></ul>")
    html = type("OneField", (forms.Form,), {"word": field})()["word"].as_field_group()
    assert '<div id="id_word_helptext" class="help"><ul>' in html


def test_error_summary_says_that_a_password_is_typed_again():
    form = type("Secret", (forms.Form,), {"word": forms.CharField(widget=forms.PasswordInput), "on": forms.DateField()})
    html = render('{% include "_components/form_errors.html" %}', form=form({"word": "calm"}))
    assert "Please type the password once more; the rest is kept." in html
    assert "Nothing you typed is lost" not in html
