"""Webhook events: the raw body, and the values that were read from it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbound import phones
from outbound.lifecycle import REPORTED, EventKind, EventState, MessageStatus
from outbound.models.integration import Integration
from outbound.models.message import Message


class WebhookKey(models.Model):
    """The secret in an integration's webhook address, kept as a digest.

    Two can be valid at once: one that was replaced is valid until `expires_at`.
    """

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="webhook_keys")
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"•••• {self.hint}"


class WebhookEvent(models.Model):
    """One event, or a body with several events, each of which refers to it in `part_of`.

    `digest` is the SHA-256 of `body`; an exact copy increments `copies` and adds no row. `due_at` is when
    it is processed next, empty if nothing is left to do. The other values are read from the body when it
    is applied. Columns with a partial index are NULL if there is no value.
    """

    integration = models.ForeignKey(
        Integration, models.CASCADE, related_name="events", db_index=False, verbose_name=_("integration")
    )
    body = models.BinaryField()
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField(_("received at"))
    address = models.CharField(_("address"), max_length=45, blank=True)
    is_foreign = models.BooleanField(_("from an address that is not on the list"), default=False)
    copies = models.PositiveIntegerField(_("copies"), default=0)
    part_of = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="parts", db_index=False, editable=False
    )
    state = models.CharField(_("state"), max_length=12, choices=EventState.choices, default=EventState.NEW)
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=12, choices=EventKind.choices, blank=True)
    word = models.CharField(_("word"), max_length=40, blank=True, null=True)
    event_id = models.CharField(_("event id"), max_length=100, blank=True, null=True)
    # Of all values with an effect; tells a copy from another event with the same id (tracking/copies.py).
    fingerprint = models.CharField(max_length=32, blank=True, null=True, editable=False)
    external_id = models.CharField(_("external id"), max_length=100, blank=True, null=True)
    gateway_message_id = models.CharField(max_length=64, blank=True)
    # Zenvia's own id of the message; the answer to a request does not contain it.
    channel_message_id = models.CharField(_("message id at Zenvia"), max_length=100, blank=True, null=True)
    phone_key = models.CharField(max_length=phones.MAX_E164_LENGTH, blank=True, null=True)
    happened_at = models.DateTimeField(_("happened at"), null=True)
    code = models.CharField(_("code"), max_length=20, blank=True)
    text = models.CharField(_("text"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=100, blank=True)
    message = models.ForeignKey(
        Message,
        models.SET_NULL,
        null=True,
        related_name="events",
        db_index=False,
        verbose_name=_("message"),
    )

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["integration", "digest"], name="event_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(due_at__isnull=False), name="event_due"),
            models.Index(fields=["state", "-id"], name="event_state"),
            # Each index costs the sender of an event time, so a new event is in few of them. The condition
            # is IS NOT NULL, since SQLite uses such a partial index for every comparison.
            models.Index(fields=["message"], condition=models.Q(message__isnull=False), name="event_message"),
            models.Index(fields=["part_of"], condition=models.Q(part_of__isnull=False), name="event_part_of"),
            models.Index(fields=["integration", "-id"], name="event_integration"),
            models.Index(
                fields=["integration", "event_id", "fingerprint"],
                condition=models.Q(event_id__isnull=False),
                name="event_same",
            ),
            models.Index(
                fields=["external_id"],
                condition=models.Q(external_id__isnull=False),
                name="event_external_id",
            ),
            models.Index(
                fields=["channel_message_id"],
                condition=models.Q(channel_message_id__isnull=False),
                name="event_channel_id",
            ),
            models.Index(
                fields=["phone_key", "-id"],
                condition=models.Q(phone_key__isnull=False),
                name="event_phone",
            ),
            models.Index(fields=["word", "-id"], condition=models.Q(word__isnull=False), name="event_word"),
        ]

    def __str__(self) -> str:
        return self.word or self.get_kind_display() or str(self.pk)


class StatusWord(models.Model):
    """The meaning that a person gave to an undocumented status word; if empty, the word changes nothing."""

    MEANINGS = [(status.value, status.label) for status in MessageStatus if status in REPORTED]

    word = models.CharField(_("word"), max_length=40, unique=True)
    meaning = models.CharField(_("meaning"), max_length=20, choices=MEANINGS, blank=True)
    taught_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    taught_at = models.DateTimeField()

    class Meta:
        verbose_name = _("status word")
        verbose_name_plural = _("status words")
        ordering = ["word"]
        permissions = [("teach_statusword", _("Can say what an unknown status word means"))]

    def __str__(self) -> str:
        return self.word
