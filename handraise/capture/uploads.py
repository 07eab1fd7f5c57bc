"""Files on their way in: kept under a random name until their mapping is settled."""

from __future__ import annotations

import os
import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

_TOKEN = re.compile(r"[0-9a-f]{32}")
_KEPT_FOR = timedelta(days=1)


class BoundedUpload(FileUploadHandler):
    """Stop taking a file at the limit, so that nobody fills the disk; the form then says so."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        self._left = settings.IMPORT_LIMIT

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        self._left -= len(raw_data)
        if self._left < 0:
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:  # noqa: ARG002
        return None


def keep(file: UploadedFile[bytes], *, at: datetime) -> str:
    """Write the upload to disk in pieces; a token to find it by. Forgets those of yesterday."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.csv"):
        if datetime.fromtimestamp(old.stat().st_mtime, at.tzinfo) < at - _KEPT_FOR:
            old.unlink(missing_ok=True)
    token = secrets.token_hex(16)
    descriptor = os.open(folder / f"{token}.csv", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    return token


def kept(token: str) -> Path | None:
    """The file of a token, if it is still there."""
    path = _folder() / f"{token}.csv"
    return path if _TOKEN.fullmatch(token) and path.is_file() else None


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "uploads"
