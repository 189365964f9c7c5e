"""Complete records for tests, with defaults for every value a test leaves out."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.contrib.auth.models import Permission, User
from django.utils import timezone

from outbound.lifecycle import CampaignKind, MessageStatus, WindowPolicy
from outbound.models import Campaign, Conversation, Integration, Message, Recipient, Template

TOKEN = "tok-CANARY-0123456789-3f2a"  # noqa: S105

_numbers = count(1)


def an_integration(**values: Any) -> Integration:
    number = next(_numbers)
    defaults = {"name": f"Integration {number}", "slug": "acme", "remote_id": str(number), "token": TOKEN}
    defaults["window_policy"] = WindowPolicy.ALLOW  # few tests are about the window
    return Integration.objects.create(**(defaults | values))


def a_template(**values: Any) -> Template:
    number = next(_numbers)
    defaults = {"template_id": f"template-{number}", "name": f"Template {number}", "body": "Hello {{name}}."}
    return Template.objects.create(**(defaults | values))


def a_recipient(**values: Any) -> Recipient:
    defaults = {"phone": f"+5535988{next(_numbers):06}", "name": "Maria"}
    return Recipient.objects.create(**(defaults | values))


def a_campaign(**values: Any) -> Campaign:
    return Campaign.objects.create(**({"kind": CampaignKind.TEMPLATE} | values))


def a_message(**values: Any) -> Message:
    """Build a queued message; it makes the recipient, integration and campaign it is not given."""
    recipient = values.pop("recipient", None) or a_recipient()
    integration = values.pop("integration", None) or an_integration()
    defaults = {
        "campaign": values.pop("campaign", None) or a_campaign(integration=integration),
        "integration": integration,
        "recipient": recipient,
        "phone": recipient.phone,
        "phone_key": recipient.phone_key,
        "status": MessageStatus.QUEUED,
        "created_at": timezone.now(),
        "status_changed_at": timezone.now(),
    }
    return Message.objects.create(**(defaults | values))


def a_conversation(**values: Any) -> Conversation:
    """Build one whose window is open, by a message a moment ago, where nothing else is said."""
    defaults = {"phone_key": "+5535988001234", "last_inbound_at": timezone.now()}
    return Conversation.objects.create(**(defaults | values))


def an_operator(*permissions: str, **values: Any) -> User:
    """Build a member of staff with permissions written like `outbound.view_recipient`."""
    user = User.objects.create_user(**({"username": f"operator{next(_numbers)}", "is_staff": True} | values))
    for permission in permissions:
        app_label, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app_label, codename=codename)
        )
    return user
