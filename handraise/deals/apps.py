"""Sees to it that a pipeline and reasons are there after the first migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DealsConfig(AppConfig):
    name = "handraise.deals"

    def ready(self) -> None:
        post_migrate.connect(_ship, sender=self, dispatch_uid="deals.pipeline")


def _ship(using: str, **_: Any) -> None:
    from django.db import connections

    from handraise.deals import pipeline

    # Migrating backwards or to a plan that stops before our tables leaves nothing to fill.
    if "deals_lostreason" in connections[using].introspection.table_names():
        pipeline.ship()
