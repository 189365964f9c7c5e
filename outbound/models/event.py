"""What came in by webhook: the raw bytes first, and beside them what was read from them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbound import phones
from outbound.lifecycle import TOLD, EventKind, EventState, MessageStatus
from outbound.models.integration import Integration
from outbound.models.message import Message


class WebhookKey(models.Model):
    """A secret that opens an integration's webhook address; only its digest is kept.

    Two may be alive at once: the one that was replaced works until `expires_at`.
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
    """One event, or the body that several came in (`part_of` leads from each to it).

    `digest` is the SHA-256 of `body`: an exact copy adds to `copies` and makes no row. `due_at` is when it
    is looked at next, empty where nothing is left to do. All else is read from the body when it is applied;
    of that, what a partial index is on is NULL where there is nothing.
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
    # Of all that has an effect, to tell a copy from another event under the same id (tracking/copies.py).
    fingerprint = models.CharField(max_length=32, blank=True, null=True, editable=False)
    external_id = models.CharField(_("external id"), max_length=100, blank=True, null=True)
    gateway_message_id = models.CharField(max_length=64, blank=True)
    # Zenvia's own id of the message, which our endpoint never answers with.
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
            # Each index that a new event is in costs its sender time, so the others leave it out; by IS NOT
            # NULL, the one condition that SQLite takes to be met by any comparison.
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
    """What a word means that no document explains, as a person said once. Empty: it changes nothing."""

    MEANINGS = [(status.value, status.label) for status in MessageStatus if status in TOLD]

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
