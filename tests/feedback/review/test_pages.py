"""A planted history from the rows to the page: asked for, made, read, put into a draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from handraise.agreement import actions as agreement
from handraise.agreement.decide import State as Standing
from handraise.agreement.models import Comment, EarlierText, Version
from handraise.agreement.queries import Published
from handraise.agreement.reading import read
from handraise.feedback.rehearsal.decide import Name
from handraise.feedback.rehearsal.models import Rehearsal
from handraise.feedback.review.actions import Asked, ask, ask_monthly, dismiss, take
from handraise.feedback.review.evidence import Change, Evidence, Finding
from handraise.feedback.review.judging import review
from handraise.feedback.review.making import run
from handraise.feedback.review.models import Answered, Review
from handraise.feedback.review.report import as_plain, of_plain
from handraise.feedback.work import State
from handraise.leads.decide import Refused, Via
from handraise.leads.models import JournalLine
from handraise.team.models import User
from tests.feedback.review.conftest import BEGIN, NOW, planted
from tests.world import in_force

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def made(published: Published, mark: User) -> Review:
    """A review of a history in which webinars, which nobody counts, make people buy."""
    planted(400)
    asked = ask(Asked(BEGIN, NOW, engine=Name.POSTGRES), by=mark, at=NOW, via=Via.WEB)
    return run(asked.pk, at=NOW)


@pytest.fixture
def told(published: Published, mark: User) -> Review:
    """A review that says two things with a change and one without, written down by hand."""
    change = Change("add_behaviour", "interest", "Webinar Attended", 9.0, event="Webinar Attended")
    findings = (
        Finding("unused", change.name, "Webinars tell.", 0.9, True, (("AUC", ".7"),), change),
        Finding("given_too_much", "Downloaded", "Downloads do not.", 0.8, True, (),
                Change("set_points", "interest", "Downloaded", 2.0)),
        Finding("drift", "source", "The mix <b>moved</b>.", 0.4, False),
    )  # fmt: skip
    nothing = Evidence("all", "won", _NONE, _NONE, _NONE > 0, _NONE * 1.0, {}, (), (), {})
    report = replace(
        review(nothing, document_bar=None, capacity_a_week=None, cost_of_hour=None,
               cost_of_missed=None, seed=1),
        findings=findings, leads=100, outcomes=30,
    )  # fmt: skip
    return Review.objects.create(
        version=Version.objects.get(), begin=BEGIN, end=NOW, at=NOW, engine="postgres", by=mark,
        state=State.DONE, report=as_plain(report),
    )  # fmt: skip


_NONE = np.zeros(0, dtype=np.int64)


def place_of(review: Review, about: str) -> int:
    found = of_plain(review.report).findings
    return next(place for place, one in enumerate(found) if one.about == about and one.change)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, path: str) -> str:
    answer = signed_in(user).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_planted_cause_goes_from_the_rows_to_a_rehearsed_draft(made: Review, mark: User) -> None:
    place = place_of(made, "Webinar Attended")
    address = reverse("review", args=[made.pk])
    assert "Webinar Attended" in page(mark, address)

    answer = signed_in(mark).post(reverse("review_taking", args=[made.pk]), {"finding": place})

    assert answer.headers["Location"] == address
    draft = Version.objects.get(state=Standing.DRAFT)
    before, after = read(made.version.text), read(draft.text)
    assert [one.event for one in after.interest[len(before.interest) :]] == ["Webinar Attended"]
    assert after.interest[-1].points > 0
    finding = of_plain(made.report).findings[place]
    assert finding.sentence in draft.note
    assert finding.sentence in Comment.objects.get(thread__version=draft).text
    rehearsal = Rehearsal.objects.get(version=draft)
    assert rehearsal.text == draft.text
    assert ProcrastinateJob.objects.filter(task_name="feedback.rehearsal.run").count() == 1
    text = page(mark, address)
    assert reverse("rehearsal", args=[rehearsal.pk]) in text
    assert f"version {draft.number}</a> by Mark" in text


def test_the_page_says_what_was_found_to_everybody(made: Review, vera: User) -> None:
    text = page(vera, reverse("review", args=[made.pk]))

    assert "leads that were offered to sales" in text
    assert "Points given against points that the data support" in text
    assert text.count('<svg class="chart"') >= 2
    assert "Put this into a draft" not in text
    assert 'style="' not in text
    assert "nan" not in text.lower().split()


def test_what_was_done_stands_beside_each_finding(told: Review, mark: User, vera: User) -> None:
    dismiss(told, 2, "We know.", by=mark, at=NOW, via=Via.WEB)

    text = page(mark, reverse("review", args=[told.pk]))

    assert "Webinars tell</h1>" in text
    assert text.count("Put this into a draft") == 2
    assert "The mix &lt;b&gt;moved&lt;/b&gt;." in text
    assert "Dismissed by Mark" in page(vera, reverse("review", args=[told.pk]))


def test_asking_leaves_a_row_a_job_and_a_line(published: Published, mark: User) -> None:
    wish = {"since": "2026-01-01", "until": "2026-03-01", "engine": "duckdb", "outcome": "won",
            "cost_of_hour": "80", "cost_of_missed": "4000"}  # fmt: skip

    answer = signed_in(mark).post(reverse("reviews"), wish)

    review = Review.objects.get()
    assert answer.headers["Location"] == reverse("review", args=[review.pk])
    assert (review.outcome, review.cost_of_missed, review.state) == ("won", 4000, State.WAITING)
    assert ProcrastinateJob.objects.get(task_name="feedback.review.run").args == {
        "review_id": review.pk
    }
    assert JournalLine.objects.get(kind="feedback.review_asked").by == mark
    assert "Waiting for the worker" in page(mark, answer.headers["Location"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"since": "2099-01-01", "until": "2099-02-01"}, "future"),
        ({"since": "2026-03-01", "until": "2026-02-01"}, "after the last"),
        ({"since": "1066-05-01"}, "this century"),
        ({"engine": "abacus"}, "not one of the available choices"),
        ({"cost_of_hour": "5"}, "Give both costs"),
        ({"cost_of_hour": "-1", "cost_of_missed": "1"}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_reviewed_is_refused_in_a_sentence(
    published: Published, mark: User, given: dict[str, str], said: str
) -> None:
    usual = {"since": "2026-01-01", "until": "2026-03-01", "engine": "duckdb"}

    answer = signed_in(mark).post(reverse("reviews"), {**usual, **given})

    assert said in answer.content.decode()
    assert not Review.objects.exists()


def test_without_an_agreement_the_page_teaches_the_next_step(mark: User) -> None:
    assert "No agreement is in force yet" in page(mark, reverse("reviews"))
    with pytest.raises(Refused, match="No agreement is in force"):
        ask(Asked(BEGIN, NOW), by=mark, at=NOW, via=Via.WEB)


def test_one_person_does_not_fill_the_queue(published: Published, mark: User) -> None:
    for _ in range(2):
        ask(Asked(BEGIN, NOW), by=mark, at=NOW, via=Via.WEB)

    with pytest.raises(Refused, match="under way"):
        ask(Asked(BEGIN, NOW), by=mark, at=NOW, via=Via.WEB)


@pytest.mark.parametrize(("count", "reach"), [(3, 4), (30, 1), (0, 4)])
def test_too_little_is_a_sentence(published: Published, mark: User, count: int, reach: int) -> None:
    planted(count, reach=reach) if count else None
    asked = ask(Asked(BEGIN, NOW, engine=Name.POSTGRES), by=mark, at=NOW, via=Via.WEB)
    try:
        run(asked.pk, at=NOW)
    except Refused as refused:
        Review.fail(asked.pk, str(refused), at=NOW)

    text = page(mark, reverse("review", args=[asked.pk]))

    assert "ot enough data" in text or "Nobody" in text or "came to" in text
    assert "nan" not in text.lower().split()


def test_all_won_is_a_sentence(published: Published, mark: User) -> None:
    planted(40, won=True)
    asked = ask(Asked(BEGIN, NOW, engine=Name.POSTGRES), by=mark, at=NOW, via=Via.WEB)

    made = run(asked.pk, at=NOW)

    assert "nothing tells them apart" in page(mark, reverse("review", args=[made.pk]))


def test_several_findings_go_into_one_draft(told: Review, mark: User) -> None:
    first = take(told, [place_of(told, "Webinar Attended")], draft=None, by=mark, at=NOW,
                 via=Via.WEB)  # fmt: skip
    second = take(told, [1], draft=first.draft, by=mark, at=NOW, via=Via.WEB,
                  seen=first.draft.revision)  # fmt: skip

    assert (second.draft.pk, second.met) == (first.draft.pk, "")
    document = read(second.draft.text)
    assert [one.points for one in document.interest] == [2, 9]
    assert Answered.objects.count() == 2


def test_a_draft_that_somebody_changed_meanwhile_loses_nothing(
    told: Review, mark: User, mia: User
) -> None:
    draft = agreement.draft_from(told.version, by=mark, at=NOW, via=Via.WEB)
    seen = draft.revision
    theirs = draft.text.replace("Small agreement", "Ours")
    agreement.change_draft(draft, theirs, note="", by=mia, at=NOW, via=Via.WEB)

    taken = take(told, [place_of(told, "Webinar Attended")], draft=draft, by=mark, at=NOW,
                 via=Via.WEB, seen=seen)  # fmt: skip

    assert "Mia has changed this draft" in taken.met
    assert "name: Ours" in taken.draft.text
    assert "Webinar Attended" in taken.draft.text
    assert EarlierText.objects.filter(version=draft, text=theirs).exists()


def test_a_finding_is_dealt_with_once(told: Review, mark: User) -> None:
    place = place_of(told, "Webinar Attended")
    take(told, [place], draft=None, by=mark, at=NOW, via=Via.WEB)

    with pytest.raises(Refused, match="Mark has taken this finding already"):
        take(told, [place], draft=None, by=mark, at=NOW, via=Via.WEB)
    with pytest.raises(Refused, match="already"):
        dismiss(told, place, "No.", by=mark, at=NOW, via=Via.WEB)
    assert Version.objects.filter(state=Standing.DRAFT).count() == 1


def test_a_finding_is_dismissed_with_a_reason(told: Review, mark: User) -> None:
    url, place = reverse("review_dismissal", args=[told.pk]), place_of(told, "Webinar Attended")
    for why in ("", "  ", "x" * 501, "a\0b"):
        signed_in(mark).post(url, {"finding": place, "why": why})
    assert not Answered.objects.exists()

    signed_in(mark).post(url, {"finding": place, "why": "We stop <b>webinars</b>."})

    assert "We stop &lt;b&gt;webinars&lt;/b&gt;." in page(mark, reverse("review", args=[told.pk]))
    assert JournalLine.objects.get(kind="feedback.finding_dismissed").by == mark


@pytest.mark.parametrize(
    "given", [{}, {"finding": "9999"}, {"finding": "x"}, {"finding": "0", "draft": "99:1"},
              {"finding": "0", "draft": "1; drop"}],
)  # fmt: skip
def test_odd_posts_change_nothing(told: Review, mark: User, given: dict[str, str]) -> None:
    answer = signed_in(mark).post(reverse("review_taking", args=[told.pk]), given)

    assert answer.status_code == 302
    assert not Version.objects.filter(state=Standing.DRAFT).exists()
    assert not Answered.objects.exists()


def test_a_job_that_is_stopped_begins_anew(published: Published, mark: User) -> None:
    planted(60)
    asked = ask(Asked(BEGIN, NOW, engine=Name.POSTGRES), by=mark, at=NOW, via=Via.WEB)
    steps: list[str] = []

    def stop() -> bool:
        steps.append(Review.objects.get().step)
        return len(steps) > 3

    assert run(asked.pk, at=NOW, must_stop=stop).state == State.RUNNING
    assert "<progress" in page(mark, reverse("review_progress", args=[asked.pk]))
    assert run(asked.pk, at=NOW).state == State.DONE
    Review.fail(asked.pk, "It broke.", at=NOW)
    assert run(asked.pk, at=NOW).error == ""


def test_once_a_month_by_itself(published: Published) -> None:
    assert ask_monthly(at=NOW) is None  # nothing came of anybody yet
    planted(20)

    first, again = ask_monthly(at=NOW), ask_monthly(at=NOW)
    later = ask_monthly(at=NOW + timedelta(days=40))

    assert first is not None
    assert (again, later is None) == (None, False)
    assert Review.objects.filter(by=None).count() == 2
    assert JournalLine.objects.filter(kind="feedback.review_asked", by=None).count() == 2


def test_a_young_version_is_not_reviewed_by_itself(mark: User, mia: User) -> None:
    in_force(mark, mia, at=NOW - timedelta(days=10))
    planted(20)

    assert ask_monthly(at=NOW) is None


def test_a_viewer_reads_and_does_not_ask(published: Published, vera: User) -> None:
    wish = {"since": "2026-01-01", "until": "2026-03-01", "engine": "duckdb"}

    assert signed_in(vera).post(reverse("reviews"), wish).status_code == 403
    assert "btn--main" not in page(vera, reverse("reviews"))


def test_a_finding_that_is_named_twice_is_taken_once(told: Review, mark: User) -> None:
    answer = signed_in(mark).post(
        reverse("review_taking", args=[told.pk]), {"finding": ["1", "0", "1"]}
    )

    assert answer.status_code == 302
    assert sorted(Answered.objects.values_list("place", flat=True)) == [0, 1]
