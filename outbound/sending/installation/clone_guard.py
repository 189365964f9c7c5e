"""Whether this database is the one that sends: a copy or a restored one sleeps until a person wakes it.

The database and the data directory hold the same id, and each of them names the place where it stands. The
directory also remembers the highest attempt that was opened: a database that knows fewer was restored from
an older copy, and what it calls queued may have gone out since.
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

    The strange identity is then adopted, so that from then on each integration is a person's to resume.
    """
    known = introduce()
    installation_file.tidy()
    kept = installation_file.read()
    place = location.of_database()
    if problem := _problem(known, kept, place):
        stop(problem, now)
        return False
    if place and not known.place:  # of the version before
        Installation.objects.filter(pk=known.pk).update(place=place)
        _write(known.key)
    return True


def stopped() -> QuerySet[Integration]:
    """Return the integrations that stopped because this database is a copy, and wait for a person."""
    return Integration.objects.filter(
        status=IntegrationStatus.STOPPED, status_reason__in=PROBLEMS, status_changed_by=None
    )


def introduce() -> Installation:
    """Return who this database is. On a first start it and the data directory get to know each other."""
    # In this order: a first start writes its file before its row, so whoever sees the row finds the file.
    known = Installation.objects.first()
    if known is None or settings.INSTALLATION_ID:
        with _perhaps_without_disk():
            installation_file.write_first(settings.INSTALLATION_ID or uuid.uuid4().hex)
    if known is None:
        own = {"key": _key(installation_file.read()), "place": location.of_database()}
        known, is_new = Installation.objects.get_or_create(pk=1, defaults=own)
        if is_new:  # the directory may have served another database before
            _write(known.key)
    return known


def _problem(known: Installation, kept: Kept, place: str) -> str:
    """Return why this database may not be the one that sends, or ""."""
    if _key(kept) != known.key:
        return COPIED
    if known.place and place != known.place:
        return COPIED
    # Hosts that share a database may have copies of one directory; SQLite's database is in the directory.
    if kept.is_copy and connection.vendor == "sqlite":
        return COPIED
    return RESTORED if kept.highest_attempt > highest_attempt() else ""


def stop(problem: str, now: datetime) -> None:
    """Stop all integrations, and let database and data directory belong together from now on."""
    logger.error("All integrations are stopped: %s", problem)
    Integration.objects.stop(reason=problem, by=None, now=now)
    key = _key(installation_file.read()) or uuid.uuid4().hex
    Installation.objects.update_or_create(pk=1, defaults={"key": key, "place": location.of_database()})
    _write(key)


def _write(key: str) -> None:
    with _perhaps_without_disk():
        installation_file.write(key, highest_attempt())


@contextmanager
def _perhaps_without_disk() -> Iterator[None]:
    """Let a host without a lasting disk go on that is told by INSTALLATION_ID who it is."""
    try:
        yield
    except OSError:
        if not settings.INSTALLATION_ID:
            raise


def _key(kept: Kept) -> str:
    return str(settings.INSTALLATION_ID) or kept.key


def highest_attempt() -> int:
    """Return the highest id of an attempt that this database knows."""
    return Attempt.objects.aggregate(highest=Max("pk"))["highest"] or 0
