"""What is claimed of facts and activities that the agreement does not use."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np

from handraise.feedback.decide import ENOUGH, Share
from handraise.feedback.review.candidates import Told, strata, told
from handraise.feedback.review.claims import Claim, discovered
from handraise.feedback.review.evidence import Candidate, Change, Evidence, Finding
from handraise.feedback.review.leaks import strong_candidate
from handraise.feedback.review.report import CandidateRow
from handraise.feedback.review.weights import Weighed
from handraise.kit.shares import percent

MOST = 40.0  # points that a draft would give at once


def asked(evidence: Evidence, weighed: Weighed | None) -> list[tuple[Candidate, Told]]:
    """Every candidate of which something can be told."""
    came = int(evidence.outcome.sum())
    if min(came, len(evidence) - came) < ENOUGH:
        return []
    tenth = strata(evidence.priority)
    fit, columns = (weighed.fit, weighed.columns) if weighed else (None, np.zeros((len(tenth), 0)))
    found = [(one, told(one, evidence.outcome, tenth, fit, columns)) for one in evidence.candidates]
    return [(candidate, one) for candidate, one in found if one is not None]


def rows(found: Sequence[tuple[Candidate, Told]]) -> tuple[CandidateRow, ...]:
    """A row each, those that tell most first."""
    q = discovered(np.array([one.p for _, one in found], dtype=np.float64))
    table = [_row(candidate, one, float(of)) for (candidate, one), of in zip(found, q, strict=True)]
    return tuple(sorted(table, key=lambda one: (one.p, -one.information, one.of)))


def _row(candidate: Candidate, one: Told, q: float) -> CandidateRow:
    level = one.level
    return CandidateRow(
        candidate.what, candidate.of, candidate.is_late, one.information, one.p, q,
        level.label if level else "", level.share if level else Share(0, 0),
        level.expected / level.share.of if level and level.share.of else None,
    )  # fmt: skip


def leaking(found: Sequence[tuple[Candidate, Told]], evidence: Evidence) -> list[Finding]:
    """Candidates that alone tell the outcome too well."""
    said = [strong_candidate(one, evidence.outcome) for one, _ in found]
    return [one for one in said if one is not None]


def claims(
    found: Sequence[tuple[Candidate, Told]], evidence: Evidence, weighed: Weighed | None,
    leaks: Sequence[Finding],
) -> list[Claim]:  # fmt: skip
    """A claim for each; what leaks is asked about like the others, and never proposed."""
    named = {one.about for one in leaks}
    said = []
    for candidate, one in found:
        if candidate.is_late:
            said.append(_late(candidate, one, is_named=candidate.of in named))
        else:
            said.append(_unused(candidate, one, evidence, weighed, is_leak=candidate.of in named))
    return said


def _late(candidate: Candidate, one: Told, *, is_named: bool) -> Claim:
    sentence = (
        f"The {candidate.what} “{candidate.of}” goes with the outcome, and for most leads it was"
        " known only with or after it: it may know the outcome instead of foretelling it, and is"
        " not proposed."
    )
    is_big = one.is_big and not is_named
    return Claim("candidates", "leakage", candidate.of, one.p, is_big, sentence)


def _unused(
    candidate: Candidate, one: Told, evidence: Evidence, weighed: Weighed | None, *, is_leak: bool
) -> Claim:
    level = one.level
    if level is None or is_leak:
        return Claim("candidates", "unused", candidate.of, one.p, False, "")
    share, expected = level.share, level.expected / level.share.of
    who = f"with {candidate.of} “{level.label}”"
    if candidate.what == "activity":
        who = f"who did “{candidate.of}” {level.label}"
    return Claim(
        "candidates", "unused", candidate.of, one.p, one.is_big,
        f"Of the {share.of:,} leads {who}, {percent(share.value or 0, 1)} came to"
        f" {evidence.outcome_name}, where their priority lets expect {percent(expected, 1)}; the"
        f" agreement does not use this {candidate.what}.",
        (
            ("Share", f"{share.count:,} of {share.of:,} ({share.interval} %)"),
            ("Expected by priority", percent(expected, 1)),
            ("Tells beyond the priority", f"{one.information:.4f} bits"),
        ),
        _change(candidate, one, evidence, weighed),
    )  # fmt: skip


def _change(
    candidate: Candidate, one: Told, evidence: Evidence, weighed: Weighed | None
) -> Change | None:
    """The points that would make up for what is missing, on the scale of the agreement's own."""
    if one.level is None or weighed is None or weighed.scale <= 0:
        return None
    kind = "fit" if candidate.what == "fact" else "interest"
    whole = sum(evidence.weights.values())
    part = evidence.weights.get(kind, 0.0) / whole if whole else 1.0
    if part <= 0:
        return None
    missing = log(one.level.ratio) / (weighed.scale * part)
    points = float(round(min(max(missing, -MOST), MOST)))
    if not points:
        return None
    if candidate.what == "fact":
        name = f"{candidate.of} is {one.level.label}"
        return Change("add_fit", "fit", name, points, fact=candidate.of, value=one.level.label)
    return Change("add_behaviour", "interest", candidate.of, points, event=candidate.of)
