"""Points at which tests kill a process, as a power cut would; production refuses them."""

from __future__ import annotations

import os
import signal
from itertools import count

from django.conf import settings

# In the order in which a message passes them.
BEFORE_CLAIM = "before_claim"
AFTER_CLAIM = "after_claim"
MID_BODY = "mid_body"
BODY_SENT = "body_sent"
ANSWER_READ = "answer_read"
AFTER_RECORD = "after_record"
NAMES = (BEFORE_CLAIM, AFTER_CLAIM, MID_BODY, BODY_SENT, ANSWER_READ, AFTER_RECORD)

# Between two transactions of work in pages: a launch, its undoing, a cancel, a long list.
ROWS_WRITTEN, ROWS_CLEARED = "rows_written", "rows_cleared"
QUEUED_SETTLED, LIST_PAGE = "queued_settled", "list_page"

_reached = count(1)


def reach(name: str) -> None:
    """Kill this process with SIGKILL if FAILPOINT names this point: `name`, or `name:7` for the 7th time.

    Production settings refuse to start where FAILPOINT is set (console/security/production.py).
    """
    wanted, _colon, times = settings.FAILPOINT.partition(":")
    if wanted == name and next(_reached) == int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
