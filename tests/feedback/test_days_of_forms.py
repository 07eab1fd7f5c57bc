"""Days that forms are given are those of the installation, also where clocks change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django import forms
from django.utils import timezone

from handraise.feedback.rehearsal.forms import RehearsalForm
from handraise.feedback.review.forms import ReviewForm
from handraise.feedback.routing.forms import RoutesForm
from handraise.team.models import User

pytestmark = pytest.mark.django_db
FORMS = [
    pytest.param(lambda given, user: RehearsalForm(user, given), id="rehearsal"),
    pytest.param(lambda given, _: ReviewForm(given), id="review"),
    pytest.param(lambda given, _: RoutesForm(given), id="routes"),
]


@pytest.mark.parametrize("make", FORMS)
def test_days_begin_and_end_where_the_installation_is(make: Any, mark: User, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"

    with timezone.override("Pacific/Auckland"):  # where the reader is
        form: forms.Form = make({"since": "2026-03-29", "until": "2026-03-29"}, mark)
        form.full_clean()

    assert form.cleaned_data["since"] == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert form.cleaned_data["until"] == datetime(2026, 3, 29, 22, tzinfo=UTC)  # of 23 hours


@pytest.mark.parametrize("make", FORMS)
def test_days_beyond_this_century_are_refused(make: Any, mark: User) -> None:
    form: forms.Form = make({"since": "0001-01-01", "until": "9999-12-31"}, mark)

    assert "Choose a day of this century." in form.errors["since"]
    assert "Choose a day of this century." in form.errors["until"]
