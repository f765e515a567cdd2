"""Two people change a patient's guardians at once."""

import pytest

from apps.accounts.models import AuditRecord
from apps.patients import actions
from apps.patients.errors import GuardianGone
from apps.patients.models import Guardianship


@pytest.fixture
def gone(people):
    """Dana's right as somebody still has it before them, while a colleague removed it."""
    held = Guardianship.objects.select_related("patient", "guardian").get()
    actions.remove_guardian(guardianship=Guardianship.objects.get(), by=people.alice)
    return held


def test_a_guardian_removed_a_moment_ago_cannot_be_changed(people, gone):
    person = {"given_name": "Dana", "family_name": "Okafor", "email": "", "phone": ""}
    with pytest.raises(GuardianGone):
        actions.change_guardian(guardianship=gone, by=people.oscar, person=person, may_book=True)


def test_a_guardian_is_removed_once_and_written_down_once(people, gone):
    with pytest.raises(GuardianGone):
        actions.remove_guardian(guardianship=gone, by=people.oscar)
    assert AuditRecord.objects.about(gone.patient).filter(verb="guardian removed").count() == 1
