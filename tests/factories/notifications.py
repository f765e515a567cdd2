import factory

from apps.core import clock
from apps.notifications.models import Message


class MessageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Message

    key = factory.Sequence(lambda n: f"test:{n}")
    kind = Message.Kind.SESSION_BOOKED
    to_name = "Carol Patient"
    to_address = "carol@sunrise.example"
    subject = "Your session"
    text = "See you soon."
    not_before = factory.LazyFunction(clock.now)
