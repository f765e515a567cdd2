"""Mail leaves here, by whatever EMAIL_URL names: SMTP, a folder of files, the test's outbox.

A letter is built with the standard library's modern e-mail package rather than Django's, which writes an address with
letters beyond ASCII as an encoded word before the @: no server can deliver that. Such an address goes by SMTPUTF8
(RFC 6531) or is refused with a sentence.
"""

import smtplib
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage as Mime
from email.utils import format_datetime, parseaddr
from typing import Any

from django.conf import settings
from django.core import mail
from django.utils.encoding import punycode

from apps.core import clock
from apps.core.text import in_header

OPERATORS = (
    smtplib.SMTPSenderRefused,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
)
BACKENDS = {"django.core.mail.backends.smtp.EmailBackend": "apps.notifications.gateways.smtp.EmailBackend"}


class NotSent(Exception):
    """The provider did not take it. `is_final`: trying again is useless. `is_away`: it takes nothing from anybody."""

    def __init__(self, text: str, *, is_final: bool = False, is_away: bool = False) -> None:
        super().__init__(text)
        self.is_final = is_final
        self.is_away = is_away


@dataclass(frozen=True)
class Letter:
    """One mail to one person."""

    message_id: str
    sender: tuple[str, str]  # the name shown and the address replies go to
    to: tuple[str, str]
    subject: str
    text: str
    html: str = ""
    calendar: str = ""
    calendar_method: str = ""


class Envelope(mail.EmailMessage):
    """What Django's backends carry, around a letter built by us."""

    def __init__(self, letter: Letter) -> None:
        name, from_address = letter.sender[0], parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        self.address = deliverable(letter.to[1])
        super().__init__(letter.subject, letter.text, from_address, [self.address])
        self.mime = build(letter, sender=_mailbox(name, from_address), to=_mailbox(letter.to[0], self.address))

    @property
    def needs_utf8(self) -> bool:
        return not self.address.isascii()

    def message(self, *, policy: Any = None) -> Any:
        return self.mime


def send(letter: Letter) -> None:
    """Hand over one letter. Raises NotSent."""
    try:
        envelope = Envelope(letter)
    except (ValueError, UnicodeError) as error:
        raise NotSent(f"This cannot be written as a mail: {error}", is_final=True) from error
    try:
        mail.get_connection(BACKENDS.get(settings.EMAIL_BACKEND)).send_messages([envelope])
    except (smtplib.SMTPException, OSError) as error:
        raise explain(error) from error


def deliverable(address: str) -> str:
    """The address with its domain in ASCII; what stands before the @ has no such form. Raises ValueError."""
    local, at, domain = address.rpartition("@")
    if not (at and local and domain) or any(char.isspace() or not char.isprintable() for char in address):
        raise ValueError(f"{address!r} is not an address")
    return f"{local}@{punycode(domain)}"


def build(letter: Letter, *, sender: Address, to: Address) -> Mime:
    """Text, page and calendar entry as alternatives, the entry once more as a file: each mail program reads its own."""
    is_plain = to.addr_spec.isascii()
    mime = Mime(policy=policy.SMTP if is_plain else policy.SMTPUTF8)
    mime["Subject"] = in_header(letter.subject)
    mime["From"], mime["To"] = sender, to
    if letter.sender[1] and letter.sender[1].isascii():
        mime["Reply-To"] = _mailbox(*letter.sender)
    mime["Date"] = format_datetime(clock.now())
    mime["Message-ID"] = f"<{letter.message_id}>"
    mime["Auto-Submitted"] = "auto-generated"
    mime.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        mime.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.calendar:
        parameters = {"method": letter.calendar_method, "name": "session.ics"}
        mime.add_alternative(letter.calendar, subtype="calendar", cte="base64", params=parameters)
        mime.add_attachment(letter.calendar.encode(), maintype="application", subtype="ics", filename="session.ics")
    return mime


def _mailbox(name: str, address: str) -> Address:
    local, _at, domain = address.rpartition("@")
    return Address(in_header(name), local, domain)


def explain(error: Exception) -> NotSent:
    """Say what the provider's answer means. A letter is given up only for what is the letter's own fault.

    5xx for the recipient or the content is final. 5xx for the sender or the login is the operator's to mend, and
    anything about the connection passes: those are tried again.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()), (0, b""))
        return NotSent(_answer(code, text), is_final=code >= 500)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NotSent(str(error), is_final=True)
    if isinstance(error, OPERATORS):
        return NotSent(_answer(error.smtp_code, error.smtp_error), is_away=True)
    if isinstance(error, smtplib.SMTPResponseException):
        return NotSent(_answer(error.smtp_code, error.smtp_error), is_final=error.smtp_code >= 500)
    return NotSent(f"The mail server could not be reached or stopped answering: {error}", is_away=True)


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    return f"The mail server answered {code}: {' '.join(words.split())}"
