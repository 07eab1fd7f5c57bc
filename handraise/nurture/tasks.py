"""Where Procrastinate looks for the jobs of this step."""

from handraise.nurture.simulating.tasks import run_simulation

__all__ = ["run_simulation"]
