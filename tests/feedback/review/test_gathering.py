"""What a review is made from: who is judged, when, by what was known then."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import numpy as np
import pytest

from handraise.agreement.reading import read
from handraise.feedback.rehearsal.decide import Outcome
from handraise.feedback.rehearsal.replaying import micros
from handraise.feedback.review.gathering import Wish, gathered
from handraise.leads.decide import Refused, Stage, Via
from handraise.leads.models import Activity, Lead, StageMove
from handraise.leads.moves import Move
from handraise.leads.moves import write as write_moves
from handraise.leads.record import record
from handraise.scoring.engines.postgres_tables import PostgresEngine
from tests.feedback.review.conftest import BEGIN, DAY, NOW, Gather, planted
from tests.leads.said import did, facts
from tests.personas import NOON
from tests.world import AGREEMENT, lead

pytestmark = pytest.mark.django_db


def test_mqls_are_judged_at_their_move_by_what_came_of_them(gather: Gather) -> None:
    planted(240)

    found = gather().evidence

    moved = dict(
        StageMove.objects.filter(after=Stage.MARKETING_QUALIFIED).values_list("lead_id", "at")
    )
    won = set(StageMove.objects.filter(after=Stage.CUSTOMER).values_list("lead_id", flat=True))
    assert (found.population, found.outcome_name, len(found)) == ("offered", "won", 240)
    assert found.at.tolist() == [micros(moved[pk]) for pk in found.lead_ids.tolist()]
    assert (np.diff(found.at) >= 0).all()
    assert found.outcome.tolist() == [pk in won for pk in found.lead_ids.tolist()]


def test_signals_give_what_the_rows_say(gather: Gather) -> None:
    planted(60)

    found = gather(outcome=Outcome.WON).evidence

    downloads = next(one for one in found.signals if one.name == "Downloaded")
    for place, pk in enumerate(found.lead_ids.tolist()):
        at = datetime.fromtimestamp(found.at[place] / 1e6, NOON.tzinfo)
        done = Activity.objects.filter(identity__lead=pk, name="Content Downloaded")
        raw = sum(10 * 0.5 ** ((at - then) / timedelta(days=30))
                  for then in done.values_list("occurred_at", flat=True))  # fmt: skip
        assert downloads.raw[place] == pytest.approx(raw, abs=1e-6)
        assert downloads.given[place] == pytest.approx(min(raw, 30), abs=1e-6)
        assert downloads.fired[place] == (raw > 0)
    assert (downloads.raw > downloads.given).any()


def test_facts_and_activities_not_used_are_candidates(gather: Gather) -> None:
    planted(120)

    found = {one.of: one for one in gather().evidence.candidates}

    assert {"region", "team_size", "source", "Webinar Attended"} <= set(found)
    assert not {"title", "Content Downloaded", "Demo Requested"} & set(found)
    assert set(found["region"].labels) == {"north", "south", "east"}
    assert found["team_size"].labels[0].startswith("at most ")
    assert len(found["team_size"].labels) == 10
    assert found["name"].labels == ("is known",)
    watched = Counter(found["Webinar Attended"].values.tolist())
    assert watched[1] == Activity.objects.filter(name="Webinar Attended").count()
    assert not any(one.is_late for one in found.values())


def test_what_came_with_the_outcome_is_late_and_not_known_then(gather: Gather) -> None:
    planted(120)
    won = StageMove.objects.filter(after=Stage.CUSTOMER).select_related("lead")
    record(
        [entry for move in won for entry in (
            facts({"contract": "signed"}, email=move.lead.email, at=move.at),
            did("Invoice Paid", email=move.lead.email, at=move.at))],
        at=NOW,
    )  # fmt: skip
    early = Lead.objects.exclude(pk__in=won.values("lead_id"))[:8]
    record([facts({"contract": "draft"}, email=one.email, at=NOON) for one in early]
           + [did("Invoice Paid", email=one.email, at=NOON) for one in early], at=NOW)  # fmt: skip

    found = {one.of: one for one in gather().evidence.candidates}

    assert found["contract"].is_late
    assert found["Invoice Paid"].is_late
    assert set(found["contract"].labels) == {"draft"}
    assert not found["region"].is_late


def test_everybody_is_judged_where_too_few_were_offered(gather: Gather) -> None:
    planted(30)
    for number in range(160):
        person = lead(f"other{number}", "Demo Requested", at=NOON + number * DAY / 4)
        if number % 2:
            at = NOON + number * DAY / 4 + 5 * DAY
            move = Move(person.pk, Stage.LEAD, Stage.CUSTOMER, 1, "Test", occurred_at=at)
            write_moves([move], at=at, via=Via.WORKER)

    found = gather().evidence

    assert (found.population, found.outcome_name) == ("all", "won")
    assert len(found) > 150


def test_unripe_leads_are_left_out_and_counted(gather: Gather) -> None:
    planted(200)

    found = gather(at=NOON + 60 * DAY, end=NOON + 60 * DAY)

    assert found.evidence.unripe > 10
    last = micros(NOON + 60 * DAY - timedelta(days=found.ripening_days))
    assert found.evidence.at.max() <= last


def test_both_engines_gather_the_same(gather: Gather) -> None:
    planted(60)
    one = gather().evidence

    other = gathered(Wish(read(AGREEMENT), BEGIN, NOW, NOW, "UTC"), PostgresEngine()).evidence

    assert one.lead_ids.tolist() == other.lead_ids.tolist()
    assert np.allclose(one.priority, other.priority)
    for mine, theirs in zip(one.signals, other.signals, strict=True):
        assert np.allclose(mine.given, theirs.given)
    for left, right in zip(one.candidates, other.candidates, strict=True):
        assert (left.of, left.labels, left.values.tolist()) == (
            right.of, right.labels, right.values.tolist()
        )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "changes", "said"),
    [
        (0, {}, "Nobody has come in yet"),
        (3, {"outcome": Outcome.WON, "ripening_days": 4000.0}, "had the time yet"),
        (3, {"begin": NOW + DAY, "end": NOW + 2 * DAY}, "lies in the future"),
        (3, {"begin": NOW, "end": BEGIN}, "lies after the last"),
    ],
)
def test_where_there_is_nothing_a_sentence_says_so(
    gather: Gather, count: int, changes: dict[str, object], said: str
) -> None:
    planted(count, won=True) if count else None

    with pytest.raises(Refused, match=said):
        gather(**changes)


def test_without_any_outcome_there_is_nothing_to_review_by(gather: Gather) -> None:
    planted(20, reach=1)

    with pytest.raises(Refused, match="Nobody was accepted"):
        gather()
