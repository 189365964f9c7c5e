"""A launch in progress: who writes its messages, and how many are written."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from outbound.lifecycle import MAX_REASON_LENGTH
from outbound.models.campaign import Campaign


class Launch(models.Model):
    """Exists for each send that is `launching`, and for no other.

    `ticket` and `lease_until` belong to the process that writes its messages, or deletes them if the
    launch is `withdrawn`. After the lease another worker takes over; it starts again if `goes_on`, and
    otherwise turns the send back into a draft.
    """

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="launch")
    asked_at = models.DateTimeField()
    # The digest of the plan that was reviewed; empty if any plan is accepted.
    expected = models.CharField(max_length=64, blank=True)
    planned = models.PositiveIntegerField()
    written = models.PositiveIntegerField(default=0)
    goes_on = models.BooleanField()
    # Why it becomes a draft again, as an English msgid.
    withdrawn = models.CharField(max_length=MAX_REASON_LENGTH, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ticket = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.written}/{self.planned}"


def launching() -> list[int]:
    """Return the ids of the sends that are being launched, usually none."""
    return list(Launch.objects.values_list("pk", flat=True))
