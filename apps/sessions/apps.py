from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "apps.sessions"
    label = "therapy_sessions"  # the plain label is Django's own
    verbose_name = "Sessions"

    def ready(self) -> None:
        from apps.patients.visibility import register_therapist_scope
        from apps.sessions.models import patients_seen_by
        from apps.tenants import usage

        register_therapist_scope(patients_seen_by)
        month = "starts_at >= {begins} AND starts_at < {ends} AND state <> 'cancelled'"
        usage.register(usage.Counter("Sessions this month", "therapy_sessions_therapysession", month))
