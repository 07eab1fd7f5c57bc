"""A preview says of each lead that crosses what the live system then does, and does nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.actions import sign
from handraise.agreement.queries import Published
from handraise.feedback.preview.decide import Outcome
from handraise.feedback.preview.models import PreviewedLead
from handraise.flow import rounds
from handraise.handover.actions import reject
from handraise.handover.models import Handover, Turn
from handraise.leads.decide import Stage, Via
from handraise.leads.models import JournalLine, Lead, StageMove
from handraise.scoring.models import Score
from handraise.team.models import User
from tests.feedback.preview.conftest import LOOSER, STRICTER, preview, proposed, row, settled
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, lead, stage_of

pytestmark = pytest.mark.django_db


def test_who_rises_over_the_bar_is_named_with_the_person_it_would_be_offered_to(
    agreed: Published, mark: User, mia: User
) -> None:
    cleo = lead("Cleo", "Demo Requested", title="Student")
    settled()

    made = preview(proposed(LOOSER, mark), mark)

    found = row(made, cleo)
    assert (found.direction, found.outcome) == ("up", Outcome.IS_OFFERED)
    assert found.said == ("Becomes MQL, offered to Mia in Sales development by route “Everybody”.")
    assert (found.person, found.team) == (mia, "Sales development")
    assert (found.before["fit"], found.after["intent"]) == (0, 60)
    assert made.counts["loads"] == [["Sales development", "Mia", 1]]


def test_who_falls_below_it_in_sales_hands_stays_and_cools(
    agreed: Published, mark: User, mia: User
) -> None:
    ada = lead("Ada", "Demo Requested", title="Head of Sales")
    settled()

    made = preview(proposed(STRICTER, mark), mark)

    found = row(made, ada)
    assert (found.direction, found.outcome) == ("down", Outcome.COOLS)
    assert found.said == "Stays MQL with Mia, marked cooling."


def test_who_falls_below_it_in_nobodys_hands_goes_back(agreed: Published, mark: User) -> None:
    User.objects.filter(name="Mia").update(away_until=NOON + timedelta(days=9))
    ada = lead("Ada", "Demo Requested", title="Head of Sales")
    settled()
    assert stage_of(ada) is Stage.MARKETING_QUALIFIED

    made = preview(proposed(STRICTER, mark), mark)

    assert row(made, ada).outcome == Outcome.LEAVES
    assert "goes back to Lead" in row(made, ada).said


def test_with_nobody_there_it_would_wait(agreed: Published, mark: User) -> None:
    User.objects.filter(name="Mia").update(away_until=NOON + timedelta(days=9))
    cleo = lead("Cleo", "Demo Requested", title="Student")
    settled()

    made = preview(proposed(LOOSER, mark), mark)

    assert row(made, cleo).outcome == Outcome.WAITS_FOR_A_PERSON
    assert row(made, cleo).person is None


def test_who_was_given_back_would_rest_first(agreed: Published, mark: User, mia: User) -> None:
    ada = lead("Ada", "Demo Requested", title="Head of Sales")
    settled()
    reject(Handover.objects.get(), reason="Not now", by=mia, at=NOON, via=Via.WEB)
    in_force(mark, mia, STRICTER)
    settled()

    made = preview(proposed(AGREEMENT, mark), mark)

    assert row(made, ada).outcome == Outcome.RESTS
    assert row(made, ada).said == "Stays Nurture: Nothing new since it was given back (Not now)."


def test_who_stays_on_the_same_side_is_not_listed(agreed: Published, mark: User) -> None:
    lead("Ada", "Demo Requested", title="Head of Sales")
    lead("Ben", title="Student")
    settled()

    made = preview(proposed(AGREEMENT.replace("points: 60", "points: 59"), mark), mark)

    assert not PreviewedLead.objects.exists()
    assert made.counts == {"up": 0, "down": 0, "outcomes": {}, "loads": []}


def test_who_is_past_the_bar_crosses_without_anything_following(
    agreed: Published, mark: User
) -> None:
    hana = lead("Hana", "Demo Requested", title="Head of Sales")
    settled()
    Lead.objects.filter(pk=hana.pk).update(stage=Stage.CUSTOMER)

    made = preview(proposed(STRICTER, mark), mark)

    assert row(made, hana).outcome == Outcome.NOTHING
    assert row(made, hana).said == "Nothing: it is Customer."


def test_before_the_first_agreement_everybody_who_qualifies_would_rise(
    mark: User, mia: User
) -> None:
    ada = lead("Ada", "Demo Requested", title="Head of Sales")

    made = preview(proposed(AGREEMENT, mark), mark)

    assert (made.against, row(made, ada).outcome) == (None, Outcome.IS_OFFERED)
    assert row(made, ada).before == {}


def test_nothing_is_done_by_it(agreed: Published, mark: User) -> None:
    for name in ("Ada", "Eve"):
        lead(name, "Demo Requested", title="Head of Sales")
    lead("Cleo", "Demo Requested", title="Student")
    settled()
    version = proposed(LOOSER, mark)
    before = _everything()

    preview(version, mark)

    assert _everything() == before


def test_what_it_says_is_what_publishing_does(
    agreed: Published, mark: User, mia: User, nils: User
) -> None:
    """Thirty leads over both bars and around them; then the version comes into force."""
    people = [
        lead(f"Lead{n}", *["Demo Requested"] * (n % 3), *["page"] * (n % 4),
             title=("Head of Sales", "Student", "Director")[n % 3],
             country="Germany" if n % 5 == 0 else "France")
        for n in range(30)
    ]  # fmt: skip
    settled()
    version = proposed(LOOSER, mark)
    made = preview(version, mark)
    expected = {
        found.lead_id: found.person_id
        for found in PreviewedLead.objects.filter(preview=made, outcome=Outcome.IS_OFFERED)
    }
    newest = Handover.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    sign(version, by=mark, at=NOON, via=Via.WEB)
    sign(version, by=mia, at=NOON, via=Via.WEB)
    while rounds.catch_up(at=NOON) != 0:
        settled()

    offered = Handover.objects.filter(pk__gt=newest).values_list("lead", "assignee")
    assert len(expected) > 5
    assert dict(offered) == expected
    assert {one.pk for one in people} > expected.keys()


def _everything() -> tuple[object, ...]:
    return (
        list(Lead.objects.order_by("pk").values_list("pk", "stage", "stage_since")),
        list(Score.objects.order_by("pk").values_list("pk", "version", "scored_at", "intent")),
        list(Turn.objects.order_by("pk").values_list("user", "credit")),
        StageMove.objects.count(),
        Handover.objects.count(),
        JournalLine.objects.exclude(kind="feedback.preview_asked").count(),
    )
