"""Tell many people something each at once: a batch costs a handful of statements, not one a row."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from handraise.leads.bulk import FEW, ids, rows_of, texts
from handraise.talk import chat, decide
from handraise.talk.actions import LONGEST_NEWS, checked
from handraise.talk.decide import News
from handraise.talk.queries import channels_of

# In the order of people, so that two that tell the same people at once do not deadlock. Who has
# left is passed over.
_TELL = """
    INSERT INTO talk_notification (person_id, kind, key, text, link, lead_id, at, in_app, by_mail)
    SELECT told.person, %(kind)s::text, told.key, told.said, told.link, told.lead,
        %(at)s::timestamptz, told.in_app, told.by_mail
    FROM unnest(%(people)s::bigint[], %(keys)s::text[], %(said)s::text[], %(links)s::text[],
        %(leads)s::bigint[], %(in_app)s::boolean[], %(by_mail)s::boolean[])
        AS told (person, key, said, link, lead, in_app, by_mail)
    JOIN team_user person ON person.id = told.person AND person.is_active
    ORDER BY told.person, told.key
    ON CONFLICT (person_id, kind, key) DO NOTHING
    RETURNING person_id, key
"""


@transaction.atomic
def notify_each(news: Collection[News], *, kind: str, at: datetime) -> int:
    """Tell each of these people their own news, where they wish to be told; how many are new.

    The same promises as `actions.notify`, for hundreds at once. A chat gets one post of them all.
    """
    if not news:
        return 0
    told = list({(one.person_id, one.key): one for one in news}.values())
    for one in told:
        checked(one.link, one.key)
    wished = channels_of(sorted({one.person_id for one in told}), kind)
    named = {
        "kind": kind, "at": at,
        "people": ids(one.person_id for one in told),
        "keys": texts(one.key for one in told),
        "said": texts(decide.excerpt(one.said, LONGEST_NEWS) for one in told),
        "links": texts(one.link for one in told),
        "leads": texts(None if one.lead_id is None else str(one.lead_id) for one in told),
        "in_app": texts(str(wished[one.person_id].in_app) for one in told),
        "by_mail": texts(str(wished[one.person_id].by_mail) for one in told),
    }  # fmt: skip
    added = {(person, key) for person, key in rows_of(_TELL, named, is_kept=len(told) <= FEW)}
    fresh = [one for one in told if (one.person_id, one.key) in added]
    asked = {one.person_id for one in fresh if wished[one.person_id].by_chat}
    chat.post_each(fresh, asked=asked, kind=kind, at=at)
    return len(fresh)


__all__ = ["News", "notify_each"]
