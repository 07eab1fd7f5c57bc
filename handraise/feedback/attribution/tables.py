"""The tables of attribution: what each source, campaign or content gets by each model."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from handraise.feedback.attribution.decide import (
    ENDS,
    HALF_LIFE,
    Credit,
    Model,
    Shared,
    share_of,
    shared,
    widest,
)
from handraise.feedback.attribution.queries import (
    DIMENSIONS,
    LOOK_BACK,
    PATHS,
    WITHOUT,
    Asked,
    found,
    statement,
)
from handraise.feedback.decide import ENOUGH
from handraise.feedback.tabular import Column, Definition, Period, Table
from handraise.kit.shares import percent

NO_TOUCH, REST = "no touchpoint known", "all others"
_OUTCOME = {"customer": ("customer", "customers"), "sql": ("SQL", "SQLs")}
CAUSES_NOTHING = (
    "None of these shows what caused an outcome: each is a rule for sharing what happened anyway. "
    "Where the models agree, the order of names may be trusted more; to know what a source causes, "
    "leave it out for a part of those it would reach, and compare."
)


def attribution(period: Period, *, asked: Asked | None = None) -> Table:
    """Outcomes of the period, or what was won of them, shared by six models side by side."""
    about = asked or Asked()
    told = found(period, about)
    first = Column("name", DIMENSIONS[about.name])
    columns = (
        first, Column("paths", f"Paths to {_OUTCOME[about.outcome][1]}", "count"),
        *(Column(model.value, model.label, "number") for model in Model),
    )  # fmt: skip
    sql = "\n".join(statement(text, about).strip() + ";" for text in (PATHS, WITHOUT))
    title = f"{_shared_words(about)} by {DIMENSIONS[about.name].lower()}"
    code = f"attribution_{about.outcome}_{about.name}"
    definition = Definition(_counted(about), _over(about), sql)
    if told is None:
        finding = "Touchpoints are read for the first time: look again in a minute."
        return Table(code, title, finding, columns, (), definition, period.at)
    made = shared(told.paths, told.lost, rest=REST)
    rows = [_row(one) for one in made.credits]
    if made.untouched:
        rows.append((NO_TOUCH, made.untouched, *[made.untouched_weight] * len(Model)))
    return Table(
        code, title, _finding(made, about), columns, tuple(rows), definition, told.as_of,
        notes=_notes(made, told.part, about),
    )  # fmt: skip


def _row(one: Credit) -> tuple[str | int | float, ...]:
    return (one.name, one.paths, *(one.by[model] for model in Model))


def _shared_words(about: Asked) -> str:
    many = _OUTCOME[about.outcome][1]
    return f"Won of {many}, {about.currency}," if about.currency else many[0].upper() + many[1:]


def _counted(about: Asked) -> str:
    what = {
        "source": "names a source: the campaign's source or the channel of an activity, else the "
        "site that a page was reached from, if that is another site",
        "campaign": "names a campaign",
        "content": "has a title and is no page view, mail or call: a download, a webinar, a video, "
        "a form",
    }[about.name]
    return (
        f"A touchpoint is an activity that {what}; the same name again within 30 minutes is the "
        f"same one. They count in the {LOOK_BACK.days} days before the outcome and not after it; "
        "those of machines and of undone imports do not. First and last touch get all; linear "
        f"shares evenly; time-decay halves a touchpoint's weight every {HALF_LIFE:.0f} days; "
        f"position-based gives {percent(ENDS)} to the first and to the last and the rest to those "
        "between; Markov takes each name out of the chain of steps, beginning to outcome or "
        "nothing, and shares by how many outcomes would be lost without it."
    )


def _over(about: Asked) -> str:
    one, many = _OUTCOME[about.outcome]
    return (
        f"Leads that first became {one} in the period. For Markov also leads that have not become "
        f"{one} and did something in the period, up to their last one in it: some of them may "
        f"yet become {many}."
    )


def _finding(made: Shared, about: Asked) -> str:
    count, many = made.paths, _OUTCOME[about.outcome][1]
    if count < ENOUGH:
        had = f"{count:,} of {count + made.untouched:,} {many} had a touchpoint"
        return f"Not enough data yet to share what happened: {had}."
    apart = widest(made.credits, made.weight)
    if apart is None:
        return f"All models share {count:,} {many} alike."
    credit, high, low = apart
    most, least = (share_of(credit.by[model], made.weight) for model in (high, low))
    return (
        f"The models disagree most about “{credit.name}”: {high.label.lower()} gives it {most}, "
        f"{low.label.lower()} {least}."
    ).replace("markov", "Markov")


def _notes(made: Shared, part: float, about: Asked) -> tuple[str, ...]:
    many = _OUTCOME[about.outcome][1]
    total = made.weight + made.untouched_weight
    said = f"{total:,.0f} {about.currency}" if about.currency else f"{total:,.0f} {many}"
    notes = [CAUSES_NOTHING, f"Each model's column adds up to {said}."]
    if made.untouched:
        notes.append(f"{made.untouched:,} {many} had no touchpoint in these days that is known.")
    if part < 1:
        notes.append(
            f"Of the leads without an outcome a sample of {percent(part, 1)} is read, and "
            "counted for all of them."
        )
    if about.currency:
        notes.append(f"Won value in {about.currency} only: currencies are never added.")
    return tuple(notes)


TABLES: dict[str, Callable[[Period], Table]] = {
    f"attribution_{outcome}_{name}": partial(attribution, asked=Asked(name, outcome))
    for outcome in _OUTCOME
    for name in DIMENSIONS
}
