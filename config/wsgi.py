"""The web process."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
application = get_wsgi_application()
get_resolver(settings.ROOT_URLCONF).reverse_dict  # noqa: B018  (views are imported before the first visitor waits for them)
