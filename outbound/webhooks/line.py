"""The desk's own line to the database: one for a process, held open, and given up on in time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db import InterfaceError, OperationalError, connections

from outbound.tracking.inbox import Arrival, store
from outbound.turns import turn


class Line:
    """Stores arrivals for whichever thread asks, one at a time.

    A request's own connection is looked after at each request: asking it for a sign of life, beginning and
    committing are three more journeys to PostgreSQL than one statement needs.
    """

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds

    def store(self, arrivals: Sequence[Arrival]) -> None:
        """Keep arrivals, all or none. Raises the database's Error."""
        line = self._connection
        with turn(self._patience / 2):
            was_open = line.connection is not None
            try:
                store(arrivals, line)
            except (InterfaceError, OperationalError):
                if not was_open or line.is_usable():
                    raise
                # The server was restarted, or forgot us. What may have been kept after all is then a copy.
                line.close()
                store(arrivals, line)

    def close(self) -> None:
        if "_connection" in vars(self):
            self._connection.close()

    @cached_property
    def _connection(self) -> Any:
        line: Any = connections.create_connection("default")
        line.settings_dict = line.settings_dict | {"CONN_HEALTH_CHECKS": False, "CONN_MAX_AGE": None}
        if line.vendor == "sqlite":
            # Give up on a locked database sooner than the sender of the event would give up on us.
            line.settings_dict["OPTIONS"] = line.settings_dict["OPTIONS"] | {"timeout": self._patience}
        line.inc_thread_sharing()
        return line
