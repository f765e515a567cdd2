"""Template tags of the design system: icons, the theme switch, sorting, paging, error summaries.

A builtin of every template: each tag's docstring says how to use it.
"""

from __future__ import annotations

import logging
import uuid
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.db import models
from django.forms import BaseForm, BaseFormSet, PasswordInput
from django.http import HttpRequest
from django.template import Context
from django.template.base import Node, Parser, Token
from django.template.loader import get_template
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import get_urlconf, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from apps.core import icons

logger = logging.getLogger(__name__)
register = template.Library()

THEMES = ("light", "dark", "system")
SIDEBAR_COOKIE = "sidebar"
HUES = 8
_ANY = str(uuid.UUID(int=0))  # stands for the key in an address that is kept

# Icons that point along the line of text turn round in right-to-left languages.
_DIRECTED = frozenset(
    {
        "arrow-left",
        "arrow-right",
        "chevron-left",
        "chevron-right",
        "chevrons-left",
        "chevrons-right",
        "log-in",
        "log-out",
        "panel-left",
        "undo-2",
    }
)

_TOAST_ICONS = {"success": "circle-check", "warning": "triangle-alert", "error": "circle-x", "info": "info"}


@lru_cache(maxsize=1024)
def _icon(name: str, css: str) -> SafeString:
    if name in _DIRECTED:
        css = f"{css} rtl:-scale-x-100"
    try:
        return icons.drawn(name, css)
    except KeyError:
        logger.warning("no icon is called %r", name)
        return icons.drawn("circle-dashed", css)


@register.simple_tag
def icon(name: str, **attrs: str) -> SafeString:
    """`{% icon "calendar" class="size-5" %}`: an inline lucide icon, hidden from screen readers."""
    return _icon(name, attrs.get("class") or "size-4")


@register.simple_tag
def page(name: str, pk: object) -> str:
    """`{% page "sessions:session-detail" session.pk %}`: what `{% url %}` says, at a tenth of its price: for rows.

    For addresses whose one parameter is a UUID called `pk`.
    """
    return _page(name, get_urlconf()).replace(_ANY, str(pk))


@lru_cache(maxsize=512)
def _page(name: str, urlconf: str | None) -> str:
    return reverse(name, urlconf=urlconf, kwargs={"pk": _ANY})


@register.simple_tag
def badge(status: str, label: object, icon: str = "") -> SafeString:
    """`{% badge session.state session|label:"state" %}`: what `<c-badge status>` draws, cheap enough for every row."""
    return _badge(status, str(label), icon)


@lru_cache(maxsize=1024)
def _badge(status: str, label: str, icon: str) -> SafeString:
    drawn = _icon(icon, "size-3") if icon else ""
    return format_html('<span class="badge" data-status="{}">{}{}</span>', status, drawn, label)


@register.simple_tag
def nav_groups(groups: list[dict[str, Any]] | None, prefix: str) -> SafeString:
    """`{% nav_groups nav "side-" %}`: the groups of links of the shell, drawn once for each way they can look."""
    return _nav_groups(tuple(_seen(group) for group in groups or ()), prefix)


def _seen(group: dict[str, Any]) -> tuple[str, tuple[tuple[str, str, str, bool], ...]]:
    items = group["items"]
    return str(group["label"]), tuple((str(it["label"]), it["url"], it["icon"], it["current"]) for it in items)


@lru_cache(maxsize=1024)
def _nav_groups(groups: tuple[Any, ...], prefix: str) -> SafeString:
    keys = ("label", "url", "icon", "current")
    shown = [{"label": label, "items": [dict(zip(keys, it, strict=True)) for it in items]} for label, items in groups]
    return mark_safe(get_template("_components/nav_groups.html").render({"nav": shown, "prefix": prefix}))  # noqa: S308


@register.filter
def label(row: models.Model, name: str) -> str:
    """`{{ session|label:"state" }}`: what `get_state_display` says, without translating every other choice on the way."""
    value = getattr(row, name)
    return str(_labels(type(row), name).get(value, value))


@lru_cache(maxsize=256)
def _labels(model: type[models.Model], name: str) -> dict[Any, Any]:
    return dict(model._meta.get_field(name).flatchoices)  # type: ignore[union-attr]


@register.filter
def toast_icon(level: str) -> str:
    """The icon that goes with a message's level tag."""
    return _TOAST_ICONS.get(level, "info")


def _request(context: Context) -> HttpRequest | None:
    return context.get("request") or getattr(context, "request", None)


def _cookie(context: Context, name: str) -> str:
    request = _request(context)
    return request.COOKIES.get(name, "") if request else ""


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The visitor's choice: `light`, `dark` or `system` (no choice made)."""
    chosen = _cookie(context, "theme")
    return chosen if chosen in THEMES else "system"


@register.simple_tag(takes_context=True)
def theme_class(context: Context) -> str:
    """The class of `<html>`: empty when the system's wish decides."""
    chosen = theme(context)
    return "" if chosen == "system" else chosen


@register.simple_tag(takes_context=True)
def sidebar_closed(context: Context) -> bool:
    """Whether the visitor folded the sidebar away on a wide screen."""
    return _cookie(context, SIDEBAR_COOKIE) == "closed"


@register.filter
def initials(name: object) -> str:
    """`Maria de la Cruz` becomes `MC`; titles are left out."""
    words = [word for word in str(name).split() if not word.endswith(".")]
    if not words:
        return "?"
    ends = words if len(words) == 1 else [words[0], words[-1]]
    return "".join(word[0] for word in ends).upper()


@register.filter
def hue(value: object) -> int:
    """A stable number from 1 to 8 for anything, so that a person or type keeps one colour everywhere."""
    return zlib.crc32(str(value).encode()) % HUES + 1


@register.simple_tag
def pages(page: Page) -> list[int | str]:
    """The page numbers to show, with an ellipsis where some are left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.simple_tag
def avatar(name: object, key: object, size: str, src: str = "") -> SafeString:
    """`{% avatar person person.pk "size-10" photo_url %}`: what `<c-avatar>` draws, cheap enough for every row."""
    photo = '<img src="{}" alt="" loading="lazy">'
    face = format_html(photo, src) if src else format_html('<span aria-hidden="true">{}</span>', initials(name))
    return format_html('<span class="avatar rounded-full {}" data-hue="{}">{}</span>', size, hue(key), face)


@register.simple_tag
def sort_state(request: HttpRequest | None, key: str, default: str = "") -> dict[str, str]:
    """What a sortable column header says: its aria-sort, its icon, and the `sort` that a click asks for."""
    current = (request.GET.get("sort") if request else "") or default
    if current == key:
        return {"aria": "ascending", "icon": "arrow-up", "next": f"-{key}"}
    if current == f"-{key}":
        return {"aria": "descending", "icon": "arrow-down", "next": key}
    return {"aria": "none", "icon": "chevrons-up-down", "next": key}


def _field_errors(form: BaseForm) -> Iterator[dict[str, Any]]:
    for field in form:
        for error in field.errors:
            yield {"label": field.label, "id": _focusable_id(field), "text": error}


def _focusable_id(field: Any) -> str:
    if field.is_hidden:
        return ""
    if field.field.widget.use_fieldset and len(field.subwidgets):
        return field.subwidgets[0].id_for_label or field.auto_id
    return field.id_for_label or field.auto_id


@register.simple_tag
def error_summary(form: BaseForm | BaseFormSet) -> list[dict[str, Any]]:
    """Every error of a form or formset as `{label, id, text}`; those without a field have no id."""
    if isinstance(form, BaseFormSet):
        found = [{"label": "", "id": "", "text": error} for error in form.non_form_errors()]
        return found + [error for row in form for error in error_summary(row)]
    if not form.is_bound or not form.errors:
        return []
    found = [{"label": "", "id": "", "text": error} for error in form.non_field_errors()]
    return found + list(_field_errors(form))


@register.filter
def asks_password(form: BaseForm | BaseFormSet) -> bool:
    """Whether a browser gets back less than was typed: passwords are never sent to it."""
    fields = getattr(form, "fields", {}).values()
    return any(isinstance(field.widget, PasswordInput) and not field.widget.render_value for field in fields)


class RepeatBlock(Node):
    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: Context) -> SafeString:
        blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
        block = blocks.get_block(self.name) if blocks else None
        return SafeString(block.nodelist.render(context).strip()) if block else SafeString("")


@register.tag
def repeat_block(parser: Parser, token: Token) -> RepeatBlock:
    """`{% repeat_block "title" %}`: what the page put into a block, a second time (the h1 repeats the title)."""
    return RepeatBlock(token.split_contents()[1].strip("\"'"))


@register.filter
def get(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """`{{ mapping|get:key }}`: a look-up whose key is a variable."""
    return mapping.get(key) if mapping else None


@register.filter
def hidden_inputs(request: HttpRequest | None, without: str = "") -> SafeString:
    """The address's parameters as hidden inputs, but for the names given (comma-separated) and the page."""
    if request is None:
        return SafeString("")
    skipped = {"page", *without.split(",")}
    rows = [(key, value) for key, values in request.GET.lists() if key not in skipped for value in values]
    return mark_safe("".join(format_html('<input type="hidden" name="{}" value="{}">', *row) for row in rows))  # noqa: S308
