"""The digest: at the hour of each person, on their days, once, and only of what is new."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from handraise.flow.rounds import Rounds
from handraise.post.models import Outgoing
from handraise.talk import digests
from handraise.talk.actions import mark_read, notify, prefer
from handraise.talk.digests import due, send_due
from handraise.talk.models import Digest, Notification
from handraise.team.models import User
from tests.handover.test_racing import together
from tests.personas import NOON

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EIGHT = NOON + 20 * HOUR  # of the next morning, UTC


def news(user: User, at: datetime = NOON, said: str = "It rains.") -> None:
    notify([user], kind="mention", said=said, link="/tasks/", key=f"{said}-{at}", at=at)


def mails() -> list[EmailMessage]:
    found = []
    for one in Outgoing.objects.filter(kind="mail").order_by("pk"):
        read = message_from_bytes(bytes(one.body), policy=policy.default)
        assert isinstance(read, EmailMessage)
        found.append(read)
    return found


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_it_comes_at_eight_the_next_working_day_and_tells_what_is_new(mia: User) -> None:
    news(mia, said="<b>Ada</b> & Ben wait.")

    counts = [send_due(at=EIGHT - timedelta(seconds=1)), send_due(at=EIGHT), send_due(at=EIGHT)]

    assert counts == [0, 1, 0]
    (mail,) = mails()
    assert mail["Subject"] == "Handraise: one thing for you"
    assert mail["To"] == "Mia <mia@team.example>"
    assert "- <b>Ada</b> & Ben wait.\n  http://127.0.0.1:8300/tasks/" in part(mail, "plain")
    assert "&lt;b&gt;Ada&lt;/b&gt; &amp; Ben wait.</a>" in part(mail, "html")


def test_nothing_new_is_no_mail(mia: User) -> None:
    news(mia)
    mark_read(mia, at=NOON)

    assert send_due(at=EIGHT) == 0
    assert not Digest.objects.exists()


def test_what_comes_after_the_hour_waits_for_the_next_day(mia: User) -> None:
    news(mia, at=EIGHT + HOUR)

    counts = [send_due(at=EIGHT + hours * HOUR) for hours in (2, 15, 24)]

    assert counts == [0, 0, 1]


def test_it_tells_nothing_twice(mia: User) -> None:
    news(mia)
    send_due(at=EIGHT)
    news(mia, at=EIGHT + HOUR, said="The sun shines.")

    send_due(at=EIGHT + DAY)

    assert ["It rains" in part(mail, "plain") for mail in mails()] == [True, False]


def test_a_worker_that_was_away_sends_it_late_the_same_day(mia: User) -> None:
    news(mia)

    assert send_due(at=EIGHT + 11 * HOUR) == 1


def test_it_waits_for_working_days(mia: User) -> None:
    friday = NOON + 2 * DAY
    news(mia, at=friday)

    counts = [send_due(at=friday + hours * HOUR) for hours in (20, 44, 68)]

    assert counts == [0, 0, 1]  # not Saturday, not Sunday, but Monday


def test_it_waits_for_who_is_away_and_over_holidays(mia: User, nils: User) -> None:
    User.objects.filter(pk=mia.pk).update(away_until=EIGHT + HOUR)
    User.objects.filter(pk=nils.pk).update(holidays="DE-BE")
    news(mia)
    news(nils, at=datetime(2026, 4, 30, 12, tzinfo=UTC))  # the next day is the first of May

    assert send_due(at=EIGHT) == 0
    assert send_due(at=datetime(2026, 5, 1, 8, tzinfo=UTC)) == 1  # Mia's
    assert send_due(at=datetime(2026, 5, 4, 8, tzinfo=UTC)) == 1


def test_who_wants_none_or_has_left_gets_none(mia: User, nils: User) -> None:
    prefer(mia, wished={}, digest_hour=None)
    news(mia)
    news(nils)
    User.objects.filter(pk=nils.pk).update(is_active=False)

    assert send_due(at=EIGHT) == 0


@pytest.mark.parametrize(
    ("zone", "hour", "instants"),
    [  # the clocks change on Sunday 29 March there, on Sunday 8 March in New York
        ("Europe/Berlin", 8, ["2026-03-28T07:00", "2026-03-29T06:00", "2026-03-30T06:00"]),
        ("America/New_York", 8, ["2026-03-07T13:00", "2026-03-08T12:00", "2026-03-09T12:00"]),
        ("Europe/Berlin", 8, ["2026-10-24T06:00", "2026-10-25T07:00", "2026-10-26T07:00"]),
        ("Europe/Berlin", 2, ["2026-10-24T00:00", "2026-10-25T00:00", "2026-10-26T01:00"]),
        ("America/New_York", 2, ["2026-03-07T07:00", "2026-03-08T07:00", "2026-03-09T06:00"]),
    ],
)
def test_the_hour_is_kept_when_clocks_change(
    mia: User, zone: str, hour: int, instants: list[str]
) -> None:
    User.objects.filter(pk=mia.pk).update(zone=zone, hours={})
    prefer(mia, wished={}, digest_hour=hour)

    for text in instants:
        at = datetime.fromisoformat(f"{text}+00:00")
        news(mia, at=at - HOUR, said=text)
        assert [send_due(at=at + minutes * timedelta(minutes=1)) for minutes in (-1, 0, 1, 61)] == [
            0, 1, 0, 0,
        ]  # fmt: skip


def test_a_long_absence_makes_no_endless_mail(mia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "MOST_TOLD", 2)
    for number in range(5):
        news(mia, said=f"News {number}.")

    send_due(at=EIGHT)

    (mail,) = mails()
    assert "And 3 more: http://127.0.0.1:8300/notifications/" in part(mail, "plain")
    assert due(EIGHT + DAY) == []


def test_one_that_fails_holds_up_no_other(
    mia: User, nils: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    news(mia)
    news(nils)
    real = digests.post_mail

    def broken(**rest: object) -> object:
        if "Mia" in str(rest["to"]):
            raise RuntimeError("broken")
        return real(**rest)  # type: ignore[arg-type]

    monkeypatch.setattr(digests, "post_mail", broken)
    assert send_due(at=EIGHT) == 1
    monkeypatch.setattr(digests, "post_mail", real)

    assert send_due(at=EIGHT + HOUR) == 1
    assert Digest.objects.count() == 2


def test_a_zone_that_this_machine_does_not_know_holds_up_no_other(mia: User, nils: User) -> None:
    news(mia)
    news(nils)
    User.objects.filter(pk=mia.pk).update(zone="Europe/Nowhere")

    assert send_due(at=EIGHT) == 1
    assert [mail["To"] for mail in mails()] == ["Nils <nils@team.example>"]


def test_the_worker_sends_it_looking_once_a_minute(mia: User) -> None:
    mine = Rounds()
    news(mia)

    mine.make(at=EIGHT - timedelta(seconds=30))
    mine.make(at=EIGHT)
    assert not mails()
    mine.make(at=EIGHT + timedelta(seconds=30))

    assert len(mails()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one(mia: User, nils: User) -> None:
    news(mia)
    news(nils)

    sent = together(*(lambda: send_due(at=EIGHT) for _ in range(4)))

    assert sum(one for one in sent if isinstance(one, int)) == 2
    assert len(mails()) == Digest.objects.count() == 2
    assert not Notification.objects.filter(digest=None).exists()
