"""Content is handed over on the page or by mail, by a link that is signed and ends."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from handraise.consent.actions import give, suppress
from handraise.consent.decide import How, Kind
from handraise.enablement.actions import About, retire
from handraise.enablement.models import Asset
from handraise.flow.advance import advance
from handraise.forms import links
from handraise.forms.decide import Content
from handraise.forms.document import Delivery
from handraise.forms.models import Download, Form, Submission
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Activity, Judgement
from handraise.post.models import Outgoing
from handraise.team.models import User
from tests.enablement.conftest import asset
from tests.forms.conftest import ADA, HOW, NEWS, ada, document, form, stranger, submitted
from tests.forms.test_public_pages import post
from tests.personas import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def handbook(mark: User, settings: Any, tmp_path: Path) -> Asset:
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("handbook.pdf", b"%PDF-1.7 tides")
    about = About(topic="Dispatching")
    return asset(mark, "The handbook", link="", file=file, about=about)


def gated(by: User, what: Asset, delivery: Delivery = Delivery.BOTH, **more: Any) -> Form:
    told = {"asset": what.pk, "delivery": delivery, "mail_subject": "Your handbook", **more}
    return form(by, document(**told))


def path_of(submission: Submission) -> str:
    return f"/forms/content/{links.content_token(submission.pk, days=14, at=clock.now())}/"


def test_the_page_that_thanks_leads_to_the_file(handbook: Asset, mark: User) -> None:
    answer = post(gated(mark, handbook, Delivery.PAGE), ADA)
    page = stranger().get(answer.headers["Location"]).content.decode()
    found = path_of(Submission.objects.get()).rpartition("content/")[0]

    assert "Get The handbook" in page
    assert f'href="{found}content/' in page
    assert "Get The handbook" not in stranger().get("/forms/guide/thanks/").content.decode()


def test_an_address_that_came_too_often_looks_like_any_other(handbook: Asset, mark: User) -> None:
    made = gated(mark, handbook, Delivery.PAGE)
    for place in range(5):
        submitted(made, at=clock.now(), message=f"{place}")

    answer = post(made, ADA)
    page = stranger().get(answer.headers["Location"]).content.decode()

    assert Submission.objects.filter(state="spam").count() == 1
    assert "Get The handbook" in page
    assert stranger().post(path_of(Submission.objects.get(state="spam"))).status_code == 200
    assert not Activity.objects.filter(name="Content Downloaded").exists()


def test_looking_at_the_link_downloads_nothing_and_pressing_does(
    handbook: Asset, mark: User
) -> None:
    path = path_of(submitted(gated(mark, handbook)))

    page = stranger().get(path)
    assert page.status_code == 200
    assert not Activity.objects.filter(name="Content Downloaded").exists()
    got = stranger().post(path)

    assert got.content == b"%PDF-1.7 tides"
    assert got.headers["Content-Disposition"] == 'attachment; filename="handbook.pdf"'
    told = Activity.objects.get(name="Content Downloaded").properties
    assert (told["title"], told["topic"]) == ("The handbook", "Dispatching")


def test_pressing_twice_counts_once_and_a_machine_counts_not(handbook: Asset, mark: User) -> None:
    path = path_of(submitted(gated(mark, handbook)))

    for _ in range(2):
        stranger().post(path)
    stranger().post(path, headers={"user-agent": "Googlebot/2.1"})

    assert Download.objects.count() == 2
    assert Judgement.objects.get().activity.name == "Content Downloaded"


def test_a_link_leads_to_its_page_and_nowhere_else(mark: User) -> None:
    path = path_of(submitted(gated(mark, asset(mark))))

    policy = stranger().get(path).headers["Content-Security-Policy"]

    assert "form-action 'self' https://example.com;" in policy
    assert stranger().post(path).headers["Location"] == "https://example.com/prices"


def test_links_end_and_cannot_be_made_up(handbook: Asset, mark: User) -> None:
    done = submitted(gated(mark, handbook))
    old = links.content_token(done.pk, days=14, at=clock.now() - timedelta(days=15))
    right = links.content_token(done.pk, days=14, at=clock.now())

    expired = stranger().get(f"/forms/content/{old}/")
    assert expired.status_code == 410
    assert "has expired" in expired.content.decode()
    assert stranger().get(f"/forms/content/{right[:-1]}x/").status_code == 404
    retire(handbook, by=mark, at=NOON, via=Via.WEB)
    assert stranger().post(f"/forms/content/{right}/").status_code == 410


def test_the_mail_leaves_once_with_the_link(handbook: Asset, mark: User) -> None:
    submitted(gated(mark, handbook))

    mail = Outgoing.objects.get()
    assert mail.recipients == ["ada@engines.example"]
    assert mail.subject == "Your handbook"
    assert b"/forms/content/" in bytes(mail.body)
    assert ada().journal.filter(kind="forms.content_mailed").count() == 1


def test_a_suppressed_address_is_not_mailed_and_nobody_else_sees_why(
    handbook: Asset, mark: User
) -> None:
    suppress(["ada@engines.example"], kind=Kind.COMPLAINT, why="Spam.", by=mark, **HOW)

    done = submitted(gated(mark, handbook))

    assert not Outgoing.objects.exists()
    assert done.content == Content.WITHHELD
    assert "Not mailed" in done.content_said


def test_the_mail_waits_until_the_address_is_confirmed(handbook: Asset, mark: User) -> None:
    made = gated(mark, handbook, consents=(NEWS,), is_confirmed_first=True)
    done = submitted(made, consent_0="yes")
    assert done.content == Content.AWAITED
    assert [mail.subject for mail in Outgoing.objects.all()] == ["Please confirm: Newsletter"]
    advance([ada().pk], at=NOON)
    assert Outgoing.objects.count() == 1

    give(ada(), purpose="newsletter", wording="Yes.", how=How.LINK, address="ada@engines.example",
         by=None, **HOW)  # fmt: skip
    for _ in range(2):
        advance([ada().pk], at=NOON)

    done.refresh_from_db()
    assert done.content == Content.MAILED
    assert Outgoing.objects.filter(subject="Your handbook").count() == 1


def test_a_confirmed_form_shows_strangers_the_same_thanks(handbook: Asset, mark: User) -> None:
    made = gated(mark, handbook, consents=(NEWS,), is_confirmed_first=True)
    submitted(made)
    give(ada(), purpose="newsletter", wording="Yes.", how=How.LINK, address="ada@engines.example",
         by=None, **HOW)  # fmt: skip

    pages = []
    for mail in ("ada@engines.example", "new@engines.example"):
        answer = post(made, {**ADA, "e-mail": mail, "consent-0": "yes"})
        pages.append(stranger().get(answer.headers["Location"]).content)

    assert pages[0] == pages[1]
    assert b"/forms/content/" not in pages[0]
