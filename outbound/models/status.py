"""The status columns that sends and integrations share, and the guarded UPDATE that changes them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbound.lifecycle import MAX_REASON_LENGTH

Record = TypeVar("Record", bound=models.Model)


class StatusRecord(models.Model):
    """A record with a status. `status_changed_by` is None if the console itself changed the status."""

    status_reason = models.CharField(_("reason"), max_length=MAX_REASON_LENGTH, blank=True, editable=False)
    status_changed_at = models.DateTimeField(_("status changed at"), null=True, editable=False)
    status_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("status changed by"),
    )

    class Meta:
        abstract = True

    def refresh_status(self) -> None:
        """Read the status columns again."""
        self.refresh_from_db(fields=["status", "status_reason", "status_changed_at", "status_changed_by"])


class StatusQuerySet(models.QuerySet[Record]):
    """Base of the verbs: each changes only rows whose status allows it, and returns how many it changed."""

    def _move(
        self,
        before: Collection[str],
        after: str,
        *,
        reason: str,
        by: User | None,
        now: datetime,
        **columns: Any,
    ) -> int:
        # The UPDATE checks the status itself, so of two at the same time the second changes nothing.
        return self.filter(status__in=before).update(
            status=after,
            status_reason=reason[:MAX_REASON_LENGTH],
            status_changed_at=now,
            status_changed_by=by,
            **columns,
        )
