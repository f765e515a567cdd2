"""Abstract bases and fields only: core owns no table."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import forms, text


class LineField(models.CharField):
    """One line of text. To the database and its migrations it is a CharField."""

    default_validators = [text.require_line]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.LineField, **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class LinesField(models.TextField):
    """Text of several lines. To the database and its migrations it is a TextField."""

    default_validators = [text.require_seen]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.LinesField, **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


class UUIDModel(models.Model):
    """A row that appears in addresses: its key tells nothing and cannot be counted through."""

    id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class Mode(models.TextChoices):
    """How a session is held. Only `in_person` needs a room."""

    IN_PERSON = "in_person", _("In person")
    VIDEO = "video", _("Video")
    AUDIO = "audio", _("Phone")
    CHAT = "chat", _("Chat")
