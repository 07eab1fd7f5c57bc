"""Pages: what both sides plan with, against what came."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handraise.feedback.targets.charts import months
from handraise.feedback.targets.tables import DEFINITION, kept_targets
from handraise.kit import clock
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@require_safe
@needs(Permission.SEE)
def targets(request: HttpUserRequest) -> HttpResponse:
    """Every target of the agreement in force, with twelve months and the running one's end."""
    kept = kept_targets(at=clock.now())
    context = {
        "kept": [(one, months(one)) for one in kept], "definition": DEFINITION,
        "as_of": kept[0].as_of if kept else None,
        "heading": kept[0].finding.rstrip(".") if kept else "No targets agreed yet",
    }  # fmt: skip
    return render(request, "feedback/targets/targets.html", context)
