"""How far one sender came, remembered outside its database: one that was put back is noticed."""

from __future__ import annotations

import logging
from datetime import datetime

from outbound.sending.installation import clone_guard, installation_file

logger = logging.getLogger(__name__)


class RestoreGuard:
    """Stops all integrations where the database knows fewer attempts than were opened in it.

    Both calls return whether the sender may go on. It may not where the data directory cannot be written.
    """

    def __init__(self) -> None:
        self._opened = 0

    def write_ahead(self, opened: int, now: datetime) -> bool:
        """Write down the highest attempt that a claim opened. Call it before the first byte leaves."""
        if opened <= self._opened:  # ids only ever go up
            return self._was_put_back(now)
        self._opened = opened
        return self._written(opened)

    def look(self, now: datetime) -> bool:
        """Compare the database with what is written down, and write down how far it has come."""
        # In this order: what another sender opens in between is in the database before it is in the file.
        written = installation_file.read().highest_attempt
        highest = clone_guard.highest_attempt()
        if highest < max(self._opened, written):
            return self._was_put_back(now)
        return self._written(highest)

    def _was_put_back(self, now: datetime) -> bool:
        clone_guard.stop(clone_guard.RESTORED, now)
        return False

    def _written(self, highest: int) -> bool:
        try:
            installation_file.raise_to(highest)
        except OSError as error:
            logger.error("Nothing is sent, for the data directory cannot be written: %s", error.strerror)
            return False
        return True
