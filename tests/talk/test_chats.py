"""Chats: who may say where they are, what is posted there, and what nobody sees again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from handraise.leads.decide import Refused, Via
from handraise.post.models import Outgoing
from handraise.post.sending import send_hooks
from handraise.talk.actions import notify, prefer
from handraise.talk.chat import remove_hook, set_hook
from handraise.talk.decide import Channels
from handraise.talk.models import ChatHook
from handraise.team.models import Team, User
from tests.desk.conftest import client_of
from tests.personas import NOON
from tests.post.conftest import System, system  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db
URL = "https://chat.example/services/T00/B00/s3cr3tvalue"


def hook(whose: User | Team, by: User, url: str = URL, kinds: tuple[str, ...] = ()) -> ChatHook:
    return set_hook(whose, url=url, kinds=kinds, by=by, at=NOON, via=Via.WEB)


def tell(*people: User, kind: str = "mention", said: str = "It rains.", key: str = "1") -> None:
    notify(people, kind=kind, said=said, link="/tasks/", key=key, at=NOON)


def posted() -> list[str]:
    """What was posted but for the greetings."""
    rows = Outgoing.objects.filter(kind="hook").order_by("pk")
    texts = [json.loads(bytes(row.body))["text"] for row in rows]
    return [text for text in texts if "from now on" not in text]


def test_a_person_who_asked_for_it_is_told_in_the_chat(mia: User, nils: User, rita: User) -> None:
    hook(mia, rita)
    tell(mia, nils, said="<Ada> & Ben | wait")
    prefer(mia, wished={"mention": Channels(by_chat=False)}, digest_hour=8)
    tell(mia, key="2")

    assert posted() == [
        "&lt;Ada&gt; &amp; Ben | wait\n<http://127.0.0.1:8300/tasks/|Open in Handraise>"
    ]


def test_a_team_is_told_once_of_what_concerns_several(mia: User, nils: User, rita: User) -> None:
    assert mia.team is not None
    hook(mia.team, rita, kinds=("mention", "no such kind"))

    tell(mia, nils)
    tell(mia, nils)
    tell(mia, kind="task")

    assert len(posted()) == 1
    assert ChatHook.objects.get().kinds == ["mention"]


def test_news_of_another_team_stay_there(mia: User, sal: User, rita: User) -> None:
    assert mia.team is not None
    hook(mia.team, rita, kinds=("mention",))

    tell(sal)

    assert posted() == []


def test_a_manager_says_where_the_chat_of_their_team_is(mia: User, nils: User, sal: User) -> None:
    assert mia.team is not None
    with pytest.raises(PermissionDenied):
        hook(mia.team, mia)
    User.objects.filter(pk=mia.pk).update(is_manager=True)
    mia.refresh_from_db()

    hook(mia.team, mia)
    hook(mia, mia)

    for other in (nils, sal):  # what is told to others is not a manager's to read
        with pytest.raises(Refused, match=f"The chat of {other} is set by"):
            hook(other, mia)
    with pytest.raises(Refused, match="is set by"):
        hook(Team.objects.create(name="Enterprise", created_at=NOON), mia)


@pytest.mark.parametrize(
    "url",
    ["http://chat.example/x", "javascript:alert(1)", "https://", "https://u:p@chat.example/", "",
     "https://chat.example/" + "x" * 500, "https://chat.example/\x00"],
)  # fmt: skip
def test_what_is_no_address_is_refused(mia: User, rita: User, url: str) -> None:
    with pytest.raises(Refused):
        hook(mia, rita, url=url)

    assert not ChatHook.objects.exists()


def test_kinds_change_without_the_address(mia: User, rita: User) -> None:
    assert mia.team is not None
    hook(mia.team, rita, kinds=("mention",))

    changed = hook(mia.team, rita, url="", kinds=("task",))

    assert (changed.url, changed.kinds) == (URL, ["task"])
    assert Outgoing.objects.count() == 1  # greeted once


def test_the_address_is_never_shown_again(mia: User, rita: User) -> None:
    browser = client_of(rita)

    answer = browser.post("/chats/", {"whose": f"person-{mia.pk}", "url": URL})
    shown = browser.get("/chats/").content.decode()

    assert answer.status_code == 302
    assert "chat.example/…alue" in shown
    assert "s3cr3t" not in shown


def test_a_refused_chat_is_asked_again(mia: User, rita: User) -> None:
    given = {"whose": f"person-{mia.pk}", "url": "http://chat.example/", "kinds": ["task"]}

    shown = client_of(rita).post("/chats/", given).content.decode()

    assert "begins with https://" in shown
    assert 'value="http://chat.example/"' in shown


def test_a_removed_chat_is_told_nothing(mia: User, rita: User) -> None:
    remove_hook(hook(mia, rita), by=rita, at=NOON, via=Via.WEB)

    tell(mia)

    assert posted() == []


def test_a_post_arrives(mia: User, rita: User, system: System, settings: Any) -> None:  # noqa: F811
    settings.DEBUG = settings.HOOKS_PRIVATE = True
    hook(mia, rita, url=system.url)
    tell(mia)

    assert [send_hooks(at=NOON), send_hooks(at=NOON), send_hooks(at=NOON)] == [1, 1, 0]
    assert system.calls[1][2]["text"].startswith("It rains.\n<http")
