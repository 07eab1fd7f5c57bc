"""A score of a past instant, as known then, does not change; with hindsight it does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from handraise.agreement.document import Document
from handraise.leads import actions as leads
from handraise.leads.decide import Doubt, SourceKind
from handraise.leads.entry import Entry, EntryKind
from handraise.leads.models import Activity, Company, Fact, Identity, Lead, Membership, Source
from handraise.leads.record import record
from handraise.scoring.queries import scores_at
from handraise.scoring.scores import Scores
from handraise.team.models import User
from tests.personas import DAY, NOON

LAST_WEEK = NOON - 7 * DAY


def score(
    lead: Lead, document: Document, at: datetime = LAST_WEEK, *, hindsight: bool = False
) -> Scores:
    (found,) = scores_at(document=document, lead_ids=[lead.pk], at=at, hindsight=hindsight)
    return found


@pytest.fixture
def late(db: None) -> Source:
    return Source.objects.create(name="Late", kind=SourceKind.IMPORT, created_at=NOON)


def told_late(source: Source, **rest: Any) -> None:
    """Something of ten days ago that becomes known today."""
    entry = Entry(
        message_id="late", source_id=source.pk, user_id="ada", occurred_at=NOON - 10 * DAY,
        known_at=NOON, **rest,
    )  # fmt: skip
    record([entry], at=NOON)


def test_an_activity_that_arrives_late_counts_in_hindsight_only(
    ada: Lead, document: Document, late: Source
) -> None:
    before = score(ada, document)

    told_late(late, kind=EntryKind.ACTIVITY, name="Demo Requested")

    assert score(ada, document) == before
    assert before.truths["mql.when"] is False
    assert score(ada, document, hindsight=True).truths["mql.when"] is True
    assert score(ada, document, hindsight=True).intent > before.intent


def test_a_fact_that_arrives_late_counts_in_hindsight_only(
    ada: Lead, document: Document, late: Source
) -> None:
    before = score(ada, document)

    told_late(late, kind=EntryKind.FACTS, traits={"title": "Gardener"})

    assert score(ada, document) == before
    assert before.contributions[0] == 25
    assert score(ada, document, hindsight=True).contributions[0] == 0


def test_hindsight_knows_nothing_of_what_had_not_happened(ada: Lead, document: Document) -> None:
    with_hindsight = score(ada, document, hindsight=True)

    assert with_hindsight == score(ada, document)
    assert with_hindsight.intent == 0


def test_a_verdict_changes_the_score_from_then_on(
    ada: Lead, document: Document, rita: User
) -> None:
    yesterday = NOON - DAY / 2
    human = score(ada, document, NOON)
    pages = list(Activity.objects.filter(name="page").values_list("pk", flat=True))

    leads.judge(pages, doubt=Doubt.BOT, counts=False, why="Prefetch.", by=rita, at=yesterday)

    judged = score(ada, document, NOON)
    assert judged.matched == [0, 0, 0, 1, 1, 0, 1]
    assert judged.intent < human.intent
    assert score(ada, document, yesterday - DAY / 4).matched[5] == 3
    leads.judge(pages, doubt=Doubt.BOT, counts=True, why="A person.", by=rita, at=NOON)
    assert score(ada, document, NOON) == human
    assert score(ada, document, yesterday).matched[5] == 0


def test_the_company_that_an_undone_import_told_is_known_no_more(ada: Lead, late: Source) -> None:
    document = Document.model_validate({
        "name": "Size", "fit": [{"name": "Large", "points": 10,
                                 "when": {"company.employees": {"at_least": 80_000}}}],
        "mql": {"when": {"fit": {"at_least": 10}}},
        "reasons": [{"name": "No", "consequence": "recycle"}],
    })  # fmt: skip
    company = Company.objects.create(name="Undone", domain="undone.example", created_at=NOON)
    told = {"holds_from": NOON, "known_at": NOON, "source": late}
    Fact.objects.create(company=company, name="employees", value=80_000, number=80_000, **told)
    identity = Identity.objects.filter(lead=ada).order_by("pk")[0]
    held = Membership.objects.create(identity=identity, company=company, **told)
    assert score(ada, document, NOON).fit == 10

    Membership.objects.filter(pk=held.pk).update(withdrawn_at=NOON + DAY)

    assert score(ada, document, NOON).fit == 10
    assert score(ada, document, NOON + 2 * DAY).fit == 0
