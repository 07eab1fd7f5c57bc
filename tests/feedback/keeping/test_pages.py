"""The pages of clock keeping, whatever is asked."""

from __future__ import annotations

import pytest

from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.feedback.keeping import offers as made_up

pytestmark = pytest.mark.django_db
SPRING = "?since=2026-03-04&until=2026-06-01"


@pytest.mark.parametrize(
    "asked",
    ["", SPRING, SPRING + "&kind=second", "?kind=x&team=x", "?team=99", "?since=2090-01-01",
     "?since=x&until=9999-12-31", "?since=2026-03-31&until=2026-03-01"],
)  # fmt: skip
def test_the_page_stands_whatever_is_asked(asked: str, mia: User, rita: User, vera: User) -> None:
    assert mia.team is not None
    made_up.offers(1, [mia, None], mia.team, rita, count=30)

    page = client_of(vera).get("/feedback/keeping/" + asked)

    assert page.status_code == 200
    assert b"nan" not in page.content


@pytest.mark.parametrize(
    "became",
    ["", "accepted", "rejected", "expired", "late", "untouched", "contested", "overturned",
     "withdrawn"],
)  # fmt: skip
def test_each_figure_leads_to_its_handovers(became: str, mia: User, rita: User, vera: User) -> None:
    assert mia.team is not None
    made_up.offers(2, [mia], mia.team, rita, count=30)

    page = client_of(vera).get(
        f"/feedback/keeping/handovers/{SPRING}&became={became}&person={mia.pk}&team={mia.team_id}"
    )

    assert page.status_code == 200
    assert b"Lead" in page.content


@pytest.mark.parametrize(
    "asked",
    ["?became=x", "?person=x", "?kind=x", "?reason=%00", "?team=-1", "?person=9" + "9" * 30],
)
def test_what_names_no_figure_is_not_found(asked: str, vera: User) -> None:
    assert client_of(vera).get(f"/feedback/keeping/handovers/{asked}").status_code == 404


def test_a_name_is_shown_as_text(mia: User, rita: User, vera: User) -> None:
    assert mia.team is not None
    User.objects.filter(pk=mia.pk).update(name="<b>Mia")
    made_up.offers(1, [mia], mia.team, rita, count=5)

    page = client_of(vera).get("/feedback/keeping/" + SPRING)

    assert b"&lt;b&gt;Mia" in page.content
    assert b"<b>Mia" not in page.content
