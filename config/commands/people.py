"""People and write keys: user add, user list, key add, key list."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from config import session
from config.commands.say import HERE, As, Data, done, out
from handraise.team.decide import Permission, Role

users = typer.Typer(no_args_is_help=True, help="The people who work here.")
keys = typer.Typer(no_args_is_help=True, help="Write keys: what lets a website or app send.")


@users.command("add")
def add_user(
    email: Annotated[str, typer.Argument(help="The address they sign in with.")],
    role: Annotated[Role, typer.Option(help="What they do here.")],
    name: Annotated[str, typer.Option(help="Their name; else the beginning of the address.")] = "",
    team: Annotated[str, typer.Option(help="Their team, made if it is new.")] = "",
    manager: Annotated[bool, typer.Option("--manager", help="They lead their team.")] = False,
    password: Annotated[
        str, typer.Option(envvar="HANDRAISE_PASSWORD", help="Left out, one is made and printed.")
    ] = "",
    data: Data = HERE,
    as_: As = None,
) -> None:
    """Add a person. Until somebody of revenue operations is here, no --as is needed."""
    with session.session(data):
        from django.contrib.auth.password_validation import validate_password
        from django.db import transaction

        from handraise.leads import journal
        from handraise.leads.decide import Via
        from handraise.team import actions
        from handraise.team.models import Team, User

        managed = User.objects.filter(role=Role.REVENUE_OPERATIONS, is_active=True).exists()
        by = session.acting(as_, Permission.ADMINISTER) if managed or as_ else None
        at = datetime.now(UTC)
        given = password or secrets.token_urlsafe(12)
        validate_password(given)
        with transaction.atomic():
            found = Team.objects.filter(name__iexact=team).first() if team else None
            if team and found is None:
                found = actions.add_team(name=team, by=by, at=at)
                said = f"The team {found.name} was added."
                journal.write("team.team_added", at=at, via=Via.SHELL, by=by, said=said)
            user = actions.add_user(
                email=email, name=name or email.split("@")[0].replace(".", " ").title(), role=role,
                password=given, team=found, is_manager=manager, by=by, at=at,
            )  # fmt: skip
            said = f"{user.name} was added as {user.role_label.lower()}."
            journal.write("team.person_added", at=at, via=Via.SHELL, by=by, said=said)
        done(f"Added {user.name} ({user.role_label.lower()}), who signs in as {user.email}.")
        if not password:
            out.print(given, highlight=False)


@users.command("list")
def list_users(data: Data = HERE) -> None:
    """Show who can sign in, and their roles."""
    with session.session(data):
        from handraise.team.models import User

        table = Table("E-mail", "Name", "Role", "Team", "Manager", "Active")
        for user in User.objects.select_related("team").order_by("email"):
            table.add_row(
                user.email, user.name, user.role_label, user.team.name if user.team else "",
                "yes" if user.is_manager else "", "yes" if user.is_active else "no",
            )  # fmt: skip
        out.print(table)


@keys.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="What will send with it, such as Website.")],
    data: Data = HERE,
    as_: As = None,
    server: Annotated[
        bool,
        typer.Option("--server", help="Kept on a server, where nobody reads it: its word is ours."),
    ] = False,
) -> None:
    """Make a write key and print it; it is kept as a digest only, so this is the one time.

    Without --server it may stand in pages, as which anybody may speak: what it says fills gaps,
    and neither joins known people nor outweighs anybody else's word.
    """
    with session.session(data):
        from handraise.capture import keys as write_keys
        from handraise.leads.decide import SourceKind

        by = session.acting(as_, Permission.ADMINISTER)
        kind: write_keys.KeyKind = SourceKind.API if server else SourceKind.WEBSITE
        _, plain = write_keys.create_key(kind=kind, name=name, by=by, at=datetime.now(UTC))
        done(f"Made a write key for {name}, a {write_keys.WHOSE[kind]}. It is shown once:")
        out.print(plain, highlight=False, soft_wrap=True)


@keys.command("list")
def list_keys(data: Data = HERE) -> None:
    """Show the write keys by name and hint."""
    with session.session(data):
        from handraise.capture import keys as write_keys
        from handraise.capture.models import WriteKey

        table = Table("Name", "Of a", "Ends in", "Made", "Revoked")
        for key in WriteKey.objects.select_related("source").order_by("pk"):
            revoked = f"{key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
            whose = write_keys.whose(key)
            table.add_row(key.source.name, whose, key.hint, f"{key.created_at:%Y-%m-%d}", revoked)
        out.print(table)
