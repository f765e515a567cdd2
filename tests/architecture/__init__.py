"""What holds over all of the code, whoever writes the next file."""

from django.apps import apps
from django.conf import settings

LAYERS = [
    {"core"},
    {"tenants"},
    {"accounts"},
    {"patients", "therapists"},
    {"sessions"},
    {"scheduling"},
    {"billing", "progress_reports"},
    {"notifications"},
    {"portal"},
]
"""Lowest first; apps of one layer know nothing of each other. The same order stands in pyproject.toml for imports."""


def our_models():
    """Every model of ours, the tables of many-to-many fields included."""
    return [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("apps.")]


def app_of(model):
    return model.__module__.split(".")[1]


def rank(model):
    return next(number for number, layer in enumerate(LAYERS) if app_of(model) in layer)


def lives_in(model, kind):
    """Whether the model's app is installed for `public` or for `centres`; the same app may be in both."""
    installed = settings.SHARED_APPS if kind == "public" else settings.TENANT_APPS
    names = {name.removesuffix(".apps.SimpleAppConfig") for name in installed}
    return model._meta.app_config.name in names
