"""What no log shows: the secret in the path of a webhook, not even where somebody mistyped the address."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(r"(/zenvia/[0-9]+/)[^/\s]+")


class SecretFilter(logging.Filter):
    """Cuts the secret out of whatever path a line names."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/zenvia/" in said:
            record.msg, record.args = _SECRET.sub(r"\1…", said), None
        return True
