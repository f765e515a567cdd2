"""Abstract bases only: core owns no table."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


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
