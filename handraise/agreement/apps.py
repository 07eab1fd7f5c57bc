"""Sees to it that the shipped lists are there after every migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AgreementConfig(AppConfig):
    name = "handraise.agreement"

    def ready(self) -> None:
        post_migrate.connect(_fill_lists, sender=self, dispatch_uid="agreement.lists")


def _fill_lists(using: str, **_: Any) -> None:
    from django.db import connections

    from handraise.agreement import lists

    # Migrating backwards or to a plan that stops before our table leaves nothing to fill.
    if "agreement_listentry" in connections[using].introspection.table_names():
        lists.sync_shipped()
