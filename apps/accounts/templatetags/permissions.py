"""The template side of the matrix: `{% if user|can:"session.book" %}`."""

from django import template

from apps.accounts.roles import Permission

register = template.Library()


@register.filter
def can(user: object, permission: str) -> bool:
    """Whether the user may do it. An unknown permission is an error, not a no."""
    return bool(getattr(user, "is_authenticated", False)) and user.can(Permission(permission))  # type: ignore[attr-defined]
