"""The review of an agreement from its evidence: the one entry point of the statistics."""

from __future__ import annotations

from handraise.feedback.decide import ENOUGH
from handraise.feedback.rehearsal.figures import Auc, Truths
from handraise.feedback.review import changed, leaks, signals, unused
from handraise.feedback.review.bars import Counted, bars
from handraise.feedback.review.bars import findings as bar_findings
from handraise.feedback.review.bootstrap import EACH
from handraise.feedback.review.calibration import calibration, discrimination
from handraise.feedback.review.claims import BAR, Claim, ordered, settled
from handraise.feedback.review.drift import cut, tide
from handraise.feedback.review.evidence import Evidence, Finding
from handraise.feedback.review.fading import fadings
from handraise.feedback.review.lifts import correlated, counted, inflations
from handraise.feedback.review.report import Bars, Discrimination, DriftRow, Rate, Review, SignalRow
from handraise.feedback.review.weights import Weighed, Worth, contributions, weighed


def review(
    evidence: Evidence, *, document_bar: float | None, capacity_a_week: float | None,
    cost_of_hour: float | None, cost_of_missed: float | None, seed: int,
) -> Review:  # fmt: skip
    """What the evidence says. The same evidence and seed give the same review.

    `document_bar`: where the agreement's bar on the priority stands, None if it has none.
    `cost_of_hour`, `cost_of_missed`: in one currency, of an hour spent on a lead that comes to
    nothing and of a deal that stayed below the bar; None where nobody said.
    """
    outcome, name = evidence.outcome, evidence.outcome_name
    given = contributions(evidence.signals, evidence.weights)
    weight = weighed(given, outcome, seed)
    begins = cut(evidence.at)
    recent = changed.recent_side(evidence, begins)
    told = discrimination(evidence.priority, evidence.scores, outcome, name)
    found = unused.asked(evidence, weight)
    leaking = _leaks(evidence, told, unused.leaking(found, evidence))
    drift, rates, moved = _moves(evidence, recent, begins)
    bar = bars(
        Counted(evidence.priority, outcome, evidence.at), present=document_bar,
        capacity=capacity_a_week, hour=cost_of_hour, missed=cost_of_missed, name=name, seed=seed,
    )  # fmt: skip
    claims = [
        *_of_signals(evidence, weight, recent),
        *unused.claims(found, evidence, weight, leaking),
        *moved,
        *changed.barren_claims(evidence),
        *changed.rejection_claims(evidence),
    ]
    plain = [*_state(evidence, told), *counted(evidence.signals)]
    plain += [*correlated(evidence.signals, given), *leaking, *bar_findings(bar, name)]
    return Review(
        evidence.population, name, len(evidence), int(outcome.sum()), evidence.unripe,
        *_span(evidence), begins, _rows(evidence, weight, recent), unused.rows(found), drift,
        rates, calibration(evidence.priority, outcome, name), told, bar,
        ordered([*plain, *settled(claims)]), _notes(evidence, weight, begins, bar), BAR,
    )  # fmt: skip


def _span(evidence: Evidence) -> tuple[int | None, int | None]:
    if not len(evidence):
        return None, None
    return int(evidence.at.min()), int(evidence.at.max())


def _rows(
    evidence: Evidence, weight: Weighed | None, recent: Truths | None
) -> tuple[SignalRow, ...]:
    given = contributions(evidence.signals, evidence.weights)
    widths = inflations(given) if given.size else [None] * len(evidence.signals)
    worth = _worth(weight)
    return tuple(
        signals.row(signal, evidence.outcome, recent, worth.get(place), widths[place])
        for place, signal in enumerate(evidence.signals)
    )


def _worth(weight: Weighed | None) -> dict[int, Worth]:
    """What each signal is worth, by its place in the agreement."""
    if weight is None:
        return {}
    return {int(weight.moving[column]): one for column, one in weight.worth.items()}


def _of_signals(evidence: Evidence, weight: Weighed | None, recent: Truths | None) -> list[Claim]:
    found = signals.claims(evidence, _worth(weight))
    if weight is not None and recent is not None:
        faded = fadings(weight, evidence.outcome, recent)
        found += signals.faded_claims(evidence, faded, recent)
    return found


def _moves(
    evidence: Evidence, recent: Truths | None, begins: int | None
) -> tuple[tuple[DriftRow, ...], tuple[Rate, ...], list[Claim]]:
    if recent is None or begins is None:
        return (), (), []
    rows = changed.drift(evidence, recent)
    claims = changed.drift_claims(rows, ("priority", *evidence.scores))
    turned = tide(evidence.at, evidence.outcome, begins)
    if ENOUGH <= turned.recent.count + turned.before.count < turned.recent.of + turned.before.of:
        claims.append(changed.tide_claim(turned, evidence.outcome_name))
    return rows, turned.rates, claims


def _leaks(evidence: Evidence, told: Discrimination, found: list[Finding]) -> list[Finding]:
    mine = [leaks.strong_signal(one, evidence.outcome) for one in evidence.signals]
    said = [leaks.strong_priority(told.priority), *mine]
    return [*(one for one in said if one is not None), *found]


def _state(evidence: Evidence, told: Discrimination) -> list[Finding]:
    """What keeps a review from saying more, as the first of its findings."""
    n, came, name = len(evidence), int(evidence.outcome.sum()), evidence.outcome_name
    waiting = f"; {evidence.unripe:,} more had no time yet" if evidence.unripe else ""
    if not n:
        return [_first("no_leads", f"No lead has been judged long enough ago{waiting}.")]
    if not came:
        said = f"Of {n:,} leads that were judged none came to {name} yet{waiting}."
        return [_first("no_outcomes", f"{said} Points cannot be weighed without outcomes.")]
    if came == n:
        said = f"Of {n:,} leads that were judged all came to {name}: nothing tells them apart."
        return [_first("all_came", said)]
    if min(came, n - came) < ENOUGH:
        code = "one_outcome" if came == 1 else "not_enough"
        said = f"{came:,} of {n:,} leads came to {name}: not enough data yet to weigh points"
        return [_first(code, f"{said} ({ENOUGH} with and {ENOUGH} without it are needed).")]
    found = told.priority
    if found is not None and _is_chance(found):
        return [_first("no_discrimination", told.sentence, sure=False)]
    return []


def _is_chance(found: Auc) -> bool:
    return found.low <= 0.5


def _first(code: str, sentence: str, *, sure: bool = True) -> Finding:
    return Finding(code, "review", sentence, 1.0, sure)


def _notes(
    evidence: Evidence, weight: Weighed | None, begins: int | None, bar: Bars
) -> tuple[str, ...]:
    said = []
    if evidence.population == "offered":
        said.append(
            "Only leads that were offered to sales are judged: of those below the bar nobody"
            " knows what would have come of them, so nothing is said of a lower bar."
        )
    if evidence.unripe:
        said.append(f"{evidence.unripe:,} leads are left out: their outcome had no time to come.")
    if weight is not None and weight.used < len(evidence):
        said.append(
            f"Intervals of points come from {weight.used:,} of the leads, at most {EACH:,} with"
            " the outcome and as many without, drawn by chance; all other figures from all."
        )
    if weight is not None and not weight.worth:
        said.append("The scores as a whole tell too little to weigh single signals against them.")
    if begins is None and len(evidence):
        said.append("There is too little before or in the last quarter to tell what changed.")
    if bar.best is not None:
        said.append("A lead that comes to nothing is taken to cost sales one hour.")
    return tuple(said)
