"""Rows of this step, where Django looks for them."""

from handraise.feedback.preview.models import Preview, PreviewedLead
from handraise.feedback.rehearsal.models import Rehearsal, RehearsedLevel
from handraise.feedback.routing.models import RouteRehearsal
from handraise.feedback.standing.models import Freshness, Standing
from handraise.feedback.velocity.models import Passage
from handraise.feedback.weekly.models import Decision

__all__ = [
    "Decision", "Freshness",
    "Passage", "Preview", "PreviewedLead", "Rehearsal", "RehearsedLevel",
    "RouteRehearsal", "Standing",
]  # fmt: skip
