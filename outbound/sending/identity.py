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
    # In this order: a first start writes its file before its row, so whoever sees the row finds the file.
    known = Installation.objects.first()
    kept = _kept()
    if known is None:
        key = _own_key() or _made_once()
        known, is_new = Installation.objects.get_or_create(pk=1, defaults={"key": key})
        if is_new:
            _keep(key, _highest_attempt())  # the directory may have served another database before
        kept = _kept()
    key = _own_key() or kept.get("key") or uuid.uuid4().hex
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
    Installation.objects.update_or_create(pk=1, defaults={"key": key})
    _keep(key, _highest_attempt())
    return False


def remember(now: datetime, at_least: int) -> int | None:
    """Write down beside the database how far it has come, and return it: the highest attempt there is.

    `at_least` is what the caller has seen there and added itself. Return None where the database was put
    back meanwhile and knows less; all integrations are then stopped.
    """
    kept, highest = _kept(), _highest_attempt()
    if highest < max(at_least, kept.get("highest_attempt", 0)):
        _stop(RESTORED, kept.get("key") or uuid.uuid4().hex, now)
        return None
    if kept.get("key"):
        _keep(kept["key"], highest)
    return highest


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


def _made_once() -> str:
    """Return the directory's key, made on the first call; of many at once, the first one's counts."""
    draft = _draft({"key": uuid.uuid4().hex, "highest_attempt": 0})
    try:
        os.link(draft, _file())
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return str(_kept()["key"])


def _keep(key: str, highest_attempt: int) -> None:
    _draft({"key": key, "highest_attempt": highest_attempt}).replace(_file())


def _draft(content: dict[str, Any]) -> Path:
    draft = _file().with_name(f"installation.{os.getpid()}.{uuid.uuid4().hex}")
    draft.write_text(json.dumps(content))
    return draft
