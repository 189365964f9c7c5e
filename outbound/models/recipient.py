"""A person who may get messages."""

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
    """Return `Recipient.values()` of somebody of whom no more than this was read."""
    return {key: str(value) for key, value in attributes.items()} | {"name": name}


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def opted_out(self) -> RecipientQuerySet:
        """Keep the people who asked not to receive messages. Asked at launch and again at each claim."""
        return self.filter(opted_out_at__isnull=False)


class Recipient(models.Model):
    """One number and what is known of the person behind it.

    `phone` is E.164; `phone_key` is what numbers are compared by (`phones.Phone.key`), so that an old
    spelling without the ninth digit finds the same person.
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
    # Their own word (“SAIR”), or what the person wrote who entered it.
    opt_out_reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        ordering = ["-id"]
        indexes = [
            # The claim asks, for each due row, whether its person opted out.
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
        """Return what a template's value may refer to: the name and the attributes, as text."""
        return known_values(self.name, self.attributes)

    def set_opted_out(self, at: datetime | None, reason: str = "") -> None:
        self.opted_out_at, self.opt_out_reason = at, reason[:200]
        self.save(update_fields=["opted_out_at", "opt_out_reason"])


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
