"""Django admin of the public host: for superusers, over centres. Nobody of a centre has a way in."""

from apps.portal.admin import audit, centres, superusers  # noqa: F401
from apps.portal.admin.site import site

__all__ = ["site"]
