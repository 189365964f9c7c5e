"""The 24-hour window of one person with one integration: what opened it, and when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbound import phones
from outbound.models.integration import Integration


class Conversation(models.Model):
    """One number and one integration. It exists only where a sign of the person, or a word of ours, does.

    `last_inbound_at` comes from events; `declared_until` from a person who knows better, with a reason.
    """

    integration = models.ForeignKey(
        Integration,
        models.CASCADE,
        related_name="conversations",
        db_index=False,
        verbose_name=_("integration"),
    )
    phone_key = models.CharField(max_length=phones.MAX_E164_LENGTH, db_index=True)
    last_inbound_at = models.DateTimeField(_("last wrote at"), null=True)
    declared_until = models.DateTimeField(_("declared open until"), null=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("declared by")
    )
    declared_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(fields=["integration", "phone_key"], name="conversation_once"),
        ]
        permissions = [("declare_window", _("Can declare a 24-hour window open"))]

    def __str__(self) -> str:
        return phones.display(self.phone_key)
