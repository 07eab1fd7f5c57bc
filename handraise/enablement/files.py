"""Files of assets: under random names in the data folder, so that no name of theirs is a path."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

LARGEST = 25 * 1024 * 1024
_TOKEN = re.compile(r"[0-9a-f]{32}")


def keep(file: UploadedFile[bytes]) -> str:
    """Write the file to disk in pieces; the random name by which it is found again."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(16)
    descriptor = os.open(folder / token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    return token


def kept(token: str) -> Path | None:
    """The file of this random name, if it is there."""
    path = _folder() / token
    return path if _TOKEN.fullmatch(token) and path.is_file() else None


def forget(token: str) -> None:
    """Remove a file that nothing names any more."""
    path = kept(token)
    if path is not None:
        path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "assets"
