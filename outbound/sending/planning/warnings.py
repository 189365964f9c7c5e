"""Warnings that a person has to accept before a send: unlikely numbers and closed service windows."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import ngettext_lazy

from outbound import phones


def of_numbers(going: Iterable[phones.Phone]) -> list[ValidationError]:
    """Return the warnings about numbers that are unlikely to have WhatsApp."""
    numbers = list(going)
    landlines = sum(not phone.is_mobile for phone in numbers)
    old_spellings = sum(phone.lacks_ninth_digit for phone in numbers)
    found = []
    if landlines:
        message = ngettext_lazy(
            "%(count)d number does not look like a mobile. Landlines can have WhatsApp, but few do.",
            "%(count)d numbers do not look like mobiles. Landlines can have WhatsApp, but few do.",
            "count",
        )
        found.append(ValidationError(message, "destination_not_mobile", {"count": landlines}))
    if old_spellings:
        message = ngettext_lazy(
            "%(count)d number lacks the ninth digit. It is sent as it is.",
            "%(count)d numbers lack the ninth digit. They are sent as they are.",
            "count",
        )
        found.append(ValidationError(message, "destination_lacks_ninth_digit", {"count": old_spellings}))
    return found


def of_service_windows(outside: int) -> list[ValidationError]:
    """Return the warning about people who get a message although no service window of theirs is open."""
    if not outside:
        return []
    message = ngettext_lazy(
        "Of %(count)d person there is no sign within the last 24 hours. WhatsApp delivers a rich "
        "notification only to people who wrote in that time.",
        "Of %(count)d people there is no sign within the last 24 hours. WhatsApp delivers a rich "
        "notification only to people who wrote in that time.",
        "count",
    )
    return [ValidationError(message, "session_window_unknown", {"count": outside})]
