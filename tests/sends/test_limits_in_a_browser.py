"""The pages of limits and of leaving, as people see them: both themes, phone width, axe."""

from __future__ import annotations

import pytest

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.sends import links
from handraise.sends.limiting import in_force, set_limits
from handraise.sends.limits import Cap, Limits
from handraise.sends.models import Send
from handraise.team.models import User
from tests.browser import PHONE, Visit
from tests.consent.conftest import give, may
from tests.sends.conftest import message, people, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NIGHTS = {str(day): [["20:00", "08:00"]] for day in range(7)}


def dressed(visit: Visit, paths: list[str]) -> list[str]:
    """What is wrong with these pages in either theme, and at the width of a phone."""
    found = []
    for scheme, size in (("light", None), ("dark", None), ("light", PHONE)):
        visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        if size is not None:
            visit.page.set_viewport_size(size)  # type: ignore[arg-type]
        found += [f"{scheme} {size}: {line}" for line in visit.troubles(paths)]
    return found


def test_marketing_sets_quiet_hours(visit: Visit, mark: User) -> None:
    visit.sign_in(mark)
    page = visit.go("/sending-limits/")

    page.get_by_label("Monday").fill("20:00-08:00")
    page.get_by_text("A lead in Germany gets nothing between 20:00 and 08:00").wait_for()
    page.get_by_label("Newsletter: mails in 7 days").fill("1")
    page.get_by_text("For “newsletter” they get at most 1 mail in 7 days.").wait_for()
    page.get_by_role("button", name="Put in force").click()
    page.get_by_text("Version 1 of the limits is in force.").wait_for()

    assert in_force().limits.hours == {"0": [["20:00", "08:00"]]}
    assert in_force().limits.caps["newsletter"] == Cap(week=1)


def test_one_press_on_the_page_leaves(visit: Visit, mark: User) -> None:
    (ada,) = people(1)
    give(ada, at=clock.now())
    made = send(message(mark), ada)
    Send.objects.filter(pk=made.pk).update(address=ada.email)
    path = f"/u/{links.token(made.pk, links.Kind.UNSUBSCRIBE)}/"

    assert dressed(visit, [path]) == []
    assert may(ada, at=clock.now())
    visit.page.get_by_role("button", name="Leave “Newsletter”").click()
    visit.page.get_by_role("heading", name="You have left").wait_for()
    assert visit.violations() == []
    assert not may(ada, at=clock.now())


def test_the_pages_can_be_read_by_everybody(visit: Visit, mark: User) -> None:
    for number in range(2):
        limits = Limits({"": Cap(1 + number, 3)}, NIGHTS, ("12-24..01-01",))
        set_limits(limits, seen=number, by=mark, at=clock.now(), via=Via.WEB)
    visit.sign_in(mark)

    assert dressed(visit, ["/sending-limits/"]) == []
