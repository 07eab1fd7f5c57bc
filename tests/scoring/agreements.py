"""Generated agreements: every operator, join and limit, over the words of `histories`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from handraise.agreement.document import Document
from tests.scoring.histories import EVENTS, LENGTHS, LISTED, PATHS, PURPOSES, TEXTS

WORDS = ["vp", "sales", "elan", "head of", "4"]
PATTERNS = ["^vp", "sales$", r"\d", "e.*d", "(?:head|vp) ", "100%", "[a-c]{1,2}"]

# Asked in every agreement, for what is drawn seldom asks for these.
ALWAYS: list[dict[str, Any]] = [
    {"stage": ["CUSTOMER", "MQL"]},
    {"stage": "NURTURE"},
    {"consent": "newsletter"},
    {"title": {"is_known": True}},
    {"company.employees": {"at_least": 50}},
]


def _text_tests(values: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    some = st.lists(st.sampled_from(values), min_size=1, max_size=3)
    return st.one_of(
        st.fixed_dictionaries({"equals": st.sampled_from(values)}),
        st.fixed_dictionaries(
            {"one_of": st.lists(st.sampled_from([*values, 4, True]), min_size=1)}
        ),
        st.fixed_dictionaries({"contains_word": st.lists(st.sampled_from(WORDS), min_size=1)}),
        st.fixed_dictionaries({"starts_with": some}),
        st.fixed_dictionaries({"ends_with": some}),
        st.fixed_dictionaries({"matches": st.sampled_from(PATTERNS)}),
        st.fixed_dictionaries({"in_list": st.lists(st.sampled_from([*LISTED]), min_size=1)}),
        st.fixed_dictionaries({"is_known": st.booleans()}),
    )


def _number_tests(values: list[float]) -> st.SearchStrategy[dict[str, Any]]:
    number = st.sampled_from(values)
    return st.one_of(
        st.fixed_dictionaries({"equals": number}),
        st.fixed_dictionaries({"at_least": number}),
        st.fixed_dictionaries({"at_most": number}),
        st.fixed_dictionaries({"between": st.tuples(number, number).map(sorted)}),
        st.fixed_dictionaries({"at_least": number, "is_known": st.booleans()}),
    )


_truth_tests = st.one_of(
    st.fixed_dictionaries({"equals": st.booleans()}),
    st.fixed_dictionaries({"is_known": st.booleans()}),
)


def _about(**tests: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        [
            test.map(lambda found, name=name: {name.replace("__", "."): found})
            for name, test in tests.items()
        ]
    )


def _joined(leaf: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            lambda how, parts: {how: parts},
            st.sampled_from(["all", "any", "none"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        max_leaves=4,
    )


_fact_leaf = _about(
    title=_text_tests(TEXTS),
    email_domain=_text_tests(["gmail.com", "partner.example"]),
    never_told=_text_tests(TEXTS),
    seats=_number_tests([0, 1, 4, 50, 50.5]),
    is_competitor=_truth_tests,
    company__employees=_number_tests([10, 50, 2000]),
    company__industry=_text_tests(TEXTS),
)
_property_leaf = _about(
    path=_text_tests(PATHS),
    topic=_text_tests(TEXTS),
    seconds=_number_tests([0, 30, 61.5, 600]),
    paid=_truth_tests,
)
facts = _joined(_fact_leaf)
properties = _joined(_property_leaf)


@st.composite
def dids(draw: st.DrawFn) -> dict[str, Any]:
    did: dict[str, Any] = {"event": draw(st.sampled_from(EVENTS))}
    if draw(st.booleans()):
        did["where"] = draw(properties)
    if draw(st.booleans()):
        did["within"] = draw(st.sampled_from(LENGTHS))
    if draw(st.booleans()):
        did["sum"] = "seconds"
    bar = draw(st.sampled_from([1, 2, 60, 91.5]))
    return {"did": {**did, draw(st.sampled_from(["at_least", "at_most"])): bar}}


def _score_tests() -> st.SearchStrategy[dict[str, Any]]:
    bars = st.sampled_from([5, 10, 25.5, 40])
    return st.one_of(
        st.fixed_dictionaries({"at_least": bars}),
        st.fixed_dictionaries({"between": st.just([5, 60])}),
    )


_lead_leaf = st.one_of(
    _fact_leaf,
    dids(),
    _about(
        fit=_score_tests(),
        interest=_score_tests(),
        intent=_score_tests(),
        priority=_score_tests(),
        grade=st.just({"one_of": ["A", "B"]}),
        stage=st.sampled_from([{"one_of": ["CUSTOMER", "MQL"]}, {"equals": "LEAD"}]),
        consent__newsletter=_truth_tests,
        consent__profiling=_truth_tests,
    ),
)
criteria = _joined(_lead_leaf)


def _steady(operator: str) -> st.SearchStrategy[dict[str, Any]]:
    """Criteria that no fading makes true: scores are tested by this operator only."""
    bar = st.fixed_dictionaries({operator: st.sampled_from([5, 10, 25.5, 40])})
    return st.one_of(
        dids(),
        _about(interest=bar, intent=bar, priority=bar),
        _fact_leaf,
        _about(
            fit=_score_tests(),
            grade=st.just({"one_of": ["A", "B"]}),
            stage=st.sampled_from([{"one_of": ["CUSTOMER", "MQL"]}, {"equals": "LEAD"}]),
            consent__newsletter=_truth_tests,
        ),
    )


def _steadily(leaf: str, denied: str) -> st.SearchStrategy[dict[str, Any]]:
    none_of = st.builds(lambda parts: {"none": parts}, st.lists(_steady(denied), min_size=1,
                                                                max_size=2))  # fmt: skip
    return st.recursive(
        st.one_of(_steady(leaf), _steady(leaf), none_of),
        lambda inner: st.builds(
            lambda how, parts: {how: parts},
            st.sampled_from(["all", "any"]),
            st.lists(inner, min_size=2, max_size=3),
        ),
        max_leaves=4,
    )


rising = _steadily("at_least", "at_most")
falling = _steadily("at_most", "at_least")


@st.composite
def behaviours(draw: st.DrawFn, name: str) -> dict[str, Any]:
    signal: dict[str, Any] = {"name": name, "event": draw(st.sampled_from(EVENTS))}
    signal["points"] = draw(st.sampled_from([1, 8, 15.5, 60, -5, -0.5]))
    optional: dict[str, tuple[int, st.SearchStrategy[Any]]] = {
        "where": (3, properties),
        "each": (5, st.just({"of": "seconds", "per": 60})),
        "once_per": (3, st.just("day")),
        "needs_consent": (5, st.sampled_from(PURPOSES)),
    }
    if signal["points"] > 0:
        optional["half_life"] = (2, st.sampled_from([*LENGTHS, "12 hours"]))
        optional["within"] = (2, st.sampled_from(LENGTHS))
        optional["at_most"] = (2, st.sampled_from([10, 24.5]))
    for key, (one_in, value) in optional.items():
        if draw(st.integers(1, one_in)) == one_in:
            signal[key] = draw(value)
    return signal


@st.composite
def agreements(
    draw: st.DrawFn,
    when: st.SearchStrategy[dict[str, Any]] = criteria,
    never: st.SearchStrategy[dict[str, Any]] = criteria,
) -> Document:
    """A whole agreement as it would be read from its text."""
    raw: dict[str, Any] = {
        "name": "Generated",
        "fit": [
            {"name": f"Fit {n}", "points": draw(st.sampled_from([10, 25, 60, -15, 2.5])),
             "when": draw(facts)}
            for n in range(draw(st.integers(2, 4)))
        ],
        "interest": [draw(behaviours(f"Interest {n}")) for n in range(draw(st.integers(2, 4)))],
        "intent": [draw(behaviours(f"Intent {n}")) for n in range(draw(st.integers(2, 4)))],
        "grades": draw(st.sampled_from([{"A": 70, "B": 45, "C": 20}, {"A": 10}])),
        "priority": draw(st.sampled_from([{}, {"fit": 1, "interest": 0, "intent": 3}])),
        "mql": {"when": draw(when), "needs": draw(st.sampled_from([[], ["title", "seats"]]))},
        "sql": {"when": draw(criteria)} if draw(st.booleans()) else {},
        "lists": {"partners": LISTED["partners"]},
        "routes": [
            {"name": f"Route {n}", "team": "Sales", "when": when}
            for n, when in enumerate([*ALWAYS, *draw(st.lists(criteria, min_size=1, max_size=3))])
        ],
        "reasons": [{"name": "Not now", "consequence": "recycle"}],
    }  # fmt: skip
    if draw(st.booleans()):
        raw["mql"]["never"] = draw(never)
    if draw(st.booleans()):
        raw["company"] = draw(
            st.sampled_from([{"weight": 0.5, "at_most": 20}, {"weight": 1, "at_most": 100}])
        )
    return Document(**raw)
