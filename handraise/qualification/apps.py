"""Lets agreements be checked for the frameworks that they name."""

from __future__ import annotations

from django.apps import AppConfig


class QualificationConfig(AppConfig):
    name = "handraise.qualification"

    def ready(self) -> None:
        from handraise.agreement.references import add_check
        from handraise.qualification.frameworks.queries import unknown_questions

        add_check("frameworks", unknown_questions)
