"""The sidebar, limited to the pages that a user may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from outbound.lifecycle import UNCONFIRMED

MAX_SHOWN = 99


def _has_permission(permission: str) -> Callable[[HttpRequest], bool]:
    def allowed(request: HttpRequest) -> bool:
        return bool(request.user.has_perm(permission))

    return allowed


def _page(title: Promise, icon: str, address: str, permission: str) -> dict[str, Any]:
    link = reverse_lazy(f"admin:{address}")
    return {"title": title, "icon": icon, "link": link, "permission": _has_permission(permission)}


def _is_composing(request: HttpRequest) -> bool:
    return request.path.startswith(str(_CAMPAIGNS)) and request.path.endswith(("/compose/", "/review/"))


def _is_campaigns(request: HttpRequest) -> bool:
    return request.path.startswith(str(_CAMPAIGNS)) and not _is_composing(request)


def _is_history(request: HttpRequest) -> bool:
    return request.path.startswith(str(_HISTORY)) and not request.path.startswith(str(_UNCONFIRMED))


class _UnconfirmedBadge:
    """The number beside “In doubt”; the query runs when the menu is rendered.

    A badge callback of the skin would show a zero as well. The skin copies the navigation for each page,
    so the count is kept for one page only.
    """

    def __bool__(self) -> bool:
        return self.count > 0

    def __str__(self) -> str:
        return str(self.count) if self.count <= MAX_SHOWN else f"{MAX_SHOWN}+"

    @cached_property
    def count(self) -> int:
        rows = apps.get_model("outbound", "Message").objects.filter(status__in=UNCONFIRMED)
        return int(rows.order_by()[: MAX_SHOWN + 1].count())


# The skin marks an item as active by its prefix: it would mark the sends while composing, and the history
# while the page “In doubt” is open.
_CAMPAIGNS = reverse_lazy("admin:outbound_campaign_changelist")
_HISTORY = reverse_lazy("admin:outbound_message_changelist")
_UNCONFIRMED = reverse_lazy("admin:outbound_message_unconfirmed")

NAVIGATION: list[dict[str, Any]] = [
    {"items": [{"title": _("Home"), "icon": "home", "link": reverse_lazy("admin:index")}]},
    {
        "title": _("Messages"),
        "items": [
            _page(_("Compose"), "edit_square", "outbound_campaign_compose", "outbound.add_campaign")
            | {"active": _is_composing},
            _page(_("Sends"), "campaign", "outbound_campaign_changelist", "outbound.view_campaign")
            | {"active": _is_campaigns},
            _page(_("In doubt"), "help", "outbound_message_unconfirmed", "outbound.view_message")
            | {"badge": _UnconfirmedBadge(), "badge_variant": "warning"},
            _page(_("History"), "history", "outbound_message_changelist", "outbound.view_message")
            | {"active": _is_history},
            _page(_("Inbox"), "inbox", "outbound_webhookevent_changelist", "outbound.view_webhookevent"),
            {
                "title": _("Reports"),
                "icon": "bar_chart",
                "link": reverse_lazy("outbound_reports"),
                "permission": _has_permission("outbound.view_message"),
            },
        ],
    },
    {
        "title": _("Contacts and templates"),
        "items": [
            _page(_("Recipients"), "group", "outbound_recipient_changelist", "outbound.view_recipient"),
            _page(_("Templates"), "description", "outbound_template_changelist", "outbound.view_template"),
        ],
    },
    {
        "title": _("Set-up"),
        "items": [
            _page(_("Integrations"), "key", "outbound_integration_changelist", "outbound.view_integration"),
            _page(_("Users"), "person", "auth_user_changelist", "auth.view_user"),
            _page(_("Groups"), "groups", "auth_group_changelist", "auth.view_group"),
            _page(_("Audit log"), "fact_check", "auditlog_logentry_changelist", "auditlog.view_logentry"),
        ],
    },
]
