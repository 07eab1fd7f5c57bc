"""What a person has just done to a draft can be undone, step by step, while nobody else saved."""

from __future__ import annotations

from django.contrib.sessions.backends.base import SessionBase

from handraise.nurture.models import Journey

_KEY = "journeys_undone"
_MOST_TEXTS, _MOST_CHARACTERS = 20, 200_000


def remember(session: SessionBase, journey: Journey, before: str) -> None:
    """Note the text that a draft had before it became what it is now."""
    kept = _kept(session, journey)
    kept.append([journey.seen, before])
    while len(kept) > _MOST_TEXTS or sum(len(text) for _, text in kept) > _MOST_CHARACTERS:
        del kept[0]
    _keep(session, journey, kept)


def last(session: SessionBase, journey: Journey) -> str | None:
    """The text to go back to; None when nothing was done, or somebody else saved since."""
    kept = _kept(session, journey)
    return kept[-1][1] if kept and kept[-1][0] == journey.seen else None


def gone_back(session: SessionBase, journey: Journey) -> None:
    """The draft says again what it said before the last change."""
    kept = _kept(session, journey)[:-1]
    if kept:
        kept[-1][0] = journey.seen
    _keep(session, journey, kept)


def _kept(session: SessionBase, journey: Journey) -> list[list]:  # type: ignore[type-arg]
    every = session.get(_KEY, {})
    return list(every.get(journey.code, []))


def _keep(session: SessionBase, journey: Journey, kept: list[list]) -> None:  # type: ignore[type-arg]
    session[_KEY] = {journey.code: kept}  # of the journey worked on last
