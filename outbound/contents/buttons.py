"""Reply buttons under a text (FACTS.md, "Buttons")."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from outbound.contents.base import Content, Json, repeated
from outbound.contents.errors import Problems
from outbound.contents.fields import Group, Many, Text, Url


class ButtonContent(Content):
    """A question with one to three buttons; a button's id is what the bot receives."""

    MAX_BODY = 1024
    MAX_FOOTER = 60
    # Zenvia's newer specification says 10; the endpoint's page and WhatsApp say 3.
    MAX_BUTTONS = 3
    MAX_BUTTON_ID = 256
    MAX_BUTTON_TITLE = 20

    TYPE = "button"
    LABEL = _("Buttons")
    HELP = _("A question with up to three buttons to answer it.")
    ICON = "smart_button"
    FIELDS = (
        Group(
            name="header",
            label=_("Picture above the text"),
            constants={"type": "file"},
            fields=(
                Url(
                    name="fileUrl",
                    label=_("Address of the picture"),
                    help=_("Anybody must be able to open it. The console never does."),
                    required=True,
                ),
            ),
        ),
        Text(name="body", label=_("Question"), required=True, max_length=MAX_BODY, multiline=True),
        Text(name="footer", label=_("Footer"), help=_("Small grey text."), max_length=MAX_FOOTER),
        Many(
            name="buttons",
            label=_("Buttons"),
            item_label=_("Button"),
            add_label=_("Add button"),
            required=True,
            maximum=MAX_BUTTONS,
            fields=(
                Text(
                    name="title",
                    code_name="button_title",
                    label=_("Text on the button"),
                    required=True,
                    max_length=MAX_BUTTON_TITLE,
                ),
                Text(
                    name="id",
                    code_name="button_id",
                    unique=True,
                    label=_("What the bot receives"),
                    help=_("The bot must know this input, or the answer leads nowhere."),
                    required=True,
                    max_length=MAX_BUTTON_ID,
                ),
            ),
        ),
    )

    @classmethod
    def check(cls, value: Json, problems: Problems) -> None:
        buttons = value.get("buttons", [])
        for index in repeated([button.get("id") for button in buttons]):
            problems.add(
                ("buttons", index, "id"), _("Another button has this already."), "button_id_repeated"
            )
        for index in repeated([button.get("title") for button in buttons]):
            problems.add(
                ("buttons", index, "title"),
                _("Another button has this text already."),
                "button_title_repeated",
            )
