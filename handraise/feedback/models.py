"""Rows of this step, where Django looks for them."""

from handraise.feedback.preview.models import Preview, PreviewedLead
from handraise.feedback.rehearsal.models import Rehearsal, RehearsedLevel
from handraise.feedback.routing.models import RouteRehearsal
from handraise.feedback.standing.models import Freshness, Ripening, Standing
from handraise.feedback.weekly.models import Decision

__all__ = [
    "Decision", "Freshness", "Preview", "PreviewedLead", "Rehearsal", "RehearsedLevel",
    "Ripening", "RouteRehearsal", "Standing",
]  # fmt: skip
