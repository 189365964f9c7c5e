"""Stops all integrations where this installation is a copy, or its database was restored from a backup.

The database and the data directory hold the same id, and each stores its own location. The directory also
stores the highest attempt id: a database with a lower one was restored, and what it has as queued may have
been sent since.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_noop as _

from outbound.lifecycle import IntegrationStatus
from outbound.models import Attempt, Installation, Integration
from outbound.sending.installation import installation_file, location
from outbound.sending.installation.installation_file import Kept

logger = logging.getLogger(__name__)

COPIED = _(
    "This console was copied, moved or restored from a copy. Resume only if no other one sends what waits "
    "here: it may have gone out there, or since the copy was made."
)
RESTORED = _(
    "This database is older than what was sent from here, so it was restored from a copy. What waits may "
    "have gone out since: cancel those sends, or make sure, before you resume."
)
PROBLEMS = (COPIED, RESTORED)


def agrees(now: datetime) -> bool:
    """Return whether database and data directory belong together; if not, stop all integrations.

    The two are then made to agree, so that a person can resume the integrations.
    """
    known = identify()
    installation_file.tidy()
    kept = installation_file.read()
    place = location.of_database()
    if problem := _problem(known, kept, place):
        stop(problem, now)
        return False
    if place and not known.place:  # written by a version without locations
        Installation.objects.filter(pk=known.pk).update(place=place)
        _write(known.key)
    return True


def stopped() -> QuerySet[Integration]:
    """Return the integrations that were stopped because this is a copy or a restored database."""
    return Integration.objects.filter(
        status=IntegrationStatus.STOPPED, status_reason__in=PROBLEMS, status_changed_by=None
    )


def identify() -> Installation:
    """Return the identity of this database. A first start creates it, with the file beside it."""
    # A first start writes the file before the row, so that every sender that reads the row finds the file.
    known = Installation.objects.first()
    if known is None or settings.INSTALLATION_ID:
        with _ignoring_disk_with_own_id():
            installation_file.write_first(settings.INSTALLATION_ID or uuid.uuid4().hex)
    if known is None:
        own = {"key": _key(installation_file.read()), "place": location.of_database()}
        known, is_new = Installation.objects.get_or_create(pk=1, defaults=own)
        if is_new:  # the directory may have belonged to another database
            _write(known.key)
    return known


def _problem(known: Installation, kept: Kept, place: str) -> str:
    """Return why this database may not send, or ""."""
    if _key(kept) != known.key:
        return COPIED
    if known.place and place != known.place:
        return COPIED
    # Hosts that share a PostgreSQL database may have copies of one directory.
    if kept.is_copy and connection.vendor == "sqlite":
        return COPIED
    return RESTORED if kept.highest_attempt > highest_attempt() else ""


def stop(problem: str, now: datetime) -> None:
    """Stop all integrations, and make database and data directory agree from now on."""
    logger.error("All integrations are stopped: %s", problem)
    Integration.objects.stop(reason=problem, by=None, now=now)
    key = _key(installation_file.read()) or uuid.uuid4().hex
    Installation.objects.update_or_create(pk=1, defaults={"key": key, "place": location.of_database()})
    _write(key)


def _write(key: str) -> None:
    with _ignoring_disk_with_own_id():
        installation_file.write(key, highest_attempt())


@contextmanager
def _ignoring_disk_with_own_id() -> Iterator[None]:
    """Ignore OSError on hosts without a lasting disk, whose identity is INSTALLATION_ID."""
    try:
        yield
    except OSError:
        if not settings.INSTALLATION_ID:
            raise


def _key(kept: Kept) -> str:
    return str(settings.INSTALLATION_ID) or kept.key


def highest_attempt() -> int:
    """Return the highest attempt id in the database, 0 for none."""
    return Attempt.objects.aggregate(highest=Max("pk"))["highest"] or 0
