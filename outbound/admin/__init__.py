"""The console's pages for the records. Floor 5: they show, ask, and call verbs."""

from __future__ import annotations

from outbound.admin import (  # noqa: F401
    campaigns,
    inbox,
    integrations,
    message_templates,
    messages,
    recipients,
)
