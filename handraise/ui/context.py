"""What every page is given by the look."""

from django.http import HttpRequest
from django.templatetags.static import static

SHEETS = (
    "tokens", "reset", "base", "frame", "button", "card", "badge", "form", "table", "path",
    "score", "timeline", "inbox", "pipeline", "report", "agreement", "editor", "talk",
    "questions", "enablement", "consent", "entrance",
    "utilities", "print",
)  # fmt: skip


def look(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001
    """Context processor: the addresses of the style sheets, in their order."""
    return {"sheets": [static(f"ui/css/{name}.css") for name in SHEETS]}
