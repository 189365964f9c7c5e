"""What an error report may show, in a mail to the administrators and on Django's debug page alike."""

from __future__ import annotations

import re
from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from console.security import url_passwords
from console.security.log_redaction import cut

_SECRET_NAMES = re.compile(r"token|secret|password|authorization|headers|posted|cleaned_data", re.IGNORECASE)


class QuietReporterFilter(SafeExceptionReporterFilter):
    """Hides marked values with DEBUG on too, and every local variable that is named like a secret."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        return super().cleanse_setting(key, url_passwords.hide(value) if isinstance(value, str) else value)

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        shown = super().get_traceback_frame_variables(request, tb_frame)
        return {
            name: self.cleansed_substitute
            if _SECRET_NAMES.search(name) or url_passwords.is_told_by(value)
            else value
            for name, value in shown
        }.items()


class QuietReporter(ExceptionReporter):
    """Cuts what no log shows out of the whole report: it names the address in half a dozen places."""

    def get_traceback_html(self) -> Any:
        return cut(super().get_traceback_html())

    def get_traceback_text(self) -> Any:
        return cut(super().get_traceback_text())
