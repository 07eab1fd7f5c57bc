"""Lets the page of a key message show the messages that say it."""

from __future__ import annotations

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "handraise.messaging"

    def ready(self) -> None:
        from handraise.enablement.places import add_places
        from handraise.messaging.queries import places_of

        add_places("messages", places_of)
