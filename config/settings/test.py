"""The test run: private servers, weak hashing, no waiting."""

from config.settings.base import *  # noqa: F403

SECRET_KEY = "test-key-" + "0" * 48
SITE_PORT = "8000"
SHOW_SECRET_MAIL = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = False
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
