from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from apps.accounts import receivers  # noqa: F401
        from apps.tenants import usage

        usage.register(usage.Counter("Users", "accounts_user", "is_active"))
