"""When something happened and who did it, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _


def moment(at: datetime | None) -> str:
    """Show a moment unmistakably in either language, with its zone: `12 Nov 2026 14:03 -03`."""
    return date_format(timezone.localtime(at), "j M Y H:i T") if at else "–"


def person(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user else _("the console")


def unbroken(text: str) -> str:
    """Keep a number or a moment on one line of a list."""
    return format_html('<span class="whitespace-nowrap">{}</span>', text)
