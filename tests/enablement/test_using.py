"""What was used with whom, and what then happened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from handraise.enablement.actions import retire, write_asset
from handraise.enablement.decide import Reached
from handraise.enablement.models import Asset, Script, Use
from handraise.enablement.queries import stale
from handraise.enablement.using import Worked, use, worked
from handraise.leads.actions import merge_leads
from handraise.leads.decide import Refused, Stage, Via
from handraise.leads.models import Lead
from handraise.leads.moves import Move, write
from handraise.team.models import User
from tests.enablement.conftest import HOW, About, asset, playbook, script
from tests.personas import NOON
from tests.world import lead, said

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def _moved(one: Lead, after: Stage, days: int) -> None:
    move = Move(one.pk, Stage.LEAD, after, None, "Told.", {}, None, NOON + days * DAY)
    write([move], at=NOON + days * DAY, via=Via.WORKER)


def _of(thing: Script | Asset, *, at: object = NOON + 90 * DAY) -> Worked:
    return next(one for one in worked(at=at) if one.name == thing.name)  # type: ignore[arg-type]


def test_a_use_is_one_click_and_one_line_of_the_journal(mark: User, mia: User) -> None:
    ada, opening, book = lead("Ada"), script(mark, "Hi"), playbook(mark, "All", "")

    made = use(opening, ada, playbook=book, by=mia, **HOW)

    assert (made.script, made.playbook, made.number) == (opening, book, 1)
    assert said(ada, "enablement.used") == ["Mia used the script Opening."]
    assert use(opening, ada, by=mia, at=NOON + timedelta(seconds=5), via=Via.WEB) == made
    use(opening, ada, by=mia, at=NOON + DAY, via=Via.WEB)
    assert Use.objects.count() == 2


def test_viewers_use_nothing_and_nobody_what_is_retired(mark: User, mia: User, vera: User) -> None:
    ada, opening = lead("Ada"), script(mark, "Hi")
    with pytest.raises(PermissionDenied):
        use(opening, ada, by=vera, **HOW)
    retire(opening, by=mark, **HOW)

    with pytest.raises(Refused, match="Opening is retired"):
        use(opening, ada, by=mia, **HOW)


def test_what_then_happened_counts_leads_that_went_on_afterwards(mark: User, mia: User) -> None:
    opening = script(mark, "Hi")
    before, after, past, still = (lead(name) for name in ("Ada", "Ben", "Cleo", "Dan"))
    _moved(before, Stage.SALES_QUALIFIED, -5)
    for one in (before, after, past, still):
        use(opening, one, by=mia, **HOW)
        use(opening, one, by=mia, at=NOON + 2 * DAY, via=Via.WEB)
    _moved(after, Stage.SALES_QUALIFIED, 3)
    _moved(past, Stage.CUSTOMER, 4)
    _moved(before, Stage.CUSTOMER, 30)

    told = _of(opening)

    assert (told.uses, told.leads) == (8, 4)
    assert told.sql == Reached(2, 3)
    assert told.opportunity == Reached(2, 4)
    assert told.customer == Reached(2, 4)
    assert not told.sql.is_enough
    assert _of(opening, at=NOON + 3 * DAY).customer == Reached(0, 4)


def test_a_merged_lead_is_one_lead(mark: User, mia: User, rita: User) -> None:
    ada, gus, prices = lead("Ada"), lead("Gus"), asset(mark)
    for one in (ada, gus):
        use(prices, one, by=mia, **HOW)

    merge_leads(ada, gus, why="Same.", by=rita, **HOW)

    assert (_of(prices).uses, _of(prices).leads) == (2, 1)


def test_what_is_stale_says_why(mark: User, mia: User) -> None:
    about = About(review_by=NOON.date() - DAY)
    late = asset(mark, "Late", about=about)
    asset(mark, "Nobody’s", owner=None)
    fresh = asset(mark, "Fresh")
    later = NOON + 91 * DAY
    use(fresh, lead("Ada"), by=mia, at=later - DAY, via=Via.WEB)

    now = {one.thing.name: one.doubts for one in stale(mark, today=NOON.date())}
    then = {one.thing.name: one.doubts for one in stale(mark, today=later.date())}

    assert now == {"Late": ["to be reviewed since 3 March 2026"], "Nobody’s": ["nobody’s"]}
    assert then == {
        "Late": ["to be reviewed since 3 March 2026", "not used for 90 days"],
        "Nobody’s": ["not used for 90 days", "nobody’s"],
    }
    write_asset(
        late, name="Late", what_for="Now.", about=About(), seen=1, owner=mark, by=mark, **HOW
    )
    assert "Late" not in {one.thing.name for one in stale(mark, today=NOON.date())}
