"""Lets people choose where news of handovers reach them."""

from __future__ import annotations

from django.apps import AppConfig


class HandoverConfig(AppConfig):
    name = "handraise.handover"

    def ready(self) -> None:
        from handraise.handover.telling import KINDS
        from handraise.talk.decide import add_kind

        for kind in KINDS:
            add_kind(kind)
