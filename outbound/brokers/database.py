"""Carries wake-ups as rows of the console's own database."""

from __future__ import annotations

import time

from django.db import Error
from django_q.brokers import orm
from django_q.conf import Conf

from outbound.brokers.polling import WakeUps, drop_connection


class DatabaseWakeUps(WakeUps, orm.ORM):
    """The broker where REDIS_URL is not set."""

    def is_asked_for(self) -> bool:
        """Wait a moment for a wake-up, and remove all there are."""
        try:
            waiting = self.get_connection().filter(key=self.list_key)
            if waiting.exists() and waiting.delete()[0]:
                return True
        except Error as error:
            drop_connection(error)
        time.sleep(Conf.POLL)
        return False
