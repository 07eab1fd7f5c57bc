"""Rows of this step, where Django looks for them."""

from handraise.feedback.attribution.models import Touchpoint, TouchpointFreshness
from handraise.feedback.learned.models import Chance, Learning
from handraise.feedback.preview.models import Preview, PreviewedLead
from handraise.feedback.rehearsal.models import Rehearsal, RehearsedLevel
from handraise.feedback.reports.models import MailedReport, ReportWish
from handraise.feedback.review.models import Answered, Review
from handraise.feedback.routing.models import RouteRehearsal
from handraise.feedback.standing.models import Freshness, Ripening, Standing
from handraise.feedback.value.models import Assumed, Cost
from handraise.feedback.velocity.models import Passage
from handraise.feedback.weekly.models import Decision

__all__ = [
    "Answered",
    "Assumed",
    "Chance",
    "Cost",
    "Decision",
    "Freshness",
    "Learning",
    "MailedReport",
    "Passage",
    "Preview",
    "PreviewedLead",
    "Rehearsal",
    "RehearsedLevel",
    "ReportWish",
    "Review",
    "Ripening",
    "RouteRehearsal",
    "Standing",
    "Touchpoint",
    "TouchpointFreshness",
]
