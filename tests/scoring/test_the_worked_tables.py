"""The examples of docs/scoring.md are recomputed from their own tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from handraise.agreement.document import Document
from handraise.leads.models import Source
from handraise.scoring.queries import scores_at
from tests.personas import NOON, Telling
from tests.scoring.conftest import PLAIN

PAGE = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")
WORKED = PAGE.partition("## Worked examples")[2].partition("\n## ")[0]
EXAMPLES = re.split(r"^### ", WORKED, flags=re.MULTILINE)[1:]


def table(text: str, heading: str) -> list[list[str]]:
    """The rows of the table whose first heading is this one."""
    _, _, below = text.partition(f"| {heading} |")
    rows = below.splitlines()[2:]
    found = []
    for row in rows:
        if not row.startswith("|"):
            break
        found.append([cell.strip() for cell in row.strip("|").split("|")])
    return found


def properties(cell: str) -> dict[str, Any]:
    return yaml.safe_load(f"{{{cell}}}") if cell else {}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.partition("\n")[0])
def test_the_example_comes_to_what_it_says(example: str, website: Source) -> None:
    raw = yaml.safe_load(example.partition("```yaml")[2].partition("```")[0])
    document = Document(**{**PLAIN, "fit": [], "interest": [], "intent": [], **raw})
    told = Telling(website, "Ida Example", "ida@example.example")
    for name, days_ago, cell in table(example, "did"):
        if name == "is":
            told.is_(float(days_ago), **properties(cell))
        else:
            told.did(name, float(days_ago), **properties(cell))

    (scores,) = scores_at(document=document, lead_ids=[told.lead().pk], at=NOON)

    signals = {signal.name: place for place, signal in enumerate(document.signals)}
    for name, expected, matched in table(example, "signal"):
        if name not in signals:
            assert shown(getattr(scores, name)) == expected
            continue
        assert shown(scores.contributions[signals[name]]) == expected
        assert scores.matched[signals[name]] == int(matched)
    assert table(example, "signal")


def shown(value: float | str | None) -> str:
    if value is None:
        return "unknown"
    return value if isinstance(value, str) else f"{round(value, 6):.10g}"


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4
