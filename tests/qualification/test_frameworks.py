"""Frameworks are data: three come along, one's own are written with every fault named."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import PermissionDenied

from handraise.agreement import shipped as shipped_agreements
from handraise.agreement.actions import propose, propose_draft, save_draft
from handraise.agreement.faults import AgreementError
from handraise.agreement.shipped import Shipped
from handraise.agreement.version_page import reading
from handraise.leads.decide import Via
from handraise.leads.models import JournalLine
from handraise.qualification.decide import State
from handraise.qualification.frameworks.actions import Overtaken, Refused, change, remove, write
from handraise.qualification.frameworks.queries import framework_named, frameworks_visible_to
from handraise.qualification.frameworks.reading import read, shipped
from handraise.qualification.models import OwnFramework
from handraise.qualification.queries import answers_of
from handraise.team.models import User
from tests.personas import NOON
from tests.qualification.conftest import ASKING, accepted
from tests.world import in_force

pytestmark = pytest.mark.django_db

OURS = """\
name: House
says: Two questions.
questions:
  - key: need
    asks: Do they need it?
    answers: [{name: Yes}, {name: No, counts: false}]
    stays_true: 30 days
  - key: story
    asks: What is their story?
"""


@pytest.fixture
def house(rita: User) -> OwnFramework:
    return write(OURS, by=rita, at=NOON, via=Via.WEB)


def test_three_frameworks_come_along(vera: User) -> None:
    assert [kept.framework.name for kept in frameworks_visible_to(vera)] == [
        "BANT", "CHAMP", "MEDDIC",
    ]  # fmt: skip
    for framework, _ in shipped().values():
        for question in framework.questions:
            assert question.open_questions
            assert question.stays_true is not None


FAULTS = [
    ("key: need", "key: Need it", 4, "lower-case letters"),
    ("key: story", "key: need", 8, "The question 'need' stands here twice."),
    ("{name: No, counts: false}", "{name: yes}", 6, "The answer 'yes' stands here twice."),
    ("{name: Yes}", "{name: Yes, counts: false}", 6, "At least one answer must count"),
    ("30 days", "a while", 7, "not a length"),
    ("stays_true", "stays_tru", 7, "Did you mean stays_true?"),
    ("name: House", "name: " + "x" * 61, 1, "at most 60"),
    ("says: Two", "say: Two", 2, "A framework has no 'say'. Did you mean says?"),
    ("    asks: What is their story?\n", "", 8, "'asks' is missing."),
]


@pytest.mark.parametrize(("part", "instead", "line", "sentence"), FAULTS)
def test_each_fault_is_named_with_its_line(
    part: str, instead: str, line: int, sentence: str
) -> None:
    with pytest.raises(AgreementError) as raised:
        read(OURS.replace(part, instead))

    [fault] = raised.value.faults
    assert sentence in fault.sentence
    assert fault.line == line


def test_a_shipped_framework_is_copied_and_never_changed(rita: User) -> None:
    text = shipped()["bant"][1]

    with pytest.raises(Refused, match="BANT comes with Handraise"):
        write(text, by=rita, at=NOON, via=Via.WEB)
    write(text.replace("name: BANT", "name: Our BANT"), by=rita, at=NOON, via=Via.WEB)

    found = framework_named("our bant")
    assert found is not None
    assert found.keys == shipped()["bant"][0].keys


def test_a_name_is_taken_once_and_stays(house: OwnFramework, rita: User) -> None:
    with pytest.raises(Refused, match="framework HOUSE already"):
        write(OURS.replace("House", "HOUSE"), by=rita, at=NOON, via=Via.WEB)
    with pytest.raises(Refused, match="The name stays House"):
        change(house, OURS.replace("House", "Home"), by=rita, at=NOON, via=Via.WEB)


def test_of_two_who_change_it_the_second_is_told(house: OwnFramework, rita: User) -> None:
    more = OURS.replace("30 days", "60 days")
    change(house, more, by=rita, at=NOON, via=Via.WEB, seen=1)

    with pytest.raises(Overtaken, match="Rita has changed"):
        change(house, OURS, by=rita, at=NOON, via=Via.WEB, seen=1)

    house.refresh_from_db()
    assert house.text == more
    lines = JournalLine.objects.filter(kind__startswith="qualification.framework")
    assert [line.data["text"] for line in lines.order_by("pk")] == [OURS, more]


def test_only_revenue_operations_write_frameworks(mark: User, mia: User) -> None:
    for user in (mark, mia):
        with pytest.raises(PermissionDenied):
            write(OURS, by=user, at=NOON, via=Via.WEB)


def asking_for(framework: str, needs: str) -> str:
    return re.sub(
        r"framework: BANT, needs: \[.*?\]", f"framework: {framework}, needs: [{needs}]", ASKING
    )


UNKNOWN = [
    ("BANT", "ned", "BANT asks for need, authority, budget or timeline, not 'ned'."),
    ("BNT", "need", "There is no framework 'BNT'; there is BANT, CHAMP, MEDDIC or House."),
    ("House", "authority", "House asks for need or story, not 'authority'."),
]


@pytest.mark.parametrize(("framework", "needs", "sentence"), UNKNOWN)
def test_an_agreement_that_asks_for_what_is_not_there_is_not_proposed(
    house: OwnFramework, mark: User, framework: str, needs: str, sentence: str
) -> None:
    text = asking_for(framework, needs)

    with pytest.raises(AgreementError, match=re.escape(sentence)) as raised:
        propose(text, note="", by=mark, at=NOON, via=Via.WEB)
    draft = save_draft(text, note="", by=mark, at=NOON, via=Via.WEB)
    with pytest.raises(AgreementError):
        propose_draft(draft, by=mark, at=NOON, via=Via.WEB)

    [fault] = raised.value.faults
    assert f"framework: {framework}" in text.splitlines()[fault.line - 1]
    assert reading(text, is_new=True).faults == raised.value.faults
    assert reading(text).document is not None  # one that was signed is shown as it stands


def test_the_shipped_agreements_ask_for_what_is_there(mark: User) -> None:
    for name in Shipped:
        propose(shipped_agreements.text(name), note="", by=mark, at=NOON, via=Via.WEB)


def test_an_own_framework_serves_an_agreement_and_then_keeps_its_questions(
    house: OwnFramework, mark: User, mia: User, rita: User
) -> None:
    in_force(mark, mia, asking_for("House", "story"))

    with pytest.raises(Refused, match=r"Version 1 of the agreement \(published\) needs .* story"):
        remove(house, by=rita, at=NOON, via=Via.WEB)
    without = OURS[: OURS.index("  - key: story")]
    with pytest.raises(Refused, match="story"):
        change(house, without, by=rita, at=NOON, via=Via.WEB)

    found = answers_of(accepted(), framework="House", at=NOON)
    assert [(one.question.key, one.state) for one in found] == [
        ("need", State.UNANSWERED), ("story", State.UNANSWERED),
    ]  # fmt: skip


def test_a_framework_that_nobody_needs_is_removed(house: OwnFramework, rita: User) -> None:
    remove(house, by=rita, at=NOON, via=Via.WEB)

    assert framework_named("House") is None
