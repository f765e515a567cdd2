"""One of several who want the same time: a process of its own, as a web process is."""

import time


def run(schema, therapist, kind, number, own, plan, barrier, queue):
    """Book `own` first, as a process that has served before, uncounted; then race in each round that has room.

    Puts (start, milliseconds, what came of it).
    """
    import django

    django.setup()

    from django.db import connection
    from django_tenants.utils import tenant_context

    from apps.core.errors import DomainError
    from apps.core.models import Mode
    from apps.patients.models import Patient
    from apps.scheduling.actions import Slot, book_session
    from apps.tenants.models import Centre
    from apps.therapists.models import Therapist, TherapyType

    def book(starts_at):
        began = time.perf_counter()
        try:
            slot = Slot(whose, what, Mode.VIDEO, starts_at)
            book_session(centre=centre, slot=slot, patient=patient, by=None, by_staff=True)
            got = "booked"
        except DomainError:
            got = "refused"
        except Exception:
            got = "error"
        return starts_at, 1000 * (time.perf_counter() - began), got

    centre = Centre.objects.get(schema_name=schema)
    with tenant_context(centre):
        whose, what = Therapist.objects.get(pk=therapist), TherapyType.objects.get(pk=kind)
        patient = Patient.objects.order_by("pk")[number]
        book(own)
        for count, starts_at in plan:
            barrier.wait()
            if number < count:
                queue.put(book(starts_at))
    connection.close()
