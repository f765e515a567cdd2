import time
from argparse import ArgumentTypeError
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Any

import django
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.tenants.staleness import stale_schemas


def migrate_one(schema: str) -> tuple[str, float]:
    """Migrate one schema in a process of its own; returns its name and the seconds taken."""
    django.setup()
    from apps.tenants.provisioning import migrate_schema

    began = time.perf_counter()
    migrate_schema(schema)
    return schema, time.perf_counter() - began


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text} is no number of workers: one at least")
    return int(text)


class Command(BaseCommand):
    help = "Migrate the centres whose schema is behind this code, several at a time. Run it again after a crash."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=_count, default=2, help="How many schemas at a time.")
        parser.add_argument("--dry-run", action="store_true", help="Only name the stale schemas.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self.stdout.writelines(f"{schema}\n" for schema in stale_schemas())
            return
        self.migrate(workers=options["workers"])

    def migrate(self, *, workers: int) -> None:
        stale = stale_schemas()
        if not stale:
            return
        failed = []
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=django.setup) as pool:
            running = {pool.submit(migrate_one, schema): schema for schema in stale}
            for number, future in enumerate(as_completed(running), start=1):
                failed += self._report(future, running[future], number, len(stale))
        if failed:
            raise CommandError(f"{len(failed)} of {len(stale)} failed, the rest stand: {', '.join(failed)}")

    def _report(self, future: Any, schema: str, number: int, total: int) -> list[str]:
        if error := future.exception():
            self.stderr.write(f"[{number}/{total}] {schema} FAILED: {error}")
            return [schema]
        self.stdout.write(f"[{number}/{total}] {schema} {future.result()[1]:.2f} s")
        return []
