"""The people every test knows, and where they work: entered once per run, committed."""

import datetime as dt
from decimal import Decimal

from allauth.account.models import EmailAddress

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.core.models import Mode
from apps.patients.models import Guardian, Guardianship, Patient
from apps.scheduling.models import WorkingHours
from apps.sessions.models import Room
from apps.therapists.models import Therapist, TherapyType

PASSWORD = "a-good-password-1"


def person(name: str, family: str, domain: str, *roles: Role) -> User:
    user = User.objects.create_user(
        f"{name.lower()}@{domain}", PASSWORD, given_name=name, family_name=family, roles=[role.value for role in roles]
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


PERSON = {
    Role.ADMIN: "alice",
    Role.OPERATOR: "oscar",
    Role.THERAPIST: "bob",
    Role.ACCOUNTANT: "erin",
    Role.PATIENT: "carol",
}
"""Who of the first centre has one role."""


def enter_first() -> None:
    """Alice, Bob, Carol, Dana with her child Mia, Erin, Oscar; speech therapy, one room, Bob's week."""
    domain = "sunrise.example"
    person("Alice", "Admin", domain, Role.ADMIN)
    person("Erin", "Ledger", domain, Role.ACCOUNTANT)
    person("Oscar", "Desk", domain, Role.OPERATOR)
    carol = person("Carol", "Reyes", domain, Role.PATIENT)
    dana = person("Dana", "Okafor", domain, Role.PATIENT)
    Patient.objects.create(
        user=carol,
        given_name="Carol",
        family_name="Reyes",
        email=carol.email,
        birth_on=dt.date(1988, 2, 9),
        phone="+1 212 555 0123",
    )
    guardian = Guardian.objects.create(user=dana, given_name="Dana", family_name="Okafor", email=dana.email)
    mia = Patient.objects.create(given_name="Mia", family_name="Okafor", birth_on=dt.date(2017, 5, 20))
    Guardianship.objects.create(guardian=guardian, patient=mia, relationship="mother", pays=True)
    speech = TherapyType.objects.create(
        name="Speech therapy",
        duration_minutes=45,
        price=Decimal("85.00"),
        buffer_after_minutes=15,
        modes=[Mode.IN_PERSON, Mode.VIDEO],
    )
    Room.objects.create(name="Garden room", modes=[Mode.IN_PERSON])
    working_therapist(person("Bob", "Chen", domain, Role.THERAPIST), speech)


def enter_second() -> None:
    """Mallory, who runs the other centre and would like to see this one; a therapist and a patient of hers."""
    domain = "harbour.example"
    person("Mallory", "Admin", domain, Role.ADMIN)
    person("Bob", "Chen", domain, Role.THERAPIST)
    Patient.objects.create(given_name="Quinn", family_name="Harbour", email="quinn@harbour.example")


def working_therapist(user: User, *therapy_types: TherapyType, **facts) -> Therapist:
    """An approved therapist who works Monday to Friday, nine to five, and offers these types in every mode."""
    therapist = Therapist.objects.create(
        user=user,
        slug=user.get_full_name().lower().replace(" ", "-"),
        title="Speech therapist",
        modes=list(Mode.values),
        languages=["en"],
        status=Therapist.Status.APPROVED,
        **facts,
    )
    therapist.therapy_types.set(therapy_types)
    WorkingHours.objects.bulk_create(
        WorkingHours(therapist=therapist, weekday=day, starts_minute=540, ends_minute=1020) for day in range(5)
    )
    return therapist
