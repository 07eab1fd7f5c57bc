"""Conditions and signals in plain words, for pages, differences and explanations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from handraise.agreement.conditions import Condition, Did, Joined, Operator, Test
from handraise.agreement.document import Behaviour, FitSignal, RecyclePlan, Route
from handraise.kit import durations
from handraise.leads.decide import Stage

_SUBJECTS = {
    "email": "e-mail",
    "email_domain": "mail domain",
    "company.employees": "number of employees",
    "company.name": "name of the company",
    "company.industry": "industry of the company",
    "company.country": "country of the company",
    "company.domain": "domain of the company",
    "company.website": "website of the company",
}
_LISTS = {
    "free_email": "the list of free mailboxes",
    "disposable_email": "the list of disposable mailboxes",
}
_TARGETS = {
    "mql": Stage.MARKETING_QUALIFIED.label,
    "sal": Stage.SALES_ACCEPTED.label,
    "sql": Stage.SALES_QUALIFIED.label,
    "opportunity": "opportunity",
    "customer": "customer",
}
_BY = {
    "turns": "by turns",
    "least open": "who has least open",
    "hand": "whoever of the team claims it",
}
_STAGES = {stage.value.lower(): stage.label for stage in Stage}


@dataclass(frozen=True, slots=True)
class Outline:
    """A condition as nested lines: a leaf has no parts, a join says how its parts belong."""

    words: str
    parts: tuple[Outline, ...] = ()


def order_words(route: Route) -> str:
    """In which order people of the route's team are asked: `owners first, then by turns`."""
    first = ["owners"] if route.owner_first else []
    first += ["those at work"] if route.at_work_first else []
    by = _BY[route.by]
    return f"{' and '.join(first)} first, then {by}" if first else by


def outline(condition: Condition) -> Outline:
    """The condition as a list with sub-lists, for pages."""
    if not isinstance(condition, Joined):
        return Outline(capital(condition_words(condition)))
    if len(condition.parts) == 1 and condition.how != "none":
        return outline(condition.parts[0])
    heading = {"all": "All of these", "any": "At least one of these", "none": "None of these"}
    return Outline(heading[condition.how], tuple(outline(part) for part in condition.parts))


def condition_words(condition: Condition) -> str:
    """The condition in one line, without a capital: `title contains the word vp or head`."""
    match condition:
        case Test():
            return _test_words(condition)
        case Did():
            return did_words(condition)
        case Joined(how=how, parts=parts):
            if how == "none":
                return _none_words(parts)
            said = [_within(part) if len(parts) > 1 else condition_words(part) for part in parts]
            return _joined(said, "and" if how == "all" else "or")


def _none_words(parts: tuple[Condition, ...]) -> str:
    """`mail domain is not in the list partners`; what has no negative of its own is bracketed."""
    said = [
        _test_words(part, is_denied=True)
        if isinstance(part, Test)
        else f"not ({condition_words(part)})"
        for part in parts
    ]
    return _joined(said, "and")


def _within(condition: Condition) -> str:
    """A part of a join; a join within it stands in brackets, so that it reads one way only."""
    said = condition_words(condition)
    return f"({said})" if isinstance(condition, Joined) and len(condition.parts) > 1 else said


def _joined(said: list[str], word: str) -> str:
    """Parts that list values of their own are parted by commas too: `a or b, or c is d`."""
    comma = "," if any(f" {word} " in part for part in said) else ""
    return f"{comma} {word} ".join(said)


def _test_words(test: Test, *, is_denied: bool = False) -> str:
    """One test, or its opposite: `number of employees is (not) between 50 and 2,000`."""
    if test.subject.startswith("consent."):
        return _consent_words(test, is_denied)
    if test.operator is Operator.EQUALS and isinstance(test.values[0], bool):
        return _truth_words(test.subject, test.values[0], is_denied)
    if test.operator is Operator.IS_KNOWN:
        is_known = bool(test.values[0]) is not is_denied
        return f"{subject_words(test.subject)} is {'' if is_known else 'not '}known"
    said = _predicate(test)
    if is_denied:
        said = _denied(said)
    return f"{subject_words(test.subject)} {said}"


def _denied(predicate: str) -> str:
    verb, rest = predicate.split(" ", 1)
    plain = {"contains": "contain", "begins": "begin", "ends": "end", "matches": "match"}
    return f"does not {plain[verb]} {rest}" if verb in plain else f"is not {rest}"


def subject_words(subject: str) -> str:
    """A subject as people say it: `company.employees` is `number of employees`."""
    if subject in _SUBJECTS:
        return _SUBJECTS[subject]
    if subject.startswith("company."):
        subject = f"company {subject.removeprefix('company.')}"
    return subject.replace("_", " ").replace(".", " ")


def _predicate(test: Test) -> str:
    values = [_value_words(test.subject, value) for value in test.values]
    match test.operator:
        case Operator.EQUALS | Operator.ONE_OF:
            return f"is {listed(values)}"
        case Operator.CONTAINS_WORD:
            return f"contains the word {listed([value.strip() for value in values])}"
        case Operator.STARTS_WITH:
            return f"begins with {listed(values)}"
        case Operator.ENDS_WITH:
            return f"ends with {listed(values)}"
        case Operator.MATCHES:
            return f"matches the pattern {listed(values)}"
        case Operator.AT_LEAST:
            return f"is at least {values[0]}"
        case Operator.AT_MOST:
            return f"is at most {values[0]}"
        case Operator.BETWEEN:
            return f"is between {values[0]} and {values[1]}"
        case Operator.IN_LIST:
            names = [_LISTS.get(value, f"the list {value}") for value in values]
            return f"is in {listed(names)}"
        case Operator.IS_KNOWN:
            return "is known" if test.values[0] else "is not known"
    assert_never(test.operator)


def _value_words(subject: str, value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_words(value)
    if subject == "stage":
        return _STAGES.get(value, value)
    return value.upper() if subject == "grade" else value


def _truth_words(subject: str, truth: bool, is_denied: bool) -> str:
    said = subject_words(subject)
    if said.startswith("is "):
        denied = "is not marked as" if is_denied else "is marked as"
        return f"{denied} {'' if truth else 'not '}{said.removeprefix('is ')}"
    return f"{said} is {'not ' if is_denied else ''}{'yes' if truth else 'no'}"


def _consent_words(test: Test, is_denied: bool) -> str:
    said = f"consent to {test.subject.removeprefix('consent.')}"
    holds = bool(test.values[0]) is not is_denied
    if test.operator is Operator.IS_KNOWN:
        return f"{said} was {'asked for' if holds else 'never asked for'}"
    return f"{said} is {'given' if holds else 'withheld'}"


def did_words(did: Did) -> str:
    """One count: `“page” happened at least 3 times within 7 days, where path begins with /x`."""
    within = f" within {durations.phrase(did.within)}" if did.within else ""
    where = f", where {condition_words(did.where)}" if did.where is not None else ""
    return f"{_counted(did)}{within}{where}"


def _counted(did: Did) -> str:
    bound = did.at_least if did.at_least is not None else did.at_most
    how = "at least" if did.at_least is not None else "at most"
    amount = number_words(bound or 0)
    if did.total is not None:
        return f"the {subject_words(did.total)} of “{did.event}” sums to {how} {amount}"
    if did.at_least == 1:
        return f"“{did.event}” happened"
    if did.at_most == 0:
        return f"“{did.event}” did not happen"
    return f"“{did.event}” happened {how} {amount} {'time' if bound == 1 else 'times'}"


def what_counts(signal: FitSignal | Behaviour) -> str:
    """What a signal looks at, as a sentence without a full stop."""
    if isinstance(signal, FitSignal):
        return capital(condition_words(signal.when))
    where = f", where {condition_words(signal.where)}" if signal.where is not None else ""
    each = ""
    if signal.each is not None:
        per = number_words(signal.each.per)
        each = f", for each {per} of its {subject_words(signal.each.of)}"
    return f"“{signal.event}”{where}{each}"


def terms(signal: FitSignal | Behaviour) -> tuple[str, ...]:
    """How the points of a signal are limited: `halves every 30 days`, `at most 30 points`."""
    if isinstance(signal, FitSignal):
        return ()
    said = []
    if signal.half_life:
        said.append(f"halves every {_every(signal.half_life)}")
    if signal.within:
        said.append(f"counts for {durations.phrase(signal.within)}")
    if signal.at_most is not None:
        said.append(f"at most {number_words(signal.at_most)} points")
    if signal.once_per:
        said.append(f"once a {signal.once_per}")
    if signal.needs_consent:
        said.append(f"with consent to {signal.needs_consent} only")
    return tuple(said) or ("does not fade",)


def _every(length: timedelta) -> str:
    return durations.phrase(length).removeprefix("1 ")


def signal_words(signal: FitSignal | Behaviour) -> str:
    """A signal in one line: what counts, what it is worth, and its terms."""
    worth = f"{number_words(signal.points)} {'point' if abs(signal.points) == 1 else 'points'}"
    return "; ".join((f"{what_counts(signal)}: {worth}", *terms(signal)))


def target_words(name: str, target: object) -> tuple[str, str]:
    """A target's name and amount: `("MQL to SQL", "30 %")`, `("MQL", "120 a month")`."""
    of = " to ".join(_TARGETS.get(part, part) for part in name.split("_to_"))
    if isinstance(target, int | float):
        return of, f"{number_words(target * 100)} %"
    return of, str(target)


def waking_words(plan: RecyclePlan) -> str:
    """When a recycled lead wakes: `at the start of the next quarter`, `after 45 days`."""
    if plan.wake_after is not None:
        return f"after {durations.phrase(plan.wake_after)}"
    return "at the start of the next quarter" if plan.wakes == "next quarter" else plan.wakes


def number_words(number: float) -> str:
    """`2000.0` is `2,000`, `0.35` is `0.35`; a minus is a real one."""
    return f"{number:,.10g}".replace("-", "\N{MINUS SIGN}")


def points_words(number: float) -> str:
    """`1 point`, `12 points`, `−0.5 points`."""
    return f"{number_words(number)} point{'' if abs(number) == 1 else 's'}"


def listed(values: list[str] | tuple[str, ...], last: str = "or") -> str:
    """`a, b or c`."""
    *first, end = values
    return f"{', '.join(first)} {last} {end}" if first else end


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
