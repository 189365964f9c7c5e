"""Daily counts of messages, recomputed from the rows, for the home page and the reports."""

from __future__ import annotations

from django.db import models

from outbound.models.integration import Integration
from outbound.models.template import Template


class SummaryDay(models.Model):
    """One local day whose messages were counted at `counted_at`.

    It is stale until the day is over, and again when events change its messages.
    """

    day = models.DateField(primary_key=True)
    counted_at = models.DateTimeField(null=True)
    is_stale = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["day"], condition=models.Q(is_stale=True), name="summary_stale")]

    def __str__(self) -> str:
        return self.day.isoformat()


class Summary(models.Model):
    """The number of messages queued in one local hour that had the same values when they were counted."""

    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="+", db_index=False)
    template = models.ForeignKey(Template, models.CASCADE, null=True, related_name="+", db_index=False)
    status = models.CharField(max_length=20)
    reason = models.CharField(max_length=30, blank=True)
    failure_code = models.CharField(max_length=20, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["day"], name="summary_day"),
            models.Index(fields=["status", "day"], name="summary_status"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.hour}: {self.count}"
