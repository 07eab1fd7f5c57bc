"""The pattern page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def patterns(request: HttpRequest) -> HttpResponse:
    """Every part in both themes, for whoever changes the look."""
    context = {
        "themes": ["light", "dark"],
        "kinds": [("fit", 70), ("interest", 52), ("intent", 88)],
    }
    return render(request, "ui/patterns.html", context)
