"""A file at a public address (FACTS.md, "Files")."""

from __future__ import annotations

import mimetypes
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from outbound.contents import links
from outbound.contents.base import Content, Json
from outbound.contents.errors import Path, Problems
from outbound.contents.fields import MISSING, Text, Url

KB, MB = 1024, 1024 * 1024

_SIZE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(B|KB|MB|GB)?", re.IGNORECASE)
_UNITS = {"": 1, "B": 1, "KB": KB, "MB": MB, "GB": 1024 * MB}


class Size(Text):
    """The size of a file, as a person writes it ("6,5 MB") or in bytes; its cleaned value is in bytes."""

    def clean_value(self, raw: Any, path: Path, problems: Problems) -> Any:
        size = None if isinstance(raw, bool) else _bytes(raw)
        if size is None:
            problems.add(path, _("Write a size, like 850 KB or 6,5 MB."), "size_invalid")
            return MISSING
        return size


class FileContent(Content):
    """A document, image, sticker, audio or video file. The limit of its size depends on its media type."""

    MAX_CAPTION = 1024
    MAX_NAME = 240
    # Every other media type is a document.
    KINDS: dict[str, tuple[frozenset[str] | None, int]] = {
        "image": (frozenset({"image/jpeg", "image/png"}), 5 * MB),
        "sticker": (frozenset({"image/webp"}), 100 * KB),
        "audio": (
            frozenset({"audio/aac", "audio/mp4", "audio/amr", "audio/mpeg", "audio/ogg"}),
            16 * MB,
        ),
        "video": (frozenset({"video/mp4", "video/3gpp"}), 16 * MB),
        "document": (None, 100 * MB),
    }
    # Zenvia also says that no upload may exceed 64 MB, in contradiction to the 100 MB of its table.
    LARGE_UPLOAD = 64 * MB

    TYPE = "file"
    LABEL = _("File")
    HELP = _("A picture, video, audio or document from a public address.")
    ICON = "attach_file"
    NOT_SENT = frozenset({"fileSize"})
    FIELDS = (
        Url(
            name="fileUrl",
            label=_("Address of the file"),
            help=_("Anybody must be able to open it. The console never does."),
            required=True,
        ),
        Text(
            name="fileMimeType",
            label=_("Media type"),
            help=_("Where it is empty, the server of the file decides."),
            max_length=100,
            suggestions=(
                "image/jpeg",
                "image/png",
                "image/webp",
                "video/mp4",
                "audio/mpeg",
                "application/pdf",
            ),
        ),
        Text(name="fileCaption", label=_("Caption"), max_length=MAX_CAPTION, multiline=True),
        Text(
            name="fileName",
            label=_("File name"),
            help=_("Keep the ending of the file, like .pdf."),
            max_length=MAX_NAME,
        ),
        Size(
            name="fileSize",
            label=_("Size of the file"),
            help=_("Not sent. If you know it we check it: pictures up to 5 MB, audio and video up to 16 MB."),
            placeholder="2,5 MB",
        ),
    )

    @classmethod
    def check(cls, value: Json, problems: Problems) -> None:
        media_type = value.get("fileMimeType", "").lower().partition(";")[0].strip()
        kind = kind_of(media_type)
        allowed, max_bytes = cls.KINDS[kind]
        if "fileMimeType" in value and not re.fullmatch(r"[a-z]+/[a-z0-9][a-z0-9.+_-]*", media_type):
            problems.add(
                ("fileMimeType",), _("Write it like image/jpeg or application/pdf."), "file_mime_type_invalid"
            )
        elif allowed is not None and media_type not in allowed:
            problems.add(
                ("fileMimeType",),
                _("WhatsApp does not take this. It takes: %(types)s."),
                "file_type_not_allowed",
                types=", ".join(sorted(allowed)),
            )
        if value.get("fileSize", 0) > max_bytes:
            problems.add(
                ("fileSize",),
                _("Too large for this media type: at most %(max)s."),
                "file_too_large",
                max=f"{max_bytes // MB} MB" if max_bytes >= MB else f"{max_bytes // KB} KB",
            )

    def warnings(self) -> list[ValidationError]:
        found = []
        guessed = mimetypes.guess_type(self.value.get("fileName", ""))[0]
        stated = self.value.get("fileMimeType")
        if guessed and stated and guessed != stated:
            found.append(
                ValidationError(
                    _("The file name ends like %(guessed)s, but the media type says %(stated)s."),
                    code="file_name_type_mismatch",
                    params={"guessed": guessed, "stated": stated},
                )
            )
        if self.value.get("fileSize", 0) > self.LARGE_UPLOAD:
            found.append(
                ValidationError(
                    _("Zenvia may refuse files above 64 MB, though its table allows 100 MB."),
                    code="file_large_upload",
                )
            )
        return found


def _bytes(raw: object) -> int | None:
    try:
        match = _SIZE.fullmatch(str(raw).strip()) if isinstance(raw, str | int | float) else None
        number, unit = match.groups(default="") if match else ("", "")
        return int(float(number.replace(",", ".")) * _UNITS[unit.upper()])
    except (ValueError, OverflowError):  # not a number, or too large for one
        return None


def kind_of(media_type: object) -> str:
    """Return the key of FileContent.KINDS for a media type."""
    text = str(media_type or "").lower().partition(";")[0].strip()
    if text == "image/webp":
        return "sticker"
    family = text.partition("/")[0]
    return family if family in ("image", "audio", "video") else "document"


def kind_of_file(content: Json) -> str:
    """Return the kind for the preview, by the media type or else by the extension of name or address."""
    stated = content.get("fileMimeType")
    if stated:
        return kind_of(stated)
    name = str(content.get("fileName") or str(content.get("fileUrl", "")).partition("?")[0])
    return kind_of(mimetypes.guess_type(name)[0])


def file_host(content: Json) -> str:
    return links.host_of(content.get("fileUrl", ""))
