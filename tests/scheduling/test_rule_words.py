import pytest

from apps.scheduling import rule_words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY;COUNT=3", "Every day, 3 times"),
        ("FREQ=DAILY;COUNT=1", "Every day, once"),
        ("FREQ=WEEKLY", "Every week"),
        ("FREQ=WEEKLY;BYDAY=MO", "Every week on Monday"),
        ("freq=weekly;interval=2;byday=mo,we,fr", "Every 2 weeks on Monday, Wednesday, and Friday"),
        ("FREQ=WEEKLY;WKST=SU;BYDAY=TU", "Every week on Tuesday"),
        ("FREQ=MONTHLY", "Every month"),
        ("FREQ=YEARLY;INTERVAL=1", "Every year"),
        ("FREQ=MONTHLY;BYDAY=1MO", "By a rule of its own"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "By a rule of its own"),
        ("FREQ=DAILY;UNTIL=20270131T100000Z", "By a rule of its own"),
    ],
)
def test_a_rule_in_words(rule, words):
    assert rule_words.in_words(rule) == words
