"""Sees to it that the shipped purposes are there after the first migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConsentConfig(AppConfig):
    name = "handraise.consent"

    def ready(self) -> None:
        post_migrate.connect(_ship, sender=self, dispatch_uid="consent: ship")


def _ship(using: str, **_: Any) -> None:
    from django.db import connections

    from handraise.consent import arranging

    # Migrating backwards or to a plan that stops before our tables leaves nothing to fill.
    if "consent_topic" in connections[using].introspection.table_names():
        arranging.ship()
