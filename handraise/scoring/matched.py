"""The relation `matched`: which activity counts for which signal, at which instant, for how much.

`hits` holds what does not depend on the instant (the event's name and the conditions on its
properties); `matched` reads it at given instants. Each property that the agreement names is
taken out of the JSON once.
"""

from __future__ import annotations

from typing import Any

import ibis

from handraise.agreement.conditions import Operator, Test
from handraise.scoring.engines import Functions
from handraise.scoring.inputs import ACTIVITY, JUDGEMENT, LISTS, SIGNALS
from handraise.scoring.known import beside
from handraise.scoring.plan import HALF_LIVES, Plan, Watched, tests_in
from handraise.scoring.truth import Context, Subject, truth_of

SIGNAL_COLUMNS = ("number", "points", "half_life", "horizon")
MULTIPLES = 1e9  # `each` counts 0 to 1e9 times: one absurd property must not overflow a sum
NEVER = ibis.timestamp("9999-12-31T00:00:00+00:00")  # what has no end; later than HINDSIGHT
SUMMAND = 1e12  # a `did` sums values held within ±1e12, for the same reason


def activities(owned: Any, plan: Plan, functions: Functions) -> Any:
    """(lead_id, activity_id, name, occurred_at, known_at, p<i>_<type> …) of watched events."""
    events = sorted({one.event for one in plan.watched})
    paths = _paths(plan)
    watched = ACTIVITY.filter(ACTIVITY.name.isin(events))
    if paths:
        watched = watched.mutate(opened=functions.opened(watched.match, paths))
    rows = beside(
        owned, watched, {"identity_id": "identity_id"},
        activity_id="id", name="name", occurred_at="occurred_at", known_at="known_at",
        **({"opened": "opened"} if paths else {}),
    )  # fmt: skip
    columns: dict[str, Any] = {}
    for path, types in _properties(plan).items():
        for kind in sorted(types):
            extract = getattr(functions, "text" if kind == "words" else kind)
            taken = f"{path}~" if kind == "words" else path
            columns[_column(plan, path, kind)] = extract(rows.opened, taken, paths.index(taken))
    return rows.select("lead_id", "activity_id", "name", "occurred_at", "known_at", **columns)


def hits(done: Any, plan: Plan) -> Any:
    """(lead_id, activity_id, occurred_at, known_at, <signal>, points): at no instant yet."""
    pairs = _listed_properties(plan)
    rows = beside(done, SIGNALS, {"name": "event"}, **{name: name for name in SIGNAL_COLUMNS})
    for place, (path, name) in enumerate(pairs):
        entries = LISTS.filter(LISTS.list == name)
        rows = beside(rows, entries, {_column(plan, path, "text"): "value"}, how="left",
                      **{f"entry_{place}": "value"})  # fmt: skip
    context = Context(
        subject=lambda path: _property(rows, plan, path),
        did=_no_did,
        listed=lambda path, name: rows[f"entry_{pairs.index((path, name))}"].notnull(),
    )
    branches = [
        (rows.number == one.number, truth_of(one.where, context))
        for one in plan.watched
        if one.where is not None
    ]
    if branches:
        rows = rows.filter(ibis.cases(*branches, else_=True))
    found = rows.select(
        "lead_id", "activity_id", "occurred_at", "known_at",
        *[name for name in SIGNAL_COLUMNS if name != "points"],
        points=_points(rows, plan),
    )  # fmt: skip
    # A multiple of something that is not a number is unknown, and unknown does not count.
    return found.filter(found.points.notnull()) if _multiplied(plan) else found


def matched(
    found: Any, people: Any, doubts: Any, given: Any, plan: Plan, functions: Functions, zone: str
) -> Any:
    """(lead_id, at, number, activity_id, occurred_at, points), points faded.

    `people` gives the instants, `doubts` what `doubted` found for at least the leads of `found`,
    `given` the consents (None if nobody asks for any).
    """
    seen = beside(found, people, {"lead_id": "lead_id"}, at="at", known_by="known_by")
    seen = seen.filter(seen.occurred_at <= seen.at, seen.known_at <= seen.known_by)
    seen = seen.mutate(age=functions.micros(seen.at) - functions.micros(seen.occurred_at))
    seen = seen.filter(seen.age < seen.horizon)
    seen = seen.select(
        "lead_id", "at", "known_by", "number", "activity_id", "occurred_at", points=faded(seen)
    )
    seen = undoubted(seen, doubts)
    return _first_of_day(_lawful(seen, given, plan), plan, functions, zone).drop("known_by")


def faded(seen: Any) -> Any:
    """What the points of each row are worth at its `age`."""
    # Held within 0..60 so that the power can neither under- nor overflow, whatever is read first.
    halvings = _held(seen.age / seen.half_life.cast("float64"), 0.0, float(HALF_LIVES))
    worth = seen.points * ibis.literal(0.5) ** halvings
    return ibis.ifelse(seen.half_life.isnull(), seen.points, worth)


def undoubted(seen: Any, doubts: Any) -> Any:
    """Without the activities that did not count as far as was known by `known_by`."""
    return seen.anti_join(
        doubts,
        [
            seen.activity_id == doubts.doubted_id,
            doubts.since <= seen.known_by,
            seen.known_by < doubts.until,
        ],
    )


def doubted(owned: Any | None) -> Any:
    """(doubted_id, since, until): between which instants of knowing an activity did not count.

    The newest verdict on a doubt holds until the next one is known. Found from the verdicts
    alone, whatever the instants that are asked for; of the activities of `owned` or, if that is
    None, of all.
    """
    verdicts = JUDGEMENT
    if owned is not None:
        done = beside(owned, ACTIVITY, {"identity_id": "identity_id"}, activity_id="id")
        verdicts = beside(
            done.select("activity_id"), JUDGEMENT, {"activity_id": "activity_id"},
            doubt="doubt", counts="counts", known_at="known_at", id="id",
        )  # fmt: skip
    following = verdicts.known_at.lead().over(
        group_by=[verdicts.activity_id, verdicts.doubt], order_by=[verdicts.known_at, verdicts.id]
    )
    held = verdicts.mutate(until=following.fill_null(NEVER))
    return held.filter(~held.counts).select(
        "until", doubted_id=held.activity_id, since=held.known_at
    )


def _lawful(seen: Any, given: Any, plan: Plan) -> Any:
    asking = [one for one in plan.watched if one.purpose]
    if not asking:
        return seen
    names = {purpose: f"consent_{place}" for place, purpose in enumerate(plan.purposes)}
    rows = beside(seen, given, {"lead_id": "lead_id", "at": "at"}, how="left",
                  **{name: name for name in names.values()})  # fmt: skip
    branches = [(rows.number == one.number, rows[names[one.purpose or ""]]) for one in asking]
    return rows.filter(ibis.cases(*branches, else_=True)).select(*seen.columns)


def _first_of_day(seen: Any, plan: Plan, functions: Functions, zone: str) -> Any:
    daily = [one.number for one in plan.watched if one.is_daily]
    if not daily:
        return seen
    limited = seen.filter(seen.number.isin(daily))
    limited = limited.mutate(day=functions.day(limited.occurred_at, zone))
    place = ibis.row_number().over(
        group_by=[limited[name] for name in ("lead_id", "at", "number", "day")],
        order_by=[limited.occurred_at, limited.activity_id],
    )
    first = limited.mutate(place=place).filter(lambda t: t.place == 0).select(*seen.columns)
    return seen.filter(~seen.number.isin(daily)).union(first)


def _points(rows: Any, plan: Plan) -> Any:
    branches = []
    for one in _multiplied(plan):
        value = rows[_column(plan, one.multiple_of or "", "number")]
        if one.kind == "did":
            branches.append((rows.number == one.number, _held(value, -SUMMAND, SUMMAND)))
        else:
            times = _held(value, 0.0, MULTIPLES * one.per) / one.per
            branches.append((rows.number == one.number, rows.points * times))
    return ibis.cases(*branches, else_=rows.points) if branches else rows.points


def _held(value: Any, low: float, high: float) -> Any:
    """The value within low..high; null stays null (LEAST and GREATEST would pass it over)."""
    return ibis.ifelse(
        value.isnull(), ibis.null("float64"), ibis.least(ibis.greatest(value, low), high)
    )


def _multiplied(plan: Plan) -> list[Watched]:
    return [one for one in plan.watched if one.multiple_of]


def types_read(test: Test) -> set[str]:
    """Under which types a test reads its subject: it is null under every other."""
    match test.operator:
        case Operator.IS_KNOWN:
            return {"is_known"}
        case Operator.AT_LEAST | Operator.AT_MOST | Operator.BETWEEN:
            return {"number"}
        case Operator.CONTAINS_WORD:
            return {"text", "words"}
        case Operator.EQUALS | Operator.ONE_OF:
            return {_type_of(value) for value in test.values}
        case _:
            return {"text"}


def _type_of(value: object) -> str:
    return "truth" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"


def _properties(plan: Plan) -> dict[str, set[str]]:
    """The properties that are read, each with the types under which it is."""
    read: dict[str, set[str]] = {}
    for one in plan.watched:
        if one.multiple_of:
            read.setdefault(one.multiple_of, set()).add("number")
        for test in tests_in(one.where) if one.where is not None else ():
            read.setdefault(test.subject, set()).update(types_read(test))
    return dict(sorted(read.items()))


def _paths(plan: Plan) -> list[str]:
    """What is taken out of the JSON: properties, and the words of texts under their own names."""
    paths = []
    for path, types in _properties(plan).items():
        paths += [path] if types - {"words"} else []
        paths += [f"{path}~"] if "words" in types else []
    return paths


def _column(plan: Plan, path: str, kind: str) -> str:
    # By place: a path may be as long as people like, a column's name may not.
    return f"p{list(_properties(plan)).index(path)}_{kind}"


def _property(rows: Any, plan: Plan, path: str) -> Subject:
    text, words, number, truth, is_known = (
        rows[name] if (name := _column(plan, path, kind)) in rows.columns else None
        for kind in ("text", "words", "number", "truth", "is_known")
    )
    return Subject(text, words, number, truth, is_known)


def _listed_properties(plan: Plan) -> list[tuple[str, str]]:
    tests = [t for one in plan.watched if one.where is not None for t in tests_in(one.where)]
    pairs = {(t.subject, str(v)) for t in tests if t.operator is Operator.IN_LIST for v in t.values}
    return sorted(pairs)


def _no_did(_did: Any) -> Any:
    raise AssertionError("plan() refuses a did inside where")
