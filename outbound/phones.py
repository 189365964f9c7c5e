"""Numbers: clean what a person typed, compare, show, and write as an integration wants them.

Inside the console a number is always E.164 (`+5535988001234`). Rules for Brazil: FACTS.md of
the gateway, "Phone numbers"; everything else is left to the `phonenumbers` library.
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
# A subscriber number of eight digits that starts so was a mobile before the ninth digit came.
OLD_MOBILE_STARTS = "6789"
LONG_MOBILE = len("+5535988001234")  # with the ninth digit, as nearly every number is

_NOT_A_NUMBER = re.compile(r"[^\d\s().+/\u2010-\u2015\u2212-]")


def _mobile() -> re.Pattern[str]:
    """Return the library's own rule for Brazilian mobiles, to be asked directly.

    Nearly every number is one, and parsing it takes ten times as long. What fits is valid, and of no
    other kind.
    """
    brazil = phonenumbers.PhoneMetadata.metadata_for_region("BR")
    assert brazil
    assert brazil.mobile
    return re.compile(rf"\+{BRAZIL}(?:{brazil.mobile.national_number_pattern})", re.ASCII)


_MOBILE = _mobile()


class NumberFormat(TextChoices):
    """How an integration wants a destination written."""

    NATIONAL = "national", _("Area code and number, without 55 (35988001234)")
    INTERNATIONAL = "international", _("With the country code (5535988001234)")


class Phone(NamedTuple):
    """One number, parsed. A saved recipient carries both parts, so its number is not parsed again.

    `e164` is how it is stored; `key` is what it is compared by: the same, but with the ninth digit of
    an old Brazilian mobile put back, so that both spellings of one line are one person.
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
        """Whether it may be a mobile: in some countries a number does not tell."""
        if _MOBILE.fullmatch(self.key):
            return True
        kind = phonenumbers.number_type(phonenumbers.parse(self.key))
        return kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def parse(text: str) -> Phone:
    """Turn any usual spelling into a `Phone`.

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
        candidate = digits  # perhaps a carrier code in front; the library knows those
    if _MOBILE.fullmatch(candidate):
        return Phone(candidate, candidate)
    try:
        number = phonenumbers.parse(candidate, "BR")
    except phonenumbers.NumberParseException:
        return None
    return _judge(number)


def _judge(number: phonenumbers.PhoneNumber) -> Phone | None:
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
    """Show a stored number to a person: `+55 35 98800-1234`."""
    if len(e164) == LONG_MOBILE and _MOBILE.fullmatch(e164):
        return f"+{BRAZIL} {e164[3:5]} {e164[5:10]}-{e164[10:]}"
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return e164


def on_the_wire(phone: Phone, number_format: str) -> str | None:
    """Write a number as the gateway's `destination`; None where that format cannot express it.

    The document's examples carry no country code, so a number of another country has no national form.
    """
    if number_format == NumberFormat.INTERNATIONAL:
        return phone.e164.removeprefix("+")
    return phone.e164.removeprefix(f"+{BRAZIL}") if phone.is_brazilian else None
