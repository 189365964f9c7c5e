"""The two groups that an installation starts with; administrators may change them afterwards."""

from __future__ import annotations

from collections.abc import Container

from django.contrib.auth.models import Group, Permission

OPERATORS = "Operators"
MANAGERS = "Integration managers"

_PERMISSIONS = {
    OPERATORS: [
        "view_integration",
        "view_template",
        "add_template",
        "change_template",
        "view_templatefield",
        "add_templatefield",
        "change_templatefield",
        "delete_templatefield",
        "view_recipient",
        "add_recipient",
        "change_recipient",
        "opt_out_recipient",
        "view_campaign",
        "add_campaign",
        "change_campaign",
        "delete_campaign",
        "launch_campaign",
        "steer_campaign",
        "view_message",
        "view_attempt",
        "settle_message",
        "export_message",
        "view_webhookevent",
        "declare_window",
    ],
    MANAGERS: [
        "view_integration",
        "add_integration",
        "change_integration",
        "delete_integration",
        "replace_token",
        "pause_integration",
        "delete_template",
        "delete_recipient",
        "restart_contact",
        "change_others_drafts",
        "rotate_webhook",
        "view_webhookevent",
        "teach_statusword",
    ],
}


# Permissions that a migration added: existing groups get them as well, once.
_SINCE = {
    "0002_sending_engine": {OPERATORS: ["steer_campaign", "settle_message"]},
    "0003_what_became_of_it": {
        OPERATORS: ["export_message", "view_webhookevent", "declare_window"],
        MANAGERS: ["rotate_webhook", "view_webhookevent", "teach_statusword"],
    },
    "0005_change_others_drafts": {MANAGERS: ["change_others_drafts"]},
}


def ensure_groups(applied: Container[str] = ()) -> None:
    """Create missing groups; an existing group keeps its permissions.

    `applied` are the names of the migrations that have just run; the permissions they introduced are added.
    """
    for name, codenames in _PERMISSIONS.items():
        group, created = Group.objects.get_or_create(name=name)
        new = [one for since, its in _SINCE.items() if since in applied for one in its.get(name, [])]
        wanted = codenames if created else new
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label="outbound", codename__in=wanted)
        )
