"""By which way the sends of a message leave: a provider, the house's server or the team's own."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from handraise.post.decide import Refused, Server, read_server
from handraise.post.models import TeamServer
from handraise.post.servers import way_of
from handraise.sends.lines import Line, Lines, SmtpLine
from handraise.sends.providers import Provider, ProviderLine, read_provider


@dataclass(frozen=True, slots=True)
class Way:
    """The address that mails bear, and the lines by which they leave."""

    mail_from: str
    lines: Lines


@dataclass(frozen=True, slots=True)
class Ways:
    """The way of each team that has one of its own, and that of everybody else.

    None: there is none, or it cannot be reached now; such sends are left waiting.
    """

    house: Way | None
    teams: dict[int, Way | None]

    def of(self, team_id: int | None) -> Way | None:
        return self.teams.get(team_id, self.house) if team_id is not None else self.house

    def are_any(self) -> bool:
        return self.house is not None or any(self.teams.values())


def ways() -> Ways:
    """The ways that are open now."""
    own = TeamServer.objects.values_list("team_id", flat=True)
    return Ways(_way(None), {team_id: _way(team_id) for team_id in own})


def close_idle() -> None:
    """Close the lines that nobody used for a while."""
    for lines in _kept.values():
        lines.close_idle()


def forget() -> None:
    """Close every line and know none."""
    for lines in _kept.values():
        lines.close()
    _kept.clear()


def _way(team_id: int | None) -> Way | None:
    try:
        found = named_way(team_id)
    except Refused:
        return None
    if found is None:
        return None
    lines = _lines(found.by, settings.MAIL_CONNECTIONS)
    return Way(found.mail_from, lines) if lines.is_reachable() else None


@dataclass(frozen=True, slots=True)
class Named:
    """What the settings name: an address, and the server or provider by which its mails leave."""

    mail_from: str
    by: Server | Provider


def named_way(team_id: int | None) -> Named | None:
    """The way of a team's messages, None while there is none. Raises Refused when it cannot be
    read. HANDRAISE_MAIL_URL is for all messages to many; letters leave by the server."""
    address = _address_of(team_id)
    if settings.MAIL_URL and address:
        url = settings.MAIL_URL
        by = read_server(url) if urlsplit(url).scheme in {"smtp", "smtps"} else read_provider(url)
        return Named(address, by) if by else None
    found = way_of(team_id)
    return Named(found.mail_from, found.server) if found else None


def _address_of(team_id: int | None) -> str:
    own = TeamServer.objects.filter(team_id=team_id or 0).values_list("mail_from", flat=True)
    return own.first() or str(settings.MAIL_FROM)


_kept: dict[object, Lines] = {}


def _lines(by: Server | Provider, count: int) -> Lines:
    key = (by if isinstance(by, Server) else settings.MAIL_URL, count)
    if key not in _kept:
        _kept[key] = Lines(lambda: _line(by), count)
    return _kept[key]


def _line(by: Server | Provider) -> Line:
    return SmtpLine(by) if isinstance(by, Server) else ProviderLine(by)
