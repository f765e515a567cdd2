from apps.therapists.models import Therapist
from tests.factories.world import another_therapist


def test_names_of_therapists_cost_one_query(people, django_assert_num_queries):
    another_therapist()
    with django_assert_num_queries(1):
        names = [str(one) for one in Therapist.objects.named()]
    assert names == [str(one) for one in Therapist.objects.select_related("user")]
    assert len(names) >= 2
