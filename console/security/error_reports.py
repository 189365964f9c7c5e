"""Redacts error reports, in mails to the administrators and on Django's debug page."""

from __future__ import annotations

import re
from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from console.security import url_passwords
from console.security.log_redaction import redact

_SECRET_NAMES = re.compile(r"token|secret|password|authorization|headers|posted|cleaned_data", re.IGNORECASE)


class RedactingReporterFilter(SafeExceptionReporterFilter):
    """Hides marked values also with DEBUG, and every local variable that is named like a secret."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        return super().cleanse_setting(key, url_passwords.mask(value) if isinstance(value, str) else value)

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        shown = super().get_traceback_frame_variables(request, tb_frame)
        return {
            name: self.cleansed_substitute
            if _SECRET_NAMES.search(name) or url_passwords.appears_in(value)
            else value
            for name, value in shown
        }.items()


class RedactingReporter(ExceptionReporter):
    """Redacts the whole report, which shows the address in several places."""

    def get_traceback_html(self) -> Any:
        return redact(super().get_traceback_html())

    def get_traceback_text(self) -> Any:
        return redact(super().get_traceback_text())
