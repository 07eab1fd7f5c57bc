"""What a simulation says, as plain data for its row and its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from handraise.nurture.decide import Ending
from handraise.nurture.simulating.decide import WEEK, Span, Tally, scaled, weekly

Report = dict[str, Any]


def report_of(tally: Tally, span: Span, *, played: int, total: int) -> Report:
    """`leads` {played, total}; `entered`, `sent`, `skipped`, `capped`, `inside` as
    {found, low, high}; `weeks` [{begin, entered, sent}]; `messages` [{code, sent, a_week}];
    `reasons` [{why, count}]; `endings` [{ending, count}]; `passed` {step: {ways, left, here}}.

    Numbers are of everybody, from those of the sample; `passed` is in the sample's share too.
    """

    def grown(count: int) -> dict[str, int]:
        found = scaled(count, played, total)
        return {"found": found.found, "low": found.low, "high": found.high}

    weeks = range(span.weeks)
    sent = [sum(n for (_, week), n in tally.sent.items() if week == each) for each in weeks]
    return {
        "leads": {"played": played, "total": total},
        "entered": grown(tally.entered.total()),
        "at_once": grown(tally.at_once),
        "sent": grown(tally.sent.total()),
        "sent_a_week": grown(round(weekly(sent))),
        "most_a_week": grown(max(sent, default=0)),
        "skipped": grown(tally.skipped.total()),
        "capped": grown(len(tally.capped)),
        "inside": grown(tally.inside.total()),
        "weeks": [
            {"begin": _begin(span, week), "entered": grown(tally.entered[week])["found"],
             "sent": grown(sent[week])["found"]}
            for week in weeks
        ],
        "messages": _messages(tally, grown),
        "reasons": _most(_by(tally.skipped, 1), grown, "why"),
        "endings": _most(_by(tally.ended, 0), grown, "ending"),
        "passed": _passed(tally, played, total),
    }  # fmt: skip


def _begin(span: Span, week: int) -> str:
    return (span.begin + WEEK * week).isoformat()


def _by(counts: Mapping[tuple[str, str], int], place: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for key, count in counts.items():
        found[key[place]] += count
    return found


def _most(counts: Counter[str], grown: Any, name: str) -> list[dict[str, Any]]:
    return [{name: key, "count": grown(count)} for key, count in counts.most_common()]


def _messages(tally: Tally, grown: Any) -> list[dict[str, Any]]:
    sent, skipped = Counter[str](), _by(tally.skipped, 0)
    for (code, _), count in tally.sent.items():
        sent[code] += count
    return [
        {"code": code, "sent": grown(sent[code]), "skipped": grown(skipped[code])}
        for code in sorted(sent.keys() | skipped.keys())
    ]


def _passed(tally: Tally, played: int, total: int) -> dict[str, dict[str, Any]]:
    """By step: the ways that were gone, those who left there before the end, those who stand there
    when time is up."""
    found: dict[str, dict[str, Any]] = {}

    def at(place: str) -> dict[str, Any]:
        return found.setdefault(place, {"ways": {}, "left": 0, "here": 0})

    for (place, way), count in tally.passed.items():
        at(place)["ways"][way] = scaled(count, played, total).found
    for (ending, place), count in tally.ended.items():
        if ending != Ending.FINISHED:
            at(place)["left"] += scaled(count, played, total).found
    for place, count in tally.inside.items():
        at(place)["here"] = scaled(count, played, total).found
    return found


__all__ = ["Report", "report_of"]
