"""Two at once: one submission, one activity, one mail, and never more posts than allowed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from handraise.forms import turns
from handraise.forms.actions import Refused, release
from handraise.forms.content import deliver_confirmed
from handraise.forms.decide import MOST_A_WINDOW, Content
from handraise.forms.models import Form, Submission
from handraise.forms.submitting import submit
from handraise.forms.taking import take, take_waiting
from handraise.leads.models import Activity, Lead
from handraise.post.models import Outgoing
from handraise.team.models import User
from tests.enablement.conftest import asset
from tests.forms.conftest import ADA, HOW, document, form, sent
from tests.personas import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do them in threads of their own; what each gave, or why it was refused."""

    def done(deed: Callable[[], Any]) -> Any:
        try:
            return deed()
        except Refused as refused:
            return str(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(done, deeds))


def stored(made: Form, **more: Any) -> Submission:
    found = submit(made, sent(made, ADA, **more), at=NOON)
    assert isinstance(found, Submission)
    return found


def test_two_presses_are_one_submission(guide: Form) -> None:
    posted = sent(guide, ADA)

    found = at_once(*[lambda: submit(guide, posted, at=NOON)] * 4)

    assert len({one.pk for one in found}) == 1
    at_once(*[lambda: take(Submission.objects.get(), at=NOON)] * 4)
    assert Activity.objects.filter(name="Form Submitted").count() == 1


def test_the_request_and_the_worker_take_it_once(mark: User) -> None:
    told = {"asset": asset(mark).pk, "delivery": "mail", "mail_subject": "Yours"}
    made = form(mark, document().model_validate({**document().model_dump(), **told}))
    one = stored(made)
    late = NOON + timedelta(minutes=1)

    at_once(lambda: take(one, at=late), lambda: take_waiting(at=late), lambda: take(one, at=late))

    assert Activity.objects.filter(name="Form Submitted").count() == 1
    assert Outgoing.objects.count() == 1


def test_two_who_let_it_through_do_it_once(guide: Form, mark: User, rita: User) -> None:
    one = stored(guide, honeypot="x")

    found = at_once(*[lambda by=by: release(one, by=by, **HOW) for by in (mark, rita)])

    assert sum(isinstance(each, str) for each in found) == 1
    assert Activity.objects.filter(name="Form Submitted").count() == 1


def test_strangers_side_by_side_are_all_recorded(guide: Form) -> None:
    people = [{**ADA, "e-mail": f"p{number}@engines.example"} for number in range(6)]

    def send(who: dict[str, str]) -> Callable[[], Any]:
        posted = sent(guide, who)
        return lambda: take(submit(guide, posted, at=NOON), at=NOON)  # type: ignore[arg-type]

    at_once(*[send(who) for who in people])

    assert set(Submission.objects.values_list("state", flat=True)) == {"taken"}
    assert Lead.objects.filter(is_current=True).count() == 6


def test_posts_are_counted_across_processes(guide: Form) -> None:
    found = at_once(*[lambda: [turns.take(guide.pk, "here", at=NOON) for _ in range(10)]] * 4)

    assert sum(sum(each) for each in found) == MOST_A_WINDOW


def test_a_confirmation_seen_twice_mails_once(mark: User) -> None:
    told = {"asset": asset(mark).pk, "delivery": "mail", "mail_subject": "Yours"}
    made = form(mark, document().model_validate({**document().model_dump(), **told}))
    lead = take(stored(made), at=NOON).lead
    assert lead is not None
    Outgoing.objects.all().delete()
    Submission.objects.update(content=Content.AWAITED, awaits=["service"])

    at_once(*[lambda: deliver_confirmed([lead.pk], at=NOON)] * 3)

    assert Outgoing.objects.count() == 1
