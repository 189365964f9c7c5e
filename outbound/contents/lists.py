"""A list that a button opens (FACTS.md, "Lists")."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from outbound.contents.base import Content, Json, repeated
from outbound.contents.errors import Problems
from outbound.contents.fields import Many, Text


class ListContent(Content):
    """A question with its answers as rows in sections; the bot receives the id of the chosen row."""

    MAX_HEADER = 60
    MAX_BODY = 1024  # Zenvia's limit; Meta's page says 4096
    MAX_FOOTER = 60
    MAX_BUTTON = 20
    MAX_SECTIONS = 10
    MAX_ROWS = 10  # in all sections together
    MAX_SECTION_TITLE = 24
    MAX_ROW_ID = 200
    MAX_ROW_TITLE = 24
    MAX_ROW_DESCRIPTION = 72

    TYPE = "list"
    LABEL = _("List")
    HELP = _("A question with up to ten answers, behind a button that opens them.")
    ICON = "list_alt"
    CAPS = ((("sections", "rows"), MAX_ROWS),)
    FIELDS = (
        Text(name="header", label=_("Title"), max_length=MAX_HEADER),
        Text(name="body", label=_("Question"), required=True, max_length=MAX_BODY, multiline=True),
        Text(name="footer", label=_("Footer"), help=_("Small grey text."), max_length=MAX_FOOTER),
        Text(
            name="button",
            code_name="list_button",
            label=_("Text of the button that opens the list"),
            required=True,
            max_length=MAX_BUTTON,
        ),
        Many(
            name="sections",
            code_name="section",
            label=_("Sections"),
            item_label=_("Section"),
            add_label=_("Add section"),
            required=True,
            required_suffix="required",
            maximum=MAX_SECTIONS,
            fields=(
                Text(
                    name="title",
                    code_name="section_title",
                    label=_("Section title"),
                    required=True,
                    max_length=MAX_SECTION_TITLE,
                ),
                Many(
                    name="rows",
                    label=_("Rows"),
                    item_label=_("Row"),
                    add_label=_("Add row"),
                    required=True,
                    maximum=MAX_ROWS,
                    fields=(
                        Text(
                            name="title",
                            code_name="row_title",
                            label=_("Text of the row"),
                            required=True,
                            max_length=MAX_ROW_TITLE,
                        ),
                        Text(
                            name="id",
                            code_name="row_id",
                            unique=True,
                            label=_("What the bot receives"),
                            required=True,
                            max_length=MAX_ROW_ID,
                        ),
                        Text(
                            name="description",
                            code_name="row_description",
                            label=_("Description"),
                            max_length=MAX_ROW_DESCRIPTION,
                        ),
                    ),
                ),
            ),
        ),
    )

    @classmethod
    def check(cls, value: Json, problems: Problems) -> None:
        places = [
            (("sections", section_index, "rows", row_index, "id"), row.get("id"))
            for section_index, section in enumerate(value.get("sections", []))
            for row_index, row in enumerate(section.get("rows", []))
        ]
        if len(places) > cls.MAX_ROWS:
            problems.add(
                ("sections",),
                _("At most %(max)s rows over all sections; there are %(count)s."),
                "list_rows_max_10",
                max=cls.MAX_ROWS,
                count=len(places),
            )
        for index in repeated([row_id for _path, row_id in places]):
            problems.add(places[index][0], _("Another row has this already."), "row_id_repeated")
