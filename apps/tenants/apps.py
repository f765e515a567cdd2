from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "apps.tenants"
    verbose_name = "Centres"

    def ready(self) -> None:
        from apps.tenants import checks  # noqa: F401
