"""An agreement to score by, and a way to tell of one lead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from handraise.agreement.document import Document
from handraise.agreement.queries import Published
from tests.personas import NOON

PLAIN: dict[str, Any] = {
    "name": "Northwind",
    "fit": [
        {"name": "Decision maker", "points": 25,
         "when": {"title": {"contains_word": ["vp", "head"]}}},
        {"name": "Our size", "points": 20, "when": {"company.employees": {"between": [50, 2000]}}},
        {"name": "Free mailbox", "points": -15,
         "when": {"email_domain": {"in_list": "free_email"}}},
    ],
    "interest": [
        {"name": "Downloaded a guide", "event": "Content Downloaded", "points": 10,
         "half_life": "30 days", "at_most": 30},
        {"name": "Came to a webinar", "event": "Webinar Attended", "points": 15,
         "half_life": "45 days"},
    ],
    "intent": [
        {"name": "Studied pricing", "event": "page", "where": {"path": {"starts_with": "/pricing"}},
         "points": 8, "half_life": "7 days", "at_most": 24, "once_per": "day"},
        {"name": "Asked for a demo", "event": "Demo Requested", "points": 60,
         "half_life": "30 days"},
    ],
    "mql": {
        "when": {"any": [
            {"all": [{"fit": {"at_least": 30}}, {"interest": {"at_least": 40}}]},
            {"did": {"event": "Demo Requested", "within": "30 days"}},
        ]},
        "needs": ["email"],
        "never": {"any": [{"is_competitor": True}, {"stage": ["CUSTOMER", "DISQUALIFIED"]}]},
    },
    "sql": {"when": {"intent": {"at_least": 40}}},
    "routes": [{"name": "Large", "team": "Sales",
                "when": {"company.employees": {"at_least": 500}}}],
    "reasons": [{"name": "Not now", "consequence": "recycle"}],
}  # fmt: skip


def agreement(**changes: Any) -> Document:
    """The plain agreement, with other parts."""
    return Document(**{**PLAIN, **changes})


@pytest.fixture
def document() -> Document:
    return agreement()


@pytest.fixture
def publish() -> Callable[[Document], Published]:
    return lambda document: Published(1, document, NOON)
