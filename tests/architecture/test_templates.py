"""What no template may hold: inline style or script (the policy forbids them), words that nobody can translate."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

ROOT = settings.BASE_DIR / "templates"
FILES = sorted(ROOT.rglob("*.html"))
SPOKEN = {"title", "alt", "placeholder", "aria-label", "label", "description", "submit", "caption", "legend", "heading"}
NAMES = {"Verbena", "A", "htmx"}  # not translated
WORD = re.compile(r"[^\W\d_]{2,}")
FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/(?:ld\+)?json\"))", re.IGNORECASE),
    "an event handler": re.compile(r"\son[a-z]{3,}\s*=", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "hx-on": re.compile(r"\shx-on", re.IGNORECASE),
    "a third party": re.compile(r"(?:src|href)=\"(?:https?:)?//", re.IGNORECASE),
    "unescaped text": re.compile(r"\|\s*safe\b|autoescape off"),
}

ALLOWED = {"django/forms/field.html": ["unescaped text"]}  # help texts are ours, and Django's own hold lists
ATTRIBUTES = {"allauth/elements/field_attrs.html"}  # no markup, only what stands inside a tag


def name(path):
    return str(path.relative_to(ROOT))


def without_comments(text):
    return re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}|<!--.*?-->", "", text, flags=re.DOTALL)


PAGES = [path for path in FILES if not {"emails", "pdf"} & set(path.parts)]  # mail programs want inline styles


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_template_holds_nothing_inline(path):
    text = without_comments(path.read_text())
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == ALLOWED.get(name(path), [])


class Words(HTMLParser):
    """Collects text that people read and that came neither from `translate` nor from a variable."""

    SILENT = ("script", "style", "svg", "code", "kbd", "c-vars")

    def __init__(self):
        super().__init__()
        self.open, self.found = [], []

    def handle_starttag(self, tag, attrs):
        self.found += [value for key, value in attrs if key in SPOKEN and value and WORD.search(value)]
        if tag in self.SILENT and tag != "c-vars":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        if tag != "c-vars":
            self.found += [value for key, value in attrs if key in SPOKEN and value and WORD.search(value)]

    def handle_endtag(self, tag):
        if tag in self.open:
            self.open.remove(tag)

    def handle_data(self, data):
        if not self.open:
            self.found += WORD.findall(data)


SILENT_BLOCKS = {"width", "body_class", "bodyclass", "content_class", "coltype"}  # classes, not words
OPENS, CLOSES = ("blocktranslate", "blocktrans", "verbatim"), ("endblocktranslate", "endblocktrans", "endverbatim")


def markup(text):
    """The template's own markup: tags and variables become nothing, translated blocks vanish whole."""
    silent, kept = False, []
    for token in Lexer(without_comments(text)).tokenize():
        words = token.contents.split() or [""]
        if token.token_type == TokenType.BLOCK:
            silent = silent or words[0] in OPENS or (words[0] == "block" and words[1] in SILENT_BLOCKS)
            silent = silent and words[0] not in (*CLOSES, "endblock")
        elif token.token_type == TokenType.TEXT and not silent:
            kept.append(token.contents)
    return "".join(kept)


@pytest.mark.parametrize("path", [path for path in FILES if name(path) not in ATTRIBUTES], ids=name)
def test_template_says_nothing_that_cannot_be_translated(path):
    words = Words()
    words.feed(markup(path.read_text()))
    assert [word for word in words.found if word not in NAMES] == []


def test_the_scan_would_notice():
    words = Words()
    words.feed(
        markup(
            '<p title="Hello there">{% translate "Fine" %} {{ name }} Good day <c-button label="Save">x</c-button></p>'
        )
    )
    assert words.found == ["Hello there", "Good", "day", "Save"]


def test_templates_are_found():
    assert len(FILES) > 40
    assert all(isinstance(path, Path) for path in FILES)
