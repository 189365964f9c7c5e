"""One recipient's copy of a send: the exact request body, its status, and its attempts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbound import phones
from outbound.lifecycle import MAX_REASON_LENGTH, MAY_HAVE_LEFT, AttemptOutcome, MessageStatus, Reason
from outbound.models.campaign import Campaign
from outbound.models.integration import Integration
from outbound.models.launch import launching
from outbound.models.recipient import Recipient


class MessageQuerySet(models.QuerySet["Message"]):
    def shown(self) -> MessageQuerySet:
        """Leave out the messages of unfinished launches, which no page, count or file may show.

        The launches are excluded by id: there are usually none, and then no index is lost.
        """
        hidden = launching()
        return self.exclude(campaign__in=hidden) if hidden else self


class Message(models.Model):
    """A row of both the queue and the history.

    `payload` is the JSON of the first attempt, byte for byte, frozen at launch; empty for a skipped row.
    `ticket` and `lease_until` are the claim of a sender while the row is `sending`.
    """

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="messages", db_index=False, verbose_name=_("send")
    )
    # Copied from the campaign, so that one index serves the filters of the history.
    integration = models.ForeignKey(
        Integration, models.PROTECT, related_name="messages", db_index=False, verbose_name=_("integration")
    )
    recipient = models.ForeignKey(
        Recipient, models.SET_NULL, null=True, related_name="messages", verbose_name=_("recipient")
    )
    phone = models.CharField(_("phone"), max_length=phones.MAX_E164_LENGTH)
    phone_key = models.CharField(max_length=phones.MAX_E164_LENGTH)
    status = models.CharField(_("status"), max_length=20, choices=MessageStatus.choices)
    reason = models.CharField(_("reason"), max_length=30, choices=Reason.choices, blank=True)
    detail = models.TextField(_("detail"), blank=True)
    payload = models.TextField(_("request body"), blank=True)
    external_id = models.CharField(_("external id"), max_length=40, unique=True, null=True)
    gateway_status = models.CharField(_("gateway status"), max_length=40, blank=True)
    gateway_message_id = models.CharField(_("message id at the gateway"), max_length=64, blank=True)
    gateway_contact_id = models.CharField(_("contact id at the gateway"), max_length=64, blank=True)
    # The failure that an event reported. It is kept even if the message is delivered later.
    failure_code = models.CharField(_("code of the failure"), max_length=20, blank=True)
    failure_text = models.CharField(_("failure"), max_length=300, blank=True)
    failed_at = models.DateTimeField(_("failed at"), null=True)
    attempt_count = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Attempts that count towards giving up; a request to wait or a bad token does not count.
    failed_tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(_("due at"), null=True)
    ticket = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("queued at"))
    status_changed_at = models.DateTimeField(_("status changed at"))
    # A resent message is a new row; unique, so a message is resent at most once.
    resend_of = models.OneToOneField(
        "self",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="resent_as",
        verbose_name=_("sent again for"),
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    settled_at = models.DateTimeField(_("decided at"), null=True)
    settled_reason = models.CharField(_("reason of the decision"), max_length=MAX_REASON_LENGTH, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        permissions = [
            ("settle_message", _("Can decide what became of a message in doubt")),
            ("export_message", _("Can export the history")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "phone_key"], name="message_once_per_campaign"),
        ]
        indexes = [
            # By campaign, so that a sender does not read the rows of a paused send.
            models.Index(
                fields=["campaign", "due_at", "id"],
                condition=models.Q(status=MessageStatus.QUEUED),
                name="message_queued",
            ),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(status=MessageStatus.SENDING),
                name="message_lease",
            ),
            models.Index(fields=["campaign", "status", "-id"], name="message_campaign"),
            models.Index(fields=["integration", "-id"], name="message_integration"),
            models.Index(fields=["integration", "status", "-id"], name="message_standing"),
            models.Index(fields=["status", "-id"], name="message_status"),
            models.Index(fields=["phone_key", "-id"], name="message_phone"),
            models.Index(fields=["gateway_message_id"], name="message_gateway_id"),
            models.Index(fields=["gateway_contact_id"], name="message_contact_id"),
            models.Index(fields=["created_at", "status"], name="message_created_status"),
            models.Index(
                fields=["ticket"], condition=models.Q(status=MessageStatus.SENDING), name="message_ticket"
            ),
        ]

    def __str__(self) -> str:
        return phones.display(self.phone)


class Attempt(models.Model):
    """One HTTP call for one message, committed before the call so that a crash leaves a trace."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attempts", verbose_name=_("message"))
    number = models.PositiveSmallIntegerField(_("number"))
    external_id = models.CharField(_("external id"), max_length=40, unique=True)
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=AttemptOutcome.choices, default=AttemptOutcome.OPEN
    )
    reason = models.CharField(_("reason"), max_length=30, choices=Reason.choices, blank=True)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True)
    latency_ms = models.PositiveIntegerField(_("duration in ms"), null=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["message", "number"]
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="attempt_number"),
            # No second call for a message whose request may have left.
            models.UniqueConstraint(
                fields=["message"],
                condition=models.Q(outcome__in=sorted(MAY_HAVE_LEFT)),
                name="attempt_may_have_left_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} · {self.number}"
