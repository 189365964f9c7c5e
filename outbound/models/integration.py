"""One endpoint of the gateway, with the token that opens it."""

from __future__ import annotations

import re
from datetime import datetime
from ipaddress import ip_network

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbound.contents.bounds import MAX_RANGES, MAX_RANGES_LENGTH
from outbound.lifecycle import AddressPolicy, IntegrationStatus, WindowPolicy
from outbound.models.fields import Secret, SecretField, SecretUnreadable
from outbound.phones import NumberFormat

DEFAULT_BASE_URL = "https://outbound.ms.altubots.com/zenvia"
MAX_TOKEN_LENGTH = 2048
# Where Zenvia posts from (its specification, "Subscriptions"); what NLU forwards may come from elsewhere.
ZENVIA_RANGES = "45.233.20.0/24\n45.233.22.0/24\n45.233.23.0/24\n3.233.231.228/32"
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

path_segment = RegexValidator(
    r"^(?!\.+$)[A-Za-z0-9._~-]+$",
    _("Only letters, digits, dot, hyphen, underscore and tilde."),
    code="path_invalid",
)


# So plain that every reader of an address finds the same host, port and path in it.
_BASE_URL = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[::1\])(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?:/(?!\.+(?:/|$))[a-z0-9._~-]+)*/?",
    re.ASCII | re.IGNORECASE,
)
HTTPS_PORT, MAX_PORT = 443, 65535


def validate_base_url(value: str) -> None:
    """Demand https and a host of GATEWAY_HOSTS, on its own port; this machine's own sandbox needs neither.

    Codes: `path_invalid`, `https_required`, `host_not_allowed`.
    """
    found = _BASE_URL.fullmatch(value)
    port = int(found["port"] or HTTPS_PORT) if found else 0
    if found is None or port > MAX_PORT:
        raise ValidationError(_("This is not the address of a gateway."), code="path_invalid")
    scheme, host = found["scheme"].lower(), found["host"].lower()
    if host.strip("[]") in LOOPBACK_HOSTS and scheme in ("http", "https") and not settings.PRODUCTION:
        return  # the sandbox
    if scheme != "https":
        raise ValidationError(_("The address must begin with https://."), code="https_required")
    place = host if port == HTTPS_PORT else f"{host}:{port}"
    if place not in settings.GATEWAY_HOSTS:
        raise ValidationError(
            _("“%(host)s” is not among the gateways this console may reach (GATEWAY_HOSTS)."),
            code="host_not_allowed",
            params={"host": place[:80]},
        )


def validate_token(value: str) -> None:
    """Refuse what cannot stand in a header. Code: `token_invalid`."""
    if len(value) > MAX_TOKEN_LENGTH or not re.fullmatch(r"[\x21-\x7e]+", value):
        raise ValidationError(
            _("A token is one word, without spaces or line breaks. Copy it again from Zenvia."),
            code="token_invalid",
        )


def validate_ranges(value: str) -> None:
    """Refuse what is not a list of networks. Codes: `ranges_too_many`, `range_invalid`."""
    lines = value.split() if len(value) <= MAX_RANGES_LENGTH else []
    if len(lines) > MAX_RANGES or len(value) > MAX_RANGES_LENGTH:
        raise ValidationError(
            _("At most %(max)s networks."), code="ranges_too_many", params={"max": MAX_RANGES}
        )
    for line in lines:
        try:
            ip_network(line)
        except ValueError:
            raise ValidationError(
                _("“%(range)s” is not a network, like 45.233.20.0/24."),
                code="range_invalid",
                params={"range": line[:80]},
            ) from None


class Integration(models.Model):
    """An endpoint: `<base_url>/<slug>/<remote_id>`, opened by a bare token in `Authorization`."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.CharField(
        _("slug"),
        max_length=100,
        validators=[path_segment],
        help_text=_("The part of the endpoint after /zenvia/."),
    )
    remote_id = models.CharField(
        _("integration id"),
        max_length=100,
        validators=[path_segment],
        help_text=_("The last part of the endpoint."),
    )
    base_url = models.CharField(
        _("gateway address"), max_length=300, default=DEFAULT_BASE_URL, validators=[validate_base_url]
    )
    token = SecretField(_("token"), blank=True, default="")
    token_replaced_at = models.DateTimeField(_("token replaced at"), null=True, editable=False)
    token_replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("token replaced by"),
    )
    number_format = models.CharField(
        _("number format"),
        max_length=20,
        choices=NumberFormat.choices,
        default=NumberFormat.NATIONAL,
        help_text=_("Zenvia's examples carry no country code."),
    )
    per_second = models.PositiveSmallIntegerField(
        _("messages per second"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("At most so many, from all senders together. Empty: as fast as the senders can."),
    )
    per_day = models.PositiveIntegerField(
        _("messages per day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("What is left waits for the next midnight. Empty: no limit."),
    )
    opens_at = models.TimeField(
        _("send from"),
        null=True,
        blank=True,
        help_text=_("Empty: at any hour. Later than the end: overnight."),
    )
    closes_at = models.TimeField(_("send until"), null=True, blank=True)
    server_errors_mean_not_sent = models.BooleanField(
        _("a server error (5xx) means not sent"),
        default=False,
        help_text=_(
            "Only with Zenvia's written word: such messages are then tried again. "
            "Otherwise they stay in doubt, for they may have gone out."
        ),
    )
    window_policy = models.CharField(
        _("rich notification without a sign of the person"),
        max_length=10,
        choices=WindowPolicy.choices,
        default=WindowPolicy.ASK,
        help_text=_("WhatsApp delivers it only within 24 hours of the person's last message."),
    )
    # Digests. The next one opens the door too; a person says when it is asked for, once an event brought it.
    webhook_header = models.CharField(max_length=64, blank=True, editable=False)
    webhook_header_next = models.CharField(max_length=64, blank=True, editable=False)
    webhook_header_seen_at = models.DateTimeField(null=True, editable=False)
    webhook_addresses = models.CharField(
        _("events from other addresses"),
        max_length=10,
        choices=AddressPolicy.choices,
        default=AddressPolicy.LOG,
    )
    webhook_ranges = models.TextField(
        _("addresses of the webhook"),
        blank=True,
        default=ZENVIA_RANGES,
        validators=[validate_ranges],
        help_text=_("Networks that events may come from, one a line. Those of Zenvia are filled in."),
    )
    last_event_at = models.DateTimeField(_("last event at"), null=True, editable=False)
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=IntegrationStatus.choices,
        default=IntegrationStatus.ACTIVE,
        editable=False,
    )
    status_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    status_changed_at = models.DateTimeField(_("status changed at"), null=True, editable=False)
    status_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("status changed by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["base_url", "slug", "remote_id"], name="integration_endpoint"),
        ]
        permissions = [
            ("replace_token", _("Can replace an integration's token")),
            ("pause_integration", _("Can pause and resume an integration")),
            ("rotate_webhook", _("Can replace the secrets of an integration's webhook")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        return f"{self.base_url.rstrip('/')}/{self.slug}/{self.remote_id}"

    @property
    def is_active(self) -> bool:
        return self.status == IntegrationStatus.ACTIVE

    @property
    def token_hint(self) -> str:
        """The token's last four characters, enough to recognise it; `?` where no key reads it."""
        try:
            token = self.token.reveal() if isinstance(self.token, Secret) else self.token
        except SecretUnreadable:
            return "?"
        return token[-4:] if len(token) >= 12 else "…" if token else ""

    def replace_token(self, token: str, *, by: User | None, now: datetime) -> None:
        """Store a new token (or none, with "") and who did it when."""
        self.token, self.token_replaced_at, self.token_replaced_by = token, now, by
        self.save(update_fields=["token", "token_replaced_at", "token_replaced_by"])

    def set_status(self, status: IntegrationStatus, reason: str, *, by: User | None, now: datetime) -> None:
        """Store a new status; `by` is None where the console itself decided."""
        self.status, self.status_reason = status, reason[:300]
        self.status_changed_at, self.status_changed_by = now, by
        self.save(update_fields=["status", "status_reason", "status_changed_at", "status_changed_by"])
