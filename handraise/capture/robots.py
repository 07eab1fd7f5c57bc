"""Which user agents are robots'."""

from __future__ import annotations

import re
from functools import lru_cache

from crawlerdetect import CrawlerDetect

AGENT_CHARS = 512  # of a user agent that are read

_detector = CrawlerDetect()
_LONG_WORD = re.compile(r"([A-Za-z0-9_.\-]{48})[A-Za-z0-9_.\-]+")


def bot_named_by(agent: str) -> str:
    """Why this user agent is a robot's, or the empty string. 165 µs without the cache.

    The patterns take time by the square of a word's length (a quarter of a second for 1,000
    letters), so of a text that nobody's browser sends only so much is read.
    """
    return _bot_named_by(agent[:AGENT_CHARS])


@lru_cache(maxsize=8192)
def _bot_named_by(sent: str) -> str:
    agent = _LONG_WORD.sub(r"\1", sent)
    if not agent or not _detector.isCrawler(agent):
        return ""
    return f"user agent of {_detector.getMatches() or 'a robot'}"[:200]
