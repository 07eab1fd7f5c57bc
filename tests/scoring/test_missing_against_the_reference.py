"""Generated agreements and histories: the oracle agrees with every way that is told."""

from __future__ import annotations

import copy

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from handraise.agreement.document import Document
from handraise.leads.facts import typed
from handraise.scoring import changes
from handraise.scoring.changes import Change
from handraise.scoring.missing import Goal, Missing, missing
from handraise.scoring.supposing import Supposed
from tests.scoring.agreements import agreements
from tests.scoring.histories import LISTED, NOW, Histories, _folded
from tests.scoring.reference import Activity, Reference, Scored, Told, World
from tests.scoring.test_against_the_reference import FEW, MANY, options

LEADS = 4
PHASES = [Phase.generate]  # compiling each takes longer than scoring: none is made smaller
MQL = Goal(("mql.when", "mql.needs"), "mql.never", lambda scores: _passes(scores.truths))


def _passes(truths: dict[str, bool | None]) -> bool:
    return (
        truths["mql.when"] is True
        and truths["mql.needs"] is True
        and truths["mql.never"] is not True
    )


@pytest.mark.django_db
@settings(options, max_examples=max(FEW // 8, 3), phases=PHASES)
@given(document=agreements(), seed=st.integers(0, 2**32))
def test_every_way_is_true_and_needed(document: Document, seed: int) -> None:
    compare(document, seed)


@pytest.mark.slow
@pytest.mark.django_db
@settings(options, max_examples=MANY // 5, phases=PHASES)
@given(document=agreements(), seed=st.integers(0, 2**32))
def test_they_are_for_hours(document: Document, seed: int) -> None:
    compare(document, seed)


def compare(document: Document, seed: int) -> None:
    with transaction.atomic():
        histories = Histories(seed, LEADS, {"partners": LISTED["partners"]})
        for lead in histories.world.leads:
            found = missing(lead, document=document, goal=MQL, at=NOW)
            check(found, lead, histories.world, document)
        transaction.set_rollback(True)


def check(found: Missing, lead: int, world: World, document: Document) -> None:
    now = judged(lead, world, document, ())
    if now.near & {"mql.when", "mql.never"}:
        return
    assert found.is_met is _passes(now.truths)
    for way in found.ways:
        then = judged(lead, world, document, way.changes)
        if then.near & {"mql.when", "mql.never"}:
            continue
        assert _passes(then.truths), way.says
        assert way.scores.fit == pytest.approx(then.fit, abs=1e-6)
        assert way.scores.intent == pytest.approx(then.intent, abs=1e-6)
        for less in smaller(way.changes):
            without = judged(lead, world, document, less)
            assert not _passes(without.truths) or without.near, way.says


def smaller(way: tuple[Change, ...]) -> list[tuple[Change, ...]]:
    """Without each change, and with each done once less."""
    found = [way[:place] + way[place + 1 :] for place in range(len(way))]
    for place, change in enumerate(way):
        if change.times > 1:
            found.append((*way[:place], change.at(change.times - 1), *way[place + 1 :]))
    return found


def judged(lead: int, world: World, document: Document, way: tuple[Change, ...]) -> Scored:
    told = copy.copy(world)
    supposed: Supposed = changes.supposed(way)
    told.activities = [*world.activities, *_done(lead, supposed)]
    told.facts, told.company_facts, told.memberships = _facts(lead, world, supposed, document)
    told.consents = [
        *world.consents,
        *(Told(2**62 + n, lead, purpose, given, NOW, NOW)
          for n, (purpose, given) in enumerate(supposed.consents)),
    ]  # fmt: skip
    return Reference(document, told, NOW, NOW).score(lead)


def _done(lead: int, supposed: Supposed) -> list[Activity]:
    return [
        Activity(-n, lead, name, NOW, NOW, {key: _folded(value) for key, value in given.items()})
        for n, (name, given) in enumerate(supposed.activities, start=1)
    ]


def _facts(
    lead: int, world: World, supposed: Supposed, document: Document
) -> tuple[list[Told], list[Told], list[Told]]:
    own, of_company, memberships = [*world.facts], [*world.company_facts], [*world.memberships]
    company = Reference(document, world, NOW, NOW).company_of(lead)
    for number, (subject, value) in enumerate(supposed.facts):
        flat = typed(subject, value)
        known = next((one for one in (flat.text, flat.number, flat.truth) if one is not None), None)
        pk, name = 2**62 + number, subject.removeprefix("company.")
        if name == subject:
            own.append(Told(pk, lead, name, known, NOW, NOW))
            continue
        if company is None:
            company = -1
            memberships.append(Told(pk, lead, "", -1.0, NOW, NOW))
        of_company.append(Told(pk, company, name, known, NOW, NOW))
    return own, of_company, memberships
