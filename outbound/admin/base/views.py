"""The base of pages that are neither a list nor a form of a record."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views import View

from outbound.models import Campaign


class ConsolePage(PermissionRequiredMixin, View):
    """A view in the frame of the admin. Wrap `as_view(site=...)` in `admin_view`, which requires a login."""

    site: Any = None
    title: str | Promise = ""
    template_name: str = ""
    raise_exception = True
    http_method_names = ["get", "post", "head"]

    @property
    def user(self) -> User:
        return cast(User, self.request.user)  # admin_view lets only users through

    def already_sent(self, campaign: Campaign) -> HttpResponse:
        """Redirect from a draft that was sent meanwhile to the page of its send."""
        messages.info(self.request, _("This was sent already. Here is what became of it."))
        return redirect("admin:outbound_campaign_change", campaign.pk)

    def render(self, context: dict[str, Any], *, framed: bool = True, status: int = 200) -> HttpResponse:
        frame: dict[str, Any] = {"title": self.title}
        if framed:
            frame = self.site.each_context(self.request) | frame
        if draft := context.get("draft"):
            frame |= {"original": draft, "opts": draft._meta}  # for the breadcrumbs
        return render(self.request, self.template_name, frame | context, status=status)
