"""What the public pages of a form need: its inputs as they are drawn, what a post says, headers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from handraise.capture.robots import bot_named_by
from handraise.forms import links
from handraise.forms.checking import origin_of
from handraise.forms.document import ConsentBox, Document, Field, FieldKind
from handraise.forms.submitting import LONGEST_PAGE, UTM, Sent, Shown
from handraise.forms.turns import place_of

HONEYPOT = "contact-by-fax"  # no browser fills it in by itself
SHEETS = (*(f"ui/css/{name}.css" for name in (
    "tokens", "reset", "base", "frame", "button", "card", "form", "utilities",
)), "forms/forms.css")  # fmt: skip
FEW_CHOICES = 6  # so many are shown at once, more in a list that opens

_AUTOCOMPLETE = {
    "first_name": "given-name", "last_name": "family-name", "name": "name", "email": "email",
    "phone": "tel", "title": "organization-title", "company.name": "organization",
    "country": "country-name", "city": "address-level2", "website": "url",
}  # fmt: skip
_TYPES = {FieldKind.EMAIL: "email", FieldKind.PHONE: "tel"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One question as an input: with what was typed, and what is wrong with it."""

    field: Field
    id: str
    value: str
    fault: str
    has_focus: bool

    @property
    def type(self) -> str:
        return _TYPES.get(self.field.kind, "text")

    @property
    def autocomplete(self) -> str:
        return _AUTOCOMPLETE.get(self.field.fact, "on")

    @property
    def is_ticked(self) -> bool:
        return bool(self.value)

    @property
    def is_open_choice(self) -> bool:
        return len(self.field.choices) <= FEW_CHOICES

    @property
    def described_by(self) -> str:
        parts = [f"{self.id}-fault"] if self.fault else []
        return " ".join([*parts, f"{self.id}-help"] if self.field.help else parts)


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """One consent box. It is ticked only where this person has ticked it just now."""

    place: int
    box: ConsentBox
    id: str
    is_ticked: bool


def drawn(
    questions: Iterable[Field], given: Mapping[str, str], faults: Mapping[str, str], *,
    prefix: str = "q",
) -> list[Drawn]:  # fmt: skip
    """The questions as inputs; the first with a fault gets the focus."""
    made: list[Drawn] = []
    is_found = False
    for question in questions:
        fault = faults.get(question.name, "")
        given_text = given.get(question.name, "").replace("\0", "")
        is_first = bool(fault) and not is_found
        is_found |= is_first
        made.append(Drawn(question, f"{prefix}-{question.name}", given_text, fault, is_first))
    return made


def drawn_boxes(
    document: Document, places: Collection[int], given: Mapping[str, str], *, prefix: str = "q"
) -> list[DrawnBox]:
    return [
        DrawnBox(place, box, f"{prefix}-consent-{place}", bool(given.get(f"consent-{place}")))
        for place, box in enumerate(document.consents)
        if place in places
    ]


def ticket_for(code: str, shown: Shown, *, at: datetime) -> str:
    """The ticket that goes with this showing."""
    return links.ticket(
        code, shown.version.number, [field.name for field in shown.questions], shown.boxes, at=at,
        personal=shown.known.lead_id if shown.known else 0,
    )  # fmt: skip


def sent_by(request: HttpRequest) -> Sent:
    """What a post says."""
    posted = request.POST
    answers = {
        name: value for name, value in posted.items()
        if isinstance(value, str) and not name.startswith("_")
    }  # fmt: skip
    number = posted.get("_version", "")
    return Sent(
        answers, ticket=posted.get("_ticket", ""),
        number=int(number) if re.fullmatch(r"[0-9]{1,6}", number) else None,
        honeypot=posted.get(HONEYPOT, ""),
        page=page_of(posted.get("_page", "")) or _sent_from(request),
        utm=_utm({name: posted.get(f"_utm_{name}", "") for name in UTM}),
        anonymous_id=posted.get("_anonymous_id", ""), place=place_of(request), robot=robot(request),
    )  # fmt: skip


def _sent_from(request: HttpRequest) -> str:
    """The page it came from, as the browser tells it; nothing where that is the form's own."""
    told = page_of(request.headers.get("Referer", ""))
    is_own = told.partition("://")[2] == f"{request.get_host()}{request.path}"
    return "" if is_own else told


def hidden_of(request: HttpRequest) -> dict[str, str]:
    """What the page of a form passes on with the answers: where it stands, and how they came."""
    given = request.POST if request.method == "POST" else request.GET
    mark = "_" if request.method == "POST" else ""
    told = {"_page": page_of(given.get(f"{mark}page", ""))}
    told |= {
        f"_utm_{name}": value
        for name, value in _utm({name: given.get(f"{mark}utm_{name}", "") for name in UTM}).items()
    }
    told["_anonymous_id"] = _plain(given.get(f"{mark}anonymous_id", ""), 255)
    told["_thanks"] = given.get("_thanks", "")[:1000] if mark else ""
    return {name: value for name, value in told.items() if value}


def page_of(url: str) -> str:
    """An address without what follows the question mark, where personal data may stand."""
    if len(url) > 4000 or not origin_of(url):
        return ""
    path = _plain(urlsplit(url.strip()).path, LONGEST_PAGE)
    return f"{origin_of(url)}{path}"[:LONGEST_PAGE]


def robot(request: HttpRequest) -> str:
    """Why this visitor is a machine; empty for a person's browser."""
    agent = request.headers.get("User-Agent", "")
    return bot_named_by(agent) if agent else "no user agent"


def is_welcome(request: HttpRequest, document: Document) -> bool:
    """Whether the site that this came from may hold the form; without a name it is let in, since
    not every browser tells."""
    origin = request.headers.get("Origin", "")
    if not document.sites or not origin:
        return True
    own = {f"{request.scheme}://{request.get_host()}", origin_of(settings.ADDRESS)}
    return origin.lower() in own.union(map(origin_of, document.sites))


def shared(request: HttpRequest, response: HttpResponse, document: Document) -> HttpResponse:
    """Let scripts of the sites that hold the form read the answer. No cookies are ever meant."""
    origin = request.headers.get("Origin", "")
    if origin and origin != "null" and is_welcome(request, document):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = "accept, content-type"
        response.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
        response.headers["Access-Control-Max-Age"] = "86400"
    patch_vary_headers(response, ["Origin"])
    return response


def guarded(response: HttpResponse, document: Document, *, leads_to: str = "") -> HttpResponse:
    """The policy of a public page: held by the sites that may, sent to us, and on to what is
    allowed (browsers check the way of a redirect too)."""
    onward = {origin_of(url) for url in (*document.thanks_urls, leads_to) if url}
    targets = ["'self'", *sorted(onward)]
    holders = " ".join(origin_of(site) for site in document.sites)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"form-action {' '.join(targets)}; base-uri 'none'; "
        + (f"frame-ancestors 'self' {holders}" if holders else "frame-ancestors *")
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _utm(given: Mapping[str, str]) -> dict[str, str]:
    return {name: _plain(value, 200) for name, value in given.items() if _plain(value, 200)}


def _plain(text: str, most: int) -> str:
    return "".join(sign for sign in text.strip() if sign.isprintable())[:most]
