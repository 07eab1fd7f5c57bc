"""By which way the sends of a message leave: a provider, the house's server or the team's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from handraise.post.decide import Refused, Server, read_server
from handraise.post.models import TeamServer
from handraise.post.servers import way_of
from handraise.sends.lines import Lines, SmtpLine


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
        found = way_of(team_id)
        mail_from = found.mail_from if found else settings.MAIL_FROM
        server = read_server(settings.MAIL_URL) if settings.MAIL_URL else found and found.server
    except Refused:
        return None
    if server is None or not mail_from:
        return None
    lines = _lines(server, settings.MAIL_CONNECTIONS)
    return Way(mail_from, lines) if lines.is_reachable() else None


_kept: dict[object, Lines] = {}


def _lines(server: Server, count: int) -> Lines:
    key = (server, count)
    if key not in _kept:
        _kept[key] = Lines(lambda: SmtpLine(server), count)
    return _kept[key]
