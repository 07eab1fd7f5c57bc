"""Lets people choose where notices of journeys reach them."""

from __future__ import annotations

from django.apps import AppConfig


class NurtureConfig(AppConfig):
    name = "handraise.nurture"

    def ready(self) -> None:
        from handraise.nurture.telling import JOURNEY
        from handraise.talk.decide import add_kind

        add_kind(JOURNEY)
