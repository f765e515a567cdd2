"""Worker and beat. A task enters its centre by `apps.core.tasks.centre_task`; nothing switches schemas behind its back.

Whoever starts a process says with DJANGO_SETTINGS_MODULE which settings hold; there is no default here, so that a
production process can never fall back to a developer's.
"""

import logging.config
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging

app = Celery("verbena")
app.set_default()  # "current" is per thread: without this, a web server's threads would send to an unconfigured app
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_site_does(**facts: Any) -> None:
    """Celery would set up lines of its own, which quote arguments and what an exception says."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@celeryd_init.connect
def be_patient(conf: Any, **facts: Any) -> None:
    """A worker waits for work and may well hear nothing for a while."""
    conf.broker_transport_options = {**conf.broker_transport_options, "socket_timeout": 30}
