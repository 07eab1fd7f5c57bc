"""The demo company: lived in, the same for the same seed, and never built over other people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from demo.company import NotEmpty, build
from demo.invented import firms
from demo.visits import visitors
from handraise.handover.decide import Kind
from handraise.handover.models import Contest, Handover, Question
from handraise.leads.decide import Stage
from handraise.leads.models import Activity, Lead, StageMove
from handraise.qualification.models import Answer, Override
from handraise.talk.models import Notification
from handraise.team.decide import Role
from handraise.team.models import User

AT = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_a_year_is_lived_through_once() -> None:
    sign_ins = build(at=AT, leads=80)

    assert {sign_in.role for sign_in in sign_ins} == {role.label for role in Role}
    assert Lead.objects.exists()
    assert Handover.objects.filter(ended_at=None).exists()
    assert all(move.version == 1 for move in StageMove.objects.all())
    assert not Activity.objects.filter(occurred_at__gt=AT).exists()
    sqls = StageMove.objects.filter(after=Stage.SALES_QUALIFIED).values_list("lead", flat=True)
    assert Handover.objects.filter(kind=Kind.SECOND, ended_at__isnull=False).exists()
    assert sqls
    assert set(sqls) <= {*Answer.objects.values_list("lead", flat=True)} | {
        *Override.objects.values_list("lead", flat=True)
    }
    assert Answer.objects.exists()
    stages = {Stage.OPPORTUNITY: "open", Stage.CUSTOMER: "won"}
    for lead in Lead.objects.filter(stage__in=stages):
        assert lead.deals.filter(outcome=stages[Stage(lead.stage)]).exists()
    old = Notification.objects.filter(at__lt=AT - timedelta(days=2))
    assert old.exists()
    assert not old.filter(read_at=None).exists()
    asked = Question.objects.filter(by=None, at__lt=AT - timedelta(days=10))
    assert not asked.filter(answered_at=None, taken_back_at=None).exists()
    assert not Contest.objects.filter(at__lt=AT - timedelta(days=10), ruled_at=None).exists()
    activities = Activity.objects.count()
    assert build(at=AT + timedelta(days=1), leads=80) == sign_ins
    assert Activity.objects.count() == activities


def test_a_seed_gives_one_year() -> None:
    def year(seed: int) -> list[object]:
        random = Random(seed)
        crowd = visitors(
            random, firms(random, 50), count=60, since=AT - timedelta(days=365), until=AT,
            web=1, fair=2,
        )  # fmt: skip
        return [entry for visitor in crowd for entry in visitor.entries]

    assert year(7) == year(7)
    assert year(7) != year(8)


def test_a_full_demo_is_as_large_as_promised() -> None:
    random = Random(7)

    crowd = visitors(
        random, firms(random, 420), count=2000, since=AT - timedelta(days=365), until=AT,
        web=1, fair=2,
    )  # fmt: skip

    done = sum(entry.kind == "activity" for visitor in crowd for entry in visitor.entries)
    assert 50_000 <= done <= 70_000


@pytest.mark.django_db
def test_it_does_not_move_in_with_other_people(rita: User) -> None:
    with pytest.raises(NotEmpty):
        build(at=AT, leads=80)

    assert User.objects.filter(pk=rita.pk).exists()
