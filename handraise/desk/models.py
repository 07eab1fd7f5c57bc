"""Rows of this step, where Django looks for them."""

from handraise.desk.bulk.models import Bulk, BulkLead

__all__ = ["Bulk", "BulkLead"]
