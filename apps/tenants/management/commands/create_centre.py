from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.tenants import actions
from apps.tenants.models import Centre
from apps.tenants.provisioning import TemplateMissing


class Command(BaseCommand):
    help = "Open a centre: its row, host name, schema and database role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="Short name; the address becomes <slug>.<public host>.")
        parser.add_argument("name")
        parser.add_argument("--domain", help="Another host name instead.")
        parser.add_argument("--time-zone", default="UTC")
        parser.add_argument("--currency", default="USD")
        parser.add_argument("--locale", default="en-US")
        parser.add_argument("--country", default="")
        parser.add_argument("--status", choices=Centre.Status.values, default=Centre.Status.TRIAL)

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("slug", "name", "domain", "time_zone", "currency", "locale", "country", "status")
        try:
            centre = actions.open_centre(**{name: options[name] for name in names})
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        except TemplateMissing as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{centre.name} is open at {actions.address(centre)}")
