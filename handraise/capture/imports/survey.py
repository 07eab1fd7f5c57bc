"""One look at a whole file before anything is read from it: hash, encoding, size in lines."""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from handraise.capture.imports.faults import FileFault

_CHUNK = 1 << 20
_NOT_A_TABLE = {
    b"PK\x03\x04": "This is a zip or spreadsheet file (such as .xlsx). Save it as CSV first.",
    b"\xd0\xcf\x11\xe0": "This is an old spreadsheet file (.xls). Save it as CSV first.",
    b"\x1f\x8b": "This file is compressed (gzip). Unpack it first.",
    b"%PDF": "This is a PDF, not a table. Export the table as CSV first.",
}
_BAD_BYTE = re.compile("[\udc00-\udcff]")


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Keep each undecodable byte as a lone surrogate, so that its row can be named."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), error.end


codecs.register_error("handraise-mark", _mark)


@dataclass(frozen=True, slots=True)
class Survey:
    """`digest` is SHA-256 in hex; `lines` counts physical lines; `size` is in bytes."""

    digest: str
    encoding: str
    lines: int
    size: int


def survey(path: Path, *, encoding: str | None = None) -> Survey:
    """Read the file once, in bounded memory. Raises FileFault for what is no table at all."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise FileFault("The file is empty.")
    for magic, sentence in _NOT_A_TABLE.items():
        if start.startswith(magic):
            raise FileFault(sentence)
    return _read_through(path, _told(encoding) if encoding else _by_first_bytes(start))


def _told(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, ValueError, TypeError):
        raise FileFault(f"{encoding!r} is not an encoding that is known here.") from None
    return "utf-8-sig" if name == "utf-8" else name


def _by_first_bytes(start: bytes) -> str | None:
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Latin text in UTF-16 has a zero in every second byte; a table has none otherwise.
    if start[1::2].count(0) > len(start) // 4:
        return "utf-16-le"
    if start[0::2].count(0) > len(start) // 4:
        return "utf-16-be"
    return None


def _read_through(path: Path, encoding: str | None) -> Survey:
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")("handraise-mark")
    good = bad = lines = size = 0
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            lines += chunk.count(b"\n")
            last = chunk
            if encoding is None:
                text = decoder.decode(chunk)
                if not text.isascii():
                    wrong = len(_BAD_BYTE.findall(text))
                    bad += wrong
                    good += sum(1 for char in text if char > "\x7f") - wrong
    # Few bad bytes among much good UTF-8 are damage, to be named; mostly bad ones are cp1252.
    guessed = "cp1252" if bad > good else "utf-8-sig"
    lines += not last.endswith((b"\n", b"\n\x00"))
    return Survey(digest.hexdigest(), encoding or guessed, lines, size)
