"""The base of the pages of one draft, and who may open them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from outbound.admin.base.views import ConsolePage
from outbound.admin.compose import preview
from outbound.models import Campaign
from outbound.sending.planning import audience

RELATED = ("integration__throttle", "template", "again_of", "created_by")


class DraftPage(ConsolePage):
    """A page for the draft's author and for people who may change the drafts of others.

    Others who may view sends get a page that names the author and offers a copy."""

    @cached_property
    def draft(self) -> Campaign:
        campaigns = Campaign.objects.select_related(*RELATED)
        return get_object_or_404(campaigns, pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.has_permission() and "pk" in kwargs and self._belongs_to_another(self.draft):
            return self._page_of_another(self.draft)
        return super().dispatch(request, *args, **kwargs)

    def _belongs_to_another(self, draft: Campaign) -> bool:
        return draft.is_draft and not draft.is_open_to(self.user)

    def _page_of_another(self, draft: Campaign) -> HttpResponseBase:
        if not self.user.has_perm("outbound.view_campaign"):
            raise PermissionDenied
        context = {
            "title": _("Draft of %(name)s") % {"name": _author(draft)} if draft.created_by else str(draft),
            "draft": draft,
            "original": draft,
            "opts": draft._meta,
            "author": _author(draft),
            "people": _people(draft),
            "may_copy": self.user.has_perm("outbound.add_campaign"),
            **preview.of_campaign(draft, {}),
        }
        frame = self.site.each_context(self.request)
        status = 200 if self.request.method in ("GET", "HEAD") else 403
        return render(self.request, "outbound/compose/draft_of_another.html", frame | context, status=status)


def _author(draft: Campaign) -> str:
    author = draft.created_by
    return (author.get_full_name() or author.get_username()) if author else ""


def _people(draft: Campaign) -> int:
    """Return how many people are chosen so far, repeated ones included."""
    return draft.recipients.count() + len(audience.typed_numbers(draft.numbers))
