"""Every page of the editor opens for those who may, and for nobody else."""

from __future__ import annotations

import pytest
from django.urls import reverse

from handraise.agreement.models import Version
from handraise.feedback.editor.fields import SECTIONS
from handraise.team.models import User
from tests.feedback.editor.conftest import as_user, shown

pytestmark = pytest.mark.django_db


def paths(number: int) -> list[str]:
    found = [reverse("draft", args=[number]), reverse("draft_history", args=[number])]
    for key, section in SECTIONS.items():
        if not section.is_many:
            found.append(reverse("draft_part", args=[number, key]))
            continue
        found.append(reverse("draft_new_part", args=[number, key]))
        if key != "lists":
            found.append(reverse("draft_part_at", args=[number, key, 0]))
            found.append(reverse("draft_removal", args=[number, key, 0]))
    return found


def test_who_may_propose_opens_every_page(draft: Version, mark: User) -> None:
    for path in paths(draft.number):
        page = shown(mark, path)
        assert "style=" not in page, path


def test_a_viewer_opens_none(draft: Version, vera: User) -> None:
    client = as_user(vera)

    assert {client.get(path).status_code for path in paths(draft.number)} == {403}
