"""Promise 2: every score explains itself, to the last decimal; and any lead's score can be had
again for any past instant under any version, as things were known then, or with hindsight."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.queries import document_of
from handraise.flow.look import look
from handraise.handover.models import Handover
from handraise.leads.record import record
from handraise.scoring.models import Score
from handraise.scoring.queries import explain
from handraise.team.models import User
from tests.leads.said import did, facts
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, lead

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def looked_at(at: object) -> None:
    while look(at=at):  # type: ignore[arg-type]
        pass


def test_every_score_explains_itself(mark: User, mia: User) -> None:
    in_force(mark, mia)
    ada = lead("Ada", "Demo Requested", "Content Downloaded", title="Head of Sales")
    looked_at(NOON)
    move = ada.moves.get()
    sent = Handover.objects.get(lead=ada).brief

    # Life goes on: she does more, becomes somebody else, and the agreement changes.
    later = NOON + 3 * DAY
    record(
        [
            did("Content Downloaded", email=ada.email, at=later),
            facts({"title": "Intern"}, email=ada.email, at=later),
        ],
        at=later,
    )
    in_force(mark, mia, AGREEMENT.replace("points: 60", "points: 50"), at=later)
    looked_at(later)

    # The score of then, under the version of then, as the move and the brief keep it.
    then = explain(ada.pk, document=document_of(1), at=move.at)
    for name in ("fit", "interest", "intent", "priority"):
        assert getattr(then.scores, name) == pytest.approx(move.scores[name], abs=1e-9)
        assert sent["scores"][name] == pytest.approx(move.scores[name], abs=1e-9)

    # The score of now: its contributions are all there is to it.
    now, document = Score.objects.get(lead=ada), document_of(2)
    places = {
        "fit": slice(0, len(document.fit)),
        "interest": slice(len(document.fit), len(document.fit) + len(document.interest)),
        "intent": slice(len(document.fit) + len(document.interest), None),
    }
    for name, place in places.items():
        total = sum(points or 0.0 for points in now.contributions[place])
        assert getattr(now, name) == pytest.approx(min(max(total, 0.0), 100.0), abs=1e-9)


def test_hindsight_knows_what_came_to_light_later(mark: User, mia: User) -> None:
    agreed = in_force(mark, mia)
    ada = lead("Ada", title="Head of Sales")
    record([did("Demo Requested", email=ada.email, at=NOON, known_at=NOON + DAY)], at=NOON + DAY)

    as_known = explain(ada.pk, document=agreed.document, at=NOON)
    in_hindsight = explain(ada.pk, document=agreed.document, at=NOON, hindsight=True)

    assert (as_known.scores.intent, in_hindsight.scores.intent) == (0.0, 60.0)
