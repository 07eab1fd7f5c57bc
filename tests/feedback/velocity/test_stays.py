"""Stays and ways between stages on random histories, against pandas from the raw rows."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from handraise.feedback.standing.refreshing import refresh
from handraise.feedback.velocity import queries
from handraise.feedback.velocity.models import Passage
from handraise.leads.decide import PATH, Stage
from handraise.leads.models import Lead, StageMove
from tests.feedback.velocity.histories import AT, BEGIN, DAY, histories, told

pytestmark = pytest.mark.django_db
SINCE, UNTIL = BEGIN + 20 * DAY, BEGIN + 150 * DAY
PERIOD = {"since": SINCE, "until": UNTIL, "at": AT}
RANK = {stage.value: place for place, stage in enumerate(PATH, start=1)}


def lengths(found: dict[str, np.ndarray]) -> dict[str, list[int]]:
    return {way: sorted(round(float(one)) for one in some) for way, some in found.items()}


def seconds(begun: object, ended: object) -> int:
    return round((ended - begun).total_seconds())  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(6))
def test_stays_are_those_of_the_raw_rows(seed: int) -> None:
    histories(seed)
    refresh(at=AT)
    expected: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    frame = told()
    for row in frame[(frame.entered >= SINCE) & (frame.entered < UNTIL)].itertuples():
        ended, went = row.onward[0] if row.onward else (AT, "")
        expected[row.stage][went].append(seconds(row.entered, ended))

    found = {stage.value: lengths(some) for stage, some in queries.stays(**PERIOD).items()}

    assert found == {
        stage: {way: sorted(some) for way, some in by_way.items()}
        for stage, by_way in expected.items()
    }
    assert Passage.objects.count() == len(frame)


@pytest.mark.parametrize("seed", range(6))
def test_ways_between_are_those_of_the_raw_rows(seed: int) -> None:
    histories(seed)
    refresh(at=AT)
    frame = told()
    inside = frame[(frame.entered >= SINCE) & (frame.entered < UNTIL)]

    for one, other in combinations(PATH, 2):
        found = lengths(queries.between(one, other, **PERIOD))

        assert found == ways_by_hand(inside, one, other), (one, other)


def ways_by_hand(frame: pd.DataFrame, one: Stage, other: Stage) -> dict[str, list[int]]:
    expected: dict[str, list[int]] = defaultdict(list)
    for row in frame[frame.stage == one].itertuples():
        if RANK.get(row.before, 0) > RANK[one]:
            continue
        ended, way = AT, ""
        for when, stage in row.onward:
            rank = RANK.get(stage, 0)
            if rank >= RANK[other] or rank < RANK[one]:
                ended, way = when, "on" if rank >= RANK[other] else stage
                break
        expected[way].append(seconds(row.entered, ended))
    return {way: sorted(some) for way, some in expected.items()}


def test_what_changed_is_written_and_what_is_gone_goes() -> None:
    histories(3)
    refresh(at=AT)
    before = {(one.lead_id, one.number): one.pk for one in Passage.objects.all()}
    gone = StageMove.objects.filter(withdrawn_at=None, lead__withdrawn_at=None).last()
    assert gone is not None
    StageMove.objects.filter(pk=gone.pk).update(withdrawn_at=AT)

    refresh(at=AT)

    after = {(one.lead_id, one.number): one.pk for one in Passage.objects.all()}
    assert len(after) == len(told())
    assert all(before[place] == pk for place, pk in after.items() if place in before)


def test_who_is_gone_has_no_stays() -> None:
    histories(1, count=12)
    refresh(at=AT)
    lead = Passage.objects.order_by("lead_id").first()
    assert lead is not None
    Lead.objects.filter(pk=lead.lead_id).update(withdrawn_at=AT)

    refresh(at=AT + DAY)

    assert not Passage.objects.filter(lead=lead.lead_id).exists()


def test_nobody_is_no_trouble() -> None:
    refresh(at=AT)

    assert queries.stays(**PERIOD) == {}
    assert queries.between(Stage.LEAD, Stage.CUSTOMER, **PERIOD) == {}
