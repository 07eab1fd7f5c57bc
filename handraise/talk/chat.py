"""Chats: where they take posts, and what is posted there. One JSON text, as Slack's webhooks and
those that copy them take it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from handraise.leads import journal
from handraise.leads.bulk import ids, rows_of
from handraise.leads.decide import Refused, Via
from handraise.post.actions import post_hook
from handraise.post.decide import hook_url
from handraise.talk import decide
from handraise.talk.decide import News
from handraise.talk.models import ChatHook
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import Team, User
from handraise.team.queries import may

log = structlog.get_logger()
LONGEST_URL = 500
MOST_LINES = 10  # of one post


def post(
    people: Sequence[int],
    *,
    asked: Sequence[int],
    kind: str,
    said: str,
    link: str,
    key: str,
    at: datetime,
) -> None:
    """Post news of these people: to the chats of those of them who `asked` for it, and to those of
    their teams that take this kind. Once a chat, however many of a team it concerns."""
    text = f"{decide.for_chat(said)}\n{_link(link)}"
    for hook in _hooks(people, asked, kind):
        _post(hook, text, once=f"{kind}:{key}", at=at)


def post_each(news: Sequence[News], *, asked: Collection[int], kind: str, at: datetime) -> None:
    """Post news of many people: one post a chat, with the first of them and how many more."""
    people = {one.person_id for one in news}
    hooks = _hooks(people, asked, kind) if news else []
    teams = User.objects.filter(pk__in=people).values_list("pk", "team") if hooks else ()
    team_of = dict(teams)
    for hook in hooks:
        if hook.person_id is not None:
            its = [one for one in news if one.person_id == hook.person_id]
        else:
            its = [one for one in news if team_of[one.person_id] == hook.team_id]
        lines = [f"{decide.for_chat(one.said)}\n{_link(one.link)}" for one in its[:MOST_LINES]]
        if len(its) > MOST_LINES:
            lines.append(f"And {len(its) - MOST_LINES:,} more.")
        _post(hook, "\n".join(lines), once=f"{kind}:{its[0].key}", at=at)


_HOOKS = """
select id from talk_chathook
where person_id = any(%(asked)s::bigint[]) or kinds @> array[%(kind)s::varchar]
    and team_id in (select team_id from team_user where id = any(%(people)s::bigint[]))
"""


def _hooks(people: Collection[int], asked: Collection[int], kind: str) -> list[ChatHook]:
    named = {"asked": ids(asked), "people": ids(people), "kind": decide.kind_of(kind).code}
    found = [row[0] for row in rows_of(_HOOKS, named, is_kept=True)]
    return list(ChatHook.objects.filter(pk__in=found).order_by("pk")) if found else []


def _link(page: str) -> str:
    return decide.link_for_chat(settings.ADDRESS + page, "Open in Handraise")


def _post(hook: ChatHook, text: str, *, once: str, at: datetime) -> None:
    try:
        post_hook(
            url=hook.url, payload={"text": text}, about=hook.about, at=at,
            once=f"{hook.about}:{once}",
        )  # fmt: skip
    except Refused as refused:  # what is told in the app is not held up by a chat
        log.warning("talk.chat_refused", hook=hook.pk, why=str(refused))


@transaction.atomic
def set_hook(
    whose: User | Team, *, url: str, kinds: Sequence[str], by: User, at: datetime, via: Via
) -> ChatHook:
    """Say where a person's or a team's chat takes posts; `kinds` of news go to a team's. An empty
    `url` keeps the present one. A new address is greeted. Raises PermissionDenied, Refused."""
    _check_may(whose, by)
    is_team = isinstance(whose, Team)
    owner: dict[str, Any] = {"team" if is_team else "person": whose}
    present = ChatHook.objects.select_for_update().filter(**owner).first()
    if present is None and not url.strip():
        raise Refused("Paste the address that the chat gave you for posts.")
    address = _checked(url) if url.strip() or present is None else present.url
    known = {kind.code for kind in decide.kinds()}
    taken = sorted(known & set(kinds)) if is_team else []
    hook, _ = ChatHook.objects.update_or_create(
        defaults={"url": address, "kinds": taken, "by": by, "at": at}, **owner
    )
    said = f"{by} set the chat of {whose}."
    journal.write("talk.hook_changed", at=at, via=via, by=by, said=said, data={"hook": hook.pk})
    if present is None or present.url != address:
        hello = f"Handraise posts news for {whose} here from now on."
        _post(hook, decide.for_chat(hello), once=f"hello:{at.isoformat()}", at=at)
    return hook


@transaction.atomic
def remove_hook(hook: ChatHook, *, by: User, at: datetime, via: Via) -> None:
    """Nothing is posted there any more. Raises PermissionDenied, Refused."""
    whose = hook.team or hook.person
    assert whose is not None
    _check_may(whose, by)
    if ChatHook.objects.filter(pk=hook.pk).delete()[0]:
        said = f"{by} removed the chat of {whose}."
        journal.write("talk.hook_removed", at=at, via=via, by=by, said=said)


def looks_after(user: User, whose: User | Team) -> bool:
    """Whether this person says where the other's, or the team's, chat is: everybody their own, a
    manager that of their team, revenue operations all."""
    if may(user, Permission.ADMINISTER) or whose == user:
        return True
    return isinstance(whose, Team) and whose.pk == user.team_id


def _check_may(whose: User | Team, by: User) -> None:
    require(by, Permission.OVERRIDE)
    if not looks_after(by, whose):
        raise Refused(f"The chat of {whose} is set by a manager of theirs or revenue operations.")


def _checked(url: str) -> str:
    address = hook_url(url.strip())
    if not address.startswith("https://") and not settings.DEBUG:
        raise Refused("The address of a chat begins with https://.")
    if len(address) > LONGEST_URL:
        raise Refused(f"The address of a chat has at most {LONGEST_URL} characters.")
    return address
