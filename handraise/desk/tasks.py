"""Jobs of this step, where Procrastinate looks for them."""

from handraise.desk.bulk.tasks import run_bulk

__all__ = ["run_bulk"]
