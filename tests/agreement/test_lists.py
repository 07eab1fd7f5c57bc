"""Lists of mail domains come with the packages, and stay what the packages say."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from handraise.agreement import lists
from handraise.agreement.models import ListEntry
from handraise.agreement.queries import list_values
from handraise.kit.fold import fold

pytestmark = pytest.mark.django_db


def test_the_lists_are_there_after_migrating() -> None:
    assert "gmail.com" in list_values("free_email")
    assert "mailinator.com" in list_values("disposable_email")
    assert set(list_values("free_email")) == lists.shipped()["free_email"]


def test_every_value_is_folded() -> None:
    assert all(value == fold(value) for values in lists.shipped().values() for value in values)


def test_no_domain_is_both() -> None:
    made = lists.shipped()

    assert not made["free_email"] & made["disposable_email"]


def test_syncing_again_touches_nothing() -> None:
    before = list(ListEntry.objects.order_by("id").values_list("id", "list", "value"))

    lists.sync_shipped()

    assert list(ListEntry.objects.order_by("id").values_list("id", "list", "value")) == before


def test_migrating_repairs_what_differs() -> None:
    ListEntry.objects.filter(list="free_email", value="gmail.com").delete()
    ListEntry.objects.create(list="free_email", value="no-longer-free.example")
    ListEntry.objects.create(list="own", value="acme.example")

    call_command("migrate", verbosity=0)

    assert "gmail.com" in list_values("free_email")
    assert "no-longer-free.example" not in list_values("free_email")
    assert list_values("own") == ["acme.example"]


def test_own_lists_leave_the_shipped_ones_alone() -> None:
    lists.sync_own({"own": ["Acme.example", "acme.example", " "]})
    lists.sync_own({"other": ["x"]})

    assert list_values("own") == []
    assert list_values("other") == ["x"]
    assert "gmail.com" in list_values("free_email")
