"""One of several who want the same time: a process of its own, as a web process is."""

import time


def run(schema, therapist, kind, number, plan, barrier, queue):
    """Race in each round that has room for this number; puts (start, milliseconds, what came of it)."""
    import django

    django.setup()

    from django.db import connection
    from django_tenants.utils import tenant_context

    from apps.core.errors import DomainError
    from apps.core.models import Mode
    from apps.patients.models import Patient
    from apps.scheduling import times
    from apps.scheduling.actions import Slot, book_session
    from apps.tenants.models import Centre
    from apps.therapists.models import Therapist, TherapyType

    centre = Centre.objects.get(schema_name=schema)
    with tenant_context(centre):
        whose, what = Therapist.objects.get(pk=therapist), TherapyType.objects.get(pk=kind)
        patient = Patient.objects.order_by("pk")[number]
        want = times.Want(what, Mode.VIDEO, [whose.pk], by_staff=True)
        times.why_not(centre, want, plan[0][1])  # a process that has served before
        for count, starts_at in plan:
            barrier.wait()
            if number >= count:
                continue
            began = time.perf_counter()
            try:
                slot = Slot(whose, what, Mode.VIDEO, starts_at)
                book_session(centre=centre, slot=slot, patient=patient, by=None, by_staff=True)
                got = "booked"
            except DomainError:
                got = "refused"
            except Exception:
                got = "error"
            queue.put((starts_at, 1000 * (time.perf_counter() - began), got))
    connection.close()
