"""Fold text once, when it is written, so that every engine compares stored values alike."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def fold(text: str) -> str:
    """Lower case, no accents, single spaces: `"  Ménage\\tÀ Trois "` becomes `"menage a trois"`."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(unicodedata.normalize("NFC", kept).split())


def words(folded: str) -> str:
    """The tokens of folded text between single spaces, so that `contains " vp "` finds a word.

    Text without any word gives the empty string.
    """
    found = _WORD.findall(folded)
    return f" {' '.join(found)} " if found else ""
