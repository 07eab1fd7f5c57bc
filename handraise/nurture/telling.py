"""The kind of news that journeys bring."""

from __future__ import annotations

from handraise.talk.decide import Kind

JOURNEY = Kind("journey", "Notices of journeys", "route")
