import pytest
from allauth.account.models import EmailAddress

from apps.accounts import actions
from apps.accounts.errors import AddressTaken, AdminsOnly, AlreadyJoined, CellLocked, LastAdmin
from apps.accounts.models import AuditRecord, PermissionSwitch, User
from apps.accounts.roles import Permission, Role
from apps.accounts.signals import user_invited
from tests.factories import UserFactory

FACTS = {"given_name": "Tess", "family_name": "Turner", "roles": ["therapist"]}


@pytest.fixture
def invitations():
    sent = []

    def note(sender, user, by, path, **facts):
        sent.append((user, by, path))

    user_invited.connect(note)
    yield sent
    user_invited.disconnect(note)


def trail(obj):
    return list(AuditRecord.objects.about(obj).order_by("id").values_list("verb", flat=True))


def test_invite_user_makes_a_login_without_password(people, invitations):
    user = actions.invite_user(by=people.alice, email="Tess@Sunrise.example", **FACTS)
    assert user.email == "tess@sunrise.example" and not user.has_usable_password()
    assert EmailAddress.objects.filter(user=user, primary=True, verified=False).exists()
    assert [(found, by) for found, by, _path in invitations] == [(user, people.alice)]
    assert trail(user) == ["invited"]


def test_invite_user_taken_address(people, invitations):
    with pytest.raises(AddressTaken):
        actions.invite_user(by=people.alice, email=people.bob.email.upper(), **FACTS)
    assert not invitations and User.objects.count() == 6


def test_only_an_admin_makes_admins(people):
    with pytest.raises(AdminsOnly):
        actions.invite_user(by=people.oscar, email="x@sunrise.example", **{**FACTS, "roles": ["admin"]})
    for change in (
        lambda: actions.change_user(by=people.oscar, user=people.oscar, **{**FACTS, "roles": ["admin", "operator"]}),
        lambda: actions.change_user(by=people.oscar, user=people.alice, **FACTS),
        lambda: actions.deactivate_user(by=people.oscar, user=people.alice),
    ):
        with pytest.raises(AdminsOnly):
            change()


def test_invite_again_until_the_first_sign_in(people, invitations):
    user = actions.invite_user(by=people.alice, email="tess@sunrise.example", **FACTS)
    actions.invite_again(by=people.alice, user=user)
    assert len(invitations) == 2 and trail(user) == ["invited", "invited again"]
    with pytest.raises(AlreadyJoined):
        actions.invite_again(by=people.alice, user=UserFactory(last_login=user.joined_at))


def test_change_user_names_what_changed(people):
    actions.change_user(by=people.alice, user=people.bob, given_name="Rob", family_name="Chen", roles=["therapist"])
    assert User.objects.get(pk=people.bob.pk).given_name == "Rob"
    record = AuditRecord.objects.about(people.bob).get()
    assert record.by == people.alice and record.changes == {"given_name": ["Bob", "Rob"]}


def test_change_user_to_the_same_leaves_no_record(people):
    bob = people.bob
    actions.change_user(by=people.alice, user=bob, given_name="Bob", family_name="Chen", roles=["therapist"])
    assert trail(bob) == []


def test_last_admin_stays(people):
    with pytest.raises(LastAdmin):
        actions.change_user(by=people.alice, user=people.alice, **FACTS)
    with pytest.raises(LastAdmin):
        actions.deactivate_user(by=people.alice, user=people.alice)
    UserFactory(roles=[Role.ADMIN], is_active=False)
    with pytest.raises(LastAdmin):
        actions.deactivate_user(by=people.alice, user=people.alice)
    other = UserFactory(roles=[Role.ADMIN])
    assert actions.deactivate_user(by=other, user=people.alice).is_active is False


def test_deactivate_and_activate(people):
    actions.deactivate_user(by=people.alice, user=people.bob)
    actions.deactivate_user(by=people.alice, user=people.bob)
    actions.activate_user(by=people.alice, user=people.bob)
    assert trail(people.bob) == ["deactivated", "activated"]


def test_switch_permission_there_and_back_leaves_no_row(people):
    def switch(on):
        actions.switch_permission(by=people.alice, role=Role.OPERATOR, permission=Permission.AUDIT_READ, on=on)

    switch(True)
    switch(True)
    assert User.objects.get(pk=people.oscar.pk).can(Permission.AUDIT_READ)
    switch(False)
    assert not PermissionSwitch.objects.exists()
    changes = AuditRecord.objects.filter(verb="switched").order_by("id").values_list("changes", flat=True)
    assert list(changes) == [{"operator: audit.read": [False, True]}, {"operator: audit.read": [True, False]}]


def test_switch_permission_locked_cell(people):
    with pytest.raises(CellLocked):
        actions.switch_permission(by=people.alice, role=Role.ADMIN, permission=Permission.USER_MANAGE, on=False)


def test_switch_permission_is_for_admins(people):
    """An operator who was given the users must not give operators everything else."""
    PermissionSwitch.objects.create(role=Role.OPERATOR, permission=Permission.USER_MANAGE, is_on=True)
    with pytest.raises(AdminsOnly):
        actions.switch_permission(by=people.oscar, role=Role.OPERATOR, permission=Permission.AUDIT_READ, on=True)
    assert not User.objects.get(pk=people.oscar.pk).can(Permission.AUDIT_READ)
