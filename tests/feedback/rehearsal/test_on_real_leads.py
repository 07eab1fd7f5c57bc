"""Real leads with real outcomes: the figures are scikit-learn's, and cheating is named.

The oracle reads the file itself and knows nothing of this project: points and truths are written
out below once more, by hand.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from sklearn.metrics import precision_score, recall_score, roc_auc_score

from handraise.agreement.reading import read
from handraise.capture.decide import ImportKind
from handraise.capture.imports import read_mapping, run, start
from handraise.feedback.rehearsal.decide import Outcome, Part
from handraise.feedback.rehearsal.report import Report
from handraise.feedback.rehearsal.running import Wish, rehearse
from handraise.leads.decide import Via
from handraise.scoring.engines.postgres_tables import PostgresEngine
from handraise.team.models import User
from tests.personas import NOON

ROOT = Path(__file__).parents[3]
LEADS = ROOT.parent / "shared" / "data" / "xeducation" / "leads.csv"
pytestmark = [
    pytest.mark.skipif(not LEADS.is_file(), reason="the shared data are not here"),
    pytest.mark.django_db,
]
DAY, MONTH, YEAR = (timedelta(days=days) for days in (1, 30, 365))
AFTERWARDS = {
    "Tags": "tags", "Lead Quality": "lead_quality", "Lead Profile": "lead_profile",
    "Last Notable Activity": "last_notable_activity",
}  # fmt: skip
HONEST = """
name: Online school
fit:
  - {name: Added by hand, points: 45, when: {lead_origin: lead add form}}
  - {name: Works, points: 40, when: {occupation: working professional}}
  - {name: Read long, points: 20, when: {seconds_on_site: {at_least: 500}}}
  - {name: Read very long, points: 15, when: {seconds_on_site: {at_least: 1000}}}
  - {name: Got a text message, points: 15, when: {last_activity: sms sent}}
  - {name: Came by chat, points: -10, when: {source: olark chat}}
priority: {fit: 1, interest: 0, intent: 0}
grades: {A: 50, B: 20}
mql: {when: {fit: {at_least: 35}}}
reasons: [{name: Not now, consequence: recycle}]
"""


def points(row: dict[str, str]) -> float:
    """The agreement above, by hand."""
    seconds = float(row["Total Time Spent on Website"] or 0)
    total = (
        45 * (row["Lead Origin"] == "Lead Add Form")
        + 40 * (row["What is your current occupation"] == "Working Professional")
        + 20 * (seconds >= 500)
        + 15 * (seconds >= 1000)
        + 15 * (row["Last Activity"] == "SMS Sent")
        - 10 * (row["Lead Source"] == "Olark Chat")
    )
    return float(min(max(total, 0), 100))


@pytest.fixture
def imported(mark: User, settings: Any, tmp_path: Path) -> datetime:
    """The file brought in as docs/steps/imports.md tells, and the columns that cheat besides."""
    settings.MEDIA_ROOT = tmp_path / "media"
    told = yaml.safe_load((ROOT / "examples" / "xeducation.yaml").read_text(encoding="utf-8"))
    told["spread"] = {"over": "365 days", "by": "Lead Number"}
    told["facts"] |= AFTERWARDS
    told["ignore"] = [name for name in told["ignore"] if name not in AFTERWARDS]
    importing = start(
        LEADS, kind=ImportKind.LEADS, mapping=read_mapping(yaml.safe_dump(told)), by=mark, at=NOON,
        via=Via.SHELL,
    )  # fmt: skip
    done = run(importing.pk, at=NOON)
    assert (done.taken_rows, done.refused_rows) == (6_468, 0)
    return NOON


def rehearsed(text: str, at: datetime, **wish: Any) -> Report:
    asked = Wish(read(text), at - YEAR, at + DAY, at, "UTC", levels=False)
    return rehearse(replace(asked, **wish), None, PostgresEngine())


def test_the_figures_are_those_of_scikit_learn_on_the_same_rows(imported: datetime) -> None:
    with LEADS.open(encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["Lead Number"]))
    number = np.array([float(row["Lead Number"]) for row in rows])
    days = 365 * (number - number.min()) / (number.max() - number.min())
    truth = np.array([row["Converted"] == "1" for row in rows])
    score = np.array([points(row) for row in rows])
    ripe = days <= 365 - 30

    report = rehearsed(HONEST, imported)

    judged = report.own.side.by(Outcome.WON)
    assert judged is not None
    assert judged.ripening.micros == MONTH / timedelta(microseconds=1)
    assert judged.unripe == (~ripe).sum()
    middle = np.sort(days[ripe])[ripe.sum() // 2]
    for part, chosen in (
        (judged.whole, ripe),
        (judged.earlier, ripe & (days < middle)),
        (judged.later, ripe & (days >= middle)),
    ):
        assert part is not None
        _agrees(part, truth[chosen], score[chosen])
    assert judged.whole.auc is not None
    assert 0.8 < judged.whole.auc.value < 0.9
    print("\n", judged.whole, report.seconds)


def _agrees(part: Part, truth: Any, score: Any) -> None:
    assert part.leads == len(truth)
    assert part.auc is not None
    assert part.auc.value == pytest.approx(roc_auc_score(truth, score), abs=1e-9)
    qualified = score >= 35
    assert part.hits.precision.value == pytest.approx(precision_score(truth, qualified), abs=1e-12)
    assert part.hits.recall.value == pytest.approx(recall_score(truth, qualified), abs=1e-12)


def test_an_honest_draft_is_not_suspected(imported: datetime) -> None:
    assert rehearsed(HONEST, imported).flags == []


def test_columns_filled_in_afterwards_are_named(imported: datetime) -> None:
    cheating = HONEST.replace(
        "mql: {when: {fit: {at_least: 35}}}",
        "mql: {when: {any: [{tags: will revert after reading the email}, {fit: {at_least: 35}}]}}",
    ).replace(
        "interest: 0",
        "interest: 0.0",
    )
    told = yaml.safe_load(cheating)
    told["fit"].append(
        {"name": "Sales thinks well of it", "points": 30,
         "when": {"lead_quality": ["high in relevance", "might be"]}}
    )  # fmt: skip

    report = rehearsed(yaml.safe_dump(told), imported)

    print("\n", *(flag.sentence + "\n" for flag in report.flags))
    about = {flag.about for flag in report.flags}
    assert {"tags", "lead_quality"} <= about
    assert "Tags is will revert after reading the email" in about
    assert all("AUC of 0." in flag.sentence for flag in report.flags)
