"""By which server the mails of a team leave, and under which address."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from handraise.post.decide import Refused, Security, Server, read_server
from handraise.post.models import TeamServer


@dataclass(frozen=True, slots=True)
class Way:
    """A server and the address that mails bear when they leave by it."""

    server: Server
    mail_from: str


def seal(password: str) -> str:
    """The password, readable only with the installation's secret key."""
    return _box().encrypt(password.encode()).decode("ascii") if password else ""


def unseal(sealed: str) -> str:
    """The password again. Raises Refused when the secret key is another one by now."""
    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode("ascii")).decode()
    except InvalidToken:
        raise Refused(
            "The password of the team's mail server was kept under another secret key; "
            "enter it again in the settings of mail."
        ) from None


def _box() -> Fernet:
    key = sha256(b"handraise.post.servers:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(urlsafe_b64encode(key))


def house() -> Way | None:
    """What HANDRAISE_SMTP_URL and HANDRAISE_MAIL_FROM name; None unless both do. Raises Refused."""
    server = read_server(settings.SMTP_URL)
    return Way(server, settings.MAIL_FROM) if server and settings.MAIL_FROM else None


def way_of(team_id: int | None) -> Way | None:
    """The way of a team: its own server and address as far as it has them, else the house's.

    None while neither is set; Raises Refused with a sentence when it cannot be read.
    """
    own = TeamServer.objects.filter(team_id=team_id).first() if team_id is not None else None
    if own is None:
        return house()
    mail_from = own.mail_from or settings.MAIL_FROM
    if own.host:
        server: Server | None = Server(
            own.host, own.port, Security(own.security), own.user, unseal(own.sealed)
        )
    else:
        server = read_server(settings.SMTP_URL)
    return Way(server, mail_from) if server and mail_from else None


def missing(team_id: int | None) -> str:
    """Why mails of this team wait, in a sentence; empty when they can leave."""
    try:
        found = way_of(team_id)
    except Refused as unreadable:
        return str(unreadable)
    if found is not None:
        return ""
    return "No mail server is set up yet: mails wait until revenue operations names one."


def missing_everywhere() -> str:
    """Why no mail at all can leave, in a sentence; empty when some team's can."""
    own = TeamServer.objects.exclude(host="").values_list("team_id", flat=True)
    said = [missing(team_id) for team_id in (None, *own)]
    return said[0] if all(said) else ""


__all__ = ["Way", "house", "missing", "missing_everywhere", "seal", "unseal", "way_of"]
