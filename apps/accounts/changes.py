"""What changed, in words: pure functions over the values an audit record keeps."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Change:
    """One field, before and after; both empty for a secret, which is only named."""

    label: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        if not self.before and not self.after:
            return self.label
        return f"{self.label}: {self.before} \N{RIGHTWARDS ARROW} {self.after}"


def told(object_type: str, changes: dict[str, Any]) -> list[Change]:
    """Return the changes of a record: `{field: [before, after]}`, or `{field: anything}` for what is only named."""
    return [_one(object_type, name, change) for name, change in changes.items()]


def _one(object_type: str, name: str, change: Any) -> Change:
    label = _label(object_type, name)
    if isinstance(change, list) and len(change) == 2:
        return Change(label, _text(change[0]), _text(change[1]))
    return Change(label, after="" if change == "changed" else _text(change))


def _label(object_type: str, name: str) -> str:
    try:
        return str(apps.get_model(object_type)._meta.get_field(name).verbose_name)
    except (LookupError, FieldDoesNotExist, AttributeError, ValueError):
        return name.replace("_", " ")


def _text(value: Any) -> str:
    if value in (None, "", []):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
