"""Worker and beat. A task enters its centre by `apps.core.tasks.centre_task`; nothing switches schemas behind its back."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
app = Celery("verbena")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
