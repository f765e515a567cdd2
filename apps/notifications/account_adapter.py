"""How sign-in mail leaves: as a message of the centre's outbox, like everything else that is told."""

import uuid
from typing import Any

from allauth.core import context as allauth_context
from django_tenants.utils import get_public_schema_name

from apps.accounts.adapter import CentreAccountAdapter
from apps.accounts.models import User
from apps.accounts.words import sentence_case
from apps.core import schema
from apps.notifications.actions import queue_mail
from apps.notifications.letters import Letterhead, account_page
from apps.notifications.models import Message


class AccountAdapter(CentreAccountAdapter):
    """Writes codes and security notices as rows; the worker sends them after commit, or the sweep while Redis is away.

    The public host has no outbox: its few superusers get their mail at once.
    """

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if schema.current() == get_public_schema_name():
            super().send_mail(template_prefix, email, context)
            return
        head = Letterhead.current()
        site = {"name": head.centre.name, "domain": head.base}
        facts = {"request": allauth_context.request, "email": email, "current_site": site, **context}
        mail = self.render_mail(template_prefix, email, facts)
        subject = sentence_case(str(mail.subject))
        queue_mail(
            key=f"{Message.Kind.ACCOUNT}:{uuid.uuid4()}",
            kind=Message.Kind.ACCOUNT,
            to=_login(email, context),
            address=email,
            subject=subject,
            text=str(mail.body),
            html=_page(mail) or account_page(head, subject=subject, text=str(mail.body)),
            is_secret=True,
        )


def _page(mail: Any) -> str:
    """The page that a template of its own made, if there is one."""
    return next((str(part.content) for part in getattr(mail, "alternatives", [])), "")


def _login(email: str, context: dict[str, Any]) -> User | None:
    """Return whose mail it is. Nobody's, when somebody typed an address that has no login here."""
    user = context.get("user")
    return user if isinstance(user, User) else User.objects.filter(email=email.lower()).first()
