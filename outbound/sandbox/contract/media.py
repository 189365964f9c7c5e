"""Rules of files: media types, sizes (FACTS.md, "Files") and a simulated download."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qs, urlsplit

from outbound.sandbox.contract.rules import Problem, attribute

MEGABYTE = 1024 * 1024
MAX_IMAGE_BYTES = 5 * MEGABYTE
MAX_STICKER_BYTES = 100 * 1024
MAX_AUDIO_BYTES = 16 * MEGABYTE
MAX_VIDEO_BYTES = 16 * MEGABYTE
MAX_DOCUMENT_BYTES = 100 * MEGABYTE

MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;\s*[\w-]+=[^;\s]+)*", re.ASCII)

MEDIA_TYPE_OF_ENDING = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "aac": "audio/aac",
    "amr": "audio/amr",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "3gp": "video/3gpp",
    "mp4": "video/mp4",
}


def max_bytes(media_type: str) -> int:
    """Return the size limit of a media type; any other type than image, audio and video is a document."""
    essence = media_type.partition(";")[0].strip().lower()
    if essence in ("image/jpeg", "image/png"):
        return MAX_IMAGE_BYTES
    if essence == "image/webp":
        return MAX_STICKER_BYTES
    if essence.startswith("audio/"):
        return MAX_AUDIO_BYTES
    return MAX_VIDEO_BYTES if essence.startswith("video/") else MAX_DOCUMENT_BYTES


def guessed_type(url_path: str) -> str:
    """Return the media type by the ending of a URL's path, or that of plain bytes."""
    ending = url_path.rpartition("/")[2].rpartition(".")[2].lower()
    return MEDIA_TYPE_OF_ENDING.get(ending, "application/octet-stream")


def media_type(value: object, path: str) -> Iterator[Problem]:
    """Yield what is wrong with a `fileMimeType`: any valid MIME type is allowed."""
    if not isinstance(value, str):
        yield Problem("invalid_type", path, "must be a string")
    elif not MEDIA_TYPE.fullmatch(value):
        yield Problem("invalid_format", path, "must be a media type such as image/jpeg")


def file_url(value: object, path: str) -> Iterator[Problem]:
    """Yield what is wrong with a `fileUrl`: it must be an https address anyone can download."""
    if not isinstance(value, str):
        yield Problem("invalid_type", path, "must be a string")
    elif _split(value) is None:
        yield Problem("invalid_format", path, "must be an https URL")


def simulated_size(value: object, path: str) -> Iterator[Problem]:
    """Yield a problem when the simulated download of the file at `path` is over its limit.

    The gateway would fetch the file; the sandbox takes the size from `?size=<bytes>` in the URL.
    """
    url = _split(value.get("fileUrl")) if isinstance(value, dict) else None
    if not isinstance(value, dict) or url is None:
        return
    size = parse_qs(url.query).get("size", [""])[0]
    told = value.get("fileMimeType")
    limit = max_bytes(told if isinstance(told, str) else guessed_type(url.path))
    # Twelve digits exceed every limit, so longer numbers are not converted.
    if size.isascii() and size.isdigit() and (len(size) > 12 or int(size) > limit):
        yield Problem(
            "too_large", attribute(path, "fileUrl"), f"the file has {size} bytes, the limit is {limit}"
        )


def _split(url: object) -> SplitResult | None:
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # an invalid port raises only when it is read
    except ValueError:
        return None
    return parts if parts.scheme == "https" and parts.hostname else None
