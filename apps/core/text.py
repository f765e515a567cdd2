"""Text as people type it and other systems send it: what one line is, and which characters nobody can have meant.

Line breaks of every kind, the tab, and Word's soft break are white space. Control characters, halves of surrogate pairs
and marks that turn the direction of everything after them are none of anybody's text. Joiners of Persian and Indic
scripts, marks of direction that touch one place only, and signs newer than this program are.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

BREAK = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
SOFT_BREAK = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")
NOTHING = re.compile("[\u200b\u2060\ufeff]")  # no width, no meaning; pasted from web pages, and then not found again
UNSEEN = re.compile("[\x01-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def joined(text: str) -> str:
    """The same words on one line."""
    return BREAK.sub(" ", NOTHING.sub("", text)).strip()


def unbroken(text: str) -> str:
    """Several lines, each ended as the rest of the world ends them."""
    return SOFT_BREAK.sub("\n", text)


def one_line(text: str) -> str:
    """One line whatever comes: for what leaves the house, and what another system sent. A character unseen is a space."""
    return " ".join(UNSEEN.sub(" ", joined(text)).replace("\0", " ").split())


def in_header(text: str) -> str:
    """One line of a mail's head in which nothing reads as a word that is encoded already (RFC 2047).

    Python's mail package decodes such a word and writes what comes of it: `=?utf-8?q?x=0d=0aBcc:_y?=` becomes a header.
    """
    return one_line(text).replace("=?", "=\u200b?")


def require_seen(text: str) -> None:
    """Refuse control characters. (The null character is refused by every field of Django's.)"""
    if found := UNSEEN.search(text):
        sentence = _("There is a character in this that nobody can see (%(code)s). Please write it anew.")
        raise ValidationError(sentence, code="unseen", params={"code": f"U+{ord(found[0]):04X}"})


def require_line(text: str) -> None:
    """Refuse control characters and line breaks."""
    require_seen(text)
    if BREAK.search(text):
        raise ValidationError(_("Write this on one line."), code="line")
