"""The doors to forms and submissions, and what is counted of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from handraise.forms.decide import State
from handraise.forms.models import Form, Shown, Submission
from handraise.leads.models import Lead
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

COUNTED_DAYS = 30


def forms_visible_to(user: User) -> QuerySet[Form]:
    """Every form, those open first, with how many submissions were `taken` and how many `caught`,
    and when the last came."""
    require(user, Permission.SEE)
    taken = Count("submissions", filter=Q(submissions__state=State.TAKEN))
    held_back = Q(submissions__state__in=[State.SPAM, State.FAILED])
    counted = Form.objects.annotate(
        taken=taken, caught=Count("submissions", filter=held_back), last_at=Max("submissions__at")
    )
    found = counted.select_related("published", "changed_by")
    return found.order_by(F("closed_at").asc(nulls_first=True), "name", "pk")


def submissions_visible_to(user: User) -> QuerySet[Submission]:
    """Every submission, the newest first. Raises PermissionDenied."""
    require(user, Permission.SEE)
    found = Submission.objects.select_related("form", "version", "lead__canonical", "released_by")
    return found.order_by("-at", "-pk")


def submissions_of(user: User, lead: Lead) -> QuerySet[Submission]:
    """What a lead submitted, and those merged into it, as far as its page tells."""
    mine = submissions_visible_to(user).filter(lead__canonical=lead.canonical_id)
    return (
        mine.select_related(None)
        .select_related("form", "version")
        .only("at", "content", "content_said", "form__name", "version__number")
    )


def open_forms(user: User) -> QuerySet[Form]:
    """The forms that take submissions, those changed last first."""
    require(user, Permission.SEE)
    return Form.objects.filter(closed_at=None).exclude(published=None).order_by("-changed_at", "pk")


def hosted(code: str) -> Form | None:
    """The form at this address, if it was ever published: for everybody."""
    found = Form.objects.select_related("published__asset").filter(code=code)
    return found.exclude(published=None).first()


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a form: how often it was shown, and sent by people."""

    on: date
    shown: int
    sent: int

    @property
    def share(self) -> float | None:
        """Of those who saw it, who sent it; None where too few were counted to say so."""
        return self.sent / self.shown if 0 < self.sent <= self.shown else None


@dataclass(frozen=True, slots=True)
class Place:
    """One page that the form stood on."""

    page: str
    shown: int
    sent: int
    last_on: date | None


def days_of(form: Form, *, at: datetime) -> list[Day]:
    """The last 30 days, the newest first; days on which nothing happened are left out."""
    since = at - timedelta(days=COUNTED_DAYS)
    shown = dict(
        Shown.objects.filter(form=form, on__gte=since.date())
        .values_list("on").annotate(Sum("count")).order_by()
    )  # fmt: skip
    people = form.submissions.filter(at__gte=since).exclude(state=State.SPAM)
    sent = dict(
        people.annotate(on=TruncDate("at", tzinfo=UTC))
        .values_list("on")
        .annotate(Count("pk"))
        .order_by()
    )
    days = sorted(shown.keys() | sent.keys(), reverse=True)
    return [Day(on, shown.get(on, 0), sent.get(on, 0)) for on in days]


def places_of(form: Form, *, most: int = 20) -> list[Place]:
    """Where it stands: the pages it was shown on or sent from, the busiest first."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    last: dict[str, date | None] = {}
    shown = Shown.objects.filter(form=form).values_list("page")
    for page, count, on in shown.annotate(Sum("count"), Max("on")).order_by():
        found[page][0], last[page] = count, on
    people = form.submissions.exclude(state=State.SPAM).values_list("page")
    for page, count in people.annotate(Count("pk")).order_by():
        found[page][1] = count
    ordered = sorted(found.items(), key=lambda one: (-one[1][1], -one[1][0], one[0]))
    return [Place(page, shown, sent, last.get(page)) for page, (shown, sent) in ordered[:most]]


def facts_asked(forms: Sequence[Form]) -> set[str]:
    """The facts that these forms ask for."""
    return {field.fact for form in forms for field in form.drafted.fields if field.fact}
