"""Phone numbers: parses, compares, displays, and formats them for an integration.

Inside the console a number is always E.164 (`+5535988001234`). For the rules of Brazil see
outbound/gateways/zenvia/FACTS.md, "Phone numbers"; the `phonenumbers` library does the rest.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import phonenumbers
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberFormat, PhoneNumberType

MAX_E164_LENGTH = 16  # "+" and 15 digits, ITU-T E.164
BRAZIL = "55"
# First digits of an eight-digit mobile from before the ninth digit was introduced.
OLD_MOBILE_STARTS = "6789"
LONG_MOBILE = len("+5535988001234")  # with the ninth digit, as most numbers have it

_NOT_A_NUMBER = re.compile(r"[^\d\s().+/\u2010-\u2015\u2212-]")


def _mobile() -> re.Pattern[str]:
    """Return the library's own pattern of Brazilian mobiles.

    Most numbers match it, and parsing takes ten times as long. A match is valid and of no other kind.
    """
    brazil = phonenumbers.PhoneMetadata.metadata_for_region("BR")
    assert brazil
    assert brazil.mobile
    return re.compile(rf"\+{BRAZIL}(?:{brazil.mobile.national_number_pattern})", re.ASCII)


_MOBILE = _mobile()


class NumberFormat(TextChoices):
    """The format in which an integration expects a destination."""

    NATIONAL = "national", _("Area code and number, without 55 (35988001234)")
    INTERNATIONAL = "international", _("With the country code (5535988001234)")


class Phone(NamedTuple):
    """A parsed number. A saved recipient stores both parts, so its number is not parsed again.

    `e164` is stored and displayed. Numbers are compared by `key`, in which an old Brazilian mobile has its
    ninth digit, so that both spellings of a number are one person.
    """

    e164: str
    key: str

    @property
    def is_brazilian(self) -> bool:
        return self.e164.startswith(f"+{BRAZIL}")

    @property
    def lacks_ninth_digit(self) -> bool:
        return self.e164 != self.key

    @property
    def is_mobile(self) -> bool:
        """Whether it may be a mobile; in some countries the number alone does not say."""
        if _MOBILE.fullmatch(self.key):
            return True
        kind = phonenumbers.number_type(phonenumbers.parse(self.key))
        return kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def parse(text: str) -> Phone:
    """Return the `Phone` that any usual spelling stands for.

    55 is also an area code: 10 or 11 digits are always a national number, 12 or 13 digits that start
    with 55 carry the country code. A ninth digit is never added to the number itself.

    Raises ValidationError with code `destination_required` or `destination_invalid`.
    """
    cleaned = unicodedata.normalize("NFKC", text).strip()
    if not cleaned:
        raise ValidationError(_("Enter a phone number."), code="destination_required")
    number = None if _NOT_A_NUMBER.search(cleaned) else _read(cleaned)
    if number is None:
        raise ValidationError(
            _("“%(number)s” is not a phone number. Write area code and number, like 35 98800-1234."),
            code="destination_invalid",
            params={"number": text[:80]},
        )
    return number


def _read(text: str) -> Phone | None:
    digits = re.sub(r"\D", "", text)
    if text.startswith("+") or digits.startswith("00"):
        candidate = f"+{digits.removeprefix('00')}"
    elif len(digits.removeprefix("0")) in (10, 11):
        candidate = f"+{BRAZIL}{digits.removeprefix('0')}"
    elif len(digits) in (12, 13) and digits.startswith(BRAZIL):
        candidate = f"+{digits}"
    else:
        candidate = digits  # perhaps with a carrier code, which the library recognises
    if _MOBILE.fullmatch(candidate):
        return Phone(candidate, candidate)
    try:
        number = phonenumbers.parse(candidate, "BR")
    except phonenumbers.NumberParseException:
        return None
    return _validated(number)


def _validated(number: phonenumbers.PhoneNumber) -> Phone | None:
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number):
        return Phone(e164, e164)
    twin = _with_ninth_digit(e164)
    if twin and phonenumbers.is_valid_number(phonenumbers.parse(twin)):
        return Phone(e164, twin)
    return None


def _with_ninth_digit(e164: str) -> str | None:
    country, area, subscriber = e164[1:3], e164[3:5], e164[5:]
    if country == BRAZIL and len(subscriber) == 8 and subscriber[0] in OLD_MOBILE_STARTS:
        return f"+{BRAZIL}{area}9{subscriber}"
    return None


def display(e164: str) -> str:
    """Return a stored number as people write it: `+55 35 98800-1234`."""
    if len(e164) == LONG_MOBILE and _MOBILE.fullmatch(e164):
        return f"+{BRAZIL} {e164[3:5]} {e164[5:10]}-{e164[10:]}"
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return e164


def on_the_wire(phone: Phone, number_format: str) -> str | None:
    """Return a number as the gateway's `destination`, or None if that format cannot express it.

    The national format has no country code, so it is limited to Brazil.
    """
    if number_format == NumberFormat.INTERNATIONAL:
        return phone.e164.removeprefix("+")
    return phone.e164.removeprefix(f"+{BRAZIL}") if phone.is_brazilian else None
