"""Rows of this step, where Django looks for them."""

from handraise.feedback.preview.models import Preview, PreviewedLead
from handraise.feedback.rehearsal.models import Rehearsal, RehearsedLevel
from handraise.feedback.review.models import Answered, Review
from handraise.feedback.routing.models import RouteRehearsal
from handraise.feedback.standing.models import Freshness, Standing
from handraise.feedback.weekly.models import Decision

__all__ = [
    "Answered", "Decision", "Freshness", "Preview", "PreviewedLead", "Rehearsal",
    "RehearsedLevel", "Review", "RouteRehearsal", "Standing",
]  # fmt: skip
