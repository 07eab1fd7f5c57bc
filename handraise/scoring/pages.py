"""Reads: the pages on which leads showed intent, by the one compiled definition."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings

from handraise.agreement.document import Behaviour, Document
from handraise.agreement.reading import bare
from handraise.scoring.engines.postgres import Moment, PostgresText, run

WITHIN = timedelta(days=90)
SHOWN = 8
LONGEST = 500  # characters of a title or a path

# An activity is of a page if it is a page's own, or says where it was done.
_PAGES = f"""
 SELECT lead_id, json_agg(json_build_object('what', what, 'path', path, 'count', count,
    'latest', latest) ORDER BY latest DESC, path)::text
 FROM (
    SELECT *, row_number() OVER (PARTITION BY lead_id ORDER BY latest DESC, path) AS place
    FROM (
        SELECT counted.lead_id, page.path, max(page.what) AS what,
            count(DISTINCT activity.id) AS count, max(activity.occurred_at) AS latest
        FROM ({{counted}}) counted
        JOIN leads_activity activity ON activity.id = counted.activity_id
        CROSS JOIN LATERAL (
            SELECT left(activity.properties->>'title', {LONGEST}) AS what,
                left(coalesce(activity.properties->>'path', activity.properties->>'url',
                    CASE WHEN activity.name IN ('page', 'screen')
                    THEN coalesce(activity.properties->>'title', activity.properties->>'name')
                    END), {LONGEST}) AS path
        ) page
        WHERE page.path <> ''
        GROUP BY 1, 2
    ) page
 ) newest WHERE place <= {SHOWN} GROUP BY lead_id
"""  # noqa: S608 - constants of this module


class _Pages:
    """What one agreement counts as intent, compiled once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.signals = tuple(_plain(one) for one in document.intent if one.points > 0)

    @cached_property
    def made(self) -> PostgresText:
        told = {"intent": self.signals, "lists": self.document.lists}
        return PostgresText(bare().model_copy(update=told), settings.TIME_ZONE)

    @cached_property
    def text(self) -> str:
        return _PAGES.format(counted=self.made.counted)


def _plain(signal: Behaviour) -> Behaviour:
    """The same signal with every time counted, however old and however often within a day."""
    freely = {"within": WITHIN, "half_life": None, "at_most": None, "each": None, "once_per": None}
    return signal.model_copy(update=freely)


_kept: dict[int, _Pages] = {}
KEPT = 8  # agreements: each takes a while to compile


def pages_of_intent(
    lead_ids: Collection[int], *, document: Document, at: datetime
) -> dict[int, str]:
    """The pages of the last 90 days that these canonical leads showed intent on, as JSON text:
    a list of `path`, `what` (a title, or null), `count`, `latest`, the newest first."""
    pages = _kept.get(id(document))
    if pages is None or pages.document is not document:
        if len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)), None)
        pages = _kept[id(document)] = _Pages(document)
    if not pages.signals or not lead_ids:
        return {}
    moments = [Moment(lead_id, at, at) for lead_id in sorted(set(lead_ids))]
    return dict(run(pages.made, pages.text, moments))


__all__ = ["pages_of_intent"]
