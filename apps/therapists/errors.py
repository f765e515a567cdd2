from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class ProfileExists(DomainError):
    code = "profile_exists"
    message = _("This person has a therapist's profile already.")
    field = "user"


class LoginIsOff(DomainError):
    code = "login_is_off"
    message = _("This person's login is switched off. Switch it on first: only who can sign in is bookable.")


class AddressInUse(DomainError):
    code = "address_in_use"
    message = _("Another profile has or had this address.")
    field = "slug"


class OfferingOverlaps(DomainError):
    """Carries the offering that is in the way as `facts["other"]`."""

    code = "offering_overlaps"
    message = _("Another price of this therapy type holds in that time.")
    field = "valid_from"
