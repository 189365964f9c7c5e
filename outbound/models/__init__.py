"""The database records. They do not know the gateway."""

from __future__ import annotations

from outbound.models.campaign import Campaign
from outbound.models.event import StatusWord, WebhookEvent, WebhookKey
from outbound.models.installation import Heartbeat, Installation
from outbound.models.integration import Integration, Throttle
from outbound.models.launch import Launch
from outbound.models.message import Attempt, Message
from outbound.models.recipient import Conversation, Recipient
from outbound.models.summary import Summary, SummaryDay
from outbound.models.template import Template, TemplateField

__all__ = [
    "Attempt",
    "Campaign",
    "Conversation",
    "Heartbeat",
    "Installation",
    "Integration",
    "Launch",
    "Message",
    "Recipient",
    "StatusWord",
    "Summary",
    "SummaryDay",
    "Template",
    "TemplateField",
    "Throttle",
    "WebhookEvent",
    "WebhookKey",
]
