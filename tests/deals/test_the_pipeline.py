"""The stages and reasons are settings: shipped, changed by revenue operations, kept for history."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from handraise.deals import pipeline
from handraise.deals.actions import lose, move_deal, reopen
from handraise.deals.decide import Afterwards, Refused
from handraise.deals.models import Deal, LostReason, PipelineStage
from handraise.deals.queries import lost_reasons, open_stages, stages
from handraise.leads.decide import Via
from handraise.leads.models import JournalLine
from handraise.team.models import User
from tests.deals.conftest import reason_called, stage_called
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def names() -> list[str]:
    return [stage.name for stage in stages()]


def test_a_pipeline_is_shipped_once() -> None:
    pipeline.ship()

    assert [(stage.name, stage.probability) for stage in stages()] == [
        ("Discovery", 10), ("Evaluation", 30), ("Proposal", 50), ("Negotiation", 75),
        ("Won", 100), ("Lost", 0),
    ]  # fmt: skip
    assert {one.name: one.wake_after for one in lost_reasons()}["Timing"] == 90


def test_stages_are_added_renamed_and_put_elsewhere(rita: User) -> None:
    before = stage_called("Proposal").pk
    trial = pipeline.add_stage(
        name=" Free  trial ", probability=40, before=before, by=rita, at=NOON, via=Via.WEB
    )
    pipeline.edit_stage(trial, name="Trial", probability=45, by=rita, at=NOON, via=Via.WEB)
    pipeline.shift_stage(trial, earlier=True, by=rita, at=NOON, via=Via.WEB)

    assert names() == [
        "Discovery", "Trial", "Evaluation", "Proposal", "Negotiation", "Won", "Lost",
    ]  # fmt: skip
    lines = JournalLine.objects.filter(kind="deals.pipeline_changed").order_by("pk")
    assert [line.said for line in lines] == [
        "Rita added the stage Free trial (40 %).",
        "Rita changed the stage Free trial (40 %) to Trial (45 %).",
        "Rita put the stage Trial earlier.",
    ]


def test_won_and_lost_can_be_renamed_and_nothing_else(rita: User) -> None:
    won = stage_called("Won")
    pipeline.edit_stage(won, name="Signed", probability=3, by=rita, at=NOON, via=Via.WEB)
    won.refresh_from_db()
    assert (won.name, won.probability) == ("Signed", 100)

    with pytest.raises(Refused, match="every deal ends won or lost"):
        pipeline.remove_stage(won, by=rita, at=NOON, via=Via.WEB)
    with pytest.raises(Refused, match="Signed stands at the end"):
        pipeline.shift_stage(won, earlier=True, by=rita, at=NOON, via=Via.WEB)


def test_a_stage_with_deals_in_it_stays(deal: Deal, sal: User, rita: User) -> None:
    discovery = stage_called("Discovery")
    with pytest.raises(Refused, match="a deal stands in it"):
        pipeline.remove_stage(discovery, by=rita, at=NOON, via=Via.WEB)

    move_deal(deal, to=stage_called("Proposal"), by=sal, at=NOON, via=Via.WEB)
    pipeline.remove_stage(discovery, by=rita, at=NOON, via=Via.WEB)

    assert names()[0] == "Evaluation"
    with pytest.raises(Refused, match="Discovery was removed"):
        move_deal(deal, to=discovery, by=sal, at=NOON, via=Via.WEB)
    pipeline.add_stage(name="Discovery", probability=5, by=rita, at=NOON, via=Via.WEB)


def test_a_deal_closed_in_a_removed_stage_opens_in_the_first(
    deal: Deal, sal: User, rita: User
) -> None:
    lose(deal, reason=reason_called("Price"), by=sal, at=NOON, via=Via.WEB)
    pipeline.remove_stage(stage_called("Discovery"), by=rita, at=NOON, via=Via.WEB)

    reopen(deal, why="Called back.", by=sal, at=NOON, via=Via.WEB)

    deal.refresh_from_db()
    assert deal.stage == stage_called("Evaluation")


def test_the_last_open_stage_stays(rita: User) -> None:
    *others, last = open_stages()
    for stage in others:
        pipeline.remove_stage(stage, by=rita, at=NOON, via=Via.WEB)

    with pytest.raises(Refused, match="deals begin in it"):
        pipeline.remove_stage(last, by=rita, at=NOON, via=Via.WEB)


@pytest.mark.parametrize(
    ("name", "probability", "why"),
    [
        ("discovery", 10, "another one called discovery"), (" ", 10, "needs a name"),
        ("x" * 61, 10, "at most 60"), ("a\x00", 10, "plain"), ("New", 101, "between 0 and 100"),
    ],
)  # fmt: skip
def test_a_stage_that_cannot_be_is_refused(
    name: str, probability: int, why: str, rita: User
) -> None:
    with pytest.raises(Refused, match=why):
        pipeline.add_stage(name=name, probability=probability, by=rita, at=NOON, via=Via.WEB)
    assert len(names()) == 6


def test_a_pipeline_has_no_more_stages_than_a_screen_can_hold(rita: User) -> None:
    for number in range(pipeline.MOST_STAGES - len(names())):
        pipeline.add_stage(name=f"S{number}", probability=1, by=rita, at=NOON, via=Via.WEB)

    with pytest.raises(Refused, match="at most 14"):
        pipeline.add_stage(name="More", probability=1, by=rita, at=NOON, via=Via.WEB)


def test_reasons_are_added_changed_and_removed(deal: Deal, sal: User, rita: User) -> None:
    merger = pipeline.add_reason(name="Merger", afterwards=Afterwards.RECYCLE, wake_after=365,
                                 by=rita, at=NOON, via=Via.WEB)  # fmt: skip
    lose(deal, reason=merger, by=sal, at=NOON, via=Via.WEB)
    pipeline.edit_reason(merger, name="Taken over", afterwards=Afterwards.DISQUALIFY,
                         wake_after=365, by=rita, at=NOON, via=Via.WEB)  # fmt: skip
    pipeline.remove_reason(merger, by=rita, at=NOON, via=Via.WEB)

    deal.refresh_from_db()
    assert str(deal.lost_reason) == "Taken over"
    merger.refresh_from_db()
    assert merger.wake_after is None
    assert merger not in lost_reasons()


def test_a_removed_reason_loses_no_deal(deal: Deal, sal: User, rita: User) -> None:
    price = reason_called("Price")
    pipeline.remove_reason(price, by=rita, at=NOON, via=Via.WEB)

    with pytest.raises(Refused, match="The reason Price was removed"):
        lose(deal, reason=price, by=sal, at=NOON, via=Via.WEB)


@pytest.mark.parametrize("days", [None, 0, 3651])
def test_a_recycled_lead_wakes_within_ten_years(days: int | None, rita: User) -> None:
    with pytest.raises(Refused, match="how many days"):
        pipeline.add_reason(name="Later", afterwards=Afterwards.RECYCLE, wake_after=days, by=rita,
                            at=NOON, via=Via.WEB)  # fmt: skip


def test_one_reason_stays(rita: User) -> None:
    *others, last = lost_reasons()
    for reason in others:
        pipeline.remove_reason(reason, by=rita, at=NOON, via=Via.WEB)

    with pytest.raises(Refused, match="a lost deal needs one"):
        pipeline.remove_reason(last, by=rita, at=NOON, via=Via.WEB)


def test_only_revenue_operations_change_the_pipeline(sal: User, mark: User) -> None:
    stage, reason = PipelineStage.objects.first(), LostReason.objects.first()
    assert stage is not None
    assert reason is not None
    for user in (sal, mark):
        for verb in (
            lambda user=user: pipeline.remove_stage(stage, by=user, at=NOON, via=Via.WEB),
            lambda user=user: pipeline.remove_reason(reason, by=user, at=NOON, via=Via.WEB),
            lambda user=user: pipeline.add_stage(
                name="New", probability=1, by=user, at=NOON, via=Via.WEB
            ),
        ):
            with pytest.raises(PermissionDenied):
                verb()
