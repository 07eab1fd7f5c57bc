"""Real leads of an online school: learned from honest columns, beside a fixed set of points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from handraise.agreement.queries import Published
from handraise.agreement.reading import read
from handraise.capture.decide import ImportKind
from handraise.capture.imports import read_mapping, run, start
from handraise.feedback.learned.report import Report
from handraise.feedback.learned.running import run_learning
from handraise.feedback.rehearsal.decide import Outcome
from handraise.leads.decide import Via
from handraise.scoring.engines.postgres_tables import PostgresEngine
from handraise.team.models import User
from tests.feedback.rehearsal.test_on_real_leads import AFTERWARDS, HONEST, LEADS, ROOT
from tests.personas import NOON

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LEADS.is_file(), reason="the shared data are not here"),
    pytest.mark.django_db,
]


def learned(mark: User, settings: Any, folder: Path, facts: dict[str, Any]) -> Report:
    """The file brought in with these columns besides, and learned."""
    settings.MEDIA_ROOT = folder / "media"
    told = yaml.safe_load((ROOT / "examples" / "xeducation.yaml").read_text(encoding="utf-8"))
    told["spread"] = {"over": "365 days", "by": "Lead Number"}
    told["facts"] |= facts
    told["ignore"] = [name for name in told["ignore"] if name not in facts]
    mapping = read_mapping(yaml.safe_dump(told))
    importing = start(LEADS, kind=ImportKind.LEADS, mapping=mapping, by=mark, at=NOON,
                      via=Via.SHELL)  # fmt: skip
    run(importing.pk, at=NOON)
    report, _ = run_learning(
        PostgresEngine(), Published(1, read(HONEST), NOON), Outcome.WON, at=NOON, zone="UTC",
        progress=lambda _said, _done, _total: None,
    )  # fmt: skip
    print("\n", report.tested.finding, report.tested.learned, report.tested.points,
          [one.words for one in report.left_out], report.seconds)  # fmt: skip
    return report


def test_honest_columns_learn_what_they_honestly_can(
    mark: User, settings: Any, tmp_path: Path
) -> None:
    report = learned(mark, settings, tmp_path, {})

    tested = report.tested
    assert report.population == "all"
    assert 0.8 < tested.points.value < tested.learned.value < 0.92
    assert tested.brier < tested.brier_of_base
    assert tested.finding.startswith("On later leads the learned score")


def test_columns_filled_in_afterwards_are_left_out(
    mark: User, settings: Any, tmp_path: Path
) -> None:
    report = learned(mark, settings, tmp_path, AFTERWARDS)

    gone = {one.words.lower().replace(" ", "_") for one in report.left_out}
    assert {"tags", "lead_quality"} <= gone
    # What slips through is at least called by its name.
    assert report.tested.learned.value < 0.92 or report.tested.verdict == "suspect"
