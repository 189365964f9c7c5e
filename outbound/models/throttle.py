"""What holds an integration back by itself: its pace, its day, and a gateway that asks for a pause."""

from __future__ import annotations

from django.db import models

from outbound.lifecycle import Hold
from outbound.models.integration import Integration


class Throttle(models.Model):
    """One row per integration, shared by all senders, and kept apart from what people decide.

    `paced_until` is the moment up to which the pace is used up; `held_until` ends a wait that the
    gateway asked for or earned; `outages` counts bad answers in a row and `trips` the pauses they led
    to; `used` counts the messages claimed on `day`, a local date.
    """

    integration = models.OneToOneField(Integration, models.CASCADE, primary_key=True, related_name="throttle")
    paced_until = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    hold = models.CharField(max_length=10, choices=Hold.choices, blank=True)
    outages = models.PositiveIntegerField(default=0)
    trips = models.PositiveSmallIntegerField(default=0)
    day = models.DateField(null=True)
    used = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.integration_id)
