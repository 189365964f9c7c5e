"""Notices a database that is restored while a sender runs: its attempts are also counted outside it."""

from __future__ import annotations

import logging
from datetime import datetime

from outbound.sending.installation import clone_guard, installation_file

logger = logging.getLogger(__name__)


class RestoreGuard:
    """Stops all integrations where the database holds fewer attempts than were opened in it.

    Both methods return whether the sender may go on. It may not where the data directory cannot be written.
    """

    def __init__(self) -> None:
        self._opened = 0

    def write_ahead(self, opened: int, now: datetime) -> bool:
        """Store the highest attempt id of a claim. Call it before the first of its requests."""
        if opened <= self._opened:  # ids only ever go up
            return self._stop_as_restored(now)
        self._opened = opened
        return self._written(opened)

    def check(self, now: datetime) -> bool:
        """Compare the database with the stored attempt id, and store the current one."""
        # The file is read first: another sender opens an attempt in the database before it writes the file.
        written = installation_file.read().highest_attempt
        highest = clone_guard.highest_attempt()
        if highest < max(self._opened, written):
            return self._stop_as_restored(now)
        return self._written(highest)

    def _stop_as_restored(self, now: datetime) -> bool:
        clone_guard.stop(clone_guard.RESTORED, now)
        return False

    def _written(self, highest: int) -> bool:
        try:
            installation_file.raise_to(highest)
        except OSError as error:
            logger.error("Nothing is sent, for the data directory cannot be written: %s", error.strerror)
            return False
        return True
