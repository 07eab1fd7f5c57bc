"""Make a simulation that was asked for: play it, count, store it whole.

A job that is killed begins anew, and nobody ever sees half a simulation.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from handraise.leads.models import Lead
from handraise.nurture.compiling import plan_of
from handraise.nurture.simulating.decide import Span, State, Stopped, chosen
from handraise.nurture.simulating.mailing import mailing
from handraise.nurture.simulating.playing import Play
from handraise.nurture.simulating.report import report_of
from handraise.nurture.simulation_models import Simulation

UNDER_WAY = [State.WAITING.value, State.RUNNING.value]


def run(
    simulation_id: int, *, at: datetime, must_stop: Callable[[], bool] = lambda: False
) -> Simulation:
    """Make it; nothing if it is made already. Safe to call again, and by two at once. When
    `must_stop` says so it stays RUNNING. Raises AgreementError, CompileError."""
    made = Simulation.objects.select_related("journey").get(pk=simulation_id)
    if not made.is_under_way:
        return made

    def progress(_: str, done: int, total: int) -> None:
        if must_stop():
            raise Stopped
        made.state, made.done, made.total = State.RUNNING, done, total
        rows = Simulation.objects.filter(pk=made.pk, state__in=UNDER_WAY)
        rows.update(state=State.RUNNING, done=done, total=total)

    plan, span = plan_of(made.text), Span(made.begin, made.end)
    current = Lead.objects.filter(is_current=True, created_at__lt=made.end)
    everybody = list(current.order_by("pk").values_list("pk", flat=True))
    leads = chosen(everybody)
    guards = mailing(made.journey, plan.document, leads, begin=made.begin, end=made.end)
    play = Play(plan, leads, span, guards)
    try:
        tally = play.run(progress)
    except Stopped:
        return made
    made.report = report_of(tally, span, played=len(leads), total=len(everybody))
    made.state, made.finished_at, made.done = State.DONE, at, made.total
    Simulation.objects.filter(pk=made.pk, state__in=UNDER_WAY).update(
        report=made.report, state=State.DONE, finished_at=at, done=made.total
    )
    return made


def fail(simulation_id: int, why: str, *, at: datetime) -> None:
    """Note that it came to nothing, with the sentence that says why."""
    rows = Simulation.objects.filter(pk=simulation_id, state__in=UNDER_WAY)
    rows.update(state=State.FAILED, error=why, finished_at=at)


__all__ = ["UNDER_WAY", "fail", "run"]
