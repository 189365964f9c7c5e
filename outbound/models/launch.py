"""A launch that is not over: whose work it is, and how far it came."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from outbound.lifecycle import MAX_REASON_LENGTH
from outbound.models.campaign import Campaign


class Launch(models.Model):
    """There is one for each send that is `launching`, and none for any other.

    `ticket` and `lease_until` are the hold of whoever writes its rows, or deletes them where it is
    `withdrawn`. When the lease is over a worker takes it, and writes all of it anew if it `goes_on`.
    """

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="launch")
    asked_at = models.DateTimeField()
    # The digest of the plan that was looked at; empty where any plan will do.
    expected = models.CharField(max_length=64, blank=True)
    planned = models.PositiveIntegerField()
    written = models.PositiveIntegerField(default=0)
    goes_on = models.BooleanField()
    # Why it goes back to being a draft, as an English msgid.
    withdrawn = models.CharField(max_length=MAX_REASON_LENGTH, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ticket = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.written}/{self.planned}"


def launching() -> list[int]:
    """Return the sends whose rows are being written: usually none."""
    return list(Launch.objects.values_list("pk", flat=True))
