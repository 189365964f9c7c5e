"""Wake-ups as rows of our own database, committed with whatever they are for."""

from __future__ import annotations

import time

from django.db import Error
from django_q.brokers import orm
from django_q.conf import Conf

from outbound.brokers.polling import WakeUps, part_with_database


class DatabaseWakeUps(WakeUps, orm.ORM):
    """The queue of whoever has no Redis."""

    def is_asked_for(self) -> bool:
        """Wait a moment for a wake-up, and take out all there are."""
        try:
            waiting = self.get_connection().filter(key=self.list_key)
            if waiting.exists() and waiting.delete()[0]:
                return True
        except Error as error:
            part_with_database(error)
        time.sleep(Conf.POLL)
        return False
