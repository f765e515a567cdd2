import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.portal.demo import making
from apps.tenants.provisioning import TemplateMissing


class Command(BaseCommand):
    help = "Make the two demo centres, sunrise and harbour, unless they are there. Each is made whole or not at all."

    def handle(self, *args: Any, **options: Any) -> None:
        for demo in making.missing():
            began = time.perf_counter()
            try:
                centre, sessions = making.make(demo)
            except TemplateMissing as error:
                raise CommandError(str(error)) from error
            seconds = time.perf_counter() - began
            self.stdout.write(f"Demo centre {centre.name} made, with {sessions} sessions, in {seconds:.1f} s.")
        making.make_root()
