"""Who is calling: an API key in `Authorization: Bearer …`."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.security import HttpBearer

from handraise.kit import clock
from handraise.team.api_keys import key_of
from handraise.team.models import User

_READS = {"GET", "HEAD", "OPTIONS"}


class KeyAuth(HttpBearer):
    """Gives the person whose key it is. A key that may only read is refused for the rest."""

    openapi_name = "API key"

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        key = key_of(token, at=clock.now())
        if key is None:
            return None
        if request.method not in _READS and not key.may_write:
            raise PermissionDenied("This key may only read. Make one that may write.")
        request.may_write = key.may_write  # type: ignore[attr-defined]
        return key.user


def caller(request: HttpRequest) -> User:
    """The person behind the key."""
    found = request.auth  # type: ignore[attr-defined]
    assert isinstance(found, User)
    return found


def may_write(request: HttpRequest) -> bool:
    """Whether the key may write; one that may not leaves no receipt either."""
    return bool(getattr(request, "may_write", False))


__all__ = ["KeyAuth", "caller", "may_write"]
