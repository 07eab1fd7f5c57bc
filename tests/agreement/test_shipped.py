"""The shipped agreements judge the eight people as a good salesperson would."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handraise.agreement import shipped
from handraise.agreement.queries import Published
from handraise.agreement.reading import read
from handraise.agreement.shipped import Shipped
from handraise.leads.models import Lead
from handraise.scoring.actions import rescore
from handraise.scoring.standing import Standing
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def standing(lead: Lead, which: Shipped = Shipped.DEFAULT) -> Standing:
    agreement = Published(1, read(shipped.text(which)), NOON)
    (found,) = rescore([lead.canonical_id], published=agreement, at=NOON)
    return found


def qualifies(found: Standing) -> bool:
    """The MQL criteria as the agreement writes them: unknown does not pass, nor does it block."""
    truths = found.truths
    return bool(truths["mql.when"] and truths["mql.needs"] and not truths["mql.never"])


# Who, and whether the default agreement makes an MQL of them today.
PEOPLE = [
    ("ada", True),  # fit and keen
    ("ben", False),  # fit, silent
    ("cleo", False),  # a student, very active
    ("dan", False),  # a competitor
    ("eve", False),  # one guide, long ago
    ("hana", False),  # a customer already
]


@pytest.mark.parametrize("which", list(Shipped))
@pytest.mark.parametrize(("who", "expected"), PEOPLE)
def test_it_qualifies_the_right_people(
    which: Shipped, who: str, expected: bool, request: pytest.FixtureRequest
) -> None:
    lead: Any = request.getfixturevalue(who)

    found = standing(lead, which)

    assert qualifies(found) is expected, found


def test_a_keen_student_is_keen_and_no_fit(cleo: Lead) -> None:
    found = standing(cleo)

    assert found.fit == 0
    assert found.interest > 0


def test_interest_alone_is_not_intent(eve: Lead) -> None:
    found = standing(eve)

    assert found.interest > 0
    assert found.intent == 0


def test_a_request_fades_but_stays_a_request_for_a_month(ada: Lead) -> None:
    agreement = Published(1, read(shipped.text()), NOON)

    later = rescore([ada.canonical_id], published=agreement, at=NOON + timedelta(days=120))[0]

    assert later.intent < standing(ada).intent
    assert not qualifies(later)


@pytest.mark.parametrize("which", list(Shipped))
def test_every_signal_says_why_it_is_there(which: Shipped) -> None:
    text = shipped.text(which)
    lines = text.splitlines()

    for signal in read(text).signals:
        heads = (f"  - {{name: {signal.name},", f"  - name: {signal.name}")
        place = next(n for n, line in enumerate(lines) if line.startswith(heads))
        assert lines[place - 1].startswith("  # "), signal.name
