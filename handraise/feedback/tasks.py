"""Jobs of this step, where Procrastinate looks for them."""

from handraise.feedback.preview.tasks import run_preview

__all__ = ["run_preview"]
