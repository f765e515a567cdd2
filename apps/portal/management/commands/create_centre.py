from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError

from apps.portal import opening
from apps.tenants import actions
from apps.tenants.models import Centre
from apps.tenants.provisioning import TemplateMissing


class Command(BaseCommand):
    help = "Open a centre: its row, host name, schema and database role, and an invitation for its first administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="Short name; the address becomes <slug>.<public host>.")
        parser.add_argument("name")
        parser.add_argument("--admin", default="", dest="admin_email", help="E-mail of its first administrator.")
        parser.add_argument("--domain", help="Another host name instead.")
        parser.add_argument("--time-zone", default="UTC")
        parser.add_argument("--currency", default="USD")
        parser.add_argument("--locale", default="", help="How dates and money are written; as in the country.")
        parser.add_argument("--country", default="", help="Two letters; decides the public holidays.")
        parser.add_argument("--status", choices=Centre.Status.values, default=Centre.Status.TRIAL)

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("slug", "name", "admin_email", "domain", "time_zone", "currency", "locale", "country", "status")
        try:
            centre = opening.open_centre(**{name: options[name] for name in names})
        except ValidationError as error:
            raise CommandError(_sentences(error)) from error
        except TemplateMissing as error:
            raise CommandError(str(error)) from error
        except ProgrammingError as error:
            raise CommandError(f"The database is not ready; run `manage.py prepare`. ({str(error).strip()})") from error
        self.stdout.write(f"{centre.name} is open at {actions.address(centre)}")


def _sentences(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return "\n".join(error.messages)
    return "\n".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
