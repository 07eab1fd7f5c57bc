"""All bars in one reading are the same as each bar searched for itself."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from handraise.agreement.document import Document
from handraise.feedback.rehearsal import levels
from handraise.feedback.rehearsal.levels import level_crossings
from handraise.feedback.rehearsal.replaying import crossings
from handraise.feedback.rehearsal.thresholds import at_level, thresholds
from handraise.leads.models import Lead
from handraise.scoring.engines.duckdb import DuckDBEngine
from handraise.scoring.lake.syncing import sync
from tests.feedback.rehearsal.conftest import DRAFT, END, NOW, a_history

pytestmark = pytest.mark.django_db

WHENS: dict[str, dict[str, Any]] = {
    "fit": {"all": [{"intent": {"at_least": 8}}, {"fit": {"at_least": 30}}]},
    "a branch": {
        "any": [
            {"did": {"event": "Demo Requested", "within": "5 days", "at_least": 2}},
            {"all": [{"title": {"contains_word": "head"}}, {"priority": {"at_least": 12}}]},
        ]
    },
    "on top": {"did": {"event": "page", "within": "30 days"}},
}


@pytest.mark.parametrize("which", [*WHENS, "and a colleague"])
@pytest.mark.parametrize("every", [8, pytest.param(4, marks=pytest.mark.slow)])
def test_each_bar_is_crossed_when_a_search_of_its_own_says(
    every: int, which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_history(11, 30)
    sync(tmp_path / "lake", at=NOW)
    monkeypatch.setattr(levels, "AT_ONCE", 20)  # several portions
    told = yaml.safe_load(DRAFT)
    told["mql"]["when"] = WHENS.get(which, WHENS["fit"])
    told["company"] = {"weight": 0.5, "at_most": 20} if which == "and a colleague" else None
    document = Document.model_validate({key: each for key, each in told.items() if each})
    bar = thresholds(document)[0]
    documents = [at_level(document, bar, level) for level in bar.levels[::every]]
    ids = np.array(sorted(Lead.objects.values_list("pk", flat=True)))
    asked: dict[str, Any] = {"end": END, "zone": "UTC", "lead_ids": ids}

    with closing(DuckDBEngine(tmp_path / "lake")) as engine:
        found = level_crossings(engine, documents, **asked)
        alone = [crossings(engine, level, **asked) for level in documents]

    assert len({int((crossed < np.iinfo(np.int64).max).sum()) for crossed, _ in found}) > 1
    for (crossed, scores), (own, then) in zip(found, alone, strict=True):
        assert crossed.tolist() == own.tolist()
        assert scores["priority"] == pytest.approx(then["priority"], nan_ok=True)
