"""What an installation knows of itself: who it is, and whether its sender lives."""

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
    """A sign of life: the last moment at which somebody was at work under `name`."""

    name = models.CharField(max_length=20, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
