"""The door before every page and action: it asks the table of permissions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails

from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


class HttpUserRequest(HttpRequest):
    """A request behind the sign-in: `user` is a person (LoginRequiredMiddleware sees to it)."""

    user: User
    htmx: HtmxDetails


def require(user: User | AnonymousUser | None, permission: Permission) -> None:
    """Do nothing if the person may, else raise Django's PermissionDenied with a sentence."""
    if not may(user, permission):
        raise PermissionDenied(_sentence(user, permission))


def needs(
    permission: Permission,
) -> Callable[
    [Callable[Concatenate[HttpUserRequest, P], R]],
    Callable[Concatenate[HttpRequest, P], R],
]:
    """Decorate a view: those who may not get the page 403."""

    def decorator(
        view: Callable[Concatenate[HttpUserRequest, P], R],
    ) -> Callable[Concatenate[HttpRequest, P], R]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
            require(request.user, permission)
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        return guarded

    return decorator


def _sentence(user: User | AnonymousUser | None, permission: Permission) -> str:
    deed = permission.value.replace("_", " ")
    if not isinstance(user, User):
        return "Sign in first."
    return f"{user.role_label} may not {deed} here. Revenue operations can change your role."
