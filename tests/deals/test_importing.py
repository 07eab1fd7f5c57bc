"""Deals of another system: read by header, refused by line, never doubled."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from handraise.agreement.queries import Published
from handraise.capture.imports import FileFault
from handraise.deals.actions import move_deal, reopen
from handraise.deals.importing import Done, Tally, import_deals, write_refused
from handraise.deals.models import Deal, DealStageMove, Purchase
from handraise.deals.queries import value_of
from handraise.leads.decide import Stage, Via
from handraise.leads.models import JournalLine, Lead
from handraise.team.models import User
from tests.deals.conftest import at_stage, stage_called
from tests.personas import DAY, NOON
from tests.world import stage_of

pytestmark = pytest.mark.django_db
Bring = Callable[..., Tally]
HEADER = "Deal ID,Deal name,E-mail,Amount,Currency,Stage,Opened,Closed at,Lost reason,Owner,Paid"
OPEN = '7,Forty seats,ada@acme.example,"1,200.50",eur,proposal,2026-01-10,,,sal@team.example,'
WON = "8,Pilot,ben@acme.example,100,EUR,Closed Won,2026-01-10,2026-01-31,,,monthly"
LOST = "9,,ada@acme.example,,,Lost,2026-01-10,2026-02-01,Price,,"


@pytest.fixture
def leads(agreed: Published) -> dict[str, Lead]:
    return {name: at_stage(name, Stage.LEAD) for name in ("Ada", "Ben")}


@pytest.fixture
def bring(tmp_path: Path, rita: User, sal: User) -> Bring:
    """Bring in these lines under the usual header."""

    def run(*lines: str, header: str = HEADER, dry_run: bool = False, by: User = rita) -> Tally:
        file = tmp_path / "deals.csv"
        file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return import_deals(file, by=by, at=NOON + DAY, via=Via.SHELL, dry_run=dry_run)

    return run


def counts(tally: Tally) -> dict[str, int]:
    return {done.value: count for done, count in tally.counts.items() if count}


def test_deals_are_told_with_what_became_of_them(
    bring: Bring, leads: dict[str, Lead], sal: User, rita: User
) -> None:
    assert counts(bring(OPEN, WON, LOST)) == {"new": 3}

    seats, pilot, lost = Deal.objects.order_by("external_id")
    assert (seats.money, seats.stage.name, seats.owner) == ("1,200.50 EUR", "Proposal", sal)
    assert (lost.name, lost.outcome, str(lost.lost_reason)) == ("Deal 9", "lost", "Price")
    assert (pilot.outcome, pilot.owner) == ("won", rita)
    assert [stage_of(lead) for lead in leads.values()] == [Stage.OPPORTUNITY, Stage.CUSTOMER]
    assert leads["Ben"].moves.get().version is None
    assert value_of(leads["Ben"], at=NOON)[0].bought == 200, "31 January and 28 February"


def test_a_second_run_changes_nothing(bring: Bring, leads: dict[str, Lead], sal: User) -> None:
    bring(OPEN, WON, LOST)
    deal = Deal.objects.get(external_id="7")
    move_deal(deal, to=stage_called("Negotiation"), by=sal, at=NOON + DAY, via=Via.WEB)
    told = JournalLine.objects.exclude(kind="deals.file_imported").count()

    assert counts(bring(OPEN, WON, LOST)) == {"same": 3}

    deal.refresh_from_db()
    assert deal.stage.name == "Negotiation", "what people did since stays"
    assert JournalLine.objects.exclude(kind="deals.file_imported").count() == told
    assert Purchase.objects.count() == 1


def test_news_of_a_deal_changes_it(bring: Bring, leads: dict[str, Lead]) -> None:
    bring(OPEN)
    won = OPEN.replace("proposal,2026-01-10,", "won,2026-01-10,2026-03-01").replace("1,200.50", "9")

    assert counts(bring(won)) == {"changed": 1}

    deal = Deal.objects.get()
    assert (deal.outcome, deal.money) == ("won", "9 EUR")
    assert stage_of(leads["Ada"]) is Stage.CUSTOMER
    assert DealStageMove.objects.filter(deal=deal).count() == 2


def test_a_file_opens_nothing_that_was_closed_here(
    bring: Bring, leads: dict[str, Lead], rita: User
) -> None:
    bring(WON)
    again = WON.replace("Closed Won", "Proposal").replace("2026-01-31", "")

    tally = bring(again)
    assert tally.refusals[0].why == "The deal '8' is won here. Open it again on its page."

    reopen(Deal.objects.get(), why="Not signed.", by=rita, at=NOON + DAY, via=Via.WEB)
    assert stage_of(leads["Ben"]) is Stage.CUSTOMER, "told so by another system"
    assert counts(bring(again)) == {"changed": 1}


def test_a_dry_run_says_the_same_and_writes_nothing(bring: Bring, leads: dict[str, Lead]) -> None:
    lines = (OPEN, WON, LOST.replace("Price", "Weather"))

    tally = bring(*lines, dry_run=True)

    assert not Deal.objects.exists()
    assert not JournalLine.objects.filter(kind__startswith="deals.").exists()
    assert counts(tally) == counts(bring(*lines)) == {"new": 2, "refused": 1}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("ada@acme.example", "who@acme.example", "No lead here has the email 'who@acme.example'"),
        ("ada@acme.example", "", "names no lead"), ("7,", ",", "has no id"),
        ("proposal", "Wedding", "no stage 'Wedding': the pipeline has Discovery"),
        ("eur", "euro", "not a currency"), ('"1,200.50"', "1.200", "at most 2 decimals"),
        ('"1,200.50"', "=1+1", "not an amount"), ("2026-01-10", "10.01.2026", "Opened at: '10.01"),
        ("2026-01-10", "2030-01-01", "lies in the future"),
        ("sal@team.example", "x@team.example", "Nobody with the e-mail"),
        ("proposal", "lost", "does not say why it is lost: there are Price"),
        ("Forty seats", "x" * 300, "at most 200"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_taken_says_why(
    old: str, new: str, why: str, bring: Bring, leads: dict[str, Lead]
) -> None:
    tally = bring(OPEN.replace(old, new, 1), WON)

    assert counts(tally) == {"new": 1, "refused": 1}
    assert why in tally.refusals[0].why
    assert tally.refusals[0].line == 2


def test_refused_lines_are_kept_to_be_mended(bring: Bring, leads: dict[str, Lead]) -> None:
    tally = bring(OPEN.replace("Forty seats", "=cmd()").replace("eur", "x"), OPEN, OPEN)
    out = io.StringIO()

    assert write_refused(tally, out) == 2

    header, first, second = out.getvalue().splitlines()
    assert header == HEADER + ",line,why,as it came"
    assert first.startswith("7,'=cmd()")
    assert "stands in the file twice" in second
    assert Deal.objects.count() == 1


def test_a_deal_told_of_another_lead_is_refused(bring: Bring, leads: dict[str, Lead]) -> None:
    bring(OPEN)

    tally = bring(OPEN.replace("ada@", "ben@"))

    assert tally.refusals[0].why == "The deal '7' is with another lead here: Ada."


def test_a_lead_put_aside_later_stays_aside(bring: Bring, leads: dict[str, Lead]) -> None:
    Lead.objects.filter(pk=leads["Ada"].pk).update(stage=Stage.NURTURE, stage_since=NOON)

    bring(OPEN)
    assert stage_of(leads["Ada"]) is Stage.NURTURE

    later = str((NOON + DAY).date())
    bring(OPEN.replace("7,", "17,", 1).replace("2026-01-10", later))
    assert stage_of(leads["Ada"]) is Stage.OPPORTUNITY


@pytest.mark.parametrize(
    ("header", "why"),
    [("Name,E-mail,Stage", "No column names each deal"), ("Id,Name,Stage", "email or user id")],
)
def test_a_file_without_what_is_needed_is_refused_whole(
    header: str, why: str, bring: Bring
) -> None:
    with pytest.raises(FileFault, match=why):
        bring("1,2,3", header=header)


def test_only_who_may_import_does(bring: Bring, sal: User) -> None:
    with pytest.raises(PermissionDenied):
        bring(OPEN, by=sal)


def test_margin_and_days_of_a_purchase_are_read(bring: Bring, leads: dict[str, Lead]) -> None:
    header = "id,user id,email,amount,currency,stage,margin,starts on,ends on,paid"
    line = "1,,ben@acme.example,10,USD,Won,35%,2026-01-01,2026-12-31,yearly"

    assert bring(line, header=header).counts[Done.NEW] == 1

    one = Purchase.objects.get()
    assert (one.margin, one.period, str(one.ends_on)) == (Decimal("0.35"), "year", "2026-12-31")
