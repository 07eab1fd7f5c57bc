"""The table of permissions, said a second time in plain words."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from handraise.team.access import require
from handraise.team.decide import Permission, Role, may
from handraise.team.models import User

P = Permission


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (
            Role.MARKETING,
            {
                P.SEE,
                P.EDIT_LEADS,
                P.IMPORT,
                P.EXPORT,
                P.PROPOSE,
                P.SIGN_MARKETING,
                P.EQUIP_SALES,
                P.NURTURE,
            },
        ),
        (
            Role.SALES_DEVELOPMENT,
            {P.SEE, P.EDIT_LEADS, P.TAKE, P.QUALIFY, P.PROPOSE, P.SIGN_SALES},
        ),
        (Role.SALES, {P.SEE, P.EDIT_LEADS, P.TAKE, P.QUALIFY, P.PROPOSE, P.SIGN_SALES}),
        (Role.REVENUE_OPERATIONS, set(P) - {P.SIGN_MARKETING, P.SIGN_SALES}),
        (Role.VIEWER, {P.SEE}),
    ],
)
def test_each_role_may_this_and_no_more(role: Role, allowed: set[Permission]) -> None:
    assert {permission for permission in P if may(role, permission)} == allowed


def test_managers_also_override_and_export_but_viewers_never() -> None:
    assert may(Role.SALES, P.OVERRIDE, is_manager=True)
    assert may(Role.SALES, P.EXPORT, is_manager=True)
    assert may(Role.SALES_DEVELOPMENT, P.EQUIP_SALES, is_manager=True)
    assert not may(Role.VIEWER, P.OVERRIDE, is_manager=True)


def test_the_refusal_says_who_can_help(vera: User) -> None:
    with pytest.raises(PermissionDenied, match="Viewer may not edit leads here"):
        require(vera, P.EDIT_LEADS)
    with pytest.raises(PermissionDenied, match="Sign in first"):
        require(AnonymousUser(), P.SEE)
