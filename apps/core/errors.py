"""Errors are facts: what the domain refuses, with a stable code and a sentence for the person who asked."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule said no.

    `code` is stable and machine-readable; `message` is a translatable sentence for people. `field` names the form field
    that the sentence belongs beside, if any. Raised by actions; turned into a form error by
    `apps.core.http.FormFlow` and into an API error by the API's exception handler, nowhere else.
    """

    code: ClassVar[str] = "refused"
    message: ClassVar[str | Promise] = _("This is not possible.")
    field: ClassVar[str | None] = None

    def __init__(self, message: str | Promise | None = None, **facts: object) -> None:
        self.facts = facts
        self.text = message if message is not None else self.message
        super().__init__(str(self.code))

    def __str__(self) -> str:
        return str(self.text)
