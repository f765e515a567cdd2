from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_tenants.utils import schema_context, tenant_context

from apps.patients.imports import import_patients
from apps.tenants.models import Centre


class Command(BaseCommand):
    help = "Bring patients in from a FHIR R4 file: one resource on each line (ndjson), or a Bundle."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--centre", required=True, help="The centre's short name.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen and write nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        with schema_context("public"):
            centre = Centre.objects.open().filter(slug=options["centre"]).first()
        if centre is None:
            raise CommandError(f"There is no open centre called {options['centre']}.")
        file: Path = options["file"]
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        with tenant_context(centre):
            report = import_patients(
                content=content, source=file.name, region=centre.country, by=None, dry_run=options["dry_run"]
            )
        for sentence in report.sentences():
            self.stdout.write(sentence)
