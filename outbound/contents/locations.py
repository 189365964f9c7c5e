"""A place on the map (FACTS.md, "Location")."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from outbound.contents.base import Content
from outbound.contents.fields import Number, Text, Url


class LocationContent(Content):
    """A point with an optional name and address."""

    MAX_LATITUDE = 90
    MAX_LONGITUDE = 180
    # No limit is documented; this only refuses a whole page pasted by mistake.
    MAX_NAME = 1000
    MAX_ADDRESS = 1000

    TYPE = "location"
    LABEL = _("Location")
    HELP = _("A place that opens in the person's map.")
    ICON = "location_on"
    FIELDS = (
        Number(
            name="latitude",
            label=_("Latitude"),
            help=_("From −90 to 90, like −23,5422."),
            required=True,
            minimum=-MAX_LATITUDE,
            maximum=MAX_LATITUDE,
        ),
        Number(
            name="longitude",
            label=_("Longitude"),
            help=_("From −180 to 180, like −46,6581."),
            required=True,
            minimum=-MAX_LONGITUDE,
            maximum=MAX_LONGITUDE,
        ),
        Text(name="name", label=_("Name of the place"), max_length=MAX_NAME),
        Text(
            name="address",
            label=_("Address"),
            help=_("Shown only together with a name."),
            max_length=MAX_ADDRESS,
        ),
        Url(
            name="url",
            label=_("Website"),
            help=_("Zenvia takes it, but the person may not see it."),
        ),
    )

    def warnings(self) -> list[ValidationError]:
        if "address" in self.value and "name" not in self.value:
            return [
                ValidationError(
                    _("WhatsApp shows the address only together with a name of the place."),
                    code="address_without_name",
                )
            ]
        return []
