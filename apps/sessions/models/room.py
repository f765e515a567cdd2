from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import LineField, Mode, UUIDModel
from apps.therapists.models import TherapyType


class RoomQuerySet(models.QuerySet["Room"]):
    def suitable_for(self, therapy_type: TherapyType, mode: str) -> "RoomQuerySet":
        """Active rooms for this mode that suit this type (a room that names no type suits every one), in list order."""
        suits = Q(therapy_types=therapy_type) | Q(therapy_types__isnull=True)
        return self.filter(suits, is_active=True, modes__contains=[mode]).distinct()


class Room(UUIDModel):
    """A place where sessions are held."""

    name = LineField(_("name"), max_length=60, unique=True)
    place = LineField(_("where"), max_length=120, blank=True, help_text=_("Floor, wing, how to find it."))
    modes = ArrayField(
        models.CharField(max_length=10, choices=Mode.choices), verbose_name=_("ways to meet"), default=list
    )
    therapy_types = models.ManyToManyField(
        TherapyType,
        verbose_name=_("therapy types"),
        blank=True,
        related_name="rooms",
        help_text=_("Every type, unless some are chosen."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["position", "name"]
        constraints = [models.CheckConstraint(condition=Q(modes__contained_by=Mode.values), name="room_modes_known")]

    def __str__(self) -> str:
        return self.name
