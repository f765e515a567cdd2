import pytest
from django_tenants.utils import schema_context, tenant_context

from apps.tenants import usage
from tests.factories import TherapySessionFactory, UserFactory


def test_usage_counts_every_centre_in_one_query(sunrise, harbour, django_assert_max_num_queries):
    UserFactory(is_active=False)
    with tenant_context(harbour):
        TherapySessionFactory.create_batch(2)
    with schema_context("public"), django_assert_max_num_queries(3):  # the count, and the way there and back
        counts = usage.usage(["c_sunrise", "c_harbour"])
    assert counts["c_sunrise"] == {"Users": 6, "Sessions this month": 0}
    assert counts["c_harbour"]["Sessions this month"] == 2


def test_usage_of_nobody(db):
    assert usage.usage([]) == {}


def test_register_twice_changes_nothing():
    before = list(usage.COUNTERS)
    usage.register(before[0])
    assert before == usage.COUNTERS


@pytest.mark.parametrize("schema", ["c_sunrise; DROP SCHEMA public", 'c"x'])
def test_usage_quotes_what_it_is_given(db, schema):
    from django.db import ProgrammingError, transaction

    with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
        usage.usage([schema])
