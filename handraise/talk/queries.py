"""Reads: notes, tasks and news, and where a person wishes to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from handraise.leads.bulk import ids, rows_of
from handraise.leads.models import Company, Lead
from handraise.post.models import Outgoing
from handraise.talk import decide
from handraise.talk.decide import Called, Channels, Kind
from handraise.talk.models import (
    ChatHook,
    DigestHour,
    Feed,
    Note,
    Notification,
    Preference,
    Task,
)
from handraise.team.access import require
from handraise.team.decide import Permission, Role
from handraise.team.models import User
from handraise.team.queries import may, working_people

MOST_SHOWN = 200  # of one list on a page
UNREAD_CAP = 99
DONE_SHOWN = timedelta(days=14)
DIGEST_HOUR = 8


def people_to_mention() -> list[Called]:
    """Everybody who can sign in, by id, name and address."""
    rows = working_people().select_related(None).values_list("pk", "name", "email")
    return [Called(*row) for row in rows]


def notes_visible_to(user: User) -> QuerySet[Note]:
    """Every note, removed ones too, the newest first. Raises PermissionDenied."""
    require(user, Permission.SEE)
    found = Note.objects.select_related("by", "removed_by", "lead__canonical", "company")
    return found.prefetch_related("mentions__person", "former").order_by("-at", "-pk")


# For `leads.presence`.
NOTES = "talk_note WHERE lead_id = ANY(faces)"
TASKS = "talk_task WHERE lead_id = ANY(faces) AND done_at IS NULL"


def notes_on(user: User, about: Lead | Company) -> QuerySet[Note]:
    """The notes on a lead (with those of all that was merged into it) or on a company."""
    # Of one lead or company, which its page knows: joining it again costs more than the notes.
    found = notes_visible_to(user).select_related(None).select_related("by", "removed_by")
    if isinstance(about, Company):
        return found.filter(company=about)
    return found.filter(lead__canonical=about.canonical_id)


def may_edit(user: User, note: Note, *, at: datetime) -> bool:
    """Whether this person may change the words: who wrote them, for a quarter of an hour."""
    is_fresh = at < decide.may_edit_until(note.at)
    return note.removed_at is None and note.by_id == user.pk and is_fresh


def may_remove(user: User, note: Note) -> bool:
    """Whether this person may take the note away: who wrote it, or who may override."""
    is_theirs = note.by_id == user.pk or may(user, Permission.OVERRIDE)
    return note.removed_at is None and is_theirs


def tasks_visible_to(user: User) -> QuerySet[Task]:
    """Tasks on leads, and those of one's own or given by oneself; all of them for who overrides.
    Removed ones are gone. Raises PermissionDenied."""
    require(user, Permission.SEE)
    found = Task.objects.filter(removed_at=None)
    if not leads_a_team(user):
        found = found.filter(Q(lead__isnull=False) | Q(assignee=user) | Q(by=user))
    return found.select_related("lead__canonical__company", "assignee", "by", "done_by")


def may_change(user: User, task: Task) -> bool:
    """Whether this person may change, hand on, do or remove it: whose it is, who gave it, or who
    may override."""
    if not may(user, Permission.EDIT_LEADS):
        return False
    return user.pk in {task.assignee_id, task.by_id} or may(user, Permission.OVERRIDE)


def leads_a_team(user: User) -> bool:
    """Whether the tasks of others are this person's business: a manager's, or who overrides."""
    return may(user, Permission.OVERRIDE)


@dataclass(frozen=True, slots=True)
class TaskLists:
    """Open tasks by when they are due, in the zone of their reader, and what was done lately."""

    overdue: list[Task]
    today: list[Task]
    later: list[Task]
    done: list[Task]

    @property
    def is_empty(self) -> bool:
        return not (self.overdue or self.today or self.later or self.done)


_BY_DUE = (F("due_on").asc(nulls_last=True), F("due_at").asc(nulls_last=True), "priority", "pk")


def today_of(user: User, at: datetime) -> date:
    """The day that it is where this person works."""
    return at.astimezone(ZoneInfo(user.zone)).date()


def task_lists(user: User, *, at: datetime, is_team: bool = False) -> TaskLists:
    """A person's tasks; with `is_team` those of the others of their team, or of everybody for who
    is of revenue operations."""
    mine = tasks_visible_to(user).filter(_whose(user, is_team=is_team))
    still, today = mine.filter(done_at=None), today_of(user, at)
    tomorrow = decide.day_at(today + timedelta(days=1), 0, user.zone)
    late = Q(due_at__lte=at) | Q(due_on__lt=today)
    soon = Q(due_at__gt=at, due_at__lt=tomorrow) | Q(due_on=today)
    done = mine.filter(done_at__gt=at - DONE_SHOWN).order_by("-done_at", "-pk")
    return TaskLists(
        overdue=_in_order(still.filter(late)),
        today=_in_order(still.filter(soon)),
        later=_in_order(still.exclude(late).exclude(soon)),
        done=list(done[:MOST_SHOWN]),
    )


def _in_order(tasks: QuerySet[Task]) -> list[Task]:
    return list(tasks.order_by(*_BY_DUE)[:MOST_SHOWN])


def _whose(user: User, *, is_team: bool) -> Q:
    if not is_team:
        return Q(assignee=user)
    if user.role == Role.REVENUE_OPERATIONS or user.team_id is None:
        return ~Q(assignee=user)
    return Q(assignee__team=user.team_id) & ~Q(assignee=user)


def tasks_of_lead(user: User, lead: Lead) -> list[Task]:
    """What is still to be done about a lead, and about all that was merged into it."""
    mine = tasks_visible_to(user).filter(lead__canonical=lead.canonical_id, done_at=None)
    return _in_order(mine.select_related(None).select_related("assignee", "by"))


def is_late(task: Task, *, at: datetime, user: User) -> bool:
    """Whether it should have been done by now, where its reader is."""
    if task.due_on is not None:
        return task.due_on < today_of(user, at)
    return task.due_at is not None and task.due_at <= at


def news_of(user: User) -> QuerySet[Notification]:
    """What a person was told in the app, the newest first. Raises PermissionDenied."""
    require(user, Permission.SEE)
    found = Notification.objects.filter(person=user, in_app=True).select_related("lead__canonical")
    return found.order_by("-at", "-pk")


def unread_news(user: User) -> QuerySet[Notification]:
    """The news a person has not read, in no order, up to one more than is counted."""
    return Notification.objects.filter(person=user, in_app=True, read_at=None)[: UNREAD_CAP + 1]


def unread_count(user: User) -> int:
    """How many news a person has not read, counted up to a hundred."""
    return unread_news(user).count()


_WISHES = """
select person_id, in_app, by_mail, by_chat from talk_preference
where person_id = any(%s::bigint[]) and kind = %s::text
"""


def channels_of(people: list[int], kind: str) -> dict[int, Channels]:
    """Where each of these people wishes to be told of this kind of news."""
    group = decide.kind_of(kind)
    said = rows_of(_WISHES, [ids(people), group.code], is_kept=True)
    wished = {person: Channels(*channels) for person, *channels in said}
    return {person: wished.get(person, group.channels) for person in people}


def preferences_of(user: User) -> list[tuple[Kind, Channels]]:
    """Every kind of news, and where it reaches this person."""
    said = {one.kind: _channels(one) for one in Preference.objects.filter(person=user)}
    return [(kind, said.get(kind.code, kind.channels)) for kind in decide.kinds()]


def _channels(said: Preference) -> Channels:
    return Channels(said.in_app, said.by_mail, said.by_chat)


def digest_hour_of(user: User) -> int | None:
    """At which hour this person's digest goes out; None: never."""
    said = DigestHour.objects.filter(person=user).first()
    return DIGEST_HOUR if said is None else said.hour


def feed_of(user: User) -> Feed | None:
    """The address of this person's calendar that holds, if there is one."""
    return Feed.objects.filter(person=user, revoked_at=None).first()


def hooks_visible_to(user: User) -> QuerySet[ChatHook]:
    """The chats that this person looks after: a manager those of their team and its people,
    revenue operations all. Raises PermissionDenied."""
    require(user, Permission.OVERRIDE)
    found = ChatHook.objects.select_related("person", "team", "by").order_by("pk")
    if may(user, Permission.ADMINISTER):
        return found
    theirs = Q(person=user)
    if user.team_id is not None:
        theirs |= Q(team=user.team_id) | Q(person__team=user.team_id)
    return found.filter(theirs)


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat, the kinds of news that go to it, and the last post that it was sent."""

    hook: ChatHook
    kinds: list[Kind]
    last: Outgoing | None


def chats_of(user: User) -> list[Chat]:
    """The chats that this person looks after. Raises PermissionDenied."""
    return [
        Chat(
            hook,
            [kind for kind in decide.kinds() if kind.code in hook.kinds],
            Outgoing.objects.filter(about=hook.about).order_by("-pk").first(),
        )
        for hook in hooks_visible_to(user)
    ]
