"""Judges an answer that shows hostile text: whether any of it became more than text."""

import csv
import io
import json
import re
from html.parser import HTMLParser

from icalendar import Calendar

STRANGE = {
    "iframe",
    "object",
    "embed",
    "base",
    "frame",
    "applet",
    "marquee",
    "math",
    "plaintext",
    "xmp",
    "style",
    "audio",
}
STRANGE |= {"hostile-el", "c-alert", "video", "animate", "comment"}
LEADS = {"href", "src", "action", "formaction", "data", "poster", "cite", "background", "xlink:href", "ping", "srcset"}
LEADS |= {"hx-get", "hx-post", "data-hx-get"}
GOOD_LEADS = re.compile(r"(/(?![/\\])|[?#]|https?://(sunrise\.)?localhost:8000/|mailto:[^?&]*\Z|tel:|data:image/|\Z)")
ALLAUTHS = ("form", "style", "display: none")  # on its page of addresses; our policy lets no such style hold
FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]|.*[;\t\r\n][=+\-@]", re.DOTALL)
NOT_TEXT = re.compile(r"-?\d+([.:-]\d+)*\Z")


class Page(HTMLParser):
    """What a browser makes of a page: its elements, its words, its scripts, its forms."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.elements, self.words, self.scripts, self.forms = [], [], [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        self.elements.append((tag, facts))
        if tag == "noscript":
            self.set_cdata_mode(tag)  # where scripts run, it is text to its end; elsewhere a part of the page
        if tag == "script":
            self.scripts.append([facts, ""])
        if tag == "form":
            self.forms.append((facts, []))
        elif tag in ("input", "textarea", "select", "option", "button") and self.forms:
            self.forms[-1][1].append([tag, facts, ""])

    def handle_data(self, data):
        tag = self.elements[-1][0] if self.elements else ""
        if tag == "script":
            self.scripts[-1][1] += data
        elif tag == "noscript":
            inner = Page(data)
            self.elements += inner.elements
            self.words += inner.words
            self.forms += inner.forms
        else:
            self.words.append(data)
        if tag == "textarea" and self.forms and self.forms[-1][1]:
            self.forms[-1][1][-1][2] += data

    def handle_comment(self, data):
        self.elements.append(("comment", {}))

    unknown_decl = handle_pi = handle_comment

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def faults(source, *, is_letter=False):
    """What became of a page that should not have: an element or attribute, a link away, a script, words run as a template."""
    page = Page(source)
    found = []
    for tag, attributes in page.elements:
        if tag in STRANGE or "<" in tag:
            found.append(f"<{tag}>")
        if tag == "meta" and "refresh" in str(attributes.get("http-equiv")).lower():
            found.append("<meta refresh>")
        found += [
            f"{tag} {name}={value!r}"
            for name, value in attributes.items()
            if _is_strange(name, value, is_letter) and (tag, name, value) != ALLAUTHS
        ]
    found += [f"a script {facts}: {text[:80]!r}" for facts, text in page.scripts if not _is_ours(facts, text)]
    return found + [f"{word!r} in the words" for word in ("hostile99", "&lt;hostile", "&#x27;") if word in page.text]


def _is_strange(name, value, is_letter):
    if name.startswith(("on", "hx-on", "x-")) or name in ("hostile", "srcdoc") or (name == "style" and not is_letter):
        return True
    if "&lt;hostile" in (value or ""):
        return True
    return name in LEADS and not GOOD_LEADS.match((value or "").strip().lower())


def _is_ours(facts, text):
    """A file of ours, or data that reads as data."""
    if facts.get("type") in ("application/json", "application/ld+json"):
        return isinstance(json.loads(text), dict | list)
    return str(facts.get("src")).startswith("/static/") and not text.strip()


def formulas(source):
    """Cells that a spreadsheet would run, whichever separator it splits at."""
    cells = [cell for row in csv.reader(io.StringIO(source.removeprefix("\ufeff"))) for cell in row]
    return [cell for cell in cells if FORMULA.match(cell) and not NOT_TEXT.match(cell)]


def entry_faults(source):
    """What a calendar entry says beyond one event of one person."""
    if "\n" in source.replace("\r\n", "") or "\r" in source.replace("\r\n", ""):
        return ["a bare line end"]
    calendar = Calendar.from_ical(source)
    names = sorted(name for component in calendar.walk() for name in component)
    kinds = [component.name for component in calendar.walk()]
    guests = source.replace("\r\n ", "").count("\r\nATTENDEE")
    wanted = ["VCALENDAR", "VEVENT"]
    found = [f"components {kinds}"] if kinds != wanted else []
    found += [f"{guests} attendees"] if guests != 1 else []
    return found + [f"{name} twice" for name in set(names) if names.count(name) > 1]


HEADERS = {"Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}


def letter_faults(mime):
    """`mime` as a mail server reads it: one sender, one reader, no header of somebody else's."""
    found = [f"header {name}" for name in mime if name not in HEADERS]
    found += [f"{name} {mime[name]}" for name in ("From", "To", "Reply-To") if len(mime[name].addresses) != 1]
    found += [f"defect {defect!r}" for part in mime.walk() for defect in part.defects]
    kinds = [part.get_content_type() for part in mime.walk()]
    for part in mime.walk():
        if part.get_content_type() == "text/html":
            found += faults(part.get_content(), is_letter=True)
        elif part.get_content_type() in ("text/calendar", "application/ics"):
            content = part.get_content()
            found += entry_faults(content if isinstance(content, str) else content.decode())
    return found + ([f"parts {kinds}"] if len(kinds) > 6 else [])
