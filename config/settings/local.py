"""The developer's machine and the demo: `make run`."""

from config import env
from config.settings.base import *  # noqa: F403

DEBUG = False  # the demo shows what users see; DEBUG pages would hide our own error pages
SECRET_KEY = env.text("SECRET_KEY") or "local-only-key-" + "0" * 40
SITE_PORT = env.port("SITE_PORT") or env.port("PORT")
SHOW_SECRET_MAIL = True  # one-time codes may be read in the message log of a demo
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys on http://*.localhost
