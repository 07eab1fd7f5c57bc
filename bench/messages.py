"""Invented traffic of a small company's site: visitors who browse, some who say who they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

_PAGES = ["/", "/guides", "/guides/fleet", "/blog/costs", "/product", "/product/routes", "/about",
          "/pricing", "/pricing", "/customers"]  # fmt: skip
_EVENTS = ["Content Downloaded", "Webinar Attended", "Product Viewed", "Form Submitted",
           "Social Followed", "Demo Requested", "Video Watched"]  # fmt: skip
_TITLES = ["VP Operations", "Planner", "Head of Fleet", "Student", "Owner", "Director Logistics"]
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0"
_BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def messages(
    count: int, *, people: int, at: datetime, seed: int = 1, again: float = 0.02
) -> Iterator[dict[str, Any]]:
    """Messages of about this many people over the month before `at`, in the order in which such
    traffic comes; some are sent twice.

    60 % pages, 25 % tracks, 15 % identifies; 1 % by a robot; every third visitor is known by a
    user id.
    """
    random = Random(seed)
    last: dict[str, Any] = {}
    for number in range(count):
        if last and random.random() < again:
            yield last
            continue
        told = at - timedelta(seconds=30 * 86_400 * (1 - number / count))
        last = _message(random, number, random.randrange(people), told)
        yield last


def _message(random: Random, number: int, person: int, told: datetime) -> dict[str, Any]:
    told -= timedelta(seconds=random.randrange(120))  # clients send in their own time
    agent = _BOT if random.random() < 0.01 else _AGENT.format(100 + person % 40)
    made: dict[str, Any] = {
        "messageId": f"bench-{number:08d}-7b2d3c4e5f60", "anonymousId": f"visitor-{person:06d}",
        "timestamp": told.isoformat(), "context": {"userAgent": agent, "locale": "en-GB"},
    }  # fmt: skip
    if person % 3 == 0:
        made["userId"] = f"user-{person}"
    dice = random.random()
    if dice < 0.60:
        path = random.choice(_PAGES)
        properties = {"path": path, "url": f"https://shop.example{path}", "title": f"Shop {path}"}
        return {**made, "type": "page", "properties": properties}
    if dice < 0.85:
        properties = {"title": f"Item {person % 50}", "topic": random.choice(["cost", "routes"])}
        return {**made, "type": "track", "event": random.choice(_EVENTS), "properties": properties}
    traits = {
        "email": f"person-{person}@firm-{person // 8}.example", "firstName": "Person",
        "lastName": str(person), "title": _TITLES[person % len(_TITLES)],
        "company": {"name": f"Firm {person // 8}", "employees": 5 + person // 8 * 37 % 4000},
    }  # fmt: skip
    return {**made, "type": "identify", "traits": traits}
