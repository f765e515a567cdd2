import pytest
from django.test import Client

HOSTS = ["localhost", "sunrise.localhost", "10.0.0.7", "nobody.example"]


@pytest.mark.parametrize("host", HOSTS)
def test_healthz_answers_on_any_host_and_asks_nothing(db, host, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = Client(HTTP_HOST=host).get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("host", HOSTS)
def test_readyz_asks_database_and_redis(db, host):
    response = Client(HTTP_HOST=host).get("/readyz")
    assert (response.status_code, response.json()) == (200, {"database": "ok", "redis": "ok"})


def test_readyz_names_a_dead_redis_and_stays_ready(db, dead_redis):
    response = Client().get("/readyz")
    assert (response.status_code, response.json()) == (200, {"database": "ok", "redis": "away"})


def test_readyz_of_a_dead_database_is_503(dead_database):
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "away")
    assert Client().get("/healthz").status_code == 200
