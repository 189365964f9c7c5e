"""Whether this database is the one that sends: a copy or a restored one sleeps until a person wakes it.

The database and the data directory hold the same id. The directory also remembers the highest attempt
that was opened here: a database that knows fewer was restored from an older copy, and what it calls
queued may have gone out since (reference/reliability.md, "Restores and clones").
"""

from __future__ import annotations

import json
import logging
import os
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from outbound.lifecycle import IntegrationStatus
from outbound.models import Attempt, Installation, Integration

logger = logging.getLogger(__name__)

COPIED = _(
    "This database was copied or moved here from another installation. "
    "Resume only if the other one sends no more; what waits here may have gone out there."
)
RESTORED = _(
    "This database is older than what was sent from here, so it was restored from a copy. What waits may "
    "have gone out since: cancel those sends, or make sure, before you resume."
)


def agrees(now: datetime) -> bool:
    """Return whether database and data directory belong together; if not, stop all integrations.

    The strange identity is then adopted, so that from then on each integration is a person's to resume.
    """
    kept, known = _kept(), Installation.objects.first()
    key = _own_key() or kept.get("key") or uuid.uuid4().hex
    if known is None:
        _adopt(key)
        return True
    if key != known.key:
        return _stop(COPIED, key, now)
    if kept.get("highest_attempt", 0) > _highest_attempt():
        return _stop(RESTORED, key, now)
    return True


def _stop(problem: str, key: str, now: datetime) -> bool:
    logger.error("All integrations are stopped: %s", problem)
    Integration.objects.filter(status=IntegrationStatus.ACTIVE).update(
        status=IntegrationStatus.STOPPED,
        status_reason=problem,
        status_changed_at=now,
        status_changed_by=None,
    )
    _adopt(key)
    return False


def _adopt(key: str) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"key": key})
    _keep(key, _highest_attempt())


def remember() -> None:
    """Write down beside the database how far it has come."""
    if key := _kept().get("key"):
        _keep(key, _highest_attempt())


def _own_key() -> str:
    # For machines without a lasting disk: all of them are told the same id.
    return str(settings.INSTALLATION_ID)


def _highest_attempt() -> int:
    return Attempt.objects.aggregate(highest=Max("pk"))["highest"] or 0


def _file() -> Path:
    return Path(settings.DATA_DIR) / "installation"


def _kept() -> dict[str, Any]:
    try:
        return dict(json.loads(_file().read_text()))
    except (OSError, ValueError):
        return {}


def _keep(key: str, highest_attempt: int) -> None:
    draft = _file().with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"key": key, "highest_attempt": highest_attempt}))
    draft.replace(_file())
