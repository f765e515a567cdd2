"""What lists draw in every row: the same as the dear way, and text stays text."""

import re
import uuid

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from apps.core.templatetags import ui
from apps.sessions.models import State, TherapySession
from tests.core.test_components import NASTY, render


def test_address_is_the_one_that_url_says(settings):
    key = uuid.uuid4()
    said = reverse("sessions:session-detail", urlconf=settings.ROOT_URLCONF, kwargs={"pk": key})
    assert render("{% page 'sessions:session-detail' pk %}", pk=key) == said
    assert render("{% page 'sessions:session-detail' pk as there %}{{ there }}", pk=key) == said


@pytest.mark.parametrize("state", State.values)
def test_label_is_the_one_that_django_says(state):
    session = TherapySession(state=state)
    assert render("{{ session|label:'state' }}", session=session) == session.get_state_display()


def test_label_of_an_unknown_value_is_the_value():
    assert ui.label(TherapySession(state="melted"), "state") == "melted"


def test_badge_draws_what_the_component_draws():
    dear = render('<c-badge status="confirmed" icon="check">Confirmed</c-badge>')
    cheap = render("{% badge 'confirmed' 'Confirmed' 'check' %}")
    assert re.sub(r"\s+|class=\"badge \"", "", dear) == re.sub(r"\s+|class=\"badge\"", "", cheap)


def test_badge_escapes():
    assert "<script" not in render("{% badge text text %}", text=NASTY)


def links(label, current):
    return [{"label": label, "items": [{"label": NASTY, "url": "/x/", "icon": "sun", "current": current}]}]


def test_links_of_the_shell_follow_where_one_is():
    here, elsewhere = (
        render("{% nav_groups nav 'side-' %}", nav=links("Clinic", current)) for current in (True, False)
    )
    assert 'aria-current="page"' in here
    assert 'aria-current="page"' not in elsewhere


def test_links_of_the_shell_are_text_and_their_ids_are_apart():
    side, top = (render("{% nav_groups nav prefix %}", nav=links(NASTY, True), prefix=p) for p in ("side-", "top-"))
    assert "<script" not in side
    assert 'id="side-nav-1"' in side and 'id="top-nav-1"' in top


def test_nobody_has_no_links():
    assert render("{% nav_groups nav 'side-' %}").strip() == ""


@pytest.mark.parametrize("src", ["", "/photo/?a=1&b=2"])
def test_avatar_draws_what_the_component_draws(src):
    facts = {"name": "Dr. Ada Byron", "key": uuid.uuid4(), "src": src}
    dear = render('<c-avatar name="{{ name }}" src="{{ src }}" key="{{ key }}" size="size-9" />', **facts)
    cheap = render("{% avatar name key 'size-9' src %}", **facts)
    assert re.sub(r"\s+", "", dear) == re.sub(r"\s+", "", cheap)


def test_avatar_escapes():
    assert "<script" not in render("{% avatar text 1 'size-9' text %}", text=NASTY)
    assert ">&lt;<" in render("{% avatar text 1 'size-9' %}", text="<script")


@pytest.mark.parametrize(
    ("written", "german"),
    [
        ("{% translate 'Password' %}", "Passwort"),
        ("{% translate 'Password' as word %}{{ word }}", "Passwort"),
        ("{% translate 'May' context 'alt. month' %}", "Mai"),
        ("{% translate name %}", "Passwort"),
        ("{% translate 'Password'|upper %}", "PASSWORT"),
        ("{% translate 'Password' noop %}", "Password"),
        ("{% translate '5% <b>' %}", "5% <b>"),
    ],
)
def test_words_are_kept_in_each_language_for_itself(written, german):
    page = Template(written)
    words = [said_in(page, language) for language in ("en", "de", "en", "de")]
    dear = Template("{% load i18n %}" + written)
    assert words == [said_in(dear, language) for language in ("en", "de", "en", "de")]
    assert words[1] == german


def said_in(page, language):
    with translation.override(language):
        return page.render(Context({"name": "Password"}))


def test_words_that_are_no_constant_follow_the_page():
    page = Template("{% translate word %}")
    assert [page.render(Context({"word": word})) for word in ("Sun", "Moon")] == ["Sun", "Moon"]
