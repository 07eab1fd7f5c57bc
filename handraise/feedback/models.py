"""Rows of this step, where Django looks for them."""

from handraise.feedback.preview.models import Preview, PreviewedLead
from handraise.feedback.rehearsal.models import Rehearsal, RehearsedLevel
from handraise.feedback.routing.models import RouteRehearsal

__all__ = ["Preview", "PreviewedLead", "Rehearsal", "RehearsedLevel", "RouteRehearsal"]
