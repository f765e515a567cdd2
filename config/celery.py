"""Worker and beat. A task enters its centre by `apps.core.tasks.centre_task`; nothing switches schemas behind its back.

Whoever starts a process says with DJANGO_SETTINGS_MODULE which settings hold; there is no default here, so that a
production process can never fall back to a developer's.
"""

from celery import Celery

app = Celery("verbena")
app.set_default()  # "current" is per thread: without this, a web server's threads would send to an unconfigured app
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
