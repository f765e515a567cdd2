"""The icons of the package lucide. It opens its whole archive for each icon; a process that opens it once draws its first
page half a second sooner."""

import importlib.resources
import io
import zipfile
from functools import cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe


@cache
def _archive() -> zipfile.ZipFile:
    packed = importlib.resources.files("lucide").joinpath("lucide.zip").read_bytes()
    return zipfile.ZipFile(io.BytesIO(packed))  # in memory: processes that fork would share a file's place


def drawn(name: str, css: str) -> SafeString:
    """The icon as svg on one line, with these classes, hidden from screen readers. Raises KeyError for an unknown name."""
    raw = " ".join(_archive().read(f"{name}.svg").decode().split())
    head, inner = raw.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1).split(">", 1)
    return mark_safe(  # noqa: S308  (drawn by the package, the class is escaped)
        f'{head.rstrip()} class="{escape(css)}" aria-hidden="true" focusable="false">{inner}'
    )
