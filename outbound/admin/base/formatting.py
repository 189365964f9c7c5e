"""Dates and users as text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _


def moment(at: datetime | None) -> str:
    """Format a moment in local time with its zone, such as `12 Nov 2026 14:03 -03`; "–" for None."""
    return date_format(timezone.localtime(at), "j M Y H:i T") if at else "–"


def person(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user else _("the console")


def unbroken(text: str) -> str:
    """Wrap a text so that a list does not break it into two lines."""
    return format_html('<span class="whitespace-nowrap">{}</span>', text)
