from typing import Any

from django.core.management.base import BaseCommand

from apps.tenants import provisioning
from apps.tenants.management.commands.migrate_centres import Command as MigrateCentres


class Command(BaseCommand):
    help = "Bring the database to this code: the shared tables, the template schema, then every stale centre."

    def handle(self, *args: Any, **options: Any) -> None:
        provisioning.migrate_public()
        if provisioning.refresh_template():
            self.stdout.write("Template schema remade.")
        MigrateCentres(stdout=self.stdout._out).migrate(workers=2)  # type: ignore[arg-type]
