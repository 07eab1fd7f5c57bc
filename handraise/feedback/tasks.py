"""Jobs of this step, where Procrastinate looks for them."""

from handraise.feedback.attribution.tasks import refresh_touchpoints
from handraise.feedback.learned.tasks import run_learning
from handraise.feedback.preview.tasks import run_preview
from handraise.feedback.rehearsal.tasks import run_rehearsal
from handraise.feedback.reports.tasks import mail_reports
from handraise.feedback.review.tasks import run_review
from handraise.feedback.routing.tasks import run_route_rehearsal
from handraise.feedback.standing.tasks import refresh_standings

__all__ = [
    "mail_reports",
    "refresh_standings",
    "refresh_touchpoints",
    "run_learning",
    "run_preview",
    "run_rehearsal",
    "run_review",
    "run_route_rehearsal",
]
