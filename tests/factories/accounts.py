import factory

from apps.accounts.models import AuditRecord, PermissionSwitch, User
from apps.accounts.roles import Permission, Role


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    given_name = factory.Sequence(lambda n: f"Person{n}")
    family_name = "Example"
    email = factory.LazyAttribute(lambda user: f"{user.given_name.lower()}@people.example")
    password = "!unusable"


class PermissionSwitchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PermissionSwitch

    role = Role.OPERATOR
    permission = Permission.MESSAGE_READ
    is_on = False


class AuditRecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AuditRecord

    verb = "created"
    object_type = "patients.patient"
    object_id = factory.Sequence(str)
