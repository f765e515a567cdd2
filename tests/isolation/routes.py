"""Every route of a centre's host, found by walking the resolver, and an address of each that means something.

A route with a parameter needs one line in PARAMETERS: how to get a value that stands for something real in the first
centre. A parameter that nobody classified fails the tests with the line to add.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.accounts.tokens import invitation_path
from apps.patients.models import Guardianship
from apps.sessions.models import Participant
from apps.therapists.models import Therapist, TherapyType
from tests import factories
from tests.factories import world as days

DOT = bytes.fromhex(  # a PNG of one pixel
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
PARAMETERS: dict[str, Callable[[SimpleNamespace], Any]] = {
    # "parameter", or "beginning of a route's name.parameter": the longest beginning wins
    "guardianship": lambda world: world.guardianship.pk,
    "therapist": lambda world: world.therapist.pk,
    "offering": lambda world: world.offering.pk,
    "slug": lambda world: world.colleague.slug,  # a name that the other centre does not have as well
    "uid": lambda world: world.invitation[0],
    "token": lambda world: world.invitation[1],
    "role": lambda world: "operator",  # not an id: names a cell of each centre's own matrix
    "permission": lambda world: "audit.read",
    "accounts:user.pk": lambda world: world.carol.pk,
    "patients:.pk": lambda world: world.patient.pk,
    "patients:guardian-remove.pk": lambda world: world.child.pk,
    "patients:guardian-update.pk": lambda world: world.child.pk,
    "sessions:session.pk": lambda world: world.session.pk,
    "sessions:room.pk": lambda world: world.room.pk,
    "therapists:therapist.pk": lambda world: world.therapist.pk,
    "therapists:therapist-photo.pk": lambda world: world.colleague.pk,
    "therapists:therapy-type.pk": lambda world: world.therapy_type.pk,
    "therapists:offering.pk": lambda world: world.therapist.pk,
    "therapists:specialty.pk": lambda world: world.specialty.pk,
    "scheduling:exception.pk": lambda world: world.exception.pk,
    "scheduling:time-off.pk": lambda world: world.time_off.pk,
    "scheduling:closure.pk": lambda world: world.closure.pk,
    "notifications:message.pk": lambda world: world.message.pk,
    "portal:session.pk": lambda world: world.session.pk,
    "portal:book-done.pk": lambda world: world.session.pk,
    "portal:my-session.pk": lambda world: world.session.pk,
    "portal:my-child.pk": lambda world: world.child.pk,
    "portal:patient.pk": lambda world: world.patient.pk,
    "mfa_.pk": lambda world: world.passkey.pk,
}


@dataclass(frozen=True)
class Route:
    name: str
    parameters: tuple[str, ...]
    view: Any
    callback: Any

    @property
    def names_a_thing(self) -> bool:
        """Whether the address points at somebody's row; a page without parameters shows each centre its own."""
        return bool(set(self.parameters) - {"role", "permission"})

    def unclassified(self) -> list[str]:
        return [
            f'"{self.name}.{name}": lambda world: world....,' for name in self.parameters if not _key(self.name, name)
        ]

    def address(self, world: SimpleNamespace) -> str:
        values = {name: PARAMETERS[_key(self.name, name)](world) for name in self.parameters}
        return reverse(self.name, kwargs=values, urlconf="config.urls_tenant")


def _key(route: str, parameter: str) -> str:
    """The line of PARAMETERS for a parameter of a route: the one with the longest beginning of its name."""
    fitting = [key for key in PARAMETERS if key == parameter]
    for key in PARAMETERS:
        beginning, dot, name = key.rpartition(".")
        if dot and name == parameter and route.startswith(beginning):
            fitting.append(key)
    return max(fitting, key=len, default="")


def routes(urlconf: str = "config.urls_tenant") -> list[Route]:
    return sorted(_walk(get_resolver(urlconf)), key=lambda route: route.name)


def _walk(resolver: URLResolver, spaces: str = "", above: tuple[str, ...] = ()) -> Iterator[Route]:
    for found in resolver.url_patterns:
        inside = (*above, *found.pattern.converters, *found.pattern.regex.groupindex)
        if isinstance(found, URLPattern):
            view = getattr(found.callback, "view_class", found.callback)
            yield Route(f"{spaces}{found.name or found.pattern}", tuple(dict.fromkeys(inside)), view, found.callback)
        else:
            yield from _walk(found, f"{spaces}{found.namespace}:" if found.namespace else spaces, inside)


def read(answer: Any) -> bytes:
    """Return all of an answer, a file's too."""
    return answer.getvalue()  # the test client closes a file that was read to its end


def build_world(centre: Any, people: SimpleNamespace) -> SimpleNamespace:
    """Make one of everything that an address can point at, in the centre that is entered. Writes below MEDIA_ROOT."""
    therapist = Therapist.objects.get(user=people.bob)
    colleague = days.another_therapist()
    colleague.photo.save("tara.png", ContentFile(DOT))
    patient = people.carol.patient
    session = days.booked(centre, days.at(10, days=7), therapist=therapist, patient=patient)
    invited = factories.UserFactory(given_name="Invited")
    return SimpleNamespace(
        **vars(people),
        therapist=therapist,
        colleague=colleague,
        patient=patient,
        session=session,
        participant=Participant.objects.get(session=session),
        child=Guardianship.objects.get().patient,
        guardianship=Guardianship.objects.get(),
        room=factories.RoomFactory(),
        therapy_type=TherapyType.objects.get(name="Speech therapy"),
        specialty=factories.SpecialtyFactory(),
        offering=factories.OfferingFactory(therapist=therapist),
        exception=factories.HoursExceptionFactory(therapist=therapist, on=dt.date(2030, 6, 4)),
        time_off=factories.TimeOffFactory(therapist=therapist),
        closure=factories.ClosureFactory(),
        message=factories.MessageFactory(session=session, to_user=people.carol),
        passkey=Authenticator.objects.create(user=invited, type="webauthn", data={"name": "Key"}),
        invited=invited,
        invitation=invitation_path(invited).strip("/").split("/")[-2:],
    )
