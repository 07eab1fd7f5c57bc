"""Keep touchpoints: what activities tell of where somebody came from and what they engaged with."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from handraise.feedback.attribution.models import Touchpoint, TouchpointFreshness
from handraise.leads.bulk import rows_of
from handraise.leads.decide import TOUCHES

LONGEST = 120  # characters of a name
# Activities of fewer bytes are read while somebody waits for the page; more only by the worker.
SMALL = 48_000_000
# Who was given a lower number may commit later: so many before the newest are read once more.
AGAIN = 200_000

_NOT_CONTENT = ("page", "screen", "Page Left", *TOUCHES)

# Read from `match`, where texts are folded; a title as it came. A referrer that is the site itself
# is no origin. `channel` is what some clients call a source.
_TOLD = """
    select activity.id, activity.identity_id, activity.occurred_at as at,
        left(coalesce(activity.match->>'campaign.source', activity.match->>'channel',
            case when page.came not like '%%://%%' then page.came
                when came.host is distinct from here.host then came.host end, ''), %(longest)s)
            as source,
        left(coalesce(activity.match->>'campaign.name', activity.match->>'campaign', ''),
            %(longest)s) as campaign,
        case when activity.name <> all(%(not_content)s) and activity.name not like 'Email %%'
                and jsonb_typeof(activity.properties->'title') = 'string'
            then left(btrim(activity.properties->>'title'), %(longest)s) else '' end as content
    from leads_activity activity
    cross join lateral (select activity.match->>'referrer' as came,
        activity.match->>'url' as url) page
    cross join lateral (select
        substring(page.came from '^[a-z]+://(?:www[.])?([^/:?#]+)') as host) came
    cross join lateral (select
        substring(page.url from '^[a-z]+://(?:www[.])?([^/:?#]+)') as host) here
    where activity.id > %(after)s and activity.by_id is null
      and (activity.match ?| array['campaign', 'campaign.source', 'campaign.name', 'channel',
          'referrer', 'title'])
"""
_WRITE = f"""
insert into feedback_touchpoint (activity_id, identity_id, lead_id, lot, at, source, campaign,
    content, counts)
select told.id, told.identity_id, face.canonical_id,
    (hashint8(face.canonical_id) & 2147483647) %% 1000, told.at, told.source, told.campaign,
    told.content, true
from ({_TOLD}) told
join leads_identity identity on identity.id = told.identity_id
join leads_lead face on face.id = identity.lead_id
where told.source <> '' or told.campaign <> '' or told.content <> ''
on conflict (activity_id) do nothing
"""  # noqa: S608 - constants of this module
_NEWEST = "select coalesce(max(id), 0) from leads_activity"
_SIZE = "select pg_table_size('leads_activity')"
# After a merge, or one undone, a touchpoint is another lead's.
_WHOSE = """
update feedback_touchpoint touch set lead_id = face.canonical_id,
    lot = (hashint8(face.canonical_id) & 2147483647) % 1000
from leads_identity identity join leads_lead face on face.id = identity.lead_id
where identity.id = touch.identity_id and touch.lead_id <> face.canonical_id
"""
# For each doubt (a machine, an undone import) the newest judgement holds.
_JUDGED = """
update feedback_touchpoint touch set counts = judged.counts
from (
    select activity_id, bool_and(counts) as counts from (
        select distinct on (activity_id, doubt) activity_id, counts from leads_judgement
        order by activity_id, doubt, known_at desc, id desc
    ) newest group by activity_id
) judged
where judged.activity_id = touch.activity_id and touch.counts <> judged.counts
"""
_LOCK = "select pg_try_advisory_xact_lock(hashtext('feedback_touchpoint'))"


def is_small() -> bool:
    """Whether everything may be read while somebody waits."""
    return int(rows_of(_SIZE)[0][0]) < SMALL


def refresh(*, at: datetime) -> bool:
    """Read what came since, and whose it is and whether it counts by now. False, and nothing
    done, if somebody is at it already."""
    begun = time.perf_counter()
    with transaction.atomic():
        if not rows_of(_LOCK)[0][0]:
            return False
        held = TouchpointFreshness.objects.filter(pk=1).first()
        newest = rows_of(_NEWEST)[0][0]
        asked: dict[str, Any] = {
            "after": max(held.upto - AGAIN, 0) if held else 0,
            "longest": LONGEST,
            "not_content": list(_NOT_CONTENT),
        }
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, asked)
            cursor.execute(_WHOSE)
            cursor.execute(_JUDGED)
        TouchpointFreshness.objects.update_or_create(
            pk=1,
            defaults={
                "as_of": at, "upto": newest, "touchpoints": Touchpoint.objects.count(),
                "seconds": time.perf_counter() - begun,
            },
        )  # fmt: skip
    return True
