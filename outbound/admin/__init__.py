"""The console's pages for the records. Floor 5: they show, ask, and call verbs."""

from __future__ import annotations

import outbound.admin.campaigns.admin
import outbound.admin.integrations.admin
import outbound.admin.message_templates.admin
import outbound.admin.messages.admin
import outbound.admin.recipients.admin
import outbound.admin.webhook_events.admin  # noqa: F401
