"""Revenue operations names the servers of teams, and tries them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.post.actions import post_mail
from handraise.post.decide import Refused, Security, address, one_line, spec_of
from handraise.post.models import Outgoing, TeamServer
from handraise.post.queries import TEST
from handraise.post.servers import seal
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import Team, User

LARGEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Naming:
    """What a team's mails leave by. Without a host by the house's server; an empty password
    leaves the one that is kept."""

    mail_from: str = ""
    host: str = ""
    port: int = 587
    security: str = Security.STARTTLS
    user: str = ""
    password: str = ""


@transaction.atomic
def name_server(team: Team, naming: Naming, *, by: User, at: datetime, via: Via) -> TeamServer:
    """Say by which server and under which address a team's mails leave. Raises Refused.

    A kept password goes when server or name change: no other machine shall hear it.
    """
    require(by, Permission.ADMINISTER)
    held, _ = TeamServer.objects.select_for_update().get_or_create(
        team=team, defaults={"changed_at": at}
    )
    host = one_line(naming.host, "A mail server", 253)
    if any(sign in host for sign in " /@:") and not host.startswith("["):
        raise Refused("A mail server is the name of a machine, such as smtp.acme.example.")
    if not 1 <= naming.port <= LARGEST_PORT:
        raise Refused(f"A port is a number from 1 to {LARGEST_PORT}.")
    user = one_line(naming.user, "A user name", 254)
    is_other = (held.host, held.port, held.user) != (host, naming.port, user)
    is_plain = Security.PLAIN == naming.security != held.security
    held.mail_from = spec_of(address(naming.mail_from)) if naming.mail_from else ""
    held.host, held.port, held.user = host, naming.port, user
    held.security, held.changed_at = Security(naming.security), at
    if naming.password:
        held.sealed = seal(naming.password)
    elif is_other or is_plain:  # a kept password goes nowhere else, and not in the clear
        held.sealed = ""
    held.save()
    said = f"Mails of {team} leave by {held.host or 'the server of the house'}."
    journal.write("post.server_named", at=at, via=via, by=by, said=said,
                  data={"team": team.pk, "host": held.host, "from": held.mail_from})  # fmt: skip
    return held


@transaction.atomic
def post_test_mail(team: Team | None, *, by: User, at: datetime, via: Via) -> Outgoing:
    """Send a mail to oneself by a team's server, or the house's, to see whether it arrives."""
    require(by, Permission.ADMINISTER)
    by_which = f"the server of {team}" if team else "the server of the house"
    row = post_mail(
        to=[by.email], subject="A test mail from Handraise", team=team, sender=None, about=TEST,
        text=f"This mail left by {by_which}. It was asked for by {by.name}.\n", at=at,
    )  # fmt: skip
    said = f"{by} tried {by_which} with a mail."
    journal.write("post.server_tried", at=at, via=via, by=by, said=said,
                  data={"outgoing": row.pk})  # fmt: skip
    return row


__all__ = ["Naming", "name_server", "post_test_mail"]
