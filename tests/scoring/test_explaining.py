"""Every score explains itself: what is shown adds up to what is stored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from handraise.agreement.document import Document
from handraise.agreement.queries import Published
from handraise.leads.models import Lead
from handraise.scoring.actions import rescore
from handraise.scoring.explanation import Explanation
from handraise.scoring.models import Score
from handraise.scoring.queries import explain
from tests.personas import NOON
from tests.scoring.conftest import agreement

Publish = Callable[[Document], Published]


def kind_of(explanation: Explanation, name: str) -> dict[str, float | None]:
    (kind,) = (kind for kind in explanation.kinds if kind.name == name)
    return {reason.name: reason.points for reason in kind.reasons}


def test_the_reasons_add_up_to_the_stored_score(
    ada: Lead, document: Document, publish: Publish
) -> None:
    rescore([ada.pk], published=publish(document), at=NOON)
    stored = Score.objects.get(pk=ada.pk)

    explained = explain(ada.pk, document=document, at=NOON)

    assert [kind.score for kind in explained.kinds] == [stored.fit, stored.interest, stored.intent]
    for kind in explained.kinds:
        assert min(max(kind.total, 0), 100) == pytest.approx(kind.score, abs=1e-12)
    assert explained.scores.contributions == stored.contributions
    assert explained.scores.truths == stored.truths


def test_activities_stand_behind_each_contribution(ada: Lead, document: Document) -> None:
    explained = explain(ada.pk, document=document, at=NOON)

    for kind in explained.kinds[1:]:
        for reason in kind.reasons:
            points = sum(counted.points for counted in reason.activities)
            assert reason.points == pytest.approx(
                min(points, 24 if "pricing" in reason.name else points)
            )
            assert reason.truth is bool(reason.activities)
    (demo, pricing) = explained.kinds[2].reasons
    assert demo.name == "Asked for a demo"
    assert [counted.name for counted in pricing.activities] == ["page"] * 3
    assert pricing.detail == "3 times, the newest on 2 March 2026"


def test_facts_stand_behind_fit(ada: Lead, document: Document) -> None:
    explained = explain(ada.pk, document=document, at=NOON)

    (decision, size, mailbox) = explained.kinds[0].reasons
    assert decision.detail == "Title: VP Sales"
    assert size.detail == "Number of employees: 250"
    assert [fact.value for fact in size.facts] == [250]
    assert (mailbox.points, mailbox.truth) == (0, False)


def test_unknown_is_shown_as_unknown(cleo: Lead, document: Document) -> None:
    explained = explain(cleo.pk, document=document, at=NOON)

    size = next(reason for reason in explained.kinds[0].reasons if reason.name == "Our size")
    assert (size.points, size.truth, size.detail) == (None, None, "Number of employees: not known")


def test_criteria_say_which_part_holds(ada: Lead, document: Document) -> None:
    explained = explain(ada.pk, document=document, at=NOON)

    (when, never, *_) = explained.criteria
    assert when.key == "mql.when"
    assert when.part is not None
    both, demo = when.part.parts
    assert (when.truth, both.truth, demo.truth, demo.counted) == (True, False, True, 1)
    assert [part.truth for part in both.parts] == [True, False]
    assert (never.truth, never.part and [part.truth for part in never.part.parts]) == (
        None,
        [None, False],
    )


def test_a_signal_that_is_true_for_no_points_is_true(ada: Lead) -> None:
    document = agreement(
        fit=[{"name": "Noted", "points": 0, "when": {"title": {"contains_word": "vp"}}}]
    )

    explained = explain(ada.pk, document=document, at=NOON)

    assert (explained.kinds[0].reasons[0].points, explained.kinds[0].reasons[0].truth) == (0, True)
