"""A person who may get messages, and their service windows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbound import phones
from outbound.lifecycle import MAX_REASON_LENGTH
from outbound.models.integration import Integration


def known_values(name: str, attributes: dict[str, Any]) -> dict[str, str]:
    """Return what `Recipient.values()` returns, without an instance."""
    return {key: str(value) for key, value in attributes.items()} | {"name": name}


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def opted_out(self) -> RecipientQuerySet:
        """Keep the people who asked not to receive messages. Checked at launch and again at each claim."""
        return self.filter(opted_out_at__isnull=False)


class Recipient(models.Model):
    """A phone number and what is known of the person.

    `phone` is E.164. Numbers are compared by `phone_key` (`phones.Phone.key`), so that an old spelling
    without the ninth digit finds the same person.
    """

    phone = models.CharField(_("phone"), max_length=phones.MAX_E164_LENGTH, unique=True)
    phone_key = models.CharField(max_length=phones.MAX_E164_LENGTH, db_index=True, editable=False)
    name = models.CharField(_("name"), max_length=120, blank=True, db_index=True)
    attributes = models.JSONField(
        _("attributes"),
        default=dict,
        blank=True,
        help_text=_("What a message may say of this person, like {{city}}."),
    )
    opted_out_at = models.DateTimeField(_("opted out at"), null=True, blank=True)
    # The keyword they sent (“SAIR”), or the reason that an operator entered.
    opt_out_reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        ordering = ["-id"]
        indexes = [
            # The claim checks the opt-out of each due row.
            models.Index(
                fields=["phone_key"],
                condition=models.Q(opted_out_at__isnull=False),
                name="recipient_opted_out",
            ),
        ]
        permissions = [("opt_out_recipient", _("Can opt a recipient out and undo it"))]

    def __str__(self) -> str:
        return f"{self.name} · {phones.display(self.phone)}" if self.name else phones.display(self.phone)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.phone_key = phones.parse(self.phone).key
        super().save(*args, **kwargs)

    def values(self) -> dict[str, str]:
        """Return the values that placeholders can use: the name and the attributes, as text."""
        return known_values(self.name, self.attributes)

    def set_opted_out(self, at: datetime | None, reason: str = "") -> None:
        self.opted_out_at, self.opt_out_reason = at, reason[:200]
        self.save(update_fields=["opted_out_at", "opt_out_reason"])


class Conversation(models.Model):
    """The service window of one phone number with one integration.

    `last_inbound_at` comes from events; `declared_until` is set by an operator, with a reason.
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
    declared_reason = models.CharField(_("reason"), max_length=MAX_REASON_LENGTH, blank=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(fields=["integration", "phone_key"], name="conversation_once"),
        ]
        permissions = [("declare_window", _("Can declare a 24-hour window open"))]

    def __str__(self) -> str:
        return phones.display(self.phone_key)
