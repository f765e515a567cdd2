"""Django's SMTP backend, with two faults mended: addresses beyond ASCII, and an error after the letter was taken."""

import smtplib
from typing import Any

from django.core.mail.backends import smtp

REFUSAL = "The address has letters beyond ASCII before the @, and the mail server takes no such addresses (SMTPUTF8)."


class EmailBackend(smtp.EmailBackend):
    """Sends an `Envelope`. What goes wrong while hanging up is not a failure: the server has the letter already."""

    connection: Any

    def _send(self, email_message: Any) -> bool:
        options = self._options(email_message)
        message = email_message.message().as_bytes()
        self.connection.sendmail(email_message.from_email, email_message.recipients(), message, options)
        return True

    def _options(self, email_message: Any) -> list[str]:
        self.connection.ehlo_or_helo_if_needed()
        if not email_message.needs_utf8:
            return []
        if not self.connection.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError(REFUSAL)
        return ["SMTPUTF8", "BODY=8BITMIME"]

    def _close_connection(self, connection: Any) -> None:
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close()
