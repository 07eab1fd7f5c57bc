"""Rows of this step, where Django looks for them."""

from handraise.feedback.learned.models import Chance, Learning
from handraise.feedback.preview.models import Preview, PreviewedLead
from handraise.feedback.rehearsal.models import Rehearsal, RehearsedLevel
from handraise.feedback.routing.models import RouteRehearsal
from handraise.feedback.standing.models import Freshness, Standing
from handraise.feedback.weekly.models import Decision

__all__ = [
    "Chance", "Decision", "Freshness", "Learning", "Preview", "PreviewedLead", "Rehearsal",
    "RehearsedLevel", "RouteRehearsal", "Standing",
]  # fmt: skip
