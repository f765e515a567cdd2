from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError


class Command(BaseCommand):
    help = "What `make run` needs before its processes start, in one go: prepare, make_demo, demo_people."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=Path, required=True, help="File for what demo_people says.")

    def handle(self, *args: Any, **options: Any) -> None:
        said = StringIO()
        try:
            call_command("prepare", stdout=self.stdout)
            call_command("make_demo", stdout=self.stdout)
            call_command("demo_people", stdout=said)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {str(error).strip()}") from error
        options["people"].write_text(said.getvalue())
