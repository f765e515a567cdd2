"""Settings that hold everywhere; local, test and production add to them."""

from pathlib import Path

from csp.constants import NONE, SELF

from config import env

BASE_DIR = env.BASE_DIR
SECRET_KEY = env.text("SECRET_KEY")
DEBUG = False

# --- hosts and addresses -------------------------------------------------------------------------------------------
PUBLIC_HOST = env.host("PUBLIC_HOST")
SITE_SCHEME = env.text("SITE_SCHEME")
SITE_PORT = env.port("SITE_PORT")
SHOW_SECRET_MAIL = False  # a sign-in code in the message log would let staff sign in as the patient
ALLOWED_HOSTS = ["*"]  # every host is checked against the table of domains by CentreMiddleware: an unknown one is a 404

# --- apps: shared tables live in `public`, the rest in each centre's schema ------------------------------------------
_DJANGO = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "apps.core.static_files.ServedFiles",
    "django.contrib.humanize",  # allauth's page of devices wants it
]
_ALLAUTH = ["allauth", "allauth.account", "allauth.mfa", "allauth.usersessions"]
_LIBRARIES = [
    "django.forms",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "rest_framework",
]
SHARED_APPS = [
    "django_tenants",
    "apps.core",
    "apps.tenants",
    "apps.accounts",
    *_DJANGO,
    *_ALLAUTH,
    *_LIBRARIES,
    "django.contrib.admin",
]
TENANT_APPS = [
    "apps.accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    *_ALLAUTH,
    "apps.patients",
    "apps.therapists",
    "apps.sessions",
    "apps.scheduling",
    "apps.notifications",
    "apps.portal",
]
INSTALLED_APPS = [*SHARED_APPS, *[app for app in TENANT_APPS if app not in SHARED_APPS]]
TENANT_MODEL = "tenants.Centre"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TEMPLATE_SCHEMA = "centre_template"
OWNER_ROLE = env.text("OWNER_ROLE")
SHOW_PUBLIC_IF_NO_TENANT_FOUND = False
ROOT_URLCONF = "config.urls_tenant"
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

MIDDLEWARE = [
    "apps.core.middleware.RequestLog",
    "apps.core.health.Health",
    "apps.core.middleware.Readable",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # before the centre: the page of a closed one needs its style sheet
    "apps.tenants.middleware.CentreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.SameCentre",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "apps.core.middleware.ViewerTimeZone",
]

# --- templates -------------------------------------------------------------------------------------------------------
COTTON_ISOLATE_BY_DEFAULT = True  # a component sees its attributes and the context processors, not the page's variables
FORM_RENDERER = "apps.core.forms.VerbenaRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",  # first: ours may say better what theirs say
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "apps.core.templatetags.kept_words",
                "apps.core.templatetags.ui",
                "apps.core.templatetags.charts",
                "apps.core.templatetags.formats",
                "apps.accounts.templatetags.permissions",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "apps.tenants.context_processors.centre",
                "apps.portal.context_processors.navigation",
                "apps.portal.context_processors.shown_zone",
            ],
        },
    },
]

# --- database, cache, work ---------------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **env.database(),
        "ENGINE": "apps.core.postgresql",
        "CONN_MAX_AGE": env.number("DATABASE_MAX_AGE"),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # a drop-down's choices would cost three round trips instead of one
        "POOLER": env.text("DATABASE_POOLER"),
    }
}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis()
CACHES = {
    "default": {
        "BACKEND": "apps.core.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "django_tenants.cache.reverse_key",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 1,  # of those who only send: a silent Redis costs a booking this much (worker: config/celery.py)
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TASK_PUBLISH_RETRY = False  # a dead Redis must not hold a booking: the minute sweep delivers the row
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "deliver-messages": {"task": "apps.notifications.tasks.sweep_centres", "schedule": 60.0},
    "drop-expired-holds": {"task": "apps.scheduling.tasks.sweep_holds", "schedule": 300.0},
}

# --- people and sign-in ------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "given_name", "family_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/home/"
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600  # how long an invitation waits; forgotten passwords are reset by code
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # a cookie would be read in every centre
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES")
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8}  # 1234-5678: three tries a code, three codes a minute
ACCOUNT_ADAPTER = "apps.notifications.account_adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "apps.accounts.forms.SignIn",
    "request_login_code": "apps.accounts.forms.LoginCodeRequest",
    "reset_password": "apps.accounts.forms.PasswordForgotten",
    "reset_password_from_key": "apps.accounts.forms.PasswordReset",
    "change_password": "apps.accounts.forms.PasswordChange",
    "reauthenticate": "apps.accounts.forms.PasswordOnceMore",
    "add_email": "apps.accounts.forms.EmailChange",
    "signup": "apps.accounts.forms.PatientSignup",
    "confirm_login_code": "apps.accounts.forms.LoginCode",
    "confirm_email_verification_code": "apps.accounts.forms.EmailCode",
    "confirm_password_reset_code": "apps.accounts.forms.PasswordResetCode",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_CHANGE_EMAIL = True  # one address a login; a new one replaces it once it is proven
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = False  # offered for new addresses only, so it would tell which are known
ACCOUNT_EMAIL_CONFIRMATION_HMAC = False  # the HMAC link signs the primary key only: valid in another centre
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "apps.accounts.tokens.PasswordResetToken"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # tells the owner when the password or the second factor changed
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {  # counted in the cache, whose keys carry the centre's schema
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "signup": "20/m/ip",
    "request_login_code": "20/m/ip,3/m/key",
    "reset_password": "20/m/ip,5/m/key",
    "confirm_email": "1/10s/key",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
}
MFA_ADAPTER = "apps.accounts.adapter.CentreMFAAdapter"
MFA_FORMS = {
    "activate_totp": "apps.accounts.second_factor.AppSetUp",
    "add_webauthn": "apps.accounts.second_factor.PasskeyAdd",
    "authenticate": "apps.accounts.second_factor.SecondStep",
    "authenticate_webauthn": "apps.accounts.second_factor.PasskeyStep",
    "edit_webauthn": "apps.accounts.second_factor.PasskeyRename",
    "login_webauthn": "apps.accounts.second_factor.PasskeySignIn",
    "reauthenticate_webauthn": "apps.accounts.second_factor.PasskeyOnceMore",
    "reauthenticate": "apps.accounts.second_factor.CodeOnceMore",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"

# --- mail --------------------------------------------------------------------------------------------------------------
vars().update(env.email())
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL")
EMAIL_TIMEOUT = 20

# --- languages and zones -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files ---------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "apps.tenants.storage.CentreStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = Path(env.text("MEDIA_ROOT") or env.VAR_DIR / "media")
MEDIA_URL = "/media/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- headers -------------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True

# --- API -----------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["apps.accounts.api.HasPermission"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
}

# --- logs and metrics --------------------------------------------------------------------------------------------------------
METRICS_PORT = env.port("METRICS_PORT")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "apps.core.logs.JsonFormatter"}},
    "filters": {"context": {"()": "apps.core.logs.ContextFilter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["context"]}},
    "root": {"handlers": ["console"], "level": env.level("LOG_LEVEL")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "propagate": False},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
