"""Storage of collected static files, readable by every account of the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class OpenCompressor(Compressor):
    """Sets the permissions of compressed files, which whitenoise leaves to the umask."""

    def write_data(self, *arguments: Any) -> str:
        name: str = super().write_data(*arguments)
        Path(name).chmod(settings.FILE_UPLOAD_PERMISSIONS)
        return name


class CollectedFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files under STATIC_ROOT."""

    def create_compressor(self, **options: Any) -> Compressor:
        return OpenCompressor(**options)
