"""What steps make happen, for all leads of a batch that stand at one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from handraise.leads import attention, journal
from handraise.leads.decide import Via
from handraise.leads.facts import match_of
from handraise.leads.models import Activity, Lead
from handraise.messaging.models import Message
from handraise.nurture.compiling import Node, plan_of
from handraise.nurture.gathering import Blocked
from handraise.nurture.models import JourneyVersion
from handraise.nurture.saying import record_identities, say, source
from handraise.sends.actions import want
from handraise.sends.decide import Wanted
from handraise.talk.decide import News
from handraise.talk.tasking import add_task
from handraise.talk.telling import notify_each
from handraise.team.decide import Permission, Refused, Role
from handraise.team.models import User
from handraise.team.queries import may

READY = "Ready for Sales"  # the activity that an agreement may count


@dataclass(frozen=True, slots=True)
class There:
    """An enrolment that stands at a step; `lead_id` is canonical."""

    enrolment_id: int
    lead_id: int


def do(node: Node, version: JourneyVersion, there: Sequence[There], *, at: datetime) -> None:
    """Do what a step says for these; nothing for waits and branches. Part of the caller's
    transaction. Raises Blocked where it cannot be done for anybody now."""
    if node.step is not None and (deed := _DEEDS.get(node.step.kind)) is not None:
        deed(node, version, there, at)


def about(journey_id: int) -> str:
    """What the sends of a journey are wanted by."""
    return f"journey:{journey_id}"


def _send(node: Node, version: JourneyVersion, there: Sequence[There], at: datetime) -> None:
    assert node.step is not None
    assert node.step.send is not None
    message, wording = _message(node.step.send.message)
    document = plan_of(version.text).document
    want(
        [
            Wanted(
                one.lead_id, wording, about=about(version.journey_id),
                once=f"enrolment:{one.enrolment_id}/{node.id}",
                purpose=message.purpose or document.purpose,
                topic=message.topic or document.topic, due_at=at,
            )
            for one in there
        ],
        at=at,
    )  # fmt: skip


def _message(code: str) -> tuple[Message, int]:
    """The message of that code, and the id of the version that is sent. Raises Blocked."""
    found = Message.objects.filter(code=code).first()
    if found is None:
        raise Blocked(f"There is no message “{code}”.")
    if found.retired_at is not None:
        raise Blocked(f"The message “{code}” is retired.")
    if found.published_id is None:
        raise Blocked(f"The message “{code}” is not published yet.")
    return found, found.published_id


def _task(node: Node, version: JourneyVersion, there: Sequence[There], at: datetime) -> None:
    assert node.step is not None
    assert node.step.task is not None
    task = node.step.task
    answering = _answering(version)
    for lead, owner in _leads_with_owners(there, task.to):
        due_at = None if task.due_in is None else at + task.due_in
        try:
            add_task(
                task.title, assignee=owner or answering, by=answering, lead=lead, due_at=due_at,
                at=at, via=Via.WORKER,
            )  # fmt: skip
        except (Refused, PermissionDenied) as refusal:
            raise Blocked(str(refusal)) from None


def _notify(node: Node, version: JourneyVersion, there: Sequence[There], at: datetime) -> None:
    assert node.step is not None
    assert node.step.notify is not None
    answering = _answering(version)
    enrolled = {one.lead_id: one.enrolment_id for one in there}
    told = [
        News(
            person_id=(owner or answering).pk, said=f"{lead}: {node.step.notify.text}",
            link=reverse("lead", args=[lead.pk]), lead_id=lead.pk,
            key=f"{enrolled[lead.pk]}/{node.id}",
        )
        for lead, owner in _leads_with_owners(there, node.step.notify.to)
    ]  # fmt: skip
    notify_each(told, kind="journey", at=at)


def _leads_with_owners(there: Sequence[There], to: str) -> list[tuple[Lead, User | None]]:
    """The leads, each with the owner who is asked, if it is the owner and there is one here."""
    found = Lead.objects.select_related("owner").filter(pk__in=[one.lead_id for one in there])
    return [
        (lead, lead.owner if to == "owner" and lead.owner and lead.owner.is_active else None)
        for lead in found.order_by("pk")
    ]


def _answering(version: JourneyVersion) -> User:
    """Who answers for a journey: who published it, else a colleague who may. Raises Blocked."""
    if may(version.by, Permission.NURTURE):
        return version.by
    roles = [role for role in Role if may(User(role=role, is_active=True), Permission.NURTURE)]
    found = User.objects.filter(is_active=True, role__in=roles).order_by("pk").first()
    if found is None:
        raise Blocked("Nobody is left in marketing who could answer for this step.")
    return found


def _set_fact(node: Node, version: JourneyVersion, there: Sequence[There], at: datetime) -> None:
    assert node.step is not None
    assert node.step.set_fact is not None
    name, value = node.step.set_fact.name, node.step.set_fact.value
    enrolled = {one.lead_id: one.enrolment_id for one in there}
    news = say(dict.fromkeys(enrolled, (name, value)), at=at)
    journal.write_many(
        journal.Line(
            "nurture.fact_set", at, Via.WORKER, lead_id=pk,
            said=f"“{version.journey}” set {name} to {value}.",
            data={"fact": name, "value": value, "journey": version.journey.code,
                  "enrolment": enrolled[pk]},
        )
        for pk in news
    )  # fmt: skip


def _ready(node: Node, version: JourneyVersion, there: Sequence[There], at: datetime) -> None:
    leads = sorted(one.lead_id for one in there)
    enrolled = {one.lead_id: one.enrolment_id for one in there}
    identities, origin = record_identities(leads, at=at), source(at=at)
    told = {"journey": version.journey.code, "name": version.journey.name}
    Activity.objects.bulk_create(
        Activity(
            identity_id=identities[pk], name=READY, occurred_at=at, known_at=at,
            properties=told, match=match_of(told), source=origin,
            message_id=f"enrolment:{enrolled[pk]}/{node.id}"[:100],
        )
        for pk in leads
    )  # fmt: skip
    attention.wake(leads, look_at=at, why="nurture.ready")


_Deed = Callable[[Node, JourneyVersion, Sequence[There], datetime], None]
_DEEDS: dict[str, _Deed] = {
    "send": _send, "task": _task, "notify": _notify, "set_fact": _set_fact,
    "ready_for_sales": _ready,
}  # fmt: skip
