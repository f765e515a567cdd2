from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "apps.portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        from apps.portal import signup  # noqa: F401
