"""One of everything that an address can be about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from handraise.agreement.models import Version
from handraise.capture.keys import create_key
from handraise.consent.actions import suppress
from handraise.consent.decide import Kind
from handraise.consent.importing import preview
from handraise.consent.models import Purpose, Suppression
from handraise.deals.actions import win
from handraise.feedback.learned.models import Learning
from handraise.feedback.review.models import Review
from handraise.feedback.weekly.actions import write_down
from handraise.feedback.weekly.decide import week_with
from handraise.handover import asking
from handraise.handover.actions import reject
from handraise.handover.contesting import contest
from handraise.handover.models import Contest, Handover
from handraise.kit import clock
from handraise.leads import attention
from handraise.leads.actions import merge_leads
from handraise.leads.decide import SourceKind, Via
from handraise.leads.models import Activity, Lead, ParkedLead
from handraise.lists.actions import create
from handraise.messaging.actions import Settings
from handraise.messaging.actions import add as add_mail
from handraise.messaging.models import MailCitation
from handraise.post.letters import write_letter
from handraise.post.meetings import Plan, book_meeting
from handraise.qualification.answering import Said, answer
from handraise.qualification.frameworks.actions import write
from handraise.qualification.frameworks.reading import shipped
from handraise.responses.models import Hit
from handraise.talk.chat import set_hook
from handraise.talk.noting import write_note
from handraise.talk.tasking import add_task
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.deals.conftest import at_stage, bought, deal_with, reason_called, stage_called
from tests.desk.conftest import offered
from tests.enablement.conftest import things_that_enable
from tests.forms.conftest import things_of_forms
from tests.messaging.conftest import words
from tests.nurture import drawn as journeys
from tests.personas import NOON, person
from tests.responses.conftest import hit, judged, sent
from tests.sends.conftest import message as message_to_many
from tests.world import in_force, lead


@pytest.fixture(scope="module")
def people(once: None) -> dict[str, User]:
    """One of every role, made once for the file; Mia takes the leads."""
    team = Team.objects.create(name="Sales development", created_at=NOON)
    return {
        "vera": person("Vera", Role.VIEWER),
        "mark": person("Mark", Role.MARKETING),
        "mia": person("Mia", Role.SALES_DEVELOPMENT, team=team),
        "sal": person("Sal", Role.SALES),
        "rita": person("Rita", Role.REVENUE_OPERATIONS, is_manager=True),
    }


@pytest.fixture(scope="module")
def things(
    people: dict[str, User], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, int | str]]:
    """One of everything that an address can be about, made once for the file."""
    in_force(people["mark"], people["mia"])
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files")):
        yield _things(offered("Ada"), people["mark"], people["rita"], people["vera"])


def _things(handover: Handover, mark: User, rita: User, vera: User) -> dict[str, int | str]:
    ada, at = handover.lead, clock.now()
    twin = lead("Gus", "page", at=at)
    merge = merge_leads(ada, twin, why="Same person.", by=rita, at=at, via=Via.WEB)
    attention.park(ada.pk, error="It broke.", at=at)
    contest_of_ben = contested(rita)
    deals = things_of_deals(rita)
    key, _ = create_key(kind=SourceKind.WEBSITE, name="Website", by=rita, at=at)
    question = asking.ask(handover, text="Who?", by=rita, at=at, via=Via.WEB)
    assert ada.company_id is not None
    said = Said("Clear need", quote="It hurts.")
    given = answer(ada, framework="BANT", question="need", said=said, by=rita, at=at, via=Via.WEB)
    own = write(shipped()["bant"][1].replace("BANT", "Ours"), by=rita, at=at, via=Via.WEB)
    letter = write_letter(ada, subject="Hi", text="Hi.", by=mark, at=at, via=Via.WEB)
    plan = Plan("Demo", (at + timedelta(days=1)).replace(tzinfo=None), 30, "UTC")
    meeting = book_meeting(ada, plan, by=mark, at=at, via=Via.WEB)
    return {
        "answer": given.pk,
        "framework": own.pk,
        "letter": letter.pk,
        "meeting": meeting.pk,
        "outgoing": letter.outgoing_id,
        "team": Team.objects.get().pk,
        "handover": handover.pk,
        "lead": ada.pk,
        "merge": merge.pk,
        "activity": Activity.objects.filter(identity__lead=ada).latest("pk").pk,
        "parked": ParkedLead.objects.get().pk,
        "company": ada.company_id,
        "person": vera.pk,
        "key": key.pk,
        "chat": set_hook(
            rita, url="https://chat.example/x", kinds=[], by=rita, at=at, via=Via.WEB
        ).pk,
        "note": write_note(ada, "She called.", by=rita, at=at, via=Via.WEB).pk,
        "task": add_task("Call", assignee=rita, lead=ada, by=rita, at=at, via=Via.WEB).pk,
        "question": question.pk,
        "decision": write_down("Call.", week=week_with(at.date()), by=rita, at=at, via=Via.WEB).pk,
        "contest": contest_of_ben.pk,
        "list": create(name="Fair", is_shared=True, by=rita, at=at, via=Via.WEB).pk,
        "answer_to_mail": (click := answered(mark, ada)).pk,
        "send": click.send_id,
        **things_that_enable(rita),
        **things_of_forms(rita),
        **_consenting(rita),
        **_mailing(rita),
        **deals,
        **_nurturing(rita, ada),
        **_of_feedback(),
    }


def _of_feedback() -> dict[str, int | str]:
    learning = Learning.objects.create(outcome="won", state="failed", at=clock.now())
    return {"review": a_review().pk, "learning": learning.pk, "learned_way": "high"}


def a_review() -> Review:
    """A review of the version in force that waits for the worker."""
    at = clock.now()
    return Review.objects.create(
        version=Version.objects.get(state="published"), begin=at - timedelta(days=30), end=at,
        at=at, engine="duckdb",
    )  # fmt: skip


def answered(by: User, who: Lead) -> Hit:
    """A click in a mail, judged."""
    now = clock.now()
    mail = sent(message_to_many(by, "answered"), who)
    return judged(hit(mail, at=now - timedelta(minutes=1)), at=now)[0]


def _nurturing(rita: User, who: Lead) -> dict[str, int | str]:
    """A journey that runs, and a lead in it."""
    running = journeys.published(rita)
    return {"journey": running.code, "enrolment": journeys.inside(running, who, "settle").pk}


def things_of_deals(by: User) -> dict[str, int]:
    """An open deal, and what a won one brought."""
    buyer = at_stage("Buyer")
    won = deal_with(buyer, by)
    win(won, bought=bought(), by=by, at=clock.now(), via=Via.WEB)
    return {
        "deal": deal_with(buyer, by).pk,
        "purchase": won.purchases.get().pk,
        "stage": stage_called("Proposal").pk,
        "reason": reason_called("Price").pk,
    }


def _consenting(rita: User) -> dict[str, int]:
    """A purpose, a topic, a suppressed address and a list of them."""
    at, newsletter = clock.now(), Purpose.objects.get(code="newsletter")
    suppress(["x@y.example"], kind=Kind.HAND, why="", by=rita, at=at, via=Via.WEB)
    return {
        "purpose": newsletter.pk,
        "topic": newsletter.topics.all()[0].pk,
        "suppression": Suppression.objects.get().pk,
        "suppression_list": preview("a@b.example", name="Old", why="", by=rita, at=at).pk,
    }


def _mailing(rita: User) -> dict[str, Any]:
    """A message to many that says a key message; it is named by its code."""
    inside = '<mj-text>{{ "speed-1" | message }}</mj-text>'
    made = add_mail(code="welcome", settings=Settings("Welcome"), words=words(inside), by=rita,
                    at=clock.now(), via=Via.WEB)  # fmt: skip
    return {"mail": made.code, "mail_citation": MailCitation.objects.get().pk}


def contested(by: User) -> Contest:
    """A contest of a rejection of another lead."""
    ben = offered("Ben")
    rejected = reject(ben, reason="Not now", by=ben.assignee, at=clock.now(), via=Via.WEB)
    return contest(rejected, said="No.", by=by, at=clock.now(), via=Via.WEB)
