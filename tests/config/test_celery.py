from celery.signals import celeryd_init

from config.celery import app


def test_sender_gives_a_silent_redis_up_at_once_and_a_worker_waits():
    """Redis that takes connections and never answers (hung, or its packets dropped) once held each booking for 30 s."""
    before = app.conf.broker_transport_options
    assert app.connection_for_write().transport_options["socket_timeout"] <= 1
    try:
        celeryd_init.send(sender="worker", conf=app.conf)
        assert app.connection_for_read().transport_options["socket_timeout"] >= 10
    finally:
        app.conf.broker_transport_options = before
