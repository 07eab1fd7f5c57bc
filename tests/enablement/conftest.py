"""What tests of this step share: things that help to sell, written by Mark."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from handraise.enablement.actions import (
    About,
    Line,
    write_asset,
    write_message,
    write_playbook,
    write_script,
)
from handraise.enablement.decide import Kind
from handraise.enablement.models import Asset, Citation, KeyMessage, Playbook, Script
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.personas import NOON

HOW: dict[str, Any] = {"at": NOON, "via": Via.WEB}


def script(by: User, body: str, name: str = "Opening", **rest: Any) -> Script:
    """A script with this text."""
    told = {"kind": Kind.CALL, "owner": by, **HOW, **rest}
    return write_script(None, name=name, body=body, by=by, **told)


def message(by: User, code: str = "speed-1", wording: str = "Live in a day.") -> KeyMessage:
    """A key message."""
    return write_message(None, code=code, wording=wording, owner=by, by=by, **HOW)


def asset(by: User, name: str = "Price list", **rest: Any) -> Asset:
    """An asset behind a link."""
    told: dict[str, Any] = {
        "link": "https://example.com/prices", "what_for": "Who asks what it costs.",
        "about": About(), "owner": by, **HOW, **rest,
    }  # fmt: skip
    return write_asset(None, name=name, by=by, **told)


def playbook(by: User, name: str, condition: str, *lines: Line, **rest: Any) -> Playbook:
    """A playbook with these lines."""
    told = {"priority": 0, **HOW, **rest}
    return write_playbook(None, name=name, condition=condition, lines=lines, by=by, **told)


def things_that_enable(rita: User) -> dict[str, int]:
    """One of everything that helps to sell."""
    code = message(rita)
    said = script(rita, "{{ 'speed-1' | message }}")
    return {
        "key_message": code.pk,
        "script": said.pk,
        "asset": asset(rita, link="", file=SimpleUploadedFile("a.pdf", b"a")).pk,
        "playbook": playbook(rita, "All", "").pk,
        "citation": Citation.objects.get().pk,
    }
