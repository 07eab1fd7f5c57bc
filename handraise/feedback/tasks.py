"""Jobs of this step, where Procrastinate looks for them."""

from handraise.feedback.preview.tasks import run_preview
from handraise.feedback.rehearsal.tasks import run_rehearsal
from handraise.feedback.review.tasks import run_review
from handraise.feedback.routing.tasks import run_route_rehearsal

__all__ = ["run_preview", "run_rehearsal", "run_review", "run_route_rehearsal"]
