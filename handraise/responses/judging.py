"""The worker's round: requests become verdicts and activities, each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from handraise.capture.robots import bot_named_by
from handraise.leads.actions import judge
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Doubt
from handraise.leads.models import Judgement
from handraise.responses.decide import (
    MINUTES,
    REPEATED,
    SECONDS,
    SETTLED,
    Deed,
    Mail,
    Reason,
    Seen,
    Verdict,
    verdict,
)
from handraise.responses.models import Belief, Hit
from handraise.responses.recording import record_answers
from handraise.sends.models import Links, Send

FROM_THERE = 5000  # requests from one set of addresses that are looked at together

# Requests and then their sends, so that workers take different ones. One worker judges all that was
# asked for of a send: a link followed twice is one answer. The send itself is not written; requests
# that come in meanwhile only refer to it and need not wait.
_CLAIM = """
    WITH due AS (
        SELECT send_id FROM responses_hit WHERE judged_at IS NULL AND at <= %(until)s
        ORDER BY at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    SELECT id FROM sends_send WHERE id IN (SELECT send_id FROM due)
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""


@transaction.atomic
def judge_due(*, at: datetime, limit: int = 500) -> int:
    """Judge what was asked for until a moment ago; the number of requests judged.

    All in one transaction: a killed worker has judged nothing, and another one does it again.
    """
    sends = [row[0] for row in rows_of(_CLAIM, {"until": at - SETTLED, "limit": limit})]
    if not sends:
        return 0
    mine = Hit.objects.filter(judged_at=None, send__in=sends, at__lte=at - SETTLED)
    due = list(mine.order_by("at", "pk").select_for_update(skip_locked=True))
    if not due:
        return 0
    known = _Known(due, at)
    verdicts = {hit.pk: known.verdict_on(hit) for hit in due}
    _write(due, verdicts, known, at)
    _reconsider(known, due, at)
    return len(due)


class _Known:
    """What is known around the requests that are to be judged."""

    def __init__(self, due: Sequence[Hit], at: datetime) -> None:
        first, last = due[0].at, due[-1].at
        around = Q(at__gte=first - MINUTES, at__lte=last + MINUTES)
        self.sends = {hit.send_id for hit in due}
        of_sends = list(Hit.objects.filter(around, send__in=self.sends).order_by("at", "pk"))
        near = Q(at__gte=first - SECONDS, at__lte=last + SECONDS)
        clicks = {hit.origin for hit in due if hit.deed == Deed.CLICK}
        there = Hit.objects.filter(near, origin__in=clicks).exclude(deed=Deed.OPEN)
        self.hits = {hit.pk: hit for hit in of_sends}
        self.of_send = _grouped((hit.send_id, _seen(hit)) for hit in of_sends)
        from_there = list(there.order_by("at", "pk")[:FROM_THERE])
        self.from_there = _grouped((hit.origin, _seen(hit)) for hit in from_there)
        self.mails, self.urls = _mails(self.sends | {hit.send_id for hit in from_there})
        self.believed = {
            Reason(reason)
            for reason in Belief.objects.filter(since__lte=at).values_list("reason", flat=True)
        }

    def verdict_on(self, hit: Hit) -> Verdict:
        return verdict(
            _seen(hit),
            self.mails[hit.send_id],
            of_this_mail=self.of_send[hit.send_id],
            from_there=self.from_there[hit.origin],
            mails=self.mails.__getitem__,
            believed=self.believed,
        )


def _grouped(pairs: Iterable[tuple[object, Seen]]) -> defaultdict[object, list[Seen]]:
    groups: defaultdict[object, list[Seen]] = defaultdict(list)
    for key, seen in pairs:
        groups[key].append(seen)
    return groups


def _seen(hit: Hit) -> Seen:
    return Seen(
        id=hit.pk, send=hit.send_id, deed=Deed(hit.deed), place=hit.place, at=hit.at,
        origin=hit.origin, agent=hit.agent, robot=bot_named_by(hit.agent),
        is_head=hit.is_head, is_prefetch=hit.is_prefetch,
    )  # fmt: skip


def _mails(send_ids: Iterable[int]) -> tuple[dict[int, Mail], dict[int, dict[str, str]]]:
    """What is known of these sends, and where their links lead by place; in two statements."""
    rows = list(Send.objects.filter(pk__in=list(send_ids)).values_list(*_OF_SEND))
    wanted = Q(pk__in={row[3] for row in rows if row[3]})
    usual = Q(version__in={row[2] for row in rows}, is_usual=True)
    own: dict[int, dict[str, str]] = {}
    of_version: dict[int, dict[str, str]] = {}
    for links in Links.objects.filter(wanted | usual):
        own[links.pk] = links.urls
        if links.is_usual:
            of_version[links.version_id] = links.urls
    urls = {row[0]: own.get(row[3]) or of_version.get(row[2], {}) for row in rows}
    mails = {
        pk: Mail(pk, sent_at, _tracked(urls[pk]), lead, company)
        for pk, sent_at, _, _, lead, company in rows
    }
    return mails, urls


def _tracked(urls: dict[str, str]) -> int:
    """How many links can be followed here; a mailto: is none of them."""
    return sum(place != "0" and url.startswith("http") for place, url in urls.items())


_OF_SEND = (
    "pk", "sent_at", "version_id", "links_id", "lead__canonical_id", "lead__canonical__company_id",
)  # fmt: skip


def _write(due: Sequence[Hit], verdicts: dict[int, Verdict], known: _Known, at: datetime) -> None:
    """Verdicts on the rows, and an activity for each answer that repeats none."""
    for hit in due:
        found = verdicts[hit.pk]
        hit.judged_at, hit.is_machine = at, found.is_machine
        hit.reasons, hit.why = found.reasons, found.why
    followed = _followed(due, known)
    heads = [hit for hit, first in followed if first is None]
    record_answers(heads, known.urls, at=at)
    for hit, first in followed:
        if first is not None:
            hit.activity_id = first.activity_id
    fields = ["judged_at", "is_machine", "reasons", "why", "activity"]
    Hit.objects.bulk_update(due, fields, batch_size=500)


def _followed(due: Sequence[Hit], known: _Known) -> list[tuple[Hit, Hit | None]]:
    """The requests that are answers, each with the answer of minutes before that it repeats.

    What only machines do (the decoy, asking for headers) is no answer: nobody could change it.
    """
    latest = {_what(hit): hit for hit in known.hits.values() if hit.activity_id}
    found: list[tuple[Hit, Hit | None]] = []
    for hit in due:
        if hit.deed == Deed.DECOY or hit.is_head:
            continue
        first = latest.get(_what(hit))
        if first is not None and abs(hit.at - first.at) < REPEATED:
            found.append((hit, first))
        else:
            latest[_what(hit)] = hit
            found.append((hit, None))
    return found


def _what(hit: Hit) -> tuple[object, ...]:
    return hit.send_id, hit.deed, hit.place, hit.is_machine


def _reconsider(known: _Known, due: Sequence[Hit], at: datetime) -> None:
    """What was taken for a person's and now looks like a machine's, as a hidden link followed later
    tells. What a person has ruled on stays."""
    new = {hit.pk for hit in due}
    turned: dict[str, list[int]] = defaultdict(list)
    for hit in known.hits.values():
        if hit.pk in new or hit.is_machine is not False or hit.send_id not in known.sends:
            continue
        found = known.verdict_on(hit)
        if found.is_machine:
            hit.is_machine, hit.reasons, hit.why = True, found.reasons, found.why
            hit.save(update_fields=["is_machine", "reasons", "why"])
            if hit.activity_id:
                turned[found.why].append(hit.activity_id)
    for why, activities in turned.items():
        free = without_ruling(activities)
        if free:
            judge(free, doubt=Doubt.BOT, counts=False, why=why, by=None, at=at)


def without_ruling(activity_ids: Iterable[int]) -> list[int]:
    """Those of which no person has said who did it."""
    wanted = set(activity_ids)
    ruled = Judgement.objects.filter(
        activity__in=wanted, doubt=Doubt.BOT.value, by__isnull=False
    ).values_list("activity_id", flat=True)
    return sorted(wanted - set(ruled))
