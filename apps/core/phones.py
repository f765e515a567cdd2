"""Phone numbers: read as people write them, kept as the world dials them."""

import phonenumbers


def international(written: str, region: str) -> str:
    """Return +1 212-664-7665 for a number that a phone can have, else nothing.

    `region` (two letters) is the country of a number written without its country code.
    """
    number = _parsed(written, region)
    if number is None or not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def could_be_dialled(written: str, region: str) -> bool:
    """Whether it has the length of a phone number: enough to keep it, though nobody may have that number yet."""
    number = _parsed(written, region)
    return number is not None and phonenumbers.is_possible_number(number)


def _parsed(written: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(written, region or None)
    except phonenumbers.NumberParseException:
        return None
