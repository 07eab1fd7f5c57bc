"""Rows of this step, where Django looks for them."""

from handraise.feedback.preview.models import Preview, PreviewedLead

__all__ = ["Preview", "PreviewedLead"]
