"""Settings of the skin; `locale` holds the Portuguese that it lacks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from console.skin.navigation import NAVIGATION

STYLES = ("console.css", "pages.css", "forms.css", "home.css", "compose/composer.css", "compose/preview.css")

# Green; white on 600 and 700, and both on white, reach contrast AA.
PRIMARY = {
    "50": "oklch(98% .018 160)",
    "100": "oklch(95.5% .04 159)",
    "200": "oklch(91% .075 158)",
    "300": "oklch(84% .115 157)",
    "400": "oklch(75% .14 156)",
    "500": "oklch(63% .135 156)",
    "600": "oklch(50% .11 157)",
    "700": "oklch(43% .095 157)",
    "800": "oklch(36.5% .08 158)",
    "900": "oklch(31% .066 159)",
    "950": "oklch(21% .045 160)",
}


def _asset(name: str) -> Any:
    def address(request: HttpRequest) -> str:
        return static(f"outbound/{name}")

    return address


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("WhatsApp console"),
    "SITE_HEADER": _("WhatsApp console"),
    "SITE_SYMBOL": "forum",
    "SITE_URL": None,
    "SHOW_HISTORY": False,  # Django's own history of a record; the audit log replaces it
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _asset("favicon.svg")}],
    "DASHBOARD_CALLBACK": "outbound.admin.dashboard.home.dashboard",
    "SHOW_LANGUAGES": True,
    "STYLES": [_asset(name) for name in STYLES],
    "COLORS": {"primary": PRIMARY},
    "SIDEBAR": {"show_search": False, "navigation": NAVIGATION},
}
