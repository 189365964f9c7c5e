"""The admin site that is the console."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class ConsoleSite(UnfoldAdminSite):
    """The skin's site, under our name."""

    index_title = _("Home")
