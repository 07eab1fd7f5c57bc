"""The worker's round: each request judged once, recorded once, and scored as it was judged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from handraise.leads.actions import judge, merge_leads
from handraise.leads.decide import Doubt, Via
from handraise.leads.models import Activity, Judgement, Lead
from handraise.messaging.models import MessageVersion
from handraise.responses.decide import SETTLED
from handraise.responses.judging import judge_due
from handraise.responses.models import Hit
from handraise.sends.models import Send
from handraise.team.models import User
from tests.responses.conftest import LATER, SECOND, hit, judged, sent
from tests.world import lead

pytestmark = pytest.mark.django_db


def counted(of: Hit) -> bool:
    """Whether the activity counts by the newest judgement."""
    newest = Judgement.objects.filter(activity=of.activity_id).order_by("-known_at", "-pk").first()
    return of.activity_id is not None and (newest is None or newest.counts)


def test_a_persons_click_becomes_an_activity_that_counts(mail: Send) -> None:
    click = judged(hit(mail, 2))[0]

    done = Activity.objects.get()
    assert (done.name, done.occurred_at) == ("Email Clicked", LATER)
    assert done.identity.lead.canonical_id == mail.lead_id
    assert done.properties == {
        "message": "guide", "title": "The guide", "subject": "Your guide", "send": mail.pk,
        "link": "https://handraise.example/2", "place": 2, "about": "test",
    }  # fmt: skip
    assert (click.activity, click.is_machine, click.reasons) == (done, False, [])
    assert counted(click)


def test_an_opening_by_a_proxy_is_recorded_and_does_not_count(mail: Send) -> None:
    opening = judged(hit(mail, 0, deed="open", agent="Mozilla/5.0"))[0]

    assert Activity.objects.get().name == "Email Opened"
    verdict = Judgement.objects.get()
    assert (verdict.doubt, verdict.counts, verdict.by) == ("bot", False, None)
    assert verdict.why == opening.why
    assert opening.reasons == ["proxy"]


def test_what_came_a_moment_ago_waits_for_what_follows(mail: Send) -> None:
    hit(mail)

    assert judge_due(at=LATER + SETTLED - SECOND) == 0
    assert judge_due(at=LATER + SETTLED) == 1
    assert judge_due(at=LATER + SETTLED) == 0
    assert Activity.objects.count() == 1


def test_a_filter_that_follows_every_link_gets_no_points(mail: Send) -> None:
    clicks = judged(*[hit(mail, place, at=LATER + place * SECOND) for place in (1, 2, 3)])

    assert [one.reasons for one in clicks] == [["all_links"]] * 3
    assert not any(counted(one) for one in clicks)


def test_several_people_of_one_company_from_one_address(version: MessageVersion) -> None:
    clicks = [
        hit(sent(version, lead(name, company="Acme", at=LATER)), at=LATER + place * SECOND)
        for place, name in enumerate(["Ada", "Ben", "Cleo"])
    ]

    assert [one.reasons for one in judged(*clicks)] == [["one_for_many"]] * 3


def test_what_only_machines_do_is_no_activity(mail: Send) -> None:
    decoy, head = judged(hit(mail, 0, deed="decoy"), hit(mail, is_head=True, origin="else"))

    assert (decoy.is_machine, head.is_machine) == (True, True)
    assert (decoy.activity, head.activity) == (None, None)
    assert not Activity.objects.exists()


def test_a_link_followed_twice_within_minutes_is_one_answer(mail: Send) -> None:
    first, second = judged(hit(mail), hit(mail, at=LATER + timedelta(minutes=4)))
    third = judged(hit(mail, at=LATER + timedelta(minutes=8)))[0]
    later = judged(hit(mail, at=LATER + timedelta(hours=1)))[0]

    assert first.activity == second.activity == third.activity != later.activity
    assert Activity.objects.count() == 2


def test_a_hidden_link_followed_later_turns_what_came_before(mail: Send) -> None:
    click = judged(hit(mail))[0]
    assert counted(click)

    judged(hit(mail, 0, deed="decoy", at=LATER + timedelta(minutes=5)))
    click.refresh_from_db()

    assert (click.is_machine, click.reasons) == (True, ["decoy"])
    assert not counted(click)


def test_what_a_person_has_said_is_not_turned(mail: Send, rita: User) -> None:
    click = judged(hit(mail))[0]
    judge([click.activity_id or 0], doubt=Doubt.BOT, counts=True, why="I saw it.", by=rita,
          at=LATER + SETTLED)  # fmt: skip
    judged(hit(mail, 0, deed="decoy", at=LATER + timedelta(minutes=5)))

    assert counted(click)


def test_the_answer_of_a_merged_lead_belongs_to_both(mail: Send, rita: User) -> None:
    twin = lead("Twin", at=LATER)
    merge_leads(twin, mail.lead, why="Same.", by=rita, at=LATER, via=Via.WEB)

    judged(hit(mail))

    assert Activity.objects.get().identity.lead.canonical_id == twin.pk


def test_a_lead_known_by_another_address_now_is_still_the_same(mail: Send) -> None:
    Send.objects.update(address="old@acme.example")

    judged(hit(mail))

    assert Activity.objects.get().identity.lead_id == mail.lead_id
    assert Lead.objects.count() == 1


def test_a_round_that_fails_leaves_all_for_the_next(
    mail: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    hit(mail)
    with monkeypatch.context() as broken:
        broken.setattr(Hit.objects, "bulk_update", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            judge_due(at=LATER + SETTLED)
    assert not Activity.objects.exists()

    assert judge_due(at=LATER + SETTLED) == 1
    assert Activity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_record_each_answer_once(version: MessageVersion) -> None:
    sends = [sent(version) for _ in range(12)]
    for one in sends:
        hit(one, 1, origin=f"o{one.pk}")
        hit(one, 1, origin=f"o{one.pk}", at=LATER + 2 * SECOND)

    def work(_: int) -> int:
        done = 0
        try:
            while Hit.objects.filter(judged_at=None).exists():
                done += judge_due(at=LATER + timedelta(minutes=1), limit=4)
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(4) as workers:
        done = sum(workers.map(work, range(4)))

    assert done == 24
    assert Activity.objects.count() == 12
