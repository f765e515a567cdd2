from django.apps import AppConfig


class TherapistsConfig(AppConfig):
    name = "apps.therapists"
    verbose_name = "Therapists"
