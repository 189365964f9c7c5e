"""The status of sends and integrations: its columns, and the only statements that change them."""

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
    """Why the status is what it is, since when, and by whom: None where the console itself decided."""

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
    """Verbs that change the status of those rows whose present status allows it, and return their number."""

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
        # The status stands in the UPDATE itself: of two at the same time, the second changes nothing.
        return self.filter(status__in=before).update(
            status=after,
            status_reason=reason[:MAX_REASON_LENGTH],
            status_changed_at=now,
            status_changed_by=by,
            **columns,
        )
