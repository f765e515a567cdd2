import pytest

from apps.core import phones


@pytest.mark.parametrize(
    ("written", "region", "expected"),
    [
        ("212 664 7665", "US", "+1 212-664-7665"),
        ("(212) 664-7665", "US", "+1 212-664-7665"),
        ("020 7946 0018", "GB", "+44 20 7946 0018"),
        ("+44 20 7946 0018", "", "+44 20 7946 0018"),
        ("212 664 7665", "", ""),
        ("555-552-2010", "US", ""),
        ("call me", "US", ""),
        ("", "US", ""),
    ],
)
def test_international_is_how_the_world_dials_it(written, region, expected):
    assert phones.international(written, region) == expected


@pytest.mark.parametrize(("written", "fine"), [("555-552-2010", True), ("12", False), ("call me", False)])
def test_could_be_dialled_looks_at_the_length(written, fine):
    assert phones.could_be_dialled(written, "US") == fine
