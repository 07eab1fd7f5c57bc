"""Jobs of this step, where Procrastinate looks for them."""

from handraise.feedback.preview.tasks import run_preview
from handraise.feedback.rehearsal.tasks import run_rehearsal

__all__ = ["run_preview", "run_rehearsal"]
