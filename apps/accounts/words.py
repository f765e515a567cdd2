"""allauth's headings, buttons, labels and subjects in the house's manner: "Sign in", not "Sign In"."""

import re

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

LATER_WORD = re.compile(r"(?<=[\w,;:-])(\s+|-)([A-Z])(?=[a-z]+\b)")


def sentence_case(text: str) -> str:
    """Only the first word keeps its capital. English alone writes like this: other languages are left as they are."""
    if not (get_language() or "en").startswith("en"):
        return text
    cased = LATER_WORD.sub(lambda found: found[1] + found[2].lower(), text)
    return mark_safe(cased) if isinstance(text, SafeString) else cased  # noqa: S308  only letters were made smaller
