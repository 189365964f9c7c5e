"""The identity of an installation, and the heartbeats of its processes."""

from __future__ import annotations

from django.db import models


class Installation(models.Model):
    """The one row that identifies the installation of this database (installation/clone_guard.py)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    key = models.CharField(max_length=100)
    # The database's own location (installation/location.py), "" until a first sender has stored it.
    place = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """The last moment at which the process `name` was at work."""

    name = models.CharField(max_length=20, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
