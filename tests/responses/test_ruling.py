"""People have the last word on who was at an answer, and scores follow."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from handraise.flow.look import look
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import JournalLine, Judgement
from handraise.messaging.models import MessageVersion
from handraise.responses import actions, queries
from handraise.responses.decide import Reason
from handraise.responses.models import Hit
from handraise.scoring.models import Score
from handraise.sends.models import Send
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.responses.conftest import LATER, SECOND, hit, judged, sent
from tests.world import AGREEMENT, in_force

pytestmark = pytest.mark.django_db

CLICKS = AGREEMENT.replace(
    "intent:\n", "  - {name: Clicked, event: Email Clicked, points: 20}\nintent:\n"
)
AT = LATER + timedelta(minutes=1)


def interest(of: Send) -> float:
    """The score of the lead, once the worker has looked at whoever was woken."""
    at = clock.now()
    while look(at=at):
        pass
    return Score.objects.get(lead=of.lead_id).interest


def test_a_machines_click_gives_no_points_until_a_person_says_otherwise(
    mail: Send, mark: User, mia: User
) -> None:
    in_force(mark, mia, CLICKS)
    click = judged(hit(mail, agent="Barracuda"))[0]
    assert interest(mail) == 0

    actions.rule([click], is_human=True, by=mark, at=AT, via=Via.WEB)
    assert interest(mail) == 20

    actions.rule([click], is_human=False, by=mark, at=AT + SECOND, via=Via.WEB)
    assert interest(mail) == 0


def test_a_persons_click_gives_points_at_once(mail: Send, mark: User, mia: User) -> None:
    in_force(mark, mia, CLICKS)
    judged(hit(mail))

    assert interest(mail) == 20


def test_all_that_share_a_reason_are_changed_together(version: MessageVersion, rita: User) -> None:
    by_filter = [hit(sent(version), agent="Barracuda", origin=str(place)) for place in range(3)]
    other = hit(sent(version), agent="", origin="else")
    judged(*by_filter, other)

    said = actions.rule_reason(Reason.SCANNER, since=LATER - SECOND, by=rita, at=AT, via=Via.WEB)

    assert said == (3, 0)
    assert Judgement.objects.filter(counts=True, by=rita).count() == 3
    assert not Judgement.objects.filter(activity=Hit.objects.get(pk=other.pk).activity,
                                        counts=True).exists()  # fmt: skip
    assert JournalLine.objects.get(kind="responses.ruled").said == (
        "3 answers to mails count after all: A mail filter."
    )


def test_nothing_to_change_is_told(mail: Send, rita: User) -> None:
    decoy = judged(hit(mail, 0, deed="decoy"))[0]

    with pytest.raises(actions.Refused, match="Nothing of this reason"):
        actions.rule_reason(Reason.SCANNER, since=LATER, by=rita, at=AT, via=Via.WEB)
    with pytest.raises(actions.Refused, match="Only machines ask like that"):
        actions.rule([decoy], is_human=True, by=rita, at=AT, via=Via.WEB)


def test_a_reason_that_is_no_sign_here_takes_nothing_out_any_more(mail: Send, rita: User) -> None:
    for _ in range(2):
        actions.believe(Reason.SCANNER, is_human=True, by=rita, at=LATER, via=Via.WEB)

    assert judged(hit(mail, agent="Barracuda"))[0].is_machine is False
    actions.believe(Reason.SCANNER, is_human=False, by=rita, at=AT, via=Via.WEB)
    assert judged(hit(mail, 2, agent="Barracuda", at=AT))[0].is_machine is True
    assert JournalLine.objects.filter(kind="responses.believed").count() == 2


def recent(version: MessageVersion, **told: str) -> Hit:
    """An answer of some minutes ago, as the page looks at the last months."""
    at = clock.now() - timedelta(minutes=5)
    return judged(hit(sent(version, at=at - timedelta(hours=1)), at=at, **told))[0]  # type: ignore[arg-type]


def test_the_page_says_why_and_changes_one(version: MessageVersion, mark: User) -> None:
    click, client = recent(version, agent="Barracuda <b>"), client_of(mark)

    page = client.get("/responses/").content.decode()
    assert not re.search('aria-label="[^"]*<', page)  # a mark in a name of a button breaks it
    assert "Its user agent names “Barracuda”." in page
    assert "Barracuda &lt;b&gt;" in page
    assert "machine, does not count" in page
    said = client.post(f"/responses/{click.pk}/ruling/", {"counts": "yes"}, follow=True)

    assert "It counts; the score follows." in said.content.decode()
    assert "person, counts" in said.content.decode()
    assert Judgement.objects.latest("pk").by == mark


def test_the_page_changes_all_of_a_reason_and_what_comes(
    version: MessageVersion, mark: User
) -> None:
    recent(version, agent="Barracuda")
    client, told = client_of(mark), {"reason": "scanner", "shown": "scanner", "human": "yes"}

    said = client.post("/responses/rulings/", told, follow=True).content.decode()
    assert "1 answer counts now; the scores follow." in said
    said = client.post("/responses/beliefs/", told, follow=True).content.decode()
    assert "no sign of a machine since" in said
    assert "said Mark" in said


@pytest.mark.parametrize("reason", ["", "decoy", "head", "nonsense", "\0"])
def test_what_is_no_reason_that_can_be_changed_is_not_found(reason: str, mark: User) -> None:
    assert client_of(mark).post("/responses/rulings/", {"reason": reason}).status_code == 404
    assert client_of(mark).post("/responses/beliefs/", {"reason": reason}).status_code == 404


@pytest.mark.parametrize(
    "query", ["", "reason=scanner", "who=people", "who=machines", "who=x&reason=y&page=999"]
)
def test_the_page_can_be_narrowed_down(version: MessageVersion, vera: User, query: str) -> None:
    recent(version, agent="Barracuda")
    recent(version, origin="home")

    page = client_of(vera).get(f"/responses/?{query}")

    assert page.status_code == 200
    assert "It was a person" not in page.content.decode()


def test_an_empty_page_teaches(client: Client, rita: User) -> None:
    client.force_login(rita)

    assert "Nobody answered a mail yet" in client.get("/responses/").content.decode()


def test_no_reason_has_more_answers_than_there_are(mail: Send, mark: User) -> None:
    """Neither beside the totals nor in the list that it leads to."""
    judged(hit(mail), hit(mail, 0, deed="decoy"), hit(mail, 0, deed="decoy", at=LATER + SECOND))
    at = LATER + timedelta(hours=1)

    assert queries.totals(at=at)["machines"] == 1
    assert queries.reason_counts(at=at)["decoy"] == (1, 0)
    assert queries.of_reason(queries.answers_visible_to(mark, at=at), "decoy").count() == 1
