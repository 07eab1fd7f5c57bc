"""Whatever a draft holds is named and located, refused or warned of; what is in force runs on."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from handraise.agreement.actions import propose, save_draft
from handraise.agreement.document import Document
from handraise.agreement.faults import AgreementError
from handraise.agreement.queries import Published, published
from handraise.agreement.reading import read
from handraise.feedback.editor.doubts import Known, doubts
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.scoring.actions import rescore
from handraise.scoring.models import Score
from handraise.scoring.plan import CompileError, plan
from handraise.scoring.queries import scores_at
from handraise.team.models import User
from tests.personas import NOON
from tests.scoring.conftest import agreement
from tests.world import AGREEMENT, in_force

Publish = Callable[[Document], Published]
MANY = 500
SOUND = AGREEMENT.replace("sal:", "grades: {A: 60}\nsal:")


def fault_of(text: str) -> str:
    with pytest.raises(AgreementError) as error:
        read(text)
    return str(error.value.faults[0])


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("half_life: 30 days, at_most: 30", "half_life: 0 days", "interest[0].half_life"),
        ("{fit: {at_least: 30}}", "{fit: {at_least: 130}}", "mql.when.all[0].fit"),
        ("{fit: {at_least: 30}}", "{fit: {between: [60, 30]}}", "mql.when.all[0].fit.between"),
        ("{intent: {at_least: 20}}", "{intent: {at_most: 20}}", "mql.when.all[1].intent"),
        ("{between: [50, 2000]}", "{between: [2000, 50]}", "fit[1].when.company.employees"),
        ("points: 60", "points: 60000", "intent[0].points"),
        ("sal:", "grades: {A: 20, B: 70}\nsal:", "grades.B"),
        ("{is_competitor: true}", "{no_such_test: {}}", "mql.never"),
        ("{title: {contains_word: [head, director]}}", "{intent: {at_least: 5}}", "fit[0].when"),
        ("{path: {starts_with: /pricing}}", "{did: {event: page}}", "intent[1].where"),
        ("{path: {starts_with: /pricing}}", "{path: {matches: '(?<=x)y'}}", "intent[1].where"),
    ],
)
def test_a_draft_that_cannot_hold_is_refused_at_its_place(
    was: str, becomes: str, fault: str
) -> None:
    assert was in AGREEMENT

    said = fault_of(AGREEMENT.replace(was, becomes, 1))

    assert said.startswith("line ")
    assert f", {fault}" in said


@pytest.mark.parametrize(
    ("was", "becomes", "path", "said"),
    [
        ("{fit: {at_least: 30}}", "{fit: {at_least: 90}}", "mql.when", "Nobody can reach fit 90"),
        ("{A: 60}", "{A: 99}", "grades.A", "Nobody can reach it"),
        ("{country: germany}", "{all: [{seats: {at_least: 9}}, {seats: {at_most: 5}}]}",
         "routes[0].when", "This can never be true: seats"),
        ("event: Demo Requested", "event: Demo Reqested", "intent[0].event",
         "Did you mean Demo Requested?"),
        ("{country: germany}", "{contry: germany}", "routes[0].when", "Did you mean country?"),
    ],
)  # fmt: skip
def test_what_is_probably_not_meant_is_warned_of_at_its_place(
    was: str, becomes: str, path: str, said: str
) -> None:
    known = Known(
        events=["Demo Requested", "page", "Content Downloaded"],
        facts=["title", "country", "company.employees", "is_competitor", "email", "budget",
               "seats"],
    )  # fmt: skip

    found = doubts(read(SOUND.replace(was, becomes, 1)), known)

    assert [one.path for one in found] == [path]
    assert said in found[0].sentence


def test_a_document_made_by_a_program_that_cannot_be_compiled_says_why(ada: Lead) -> None:
    from handraise.agreement.conditions import parse

    document = agreement()
    circular = document.fit[0].model_copy(update={"when": parse({"fit": {"at_least": 5}})})
    broken = document.model_copy(update={"fit": (circular,)})

    with pytest.raises(CompileError, match="'Decision maker' asks for fit, which is made from it"):
        plan(broken)


@pytest.mark.django_db
def test_the_version_in_force_runs_on_whatever_is_drafted(ada: Lead, mark: User, mia: User) -> None:
    in_force(mark, mia)
    for text in ("name: [", AGREEMENT.replace("points: 60", "points: sixty"), "\t"):
        save_draft(text, note="", by=mark, at=NOON, via=Via.WEB)
        with pytest.raises(AgreementError):
            propose(text, note="", by=mark, at=NOON, via=Via.WEB)

    agreed = published()
    assert agreed is not None
    assert agreed.number == 1
    (standing,) = rescore([ada.pk], published=agreed, at=NOON)
    assert standing.intent > 60


@pytest.mark.django_db
def test_facts_and_events_that_never_occur_leave_everything_unknown_and_nothing_broken(
    ada: Lead,
) -> None:
    document = agreement(
        fit=[{"name": "Never told", "points": 50, "when": {"no_such_fact": {"at_least": 5}}}],
        intent=[{"name": "Never done", "event": "No Such Event", "points": 50}],
        mql={"when": {"any": [{"no_such_fact": "x"}, {"did": {"event": "No Such Event"}}]}},
    )

    (scores,) = scores_at(document=document, lead_ids=[ada.pk], at=NOON)

    assert (scores.contributions[0], scores.contributions[-1]) == (None, 0)
    assert scores.truths["mql.when"] is None


def test_names_in_any_script_are_kept_as_they_are(ada: Lead) -> None:
    names = ["关注价格", "Дёмо ⚡ запрос", "ملف", "e\u0301le\u0300ve", "Z̴a̷l̸g̵o̶", "👩🏽‍💻"]
    text = AGREEMENT + "".join(f"  - {{name: {name}, consequence: recycle}}\n" for name in names)
    document = read(text)
    wide = agreement(
        fit=[{"name": name, "points": 1, "when": {name: name}} for name in names],
        intent=[{"name": f"{name} 2", "event": name, "points": 1} for name in names],
        lists={"ours": tuple(names)},
    )

    (scores,) = scores_at(document=wide, lead_ids=[ada.pk], at=NOON)

    assert [reason.name for reason in document.reasons][-len(names) :] == names
    assert scores.contributions[: len(names)] == [None] * len(names)


def test_five_hundred_signals_are_read_compiled_and_scored_within_seconds(
    ada: Lead, publish: Publish
) -> None:
    document = agreement(
        fit=[
            {"name": f"Fit {n}", "points": 0.1, "when": {f"fact {n % 60}": {"equals": n}}}
            for n in range(200)
        ],
        intent=[
            {"name": f"Page {n}", "event": "page", "points": 1, "half_life": "7 days",
             "at_most": 5, "where": {"path": {"starts_with": f"/{'pricing' if n < 2 else n}"}}}
            for n in range(MANY - 202)
        ],
    )  # fmt: skip

    begun = time.perf_counter()
    rescore([ada.pk], published=publish(document), at=NOON)
    compiled = time.perf_counter()
    rescore([ada.pk], published=publish(document), at=NOON)
    scored = time.perf_counter()

    print(
        f"{MANY} signals: {compiled - begun:.1f} s to compile, {scored - compiled:.3f} s to score"
    )
    assert len(document.signals) == MANY
    assert Score.objects.get().intent == pytest.approx(10 * 0.5**0, abs=9)
    assert compiled - begun < 30
    assert scored - compiled < 3
