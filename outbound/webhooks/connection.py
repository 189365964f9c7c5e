"""The desk's own line to the database: one for a process, held open, and given up on in time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db import Error, IntegrityError, connections

from outbound.db.sqlite_write_lock import turn
from outbound.webhooks.storage import Arrival, store


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
            line.close_if_unusable_or_obsolete()  # it lives as long as any, so a replaced file is noticed
            was_open = line.connection is not None
            try:
                store(arrivals, line)
            except IntegrityError:
                raise
            except Error:
                is_lost = was_open and not line.is_usable()
                line.close()  # another session may be better off, as after one that may only read
                if not is_lost:
                    raise
                # The server was restarted, or forgot us. What may have been kept after all is then a copy.
                store(arrivals, line)

    def close(self) -> None:
        if "_connection" in vars(self):
            self._connection.close()

    @cached_property
    def _connection(self) -> Any:
        line: Any = connections.create_connection("default")
        usual = line.settings_dict["OPTIONS"]
        options = usual | (self._in_postgresql(usual) if line.vendor == "postgresql" else self._in_sqlite())
        line.settings_dict = line.settings_dict | {"CONN_HEALTH_CHECKS": False, "OPTIONS": options}
        line.inc_thread_sharing()
        return line

    def _in_sqlite(self) -> dict[str, Any]:
        """Give up on a locked database sooner than the sender of the event would give up on us."""
        return {"timeout": self._patience}

    def _in_postgresql(self, usual: dict[str, Any]) -> dict[str, Any]:
        """Give up as soon on a row that is held, and on a server that has fallen silent."""
        milliseconds = int(self._patience * 1000)
        options = f"{usual.get('options', '')} -c statement_timeout={milliseconds}"
        return {"options": options, "connect_timeout": 2, "tcp_user_timeout": milliseconds}
