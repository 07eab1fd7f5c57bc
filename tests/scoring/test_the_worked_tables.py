"""The examples of docs/scoring.md are recomputed from their own tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from handraise.agreement.document import Document
from handraise.agreement.wording import capital
from handraise.leads.models import Lead, Source
from handraise.qualification.decide import figures
from handraise.scoring.changes import COSTS, cost
from handraise.scoring.missing import missing
from handraise.scoring.queries import scores_at
from tests.personas import NOON, Telling
from tests.scoring.conftest import PLAIN
from tests.scoring.test_missing import MQL

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
    if colleague := table(example, "a colleague did"):
        person(website, "Cora", colleague)
    lead = person(website, "Ida", table(example, "did"))

    (scores,) = scores_at(document=document, lead_ids=[lead.pk], at=NOON)

    signals = {signal.name: place for place, signal in enumerate(document.signals)}
    for name, expected, matched in table(example, "signal"):
        if name not in signals:
            assert shown(getattr(scores, name)) == expected
            continue
        assert shown(scores.contributions[signals[name]]) == expected
        assert scores.matched[signals[name]] == int(matched)
    assert table(example, "signal")


def person(website: Source, name: str, rows: list[list[str]]) -> Lead:
    """Somebody of the example's company who did, or is, what the rows say."""
    told = Telling(website, name, f"{name.lower()}@example.example")
    told.is_(90, company__name="Example Works")
    for what, days_ago, cell in rows:
        if what == "is":
            told.is_(float(days_ago), **properties(cell))
        else:
            told.did(what, float(days_ago), **properties(cell))
    return told.lead()


def shown(value: float | str | None) -> str:
    if value is None:
        return "unknown"
    return value if isinstance(value, str) else f"{round(value, 6):.10g}"


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6


MISSING = PAGE.partition("## What is missing")[2].partition("\n## ")[0]


def test_the_nearest_ways_are_those_that_are_found(website: Source) -> None:
    raw = yaml.safe_load(MISSING.partition("```yaml")[2].partition("```")[0])
    told = Telling(website, "Ida", "ida@acme.example").is_(company__employees=30)
    lead = told.did("Webinar Attended", 0).lead()

    found = missing(lead.pk, document=Document(**{**PLAIN, **raw}), goal=MQL, at=NOON)

    ways = [
        [capital(way.says), f"{cost(way.changes):g}", figures(way.scores).replace(" (C)", "")]
        for way in found.ways
    ]
    assert [[way, price, then.replace(" (B)", "")] for way, price, then in ways] == table(
        MISSING, "way"
    )
    assert [[fact.label, f"{fact.points:g}"] for fact in found.facts] == table(MISSING, "unknown")


def test_the_costs_are_those_by_which_ways_are_ranked() -> None:
    costs = {kind.value: f"{price:g}" for kind, price in COSTS.items()}

    assert dict(table(MISSING, "change")) == costs


def test_the_decays_are_compared_as_they_are() -> None:
    rows = table(PAGE, "days")

    assert len(rows) == 6
    for days, half_life, line in rows:
        assert half_life == f"{10 * 0.5 ** (float(days) / 30):.4g}"
        assert line == f"{10 * max(1 - float(days) / 60, 0):.4g}"
    assert "are 8.7 after three" in PAGE
    assert round(9 * (1 - 3 / 90), 1) == 8.7
