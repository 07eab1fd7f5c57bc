"""Two people write or click at once, on real transactions: one wins, the other is told."""

from __future__ import annotations

import pytest

from handraise.enablement.actions import Overtaken, confirm, write_message, write_script
from handraise.enablement.decide import Kind
from handraise.enablement.models import Citation, KeyMessage, MessageVersion, Use
from handraise.enablement.using import use
from handraise.leads.decide import Refused
from handraise.team.models import User
from tests.enablement.conftest import HOW, message, script
from tests.handover.test_racing import together
from tests.world import lead

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_editors_the_second_is_told_and_writes_nothing(mark: User, rita: User) -> None:
    made = script(mark, "Hello")

    results = together(
        *(
            lambda who=who: write_script(
                made, name=who.name, kind=Kind.CALL, body=f"From {who}", seen=1, by=who, **HOW
            )
            for who in (mark, rita)
        )
    )

    (beaten,) = [one for one in results if isinstance(one, Overtaken)]
    made.refresh_from_db()
    assert str(beaten).startswith(f"{made.changed_by} has changed {made.name} since")
    assert beaten.version == made.version == 2
    assert made.versions.get(number=2).body == f"From {made.changed_by}"


def test_one_code_is_given_once(mark: User, rita: User) -> None:
    results = together(lambda: message(mark), lambda: message(rita))

    assert sum(isinstance(one, Refused) for one in results) == 1
    assert KeyMessage.objects.count() == MessageVersion.objects.count() == 1


def test_many_clicks_at_once_are_one_use(mark: User, mia: User) -> None:
    ada, opening = lead("Ada"), script(mark, "Hi")

    together(*[lambda: use(opening, ada, by=mia, **HOW)] * 6)

    assert Use.objects.count() == 1


def test_a_citation_is_of_a_wording_that_its_author_could_see(mark: User, rita: User) -> None:
    speed = message(mark)
    made = script(mark, "{{ 'speed-1' | message }}")
    citation = Citation.objects.get()

    results = together(
        lambda: write_message(speed, code="", wording="New.", seen=1, by=rita, **HOW),
        lambda: confirm(citation, by=mark, **HOW),
        lambda: write_script(
            made, name="Again", kind=Kind.CALL, body="{{ 'speed-1' | message }}", seen=1,
            by=mark, **HOW,
        ),
    )  # fmt: skip

    assert not [one for one in results if isinstance(one, Exception)]
    assert set(Citation.objects.values_list("number", flat=True)) <= {1, 2}
