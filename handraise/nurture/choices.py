"""What the forms of steps offer to choose from."""

from __future__ import annotations

from handraise.agreement import occurring
from handraise.consent.queries import purposes
from handraise.lists.models import SavedList
from handraise.messaging.models import Message
from handraise.nurture.filling import Filled
from handraise.team.queries import teams

Choice = tuple[str, str]  # what the text says, and the words for it
MOST = 300


def choices_of(made: Filled) -> dict[str, list[Choice]]:
    """The choices of each field of a form; what stands there stays choosable."""
    found: dict[str, list[Choice]] = {}
    for shown in made.fields:
        if shown.field.offers:
            offered = _offered(shown.field.offers)
            if shown.value not in {code for code, _ in offered} and shown.value:
                offered.append((shown.value, f"{shown.value} (not known here)"))
            found[shown.field.name] = offered
    return found


def _offered(what: str) -> list[Choice]:
    match what:
        case "messages":
            return [("", "Choose a message"), *messages()]
        case "purposes":
            return [("", "None: what they asked for"), *((p.code, p.name) for p in purposes())]
        case "teams":
            return [("", "None in particular"), *((team.name, team.name) for team in teams())]
        case "lists":
            return [("", "No list"), *_lists()]
        case _:
            return [(word, word) for word in what.split(", ")]


def messages() -> list[Choice]:
    """Messages that are not retired, published ones first."""
    rows = Message.objects.filter(retired_at=None).order_by("published_id", "name")
    told = rows.values_list("code", "name", "published_id")[:MOST]
    named = [(code, f"{name} ({code})", held) for code, name, held in told]
    return [
        *((code, words) for code, words, held in named if held),
        *((code, f"{words}, a draft") for code, words, held in named if not held),
    ]


def _lists() -> list[Choice]:
    seen = SavedList.objects.filter(is_shared=True).order_by("name")[:MOST]
    return [(one.name, one.name) for one in seen]


def suggested() -> dict[str, list[str]]:
    """What occurs here, to be offered beside what is typed."""
    found = {
        "events": occurring.events(), "facts": occurring.facts(),
    }  # fmt: skip
    return {name: [one.name for one in each[:MOST]] for name, each in found.items()}
