"""What every page is given by the look."""

from functools import cache

from django.http import HttpRequest
from django.templatetags.static import static

SHEETS = (
    "tokens", "reset", "base", "frame", "button", "card", "badge", "form", "table", "path",
    "score", "timeline", "inbox", "pipeline", "report", "agreement", "editor", "talk",
    "questions", "enablement", "consent", "messaging", "entrance", "journey",
    "utilities", "print",
)  # fmt: skip


def look(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001
    """Context processor: the addresses of the style sheets, in their order."""
    return {"sheets": _sheets()}


@cache
def _sheets() -> tuple[str, ...]:
    return tuple(static(f"ui/css/{name}.css") for name in SHEETS)
