"""What tests of this step share: messages, and what they stand on."""

from __future__ import annotations

from typing import Any

from handraise.messaging.decide import Utm
from handraise.messaging.models import Message, MessageVersion
from handraise.messaging.rendering import Footing, Prepared, Words, made_ready
from handraise.team.models import User
from tests.personas import NOON

FOOTING = Footing("https://hand.example/u/abc/?a=1&b=2", "https://hand.example/p/abc/")
VALUES: dict[str, Any] = {
    "lead": {"first_name": "Ada", "name": "Ada Lovelace", "email": "ada@engines.example"},
    "company": {"name": "Analytical Engines"},
    "house": {"name": "Tideline", "address": "1 Quay Street, Harbour"},
    "messages": {"speed-1": "Live in a day."},
    "read": ["The buyer’s guide"],
}


def mail(inside: str) -> str:
    """The MJML of a message with this in its only column."""
    return (
        "<mjml><mj-body><mj-section><mj-column>\n"
        f"{inside}\n</mj-column></mj-section></mj-body></mjml>"
    )


def words(inside: str = "", **told: str) -> Words:
    """What an author wrote, the column of the mail and what else is said."""
    usual = {"subject": "Hello", "preheader": "", "text": "", **told}
    return Words(mjml=mail(inside or "<mj-text>Good to have you.</mj-text>"), **usual)


def ready(
    inside: str = "", *, utm: Utm | None = None, purpose: bool = True, **told: str
) -> Prepared:
    """A message with this in its column, made ready."""
    return made_ready(words(inside, **told), has_purpose=purpose, utm=utm or Utm())


def version(by: User, code: str = "welcome", inside: str = "", **told: Any) -> MessageVersion:
    """A published message, as rows."""
    stamp = {"created_at": NOON, "changed_at": NOON, "changed_by": by}
    settings = {"purpose": told.pop("purpose", "newsletter")}
    message = Message.objects.create(code=code, name=code.capitalize(), **settings, **stamp)
    said = words(inside, **told)
    made = MessageVersion.objects.create(
        message=message, number=1, subject=said.subject, preheader=said.preheader, mjml=said.mjml,
        text=said.text, at=NOON, by=by, published_at=NOON,
    )  # fmt: skip
    message.published = made
    message.save()
    return made
