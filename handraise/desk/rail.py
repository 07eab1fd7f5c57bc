"""The rail beside every page: what to do, what we agreed, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from handraise.desk import figures
from handraise.desk.figures import Figures
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the rail: the name of its address, its icon, who sees it, what it counts."""

    address: str
    icon: str
    name: str
    permission: Permission = Permission.SEE
    count: Callable[[Figures], str] | None = None
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    icon: str
    name: str
    count: str
    is_urgent: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    links: list[Link]


PARTS: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "",
        (
            Place("today", "house", "Today"),
            Place("inbox", "inbox", "Inbox", Permission.TAKE, figures.waiting, is_urgent=True),
            Place("leads", "users", "Leads", count=figures.leads),
            Place("companies", "building-2", "Companies"),
            Place("lists", "list-filter", "Lists"),
            Place("pipeline", "square-kanban", "Pipeline"),
            Place("questions", "message-circle-question-mark", "Questions", count=figures.asked),
            Place("enablement", "book-open", "Enablement"),
            Place("imports", "upload", "Imports", Permission.IMPORT),
            Place("tasks", "list-checks", "Tasks"),
        ),
    ),
    (
        "Nurture",
        (
            Place("journeys", "route", "Journeys"),
            Place("messages", "mails", "Messages"),
            Place("forms", "text-cursor-input", "Forms"),
            Place("sends", "send", "Sends"),
        ),
    ),
    (
        "What we agreed",
        (Place("agreement", "file-text", "Agreement", count=figures.version),),
    ),
    (
        "What came of it",
        (
            Place("weekly", "calendar-range", "Week"),
            Place("feedback", "chart-line", "Feedback"),
            Place("journal", "scroll-text", "Journal", Permission.ADMINISTER),
        ),
    ),
    (
        "Settings",
        (
            Place("frameworks", "list-checks", "Frameworks", Permission.ADMINISTER),
            Place("people", "user-plus", "People", Permission.ADMINISTER),
            Place("chats", "message-square", "Chats", Permission.OVERRIDE),
            Place("pipeline_settings", "list-ordered", "Stages of deals", Permission.ADMINISTER),
            Place("keys", "key", "Write keys", Permission.ADMINISTER),
            Place("mail_settings", "mail", "Mail", Permission.ADMINISTER),
            Place("purposes", "shield-check", "Consent", Permission.NURTURE),
            Place("sending_limits", "gauge", "Sending limits", Permission.NURTURE),
            Place("mail_answers", "bot", "Machine clicks"),
        ),
    ),
)


def rail(request: HttpRequest) -> dict[str, object]:
    """Context processor: the parts of the rail that this reader may use, made when first read."""
    if not isinstance(getattr(request, "user", None), User):
        return {"rail": []}
    told = SimpleLazyObject(lambda: figures.figures_of(request.user))  # type: ignore[arg-type]
    # The bell of `talk` stands in the rail, and would count for itself.
    request.unread_news = lambda: told.news  # type: ignore[attr-defined]
    return {"rail": SimpleLazyObject(lambda: parts(request.user, request.path, told))}  # type: ignore[arg-type]


def parts(user: User, path: str, told: Figures) -> list[Part]:
    """Every part with at least one page that this person may open, with what it counts."""
    made = []
    for name, places in PARTS:
        links = [_link(place, told, path) for place in places if may(user, place.permission)]
        kept = [link for link in links if link is not None]
        if kept:
            made.append(Part(name, kept))
    return made


def _link(place: Place, told: Figures, path: str) -> Link | None:
    try:
        url = reverse(place.address)
    except NoReverseMatch:  # a step whose pages are not there
        return None
    count = place.count(told) if place.count else ""
    is_here = path == url if url == "/" else path.startswith(_root(url))
    return Link(url, place.icon, place.name, count, place.is_urgent, is_here)


def _root(url: str) -> tuple[str, ...]:
    # The page of one lead stands under /lead/7/, its list under /leads/.
    others = {"/leads/": "/lead", "/companies/": "/compan", "/pipeline/": "/deal/"}
    return (url, others[url]) if url in others else (url,)
